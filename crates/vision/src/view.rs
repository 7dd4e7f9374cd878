//! A copy of a picture that every browser shows, for formats that browsers do not.
//!
//! Upright, in sRGB, over white, as JPEG. It is made anew each time and kept nowhere.

use lamina_model::RejectReason;

use crate::{DecodeLimits, Rejection, decode, look, resize, thumbnail};

/// Longest side of a copy in pixels; larger pictures are made smaller.
pub const VIEW_SIDE: u32 = 4096;

/// Quality of the JPEG: at 90 no artefacts are seen at full size.
const QUALITY: u8 = 90;

/// A copy for looking at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The encoded copy.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
}

/// Makes a copy from the whole bytes of a file.
///
/// # Errors
/// As [`look`](crate::look()).
pub fn view(bytes: &[u8], limits: &DecodeLimits) -> Result<View, Rejection> {
    let format = look::check_bytes(bytes, limits)?;
    look::quietly(|| {
        let decoded = decode::decode(bytes, format, limits)?;
        let canvas = decoded.canvas.upright(decoded.head.orientation);
        let from = (canvas.width, canvas.height);
        let size = resize::within(from, VIEW_SIDE);
        let smaller = (size != from).then(|| resize::rgb(&canvas.rgb, from, size));
        let rows = smaller.as_deref().unwrap_or(&canvas.rgb);
        let encoded = thumbnail::encode_rows(rows, size, QUALITY).map_err(|message| {
            let note = format!(
                "its copy of {} x {} cannot be encoded: {message}",
                size.0, size.1
            );
            Rejection::new(RejectReason::DecoderFault, note)
        })?;
        Ok(View {
            bytes: encoded,
            media_type: thumbnail::MEDIA_TYPE,
            width_px: size.0,
            height_px: size.1,
        })
    })
}
