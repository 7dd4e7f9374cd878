//! Takes rows as a decoder gives them and paints the canvas: to sRGB, over white, made smaller.
//!
//! Rows pass through one by one, so a picture of any height costs the memory of its canvas only.
//! A large picture is averaged down on the way by 2, 4 or 8 in each direction, as far as its
//! short side keeps what [`DecodeLimits::short_side_px`] says: nothing downstream looks closer
//! than that, and JPEG's own scaled decoding gives the same picture for the same factor.

use blake3::Hasher;
use lamina_model::MediaNote;

use crate::average::Averager;
use crate::canvas::Canvas;
use crate::colour::{Layout, ToSrgb, multiply, narrow};
use crate::{DecodeLimits, Rejection};

/// Transparent parts show this: white, the page of a browser.
pub(crate) const BACKGROUND: u8 = 255;

/// By how much a picture of this size is made smaller while it is decoded.
pub(crate) fn reduction(width: u32, height: u32, limits: &DecodeLimits) -> u32 {
    let short = width.min(height);
    [8, 4, 2]
        .into_iter()
        .find(|factor| short.div_ceil(*factor) >= limits.short_side_px)
        .unwrap_or(1)
}

/// Size and sample layout of the rows to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowPlan {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) layout: Layout,
}

/// What came of all rows.
#[derive(Debug)]
pub(crate) struct Painted {
    /// The canvas, still as stored (not yet upright).
    pub(crate) canvas: Canvas,
    /// Hash of what the canvas does not hold: full-size rows of a reduced picture, samples of
    /// more than 8 bits, transparency. `None` when the canvas holds everything.
    pub(crate) beyond_canvas: Option<[u8; 32]>,
}

/// Paints one canvas.
#[derive(Debug)]
pub(crate) struct Painter {
    plan: RowPlan,
    factor: u32,
    to_srgb: ToSrgb,
    canvas: Vec<u8>,
    averager: Option<Averager>,
    rows_seen: u32,
    narrowed: Vec<u8>,
    opaque: Vec<u8>,
    alpha: Vec<u8>,
    seen: Vec<u8>,
    deep: Vec<u8>,
    beyond: Hasher,
    beyond_used: bool,
}

impl Painter {
    /// A painter for rows of `plan`, whose colours are described by `icc` if given. A profile
    /// that cannot be used leaves a note and is left aside.
    ///
    /// # Errors
    /// A [`Rejection`] when the canvas alone would be over the limit.
    pub(crate) fn new(
        plan: RowPlan,
        icc: Option<&[u8]>,
        notes: &mut Vec<MediaNote>,
        limits: &DecodeLimits,
    ) -> Result<Self, Rejection> {
        let factor = reduction(plan.width, plan.height, limits);
        let (width, height) = (plan.width.div_ceil(factor), plan.height.div_ceil(factor));
        let canvas_bytes = u64::from(width) * u64::from(height) * 3;
        crate::decode::fits(canvas_bytes, limits, "its pixels")?;
        Ok(Self {
            plan,
            factor,
            to_srgb: converter(plan.layout, icc, notes),
            canvas: Vec::with_capacity(usize::try_from(canvas_bytes).unwrap_or(0)),
            averager: (factor > 1).then(|| Averager::new(plan.width as usize, 3, factor as usize)),
            rows_seen: 0,
            narrowed: Vec::new(),
            opaque: Vec::new(),
            alpha: Vec::new(),
            seen: Vec::new(),
            deep: Vec::new(),
            beyond: Hasher::new(),
            beyond_used: false,
        })
    }

    /// Rows painted so far.
    pub(crate) fn rows_seen(&self) -> u32 {
        self.rows_seen
    }

    /// Paints the next row from samples of 8 bits.
    pub(crate) fn row(&mut self, samples: &[u8]) -> Result<(), Rejection> {
        let layout = self.plan.layout;
        let wanted = self.plan.width as usize * layout.channels();
        if samples.len() != wanted || self.rows_seen >= self.plan.height {
            return Err(Rejection::corrupt(format!(
                "row {} of {} has {} bytes instead of {wanted}",
                self.rows_seen + 1,
                self.plan.height,
                samples.len()
            )));
        }
        self.rows_seen += 1;
        let mut seen = std::mem::take(&mut self.seen);
        seen.resize(self.plan.width as usize * 3, 0);
        let painted = if layout.has_alpha() {
            self.composite(samples, &mut seen)
        } else {
            self.to_srgb.convert(samples, &mut seen)
        };
        painted.map_err(|_| Rejection::corrupt("its colours cannot be converted to sRGB"))?;
        self.place(&seen);
        self.seen = seen;
        Ok(())
    }

    /// Paints the next row from samples of 16 bits; all 16 enter the pixel hash.
    pub(crate) fn deep_row(&mut self, samples: &[u16]) -> Result<(), Rejection> {
        let channels = self.plan.layout.channels();
        let mut deep = std::mem::take(&mut self.deep);
        deep.clear();
        for pixel in samples.chunks_exact(channels) {
            let hidden = self.plan.layout.has_alpha() && pixel[channels - 1] == 0;
            for sample in pixel {
                let kept = if hidden { 0 } else { *sample };
                deep.extend(kept.to_le_bytes());
            }
        }
        self.beyond.update(&deep);
        self.beyond_used = true;
        self.deep = deep;
        let mut narrowed = std::mem::take(&mut self.narrowed);
        narrowed.clear();
        narrowed.extend(samples.iter().map(|sample| narrow(*sample)));
        let result = self.row(&narrowed);
        self.narrowed = narrowed;
        result
    }

