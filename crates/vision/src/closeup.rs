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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thumbnail;

    fn square(size: (u32, u32), rgb: &[u8]) -> GreySquare {
        let encoded = thumbnail::encode(rgb, size).unwrap();
        grey_square(&encoded, 16, &DecodeLimits::default()).unwrap()
    }

    #[test]
    fn the_whole_frame_is_squeezed_whatever_its_shape() {
        let halves: Vec<u8> = (0..320 * 40)
            .flat_map(|at| [if at % 320 < 160 { 20 } else { 230 }; 3])
            .collect();
        let found = square((320, 40), &halves);
        assert_eq!((found.luma.len(), found.longest_px), (256, 320));
        for row in found.luma.chunks_exact(16) {
            assert!(row[..7].iter().all(|luma| luma.abs_diff(20) < 4), "{row:?}");
            assert!(
                row[9..].iter().all(|luma| luma.abs_diff(230) < 4),
                "{row:?}"
            );
        }
        let one = square((1, 1), &[90; 3]);
        assert_eq!(one.longest_px, 1);
        assert!(one.luma.iter().all(|luma| luma.abs_diff(90) < 3));
    }

    #[test]
    fn what_is_no_picture_is_rejected() {
        let limits = DecodeLimits::default();
        assert!(grey_square(b"no picture", 16, &limits).is_err());
        assert!(grey_square(b"", 16, &limits).is_err());
    }
}
