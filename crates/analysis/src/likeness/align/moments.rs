//! Sums over the cells of two squares that say how the light of the one goes over into that of the
//! other.

use super::Contrast;
use crate::wide::{LANES, Lanes};

/// Sums over cells of the one and of the other, and of their products.
#[derive(Default)]
pub(crate) struct Moments {
    count: Lanes,
    one: Lanes,
    other: Lanes,
    one_squared: Lanes,
    crossed: Lanes,
    other_squared: Lanes,
}

impl Moments {
    /// Adds the cells of a line that a mask of ones and noughts leaves.
    #[inline(always)]
    pub(crate) fn add_line<const N: usize>(
        &mut self,
        mask: &[f32; N],
        one: &[f32; N],
        other: &[f32; N],
    ) {
        const { assert!(N.is_multiple_of(LANES), "a rest would be left out") };
        let mask = mask.as_chunks::<LANES>().0;
        let both = one
            .as_chunks::<LANES>()
            .0
            .iter()
            .zip(other.as_chunks::<LANES>().0);
        for (mask, (one, other)) in mask.iter().zip(both) {
            for lane in 0..LANES {
                let (one, other) = (mask[lane] * one[lane], mask[lane] * other[lane]);
                self.count[lane] += mask[lane];
                self.one[lane] += one;
                self.other[lane] += other;
                self.one_squared[lane] += one * one;
                self.crossed[lane] += one * other;
                self.other_squared[lane] += other * other;
            }
        }
    }

    /// Gain and offset that bring the one to the other. Nothing comes back when little of so many
    /// cells is covered or the one is flat there.
    pub(crate) fn contrast(&self, of: usize) -> Option<Contrast> {
        let whole = |lanes: &Lanes| lanes.iter().sum::<f32>();
        let (count, one, other) = (whole(&self.count), whole(&self.one), whole(&self.other));
        let spread = whole(&self.one_squared) - one * one / count.max(1.0);
        if count < of as f32 * 0.25 || spread <= count * 1e-3 {
            return None;
        }
        let crossed = whole(&self.crossed) - one * other / count;
        let gain = crossed / spread;
        let there = (whole(&self.other_squared) - other * other / count).max(f32::EPSILON);
        Some(Contrast {
            gain,
            offset: (other - gain * one) / count,
            correlation: crossed / (spread * there).sqrt(),
        })
    }
}