    /// Colours without alpha to sRGB, then over the background. Transparency enters the hash;
    /// colours that nobody sees do not.
    fn composite(
        &mut self,
        samples: &[u8],
        rgb: &mut [u8],
    ) -> Result<(), crate::colour::BrokenProfile> {
        let channels = self.plan.layout.channels();
        self.opaque.clear();
        self.alpha.clear();
        for pixel in samples.chunks_exact(channels) {
            self.opaque.extend(&pixel[..channels - 1]);
            self.alpha.push(pixel[channels - 1]);
        }
        self.to_srgb.convert(&self.opaque, rgb)?;
        if self.alpha.iter().all(|alpha| *alpha == 255) {
            return Ok(());
        }
        self.beyond_used = true;
        self.beyond.update(&self.rows_seen.to_le_bytes());
        self.beyond.update(&self.alpha);
        for (alpha, pixel) in self.alpha.iter().zip(rgb.chunks_exact_mut(3)) {
            for channel in pixel {
                *channel = multiply(*channel, *alpha) + multiply(BACKGROUND, 255 - alpha);
            }
        }
        Ok(())
    }

    fn place(&mut self, rgb: &[u8]) {
        let Some(averager) = &mut self.averager else {
            self.canvas.extend_from_slice(rgb);
            return;
        };
        self.beyond_used = true;
        self.beyond.update(rgb);
        if averager.add(rgb) || self.rows_seen == self.plan.height {
            averager.flush(&mut self.canvas);
        }
    }

    /// The finished canvas.
    ///
    /// # Errors
    /// A truncated [`Rejection`] when rows are missing.
    pub(crate) fn finish(self) -> Result<Painted, Rejection> {
        if self.rows_seen < self.plan.height {
            return Err(Rejection::truncated(format!(
                "it ends after row {} of {}",
                self.rows_seen, self.plan.height
            )));
        }
        let width = self.plan.width.div_ceil(self.factor);
        let height = self.plan.height.div_ceil(self.factor);
        let canvas = Canvas::new(width, height, self.canvas)
            .ok_or_else(|| Rejection::corrupt("it has no pixels"))?;
        Ok(Painted {
            canvas,
            beyond_canvas: self.beyond_used.then(|| *self.beyond.finalize().as_bytes()),
        })
    }
}

/// The converter for a layout and its profile; a broken profile becomes a note.
pub(crate) fn converter(layout: Layout, icc: Option<&[u8]>, notes: &mut Vec<MediaNote>) -> ToSrgb {
    let Some(icc) = icc else {
        return ToSrgb::plain(layout);
    };
    ToSrgb::with_profile(layout, icc).unwrap_or_else(|_| {
        crate::decode::note(notes, MediaNote::BrokenIccProfile);
        ToSrgb::plain(layout)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paint(plan: RowPlan, row: &[u8]) -> Painted {
        let mut painter =
            Painter::new(plan, None, &mut Vec::new(), &DecodeLimits::default()).unwrap();
        for _ in 0..plan.height {
            painter.row(row).unwrap();
        }
        painter.finish().unwrap()
    }

    #[test]
    fn the_short_side_keeps_as_many_pixels_as_it_must() {
        let usual = &DecodeLimits::default();
        assert_eq!(reduction(640, 480, usual), 1);
        assert_eq!(reduction(1000, 895, usual), 2);
        assert_eq!(reduction(4000, 3000, usual), 4);
        assert_eq!(reduction(20_000, 10_000, usual), 8);
        assert_eq!(reduction(100_000, 100, usual), 1);
        let close = &DecodeLimits {
            short_side_px: 1500,
            ..*usual
        };
        assert_eq!(reduction(4000, 3000, close), 2);
    }

    #[test]
    fn what_is_transparent_shows_white_and_hidden_colours_do_not_count() {
        let plan = RowPlan {
            width: 2,
            height: 1,
            layout: Layout::GreyAlpha,
        };
        let hidden_black = paint(plan, &[0, 0, 0, 128]);
        let hidden_grey = paint(plan, &[99, 0, 0, 128]);
        assert_eq!(hidden_black.canvas.rgb, [255, 255, 255, 127, 127, 127]);
        assert_eq!(hidden_black.canvas, hidden_grey.canvas);
        assert_eq!(hidden_black.beyond_canvas, hidden_grey.beyond_canvas);
    }

    #[test]
    fn averages_cover_ragged_edges() {
        let plan = RowPlan {
            width: 897,
            height: 897,
            layout: Layout::Grey,
        };
        let row: Vec<u8> = (0..897_u32)
            .map(|x| if x == 896 { 9 } else { 100 })
            .collect();
        let painted = paint(plan, &row);
        assert_eq!((painted.canvas.width, painted.canvas.height), (449, 449));
        assert_eq!(&painted.canvas.rgb[..3], [100; 3]);
        assert_eq!(&painted.canvas.rgb[448 * 3..449 * 3], [9; 3]);
    }
}
