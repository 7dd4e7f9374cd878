//! Windows bitmaps.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::{ColorType, ImageDecoder, ImageError};
use lamina_model::ColourModel;

use super::{Decoded, Head, fits};
use crate::colour::Layout;
use crate::painter::{Painter, RowPlan};
use crate::{DecodeLimits, Rejection};

pub(crate) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, Rejection> {
    let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(|error| explain(&error, bytes))?;
    let (width, height) = decoder.dimensions();
    let bits = bits_per_pixel(bytes);
    let (colour_model, bit_depth) = match bits {
        1..=8 => (ColourModel::Palette, bits),
        _ => (ColourModel::Rgb, 8),
    };
    let mut head = Head::new(width, height, colour_model, bit_depth);
    head.check(limits)?;
    let layout = if decoder.color_type() == ColorType::Rgba8 {
        Layout::Rgba
    } else {
        Layout::Rgb
    };
    head.has_alpha = layout.has_alpha();
    let size = decoder.total_bytes();
    fits(size, limits, "its pixels")?;
    let mut pixels = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
    decoder
        .read_image(&mut pixels)
        .map_err(|error| explain(&error, bytes))?;

    let plan = RowPlan {
        width,
        height,
        layout,
    };
    let mut painter = Painter::new(plan, None, &mut head.notes, limits)?;
    for row in pixels.chunks_exact(width as usize * layout.channels()) {
        painter.row(row)?;
    }
    let painted = painter.finish()?;
    Ok(Decoded {
        head,
        canvas: painted.canvas,
        beyond_canvas: painted.beyond_canvas.into_iter().collect(),
    })
}

/// The old OS/2 header keeps the number elsewhere than all later ones.
fn bits_per_pixel(bytes: &[u8]) -> u8 {
    let at = if bytes.get(14) == Some(&12) { 24 } else { 28 };
    bytes.get(at).copied().unwrap_or(0)
}

fn explain(error: &ImageError, bytes: &[u8]) -> Rejection {
    if let ImageError::IoError(io) = error
        && io.kind() == std::io::ErrorKind::UnexpectedEof
    {
        return Rejection::truncated(format!(
            "BMP: it ends after {} bytes, before its pixels do",
            bytes.len()
        ));
    }
    if let ImageError::Unsupported(what) = error {
        return Rejection::no_decoder(format!("BMP: {what}"));
    }
    Rejection::corrupt(format!("BMP: {error}"))
}
