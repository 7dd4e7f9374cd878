//! PNG and APNG (PNG Specification, third edition), row by row.

use std::io::Cursor;

use lamina_model::{ColourModel, MediaNote};
use png::{BitDepth, ColorType, Decoder, DecodingError, Transformations};

use super::{Decoded, Head, fits, note};
use crate::colour::Layout;
use crate::painter::{Painter, RowPlan};
use crate::{DecodeLimits, Rejection};

const SIGNATURE: usize = 8;

pub(crate) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, Rejection> {
    let chunks = Chunks::read(bytes)?;
    let mut decoder = Decoder::new_with_limits(
        Cursor::new(bytes),
        png::Limits {
            // Rows and inflated profiles; a profile of more than this is no profile.
            bytes: usize::try_from(limits.max_alloc_bytes.min(64 << 20)).unwrap_or(usize::MAX),
        },
    );
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    let mut head = head_of(&mut decoder)?;
    head.check(limits)?;
    let mut reader = decoder.read_info().map_err(|error| explain(&error))?;

    let info = reader.info();
    head.has_alpha |= info.trns.is_some();
    head.frame_count = info
        .animation_control
        .map_or(1, |animation| animation.num_frames.max(1));
    // The profile is kept only when its chunk could be inflated.
    let icc = info.icc_profile.as_ref().map(|icc| icc.to_vec());
    if chunks.has_profile && icc.is_none() {
        note(&mut head.notes, MediaNote::BrokenIccProfile);
    }
    if let Some(exif) = info.exif_metadata.as_ref().map(|exif| exif.to_vec()) {
        head.read_exif(&exif);
    }
    if chunks.bytes_after_end > 0 {
        note(&mut head.notes, MediaNote::DecoderWarning);
    }

    let (colour, depth) = reader.output_color_type();
    let layout = match colour {
        ColorType::Grayscale => Layout::Grey,
        ColorType::GrayscaleAlpha => Layout::GreyAlpha,
        ColorType::Rgb | ColorType::Indexed => Layout::Rgb,
        ColorType::Rgba => Layout::Rgba,
    };
    let plan = RowPlan {
        width: head.width,
        height: head.height,
        layout,
    };
    let mut painter = Painter::new(plan, icc.as_deref(), &mut head.notes, limits)?;
    let deep = depth == BitDepth::Sixteen;
    if reader.info().interlaced {
        let size = reader
            .output_buffer_size()
            .ok_or_else(|| Rejection::corrupt("its size cannot be computed"))?;
        fits(size as u64, limits, "its interlaced pixels")?;
        let mut buffer = vec![0; size];
        let frame = reader
            .next_frame(&mut buffer)
            .map_err(|error| explain(&error))?;
        for row in buffer.chunks_exact(frame.line_size) {
            paint(&mut painter, row, deep)?;
        }
    } else {
        while let Some(row) = reader
            .next_row()
            .map_err(|error| explain_at(&error, painter.rows_seen(), head.height))?
        {
            paint(&mut painter, row.data(), deep)?;
        }
    }
    let painted = painter.finish()?;
    let mut beyond_canvas: Vec<_> = painted.beyond_canvas.into_iter().collect();
    if head.frame_count > 1 {
        beyond_canvas.push(chunks.later_frames);
    }
    Ok(Decoded {
        head,
        canvas: painted.canvas,
        beyond_canvas,
    })
}

fn head_of(decoder: &mut Decoder<Cursor<&[u8]>>) -> Result<Head, Rejection> {
    let info = decoder
        .read_header_info()
        .map_err(|error| explain(&error))?;
    let colour_model = match info.color_type {
        ColorType::Grayscale | ColorType::GrayscaleAlpha => ColourModel::Grey,
        ColorType::Indexed => ColourModel::Palette,
        ColorType::Rgb | ColorType::Rgba => ColourModel::Rgb,
    };
    let mut head = Head::new(info.width, info.height, colour_model, info.bit_depth as u8);
    head.has_alpha = matches!(info.color_type, ColorType::GrayscaleAlpha | ColorType::Rgba);
    Ok(head)
}

fn paint(painter: &mut Painter, row: &[u8], deep: bool) -> Result<(), Rejection> {
    if !deep {
        return painter.row(row);
    }
    let samples: Vec<u16> = row
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect();
    painter.deep_row(&samples)
}

fn explain(error: &DecodingError) -> Rejection {
    match error {
        DecodingError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            Rejection::truncated("PNG: it ends before its pixels do")
        }
        DecodingError::LimitsExceeded => Rejection::new(
            lamina_model::RejectReason::TooManyPixels,
            "PNG: one row of it needs more memory than the limit",
        ),
        DecodingError::IoError(_) | DecodingError::Format(_) | DecodingError::Parameter(_) => {
            Rejection::corrupt(format!("PNG: {error}"))
        }
    }
}

fn explain_at(error: &DecodingError, row: u32, height: u32) -> Rejection {
    let mut rejection = explain(error);
    rejection.note = format!("{} (row {row} of {height})", rejection.note);
    rejection
}

/// What a walk over the chunks tells, without inflating anything.
struct Chunks {
    has_profile: bool,
    bytes_after_end: usize,
    /// Hash of the frame data after the first picture.
    later_frames: [u8; 32],
}

impl Chunks {
    /// Walks to `IEND`, which every whole PNG has.
    fn read(bytes: &[u8]) -> Result<Self, Rejection> {
        let mut at = SIGNATURE;
        let mut has_profile = false;
        let mut later = blake3::Hasher::new();
        loop {
            let Some(head) = bytes.get(at..at + 8) else {
                return Err(Rejection::truncated(format!(
                    "PNG: it ends after {} bytes, inside or before a chunk, without the end chunk",
                    bytes.len()
                )));
            };
            let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
            let data_at = at + 8;
            let next = data_at + length + 4;
            if next > bytes.len() {
                return Err(Rejection::truncated(format!(
                    "PNG: it has {} bytes, a chunk goes on to byte {next}",
                    bytes.len()
                )));
            }
            match &head[4..8] {
                b"IEND" => {
                    return Ok(Self {
                        has_profile,
                        bytes_after_end: bytes.len() - next,
                        later_frames: *later.finalize().as_bytes(),
                    });
                }
                b"iCCP" => has_profile = true,
                b"fdAT" | b"fcTL" => {
                    later.update(&bytes[data_at..data_at + length]);
                }
                _ => {}
            }
            at = next;
        }
    }
}
