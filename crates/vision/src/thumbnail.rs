//! The thumbnail: JPEG, longest side at most 320 pixels.

use crate::Rejection;
use crate::resize::Size;

/// Longest side of a thumbnail in pixels. Smaller pictures keep their size.
pub(crate) const THUMBNAIL_SIDE: u32 = 320;

/// Media type of every thumbnail.
pub(crate) const MEDIA_TYPE: &str = "image/jpeg";

const QUALITY: u8 = 80;

/// Encodes rows of RGB.
pub(crate) fn encode(rgb: &[u8], size: Size) -> Result<Vec<u8>, Rejection> {
    let failed = |message: String| {
        Rejection::new(
            lamina_model::RejectReason::DecoderFault,
            format!(
                "its thumbnail of {} x {} cannot be encoded: {message}",
                size.0, size.1
            ),
        )
    };
    let side = |pixels: u32| u16::try_from(pixels).map_err(|error| failed(error.to_string()));
    let mut out = Vec::with_capacity(24 << 10);
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, QUALITY);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_2_0);
    encoder
        .encode(
            rgb,
            side(size.0)?,
            side(size.1)?,
            jpeg_encoder::ColorType::Rgb,
        )
        .map_err(|error| failed(error.to_string()))?;
    Ok(out)
}
