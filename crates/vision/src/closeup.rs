//! A grey copy of a picture, squeezed into a square, for comparing it closely with others.

use crate::{DecodeLimits, Rejection, decode, look, measures, resize};

/// A picture in grey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GreySquare {
    /// Luma by Rec. 601, row by row, as many rows as columns.
    pub luma: Vec<u8>,
    /// The longest side of what it was made from, pixels.
    pub longest_px: u32,
}

/// Squeezes the whole upright frame of a picture, such as a thumbnail, into a square of so many
/// pixels a side.
///
/// # Errors
/// As [`look`](crate::look()).
pub fn grey_square(
    bytes: &[u8],
    side: u32,
    limits: &DecodeLimits,
) -> Result<GreySquare, Rejection> {
    let format = look::check_bytes(bytes, limits)?;
    look::quietly(|| {
        let decoded = decode::decode(bytes, format, limits)?;
        let canvas = decoded.canvas.upright(decoded.head.orientation);
        let luma = measures::to_luma(&canvas.rgb);
        Ok(GreySquare {
            luma: resize::grey(&luma, (canvas.width, canvas.height), (side, side)),
            longest_px: canvas.width.max(canvas.height),
        })
    })
}
