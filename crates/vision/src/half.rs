//! A canvas at half its size, to make it smaller still: averaging squares of four pixels is much
//! quicker than what comes after it, which then has a quarter of them to read.

use crate::average::average;
use crate::canvas::Canvas;
use crate::resize::{self, Size};
use crate::thumbnail::THUMBNAIL_SIDE;

/// A canvas, and the same at half its size where that is no smaller than a thumbnail.
pub(crate) struct Half<'a> {
    canvas: &'a Canvas,
    rgb: Option<Vec<u8>>,
}

impl<'a> Half<'a> {
    pub(crate) fn of(canvas: &'a Canvas) -> Self {
        let worth_it = canvas.width.max(canvas.height) >= 2 * THUMBNAIL_SIDE;
        let rgb = worth_it.then(|| average(&canvas.rgb, canvas.width as usize, 3, 2));
        Self { canvas, rgb }
    }

    /// The canvas at another size, from its half unless that has fewer pixels along a side.
    pub(crate) fn resized(&self, to: Size) -> Vec<u8> {
        let whole = (self.canvas.width, self.canvas.height);
        let half = (whole.0.div_ceil(2), whole.1.div_ceil(2));
        match &self.rgb {
            Some(rgb) if half.0 >= to.0 && half.1 >= to.1 => resize::rgb(rgb, half, to),
            _ => resize::rgb(&self.canvas.rgb, whole, to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_that_is_too_short_by_half_is_taken_from_the_whole() {
        // Columns of black and white, which are grey at half the size.
        let row = [[0; 3], [255; 3]].concat().repeat(400);
        let canvas = Canvas::new(800, 300, row.repeat(300)).unwrap();
        let half = Half::of(&canvas);
        assert_eq!(half.resized((400, 150)), vec![128; 400 * 150 * 3]);
        assert_eq!(half.resized((800, 300)), canvas.rgb);
        let squeezed = half.resized((224, 224));
        assert_eq!(squeezed, resize::rgb(&canvas.rgb, (800, 300), (224, 224)));
    }
}
