//! JPEG 2000: boxed (.jp2) and bare codestreams (.j2k), decoded in pure Rust.

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use lamina_model::ColourModel;

use super::{Decoded, Head, fits};
use crate::colour::Layout;
use crate::painter::{Painter, RowPlan};
use crate::{DecodeLimits, Rejection};

pub(crate) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, Rejection> {
    check_end(bytes)?;
    let settings = DecodeSettings {
        resolve_palette_indices: true,
        strict: true,
        target_resolution: None,
    };
    let explain = |error: hayro_jpeg2000::error::DecodeError| {
        Rejection::corrupt(format!("JPEG 2000: {error}"))
    };
    let image = Image::new(bytes, &settings).map_err(explain)?;
    let (colour_model, channels, icc) = match image.color_space() {
        ColorSpace::Gray => (ColourModel::Grey, 1, None),
        ColorSpace::RGB => (ColourModel::Rgb, 3, None),
        ColorSpace::CMYK => (ColourModel::Cmyk, 4, None),
        ColorSpace::Unknown { num_channels } => (by_channels(*num_channels), *num_channels, None),
        ColorSpace::Icc {
            profile,
            num_channels,
        } => (
            by_channels(*num_channels),
            *num_channels,
            Some(profile.clone()),
        ),
    };
    let mut head = Head::new(
        image.width(),
        image.height(),
        colour_model,
        image.original_bit_depth(),
    );
    head.has_alpha = image.has_alpha();
    head.check(limits)?;
    let layout = match (channels, head.has_alpha) {
        (1, false) => Layout::Grey,
        (1, true) => Layout::GreyAlpha,
        (3, false) => Layout::Rgb,
        (3, true) => Layout::Rgba,
        (4, false) => Layout::Cmyk,
        _ => {
            return Err(Rejection::no_decoder(format!(
                "JPEG 2000 with {channels} colour channels is not supported"
            )));
        }
    };
    // The wavelets are computed in f32, one plane a channel.
    let samples = u64::from(head.width) * u64::from(head.height) * layout.channels() as u64;
    fits(samples * 5, limits, "its wavelets")?;
    let mut context = DecoderContext::default();
    let pixels = image.decode(&mut context).map_err(explain)?.data_u8();

    let plan = RowPlan {
        width: head.width,
        height: head.height,
        layout,
    };
    let mut painter = Painter::new(plan, icc.as_deref(), &mut head.notes, limits)?;
    for row in pixels.chunks_exact(head.width as usize * layout.channels()) {
        painter.row(row)?;
    }
    let painted = painter.finish()?;
    Ok(Decoded {
        head,
        canvas: painted.canvas,
        beyond_canvas: painted.beyond_canvas.into_iter().collect(),
    })
}

const fn by_channels(channels: u8) -> ColourModel {
    match channels {
        1 => ColourModel::Grey,
        4 => ColourModel::Cmyk,
        _ => ColourModel::Rgb,
    }
}

/// A whole codestream ends with the marker EOC (ISO/IEC 15444-1, A.4.4); the decoder would show
/// what it has of one that does not.
fn check_end(bytes: &[u8]) -> Result<(), Rejection> {
    let end = codestream_end(bytes)?;
    if bytes.get(end - 2..end) == Some(b"\xff\xd9") {
        return Ok(());
    }
    Err(Rejection::truncated(format!(
        "JPEG 2000: its {} bytes end without the end marker",
        bytes.len()
    )))
}

/// Where the codestream ends: the end of the file, or of the box that holds it.
fn codestream_end(bytes: &[u8]) -> Result<usize, Rejection> {
    if bytes.starts_with(b"\xff\x4f") {
        return Ok(bytes.len());
    }
    let mut at = 0_usize;
    while let Some(head) = bytes.get(at..at + 8) {
        let mut length = u64::from(u32::from_be_bytes([head[0], head[1], head[2], head[3]]));
        if length == 1 {
            let long = bytes.get(at + 8..at + 16).and_then(|b| b.try_into().ok());
            length = long.map_or(u64::MAX, u64::from_be_bytes);
        }
        let end = match length {
            0 => bytes.len(),
            _ => at.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)),
        };
        if end > bytes.len() {
            return Err(Rejection::truncated(format!(
                "JPEG 2000: it has {} bytes, a box goes on to byte {end}",
                bytes.len()
            )));
        }
        if &head[4..8] == b"jp2c" {
            return Ok(end);
        }
        if length < 8 && length != 0 {
            break;
        }
        at = end;
        if length == 0 {
            break;
        }
    }
    Err(Rejection::corrupt("JPEG 2000: it has no codestream"))
}
