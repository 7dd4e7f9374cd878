//! WebP: lossy, lossless, with alpha, animated (RFC 9649).

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};
use lamina_model::{ColourModel, MediaNote};

use super::{Decoded, Head, fits, note};
use crate::colour::Layout;
use crate::painter::{Painter, RowPlan};
use crate::{DecodeLimits, Rejection};

pub(crate) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, Rejection> {
    let chunks = Chunks::read(bytes)?;
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|error| explain(&error))?;
    decoder.set_memory_limit(usize::try_from(limits.max_alloc_bytes).unwrap_or(usize::MAX));
    let (width, height) = decoder.dimensions();
    let mut head = Head::new(width, height, ColourModel::Rgb, 8);
    head.has_alpha = decoder.has_alpha();
    head.frame_count = chunks.frames.max(1);
    head.check(limits)?;
    // The decoder holds its own planes besides the pixels it hands out.
    let size = decoder
        .output_buffer_size()
        .ok_or_else(|| Rejection::corrupt("WebP: its size cannot be computed"))?;
    fits(size as u64 * 2, limits, "its pixels")?;

    let icc = decoder.icc_profile().ok().flatten();
    match decoder.exif_metadata() {
        Ok(Some(exif)) => head.read_exif(&exif),
        Ok(None) => {}
        Err(_) => note(&mut head.notes, MediaNote::BrokenExif),
    }
    if chunks.bytes_after_end > 0 {
        note(&mut head.notes, MediaNote::DecoderWarning);
    }
    let mut pixels = vec![0; size];
    decoder
        .read_image(&mut pixels)
        .map_err(|error| explain(&error))?;

    let layout = if head.has_alpha {
        Layout::Rgba
    } else {
        Layout::Rgb
    };
    let plan = RowPlan {
        width,
        height,
        layout,
    };
    let mut painter = Painter::new(plan, icc.as_deref(), &mut head.notes, limits)?;
    for row in pixels.chunks_exact(width as usize * layout.channels()) {
        painter.row(row)?;
    }
    let painted = painter.finish()?;
    let mut beyond_canvas: Vec<_> = painted.beyond_canvas.into_iter().collect();
    if chunks.frames > 1 {
        beyond_canvas.push(chunks.later_frames);
    }
    Ok(Decoded {
        head,
        canvas: painted.canvas,
        beyond_canvas,
    })
}

fn explain(error: &DecodingError) -> Rejection {
    if let DecodingError::IoError(io) = error
        && io.kind() == std::io::ErrorKind::UnexpectedEof
    {
        return Rejection::truncated("WebP: a chunk ends before its pixels do");
    }
    if let DecodingError::UnsupportedFeature(what) = error {
        return Rejection::no_decoder(format!("WebP: {what} is not supported"));
    }
    Rejection::corrupt(format!("WebP: {error}"))
}

/// What a walk over the RIFF chunks tells, without unpacking any.
struct Chunks {
    frames: u32,
    later_frames: [u8; 32],
    bytes_after_end: usize,
}

impl Chunks {
    fn read(bytes: &[u8]) -> Result<Self, Rejection> {
        let size = bytes
            .get(4..8)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize + 8)
            .ok_or_else(|| Rejection::truncated("WebP: it ends inside its header"))?;
        if size > bytes.len() {
            return Err(Rejection::truncated(format!(
                "WebP: it has {} bytes, its header says {size}",
                bytes.len()
            )));
        }
        let mut frames = 0;
        let mut later = blake3::Hasher::new();
        let mut at = 12;
        while let Some(head) = bytes.get(at..at + 8) {
            if at + 8 > size {
                break;
            }
            let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
            let next = at + 8 + length + (length & 1);
            if at + 8 + length > size {
                return Err(Rejection::truncated(format!(
                    "WebP: it has {size} bytes, a chunk goes on to byte {}",
                    at + 8 + length
                )));
            }
            if &head[..4] == b"ANMF" {
                frames += 1;
                if frames > 1 {
                    later.update(&bytes[at..at + 8 + length]);
                }
            }
            at = next;
        }
        Ok(Self {
            frames,
            later_frames: *later.finalize().as_bytes(),
            bytes_after_end: bytes.len() - size,
        })
    }
}
