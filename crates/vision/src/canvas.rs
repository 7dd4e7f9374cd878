//! The picture as seen: upright rows of 8-bit sRGB, nothing transparent left.

use std::cell::Cell;

use lamina_model::PixelBox;

/// Rows of RGB, top to bottom, without padding.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Canvas {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) rgb: Vec<u8>,
}

/// Bytes of a canvas that are kept for the next one; a larger one goes back to the system.
const MOST_KEPT: usize = 8 << 20;

thread_local! {
    /// The rows of the last canvas on this thread that was used up.
    static USED: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Room for rows that a decoder writes whole. What is in it is of no meaning: clearing it takes a
/// fiftieth of the time in which a photograph is looked at.
#[cfg_attr(
    not(any(feature = "turbo", test)),
    expect(dead_code, reason = "the other decoders bring their own")
)]
pub(crate) fn room(len: usize) -> Vec<u8> {
    let mut rows = USED.take();
    rows.resize(len, 0);
    rows
}

/// Square of pixels moved at a time when a canvas is turned, so that both the rows read and the
/// rows written stay in the processor's cache.
const TILE: usize = 32;

impl Canvas {
    /// A canvas of these rows; `None` when their number does not fit the size.
    pub(crate) fn new(width: u32, height: u32, rgb: Vec<u8>) -> Option<Self> {
        let fits =
            width > 0 && height > 0 && rgb.len() as u64 == u64::from(width) * u64::from(height) * 3;
        fits.then_some(Self { width, height, rgb })
    }

    /// A part of the canvas; [`PixelBox`] as of its own size.
    pub(crate) fn cut(&self, [left, top, width, height]: PixelBox) -> Self {
        let row = self.width as usize * 3;
        let rows = self.rgb.chunks_exact(row);
        let (from, len) = (left as usize * 3, width as usize * 3);
        let kept = rows.skip(top as usize).take(height as usize);
        Self {
            width,
            height,
            rgb: kept
                .flat_map(|row| &row[from..from + len])
                .copied()
                .collect(),
        }
    }

    /// Leaves its memory to the next canvas on this thread, where there is a decoder that takes it.
    pub(crate) fn use_up(self) {
        if cfg!(any(feature = "turbo", test)) && self.rgb.capacity() <= MOST_KEPT {
            USED.set(self.rgb);
        }
    }

    /// The canvas turned and mirrored as an Exif orientation (1–8) asks.
    pub(crate) fn upright(self, orientation: u8) -> Self {
        match orientation {
            2..=8 => self.turned(orientation),
            _ => self,
        }
    }

    fn turned(&self, orientation: u8) -> Self {
        let (w, h) = (self.width as usize, self.height as usize);
        let (out_w, out_h) = if orientation >= 5 { (h, w) } else { (w, h) };
        let mut rgb = vec![0; self.rgb.len()];
        for tile_y in (0..out_h).step_by(TILE) {
            for tile_x in (0..out_w).step_by(TILE) {
                for y in tile_y..(tile_y + TILE).min(out_h) {
                    for x in tile_x..(tile_x + TILE).min(out_w) {
                        let (from_x, from_y) = source(orientation, x, y, w, h);
                        let from = (from_y * w + from_x) * 3;
                        let to = (y * out_w + x) * 3;
                        rgb[to..to + 3].copy_from_slice(&self.rgb[from..from + 3]);
                    }
                }
            }
        }
        let (width, height) = if orientation >= 5 {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        };
        Self { width, height, rgb }
    }
}

/// Where the pixel at (x, y) of the upright picture lies in a stored picture of w × h
/// (Exif 2.3, tag 0x0112).
const fn source(orientation: u8, x: usize, y: usize, w: usize, h: usize) -> (usize, usize) {
    match orientation {
        2 => (w - 1 - x, y),
        3 => (w - 1 - x, h - 1 - y),
        4 => (x, h - 1 - y),
        5 => (y, x),
        6 => (y, h - 1 - x),
        7 => (w - 1 - y, h - 1 - x),
        8 => (w - 1 - y, x),
        _ => (x, y),
    }
}

impl std::fmt::Debug for Canvas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Canvas({}x{})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// a b c
    /// d e f
    fn letters() -> Canvas {
        Canvas::new(3, 2, b"aaabbbcccdddeeefff".to_vec()).unwrap()
    }

    fn read(canvas: &Canvas) -> String {
        canvas
            .rgb
            .chunks(canvas.width as usize * 3)
            .map(|row| {
                row.iter()
                    .step_by(3)
                    .map(|b| *b as char)
                    .collect::<String>()
            })
            .collect::<Vec<_>>()
            .join("/")
    }

    #[test]
    fn room_is_as_long_as_it_is_asked_for_whatever_was_there() {
        assert_eq!(room(3), [0; 3]);
        for len in [18, 5, 0, 40] {
            letters().use_up();
            assert_eq!(room(len).len(), len);
        }
        Canvas::new(3000, 1000, vec![7; 9_000_000])
            .unwrap()
            .use_up();
        assert_eq!(room(9), [0; 9], "too large to be kept");
    }

    #[test]
    fn a_part_is_cut_out_row_by_row() {
        assert_eq!(read(&letters().cut([1, 0, 2, 2])), "bc/ef");
        assert_eq!(read(&letters().cut([0, 1, 1, 1])), "d");
    }

    #[test]
    fn every_orientation_turns_as_exif_says() {
        let expected = [
            (1, "abc/def"),
            (2, "cba/fed"),
            (3, "fed/cba"),
            (4, "def/abc"),
            (5, "ad/be/cf"),
            (6, "da/eb/fc"),
            (7, "fc/eb/da"),
            (8, "cf/be/ad"),
        ];
        for (orientation, want) in expected {
            assert_eq!(read(&letters().upright(orientation)), want, "{orientation}");
        }
    }
}
