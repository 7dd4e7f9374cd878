//! A canvas at half its size, to make it smaller still: averaging squares of four pixels is much
//! quicker than what comes after it, which then has a quarter of them to read.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::average::average;
use crate::canvas::Canvas;
use crate::resize::{self, Size};
use crate::thumbnail::THUMBNAIL_SIDE;

/// A strip that is narrower is not halved: of an odd side the last pixel of the half is of one
/// column or row, and counts as much as the others, which are of two.
const NARROW: u32 = 64;

/// A canvas, and the same at half its size once it is asked for.
pub(crate) struct Half<'a> {
    canvas: &'a Canvas,
    rgb: OnceCell<Vec<u8>>,
}

impl<'a> Half<'a> {
    pub(crate) fn of(canvas: &'a Canvas) -> Self {
        Self {
            canvas,
            rgb: OnceCell::new(),
        }
    }

    /// The canvas at another size: from its half where that is no smaller than a thumbnail, and has
    /// no fewer pixels along either side.
    pub(crate) fn resized(&self, to: Size) -> Cow<'_, [u8]> {
        let Canvas { width, height, rgb } = self.canvas;
        let (width, height) = (*width, *height);
        let half = (width.div_ceil(2), height.div_ceil(2));
        let is_large = width.max(height) >= 2 * THUMBNAIL_SIDE && width.min(height) >= NARROW;
        let (rgb, size) = if is_large && half.0 >= to.0 && half.1 >= to.1 {
            let averaged = || average(rgb, width as usize, 3, 2);
            (self.rgb.get_or_init(averaged), half)
        } else {
            (rgb, (width, height))
        };
        if size == to {
            return Cow::Borrowed(rgb);
        }
        Cow::Owned(resize::rgb(rgb, size, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns of black and white, which are grey at half the size.
    fn striped(width: u32, height: u32) -> Canvas {
        let row = (0..width).flat_map(|x| [if x % 2 == 0 { 0 } else { 255 }; 3]);
        let row: Vec<u8> = row.collect();
        Canvas::new(width, height, row.repeat(height as usize)).unwrap()
    }

    fn is_halved(canvas: &Canvas, to: Size) -> bool {
        let half = Half::of(canvas);
        let got = half.resized(to);
        assert_eq!(got.len() as u64, u64::from(to.0) * u64::from(to.1) * 3);
        *got != resize::rgb(&canvas.rgb, (canvas.width, canvas.height), to)
    }

    #[test]
    fn a_side_that_is_too_short_by_half_is_taken_from_the_whole() {
        let canvas = striped(800, 300);
        let half = Half::of(&canvas);
        assert_eq!(*half.resized((400, 150)), *vec![128; 400 * 150 * 3]);
        assert_eq!(*half.resized((800, 300)), *canvas.rgb);
        assert!(is_halved(&canvas, (320, 120)));
        assert!(!is_halved(&canvas, (224, 224)));
    }

    #[test]
    fn sizes_of_all_kinds_are_halved_from_twice_a_thumbnail_on_but_for_strips() {
        assert!(is_halved(&striped(640, 480), (224, 224)));
        assert!(is_halved(&striped(481, 641), (224, 224)));
        assert!(is_halved(&striped(701, 65), (320, 30)));
        assert!(!is_halved(&striped(639, 480), (224, 224)));
        assert!(!is_halved(&striped(701, 63), (320, 29)));
        assert!(!is_halved(&striped(701, 1), (320, 1)));
        assert!(!is_halved(&striped(1, 701), (1, 320)));
    }
}
