//! A part of a picture by itself, small enough for a list.

use lamina_model::RejectReason;

use crate::{DecodeLimits, Rejection, View, decode, look, resize, thumbnail};

/// Longest side in pixels; smaller parts keep their size.
const SIDE: u32 = 320;
/// Quality of the JPEG.
const QUALITY: u8 = 85;

/// Cuts left, top, width and height in pixels out of the upright picture, in sRGB, over white, as
/// JPEG. What reaches outside the picture is left out; a part that lies outside altogether is the
/// pixel next to it.
///
/// # Errors
/// As [`look`](crate::look()).
pub fn cutout(bytes: &[u8], part: [u32; 4], limits: &DecodeLimits) -> Result<View, Rejection> {
    let format = look::check_bytes(bytes, limits)?;
    look::quietly(|| {
        let decoded = decode::decode(bytes, format, limits)?;
        let canvas = decoded.canvas.upright(decoded.head.orientation);
        let ([left, width], [top, height]) = (
            within(part[0], part[2], canvas.width),
            within(part[1], part[3], canvas.height),
        );
        let stride = canvas.width as usize * 3;
        let mut rows = Vec::with_capacity(width as usize * height as usize * 3);
        for y in top..top + height {
            let from = y as usize * stride + left as usize * 3;
            rows.extend_from_slice(&canvas.rgb[from..from + width as usize * 3]);
        }
        let from = (width, height);
        let size = resize::within(from, SIDE);
        let smaller = (size != from).then(|| resize::rgb(&rows, from, size));
        let rows = smaller.as_deref().unwrap_or(&rows);
        let encoded = thumbnail::encode_rows(rows, size, QUALITY).map_err(|message| {
            let note = format!("its part of {width} x {height} cannot be encoded: {message}");
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

/// Start and length of a side inside a picture that is so long; at least a pixel.
fn within(from: u32, length: u32, whole: u32) -> [u32; 2] {
    let start = from.min(whole.saturating_sub(1));
    let end = from
        .saturating_add(length)
        .clamp(start + 1, whole.max(start + 1));
    [start, end - start]
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_part_lies_inside_and_has_a_pixel_at_least() {
        assert_eq!(within(2, 3, 10), [2, 3]);
        assert_eq!(within(8, 30, 10), [8, 2]);
        assert_eq!(within(10, 1, 10), [9, 1]);
        assert_eq!(within(u32::MAX, u32::MAX, 10), [9, 1]);
        assert_eq!(within(3, 0, 10), [3, 1]);
    }
}
