//! GIF 87a and 89a. The first frame is painted on the logical screen as a browser paints it.

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, DecodingError, MemoryLimit};
use lamina_model::{ColourModel, MediaNote};

use super::{Decoded, Head, fits, note};
use crate::colour::Layout;
use crate::painter::{Painter, RowPlan};
use crate::{DecodeLimits, Rejection};

pub(crate) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, Rejection> {
    let blocks = Blocks::read(bytes)?;
    let mut head = Head::new(
        blocks.width,
        blocks.height,
        ColourModel::Palette,
        blocks.bit_depth,
    );
    head.frame_count = blocks.frames;
    if !blocks.ends_well {
        note(&mut head.notes, MediaNote::DecoderWarning);
    }
    head.check(limits)?;
    fits(
        u64::from(head.width) * u64::from(head.height) * 4,
        limits,
        "its first frame",
    )?;

    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    options.set_memory_limit(memory_limit(limits));
    let mut decoder = options
        .read_info(Cursor::new(bytes))
        .map_err(|error| explain(&error))?;
    // The header has been read up to the first frame, profile included.
    let icc = decoder.icc_profile().map(<[u8]>::to_vec);
    let frame = decoder
        .read_next_frame()
        .map_err(|error| explain(&error))?
        .ok_or_else(|| Rejection::corrupt("GIF: it has no frame"))?;
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let (frame_width, frame_height) = (usize::from(frame.width), usize::from(frame.height));
    let pixels = &frame.buffer;

    let plan = RowPlan {
        width: head.width,
        height: head.height,
        layout: Layout::Rgba,
    };
    let mut painter = Painter::new(plan, icc.as_deref(), &mut head.notes, limits)?;
    let width = head.width as usize;
    let visible = frame_width.min(width.saturating_sub(left));
    let mut row = vec![0; width * 4];
    for y in 0..head.height as usize {
        row.fill(0);
        if y >= top && y < top + frame_height && visible > 0 {
            let from = (y - top) * frame_width * 4;
            row[left * 4..(left + visible) * 4].copy_from_slice(&pixels[from..from + visible * 4]);
        }
        head.has_alpha |= row.chunks_exact(4).any(|pixel| pixel[3] != 255);
        painter.row(&row)?;
    }
    let painted = painter.finish()?;
    let mut beyond_canvas: Vec<_> = painted.beyond_canvas.into_iter().collect();
    beyond_canvas.extend(blocks.later_frames);
    Ok(Decoded {
        head,
        canvas: painted.canvas,
        beyond_canvas,
    })
}

fn memory_limit(limits: &DecodeLimits) -> MemoryLimit {
    std::num::NonZeroU64::new(limits.max_alloc_bytes)
        .map_or(MemoryLimit::Unlimited, MemoryLimit::Bytes)
}

fn explain(error: &DecodingError) -> Rejection {
    let cut = matches!(error, DecodingError::UnexpectedEof)
        || matches!(error, DecodingError::Io(io) if io.kind() == std::io::ErrorKind::UnexpectedEof);
    if cut {
        return Rejection::truncated("GIF: it ends inside a frame");
    }
    Rejection::corrupt(format!("GIF: {error}"))
}

/// What a walk over the blocks tells (GIF 89a specification, appendix A), without unpacking any.
struct Blocks {
    width: u32,
    height: u32,
    bit_depth: u8,
    frames: u32,
    ends_well: bool,
    /// Hash of everything after the first frame, when there are later ones.
    later_frames: Option<[u8; 32]>,
}

impl Blocks {
    fn read(bytes: &[u8]) -> Result<Self, Rejection> {
        let cut = |at: usize| {
            Rejection::truncated(format!(
                "GIF: it has {} bytes, a block goes on to byte {at}",
                bytes.len()
            ))
        };
        let screen = bytes.get(6..13).ok_or_else(|| cut(13))?;
        let u16_at = |at: usize| u32::from(u16::from_le_bytes([screen[at], screen[at + 1]]));
        let (mut width, mut height) = (u16_at(0), u16_at(2));
        let mut at = 13 + table_bytes(screen[4]);
        let bit_depth = (screen[4] & 7) + 1;
        let mut frames = 0;
        let mut first_frame_end = None;
        let ends_well = loop {
            match bytes.get(at) {
                Some(0x3b) => break true,
                Some(0x21) => at = skip_blocks(bytes, at + 2).map_err(cut)?,
                Some(0x2c) => {
                    let frame = bytes.get(at + 1..at + 10).ok_or_else(|| cut(at + 10))?;
                    let u16_at =
                        |at: usize| u32::from(u16::from_le_bytes([frame[at], frame[at + 1]]));
                    if width == 0 || height == 0 {
                        (width, height) = (u16_at(0) + u16_at(4), u16_at(2) + u16_at(6));
                    }
                    let data = at + 10 + table_bytes(frame[8]) + 1;
                    at = skip_blocks(bytes, data).map_err(cut)?;
                    frames += 1;
                    first_frame_end.get_or_insert(at);
                }
                // Browsers show what came before; so does this, with a note.
                _ if frames > 0 => break false,
                None => return Err(cut(at + 1)),
                Some(other) => {
                    return Err(Rejection::corrupt(format!(
                        "GIF: byte {at} is {other:#04x}, no block begins so"
                    )));
                }
            }
        };
        if frames == 0 {
            return Err(Rejection::corrupt("GIF: it has no frame"));
        }
        let later = first_frame_end.filter(|_| frames > 1);
        Ok(Self {
            width,
            height,
            bit_depth,
            frames,
            ends_well,
            later_frames: later.map(|from| *blake3::hash(&bytes[from..]).as_bytes()),
        })
    }
}

/// Bytes of a colour table, from the flags of the block that announces it.
const fn table_bytes(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

/// The end of a chain of sub-blocks that begins at `at`; or, when the bytes end before, where the
/// chain would have gone on to.
fn skip_blocks(bytes: &[u8], mut at: usize) -> Result<usize, usize> {
    loop {
        let length = usize::from(*bytes.get(at).ok_or(at + 1)?);
        at += 1 + length;
        if length == 0 {
            return Ok(at);
        }
        if at > bytes.len() {
            return Err(at);
        }
    }
}
