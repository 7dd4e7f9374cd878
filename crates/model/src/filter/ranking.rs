//! What pictures are wanted to be like: parts of pictures, and which way they pull.

use serde::{Deserialize, Serialize};

/// Which way a picture pulls those that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pull {
    /// More like this.
    Towards,
    /// Less like this.
    Away,
}

/// In what a region is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegionUnit {
    /// Pixels of the upright picture.
    Pixels,
    /// Parts (0–1) of the upright picture's width and height.
    Fractions,
}

/// A part of a picture, measured from its upper left corner as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// In what it is measured.
    pub unit: RegionUnit,
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// Whole pixels of a picture: left, top, width, height.
pub type PixelBox = [u32; 4];

/// Edges as close as this to a whole pixel lie on it: fractions of four digits say no more.
const ON_A_PIXEL: f64 = 0.01;

impl Region {
    /// The pixels that it touches in a picture of this size, cut off at the picture's edges;
    /// nothing where it lies outside, or is empty or no region at all.
    pub fn pixels(&self, width_px: u32, height_px: u32) -> Option<PixelBox> {
        let (across, down) = match self.unit {
            RegionUnit::Pixels => (1.0, 1.0),
            RegionUnit::Fractions => (f64::from(width_px), f64::from(height_px)),
        };
        let (left, width) = touched(self.x * across, self.width * across, width_px)?;
        let (top, height) = touched(self.y * down, self.height * down, height_px)?;
        Some([left, top, width, height])
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the side of a picture"
)]
fn touched(from: f64, length: f64, side: u32) -> Option<(u32, u32)> {
    let to = from + length;
    let sound = length.is_finite() && length > 0.0 && to > 0.0 && from < f64::from(side);
    if !sound {
        return None;
    }
    let first = (from + ON_A_PIXEL).floor().max(0.0) as u32;
    let end = (to - ON_A_PIXEL).ceil().min(f64::from(side)) as u32;
    let first = first.min(side - 1);
    Some((first, end.saturating_sub(first).max(1)))
}

#[cfg(test)]
mod tests {
    use super::{Region, RegionUnit};

    fn region(unit: RegionUnit, [x, y, width, height]: [f64; 4]) -> Region {
        Region {
            unit,
            x,
            y,
            width,
            height,
        }
    }

    #[test]
    fn pixels_and_fractions_name_the_same_part() {
        let pixels = region(RegionUnit::Pixels, [10.0, 20.0, 30.0, 40.0]);
        let parts = region(RegionUnit::Fractions, [0.1, 0.1, 0.3, 0.2]);
        assert_eq!(pixels.pixels(100, 200), Some([10, 20, 30, 40]));
        assert_eq!(parts.pixels(100, 200), Some([10, 20, 30, 40]));
        let thirds = region(RegionUnit::Fractions, [0.333_33, 0.0, 0.333_33, 1.0]);
        assert_eq!(thirds.pixels(300, 7), Some([100, 0, 100, 7]));
    }

    #[test]
    fn what_reaches_beyond_is_cut_off_and_what_lies_outside_is_nothing() {
        let whole = region(RegionUnit::Pixels, [0.0, 0.0, 2048.0, 1536.0]);
        assert_eq!(whole.pixels(640, 480), Some([0, 0, 640, 480]));
        let corner = region(RegionUnit::Fractions, [0.9, 0.9, 0.5, 0.5]);
        assert_eq!(corner.pixels(10, 10), Some([9, 9, 1, 1]));
        for outside in [
            [640.0, 0.0, 5.0, 5.0],
            [0.0, 0.0, 0.0, 5.0],
            [-9.0, 0.0, 9.0, 5.0],
            [0.0, f64::NAN, 5.0, 5.0],
            [0.0, 0.0, f64::INFINITY, 5.0],
        ] {
            let outside = region(RegionUnit::Pixels, outside);
            assert_eq!(outside.pixels(640, 480), None, "{outside:?}");
        }
        let sliver = region(RegionUnit::Pixels, [0.5, 0.5, 0.001, 0.001]);
        assert_eq!(sliver.pixels(640, 480), Some([0, 0, 1, 1]));
    }
}
