//! What two pictures, one laid over the other, have in common.

use super::align::{Lay, contrast};
use super::plane::{Square, correlation};

/// Tiles along each side.
const TILES: usize = 8;
/// A tile says something when its luma varies by this much (standard deviation) in either.
const TILE_SAYS: f32 = 1.5;
/// Variance that rounding to whole luma steps and coarse coding bring in.
const NOISE: f32 = 0.3;

/// Numbers about one way to lay a picture over another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    /// Share of the other picture that the one covers, 0–1.
    pub(crate) cover: f32,
    /// Contrast of the other over that of the one.
    pub(crate) gain: f32,
    /// Luma added, at the mean luma of the one.
    pub(crate) lift: f32,
    /// Correlation of luma, −1 to 1.
    pub(crate) correlation: f32,
    /// Correlation of fine detail (what softening takes away), −1 to 1.
    pub(crate) detail: f32,
    /// Standard deviation of luma of the flatter of the two.
    pub(crate) spread: f32,
    /// Standard deviation of fine detail of the flatter of the two.
    pub(crate) detail_spread: f32,
    /// Root mean square of what gain and lift leave unexplained, luma steps.
    pub(crate) rest: f32,
    /// Tiles that say something, of 64.
    pub(crate) tiles: u32,
    /// Mean over the telling tiles of the share of variance that differs when the whole picture
    /// has one gain and one lift, 0–1.
    pub(crate) differing: f32,
    /// The same when every tile may have a gain and a lift of its own: what is drawn there.
    pub(crate) redrawn: f32,
    /// Share of the telling tiles that are redrawn.
    pub(crate) redrawn_tiles: f32,
}

/// Compares under a lay. Nothing comes back when too little is covered, or the one is flat.
pub(crate) fn weigh<const N: usize>(
    one: &Square<N>,
    other: &Square<N>,
    lay: &Lay,
) -> Option<Evidence> {
    let (gain, offset) = contrast(one, other, lay)?;
    let (one_fine, other_fine) = (fine_detail(one), fine_detail(other));
    let mut covered = Covered::default();
    let mut tiles = [Tile::default(); TILES * TILES];
    for y in 0..N {
        for x in 0..N {
            let (from_x, from_y) = lay.place::<N>(x, y);
            let Some(sample) = one.sample(from_x, from_y) else {
                continue;
            };
            let at = y * N + x;
            let fine = one_fine.sample(from_x, from_y).map_or(0.0, |s| s.value);
            let explained = gain * sample.value + offset;
            covered.one.push(sample.value);
            covered.other.push(other.cells()[at]);
            covered.one_fine.push(fine);
            covered.other_fine.push(other_fine.cells()[at]);
            tiles[y * TILES / N * TILES + x * TILES / N].add(explained, other.cells()[at]);
        }
    }
    Some(covered.told(&tiles, gain, offset, N * N))
}

/// What softening takes away.
fn fine_detail<const N: usize>(square: &Square<N>) -> Square<N> {
    square.minus(&square.softened().softened())
}

#[derive(Default)]
struct Covered {
    one: Vec<f32>,
    other: Vec<f32>,
    one_fine: Vec<f32>,
    other_fine: Vec<f32>,
}

impl Covered {
    fn told(&self, tiles: &[Tile], gain: f32, offset: f32, cells: usize) -> Evidence {
        let count = self.one.len() as f32;
        let mean_one = self.one.iter().sum::<f32>() / count;
        let rest = self
            .one
            .iter()
            .zip(&self.other)
            .map(|(one, other)| (other - gain * one - offset).powi(2))
            .sum::<f32>();
        let (mut said, mut differing, mut redrawn, mut redrawn_tiles) = (0.0_f32, 0.0, 0.0, 0.0);
        for tile in tiles.iter().filter(|tile| tile.says_something()) {
            said += 1.0;
            differing += tile.differing();
            redrawn += tile.redrawn();
            redrawn_tiles += f32::from(u8::from(tile.redrawn() > 0.25));
        }
        let told = said.max(1.0);
        Evidence {
            cover: count / cells as f32,
            gain,
            lift: offset + (gain - 1.0) * mean_one,
            correlation: correlation(&self.one, &self.other),
            detail: correlation(&self.one_fine, &self.other_fine),
            spread: spread(&self.one).min(spread(&self.other)),
            detail_spread: spread(&self.one_fine).min(spread(&self.other_fine)),
            rest: (rest / count).sqrt(),
            tiles: said as u32,
            differing: differing / told,
            redrawn: redrawn / told,
            redrawn_tiles: redrawn_tiles / told,
        }
    }
}

/// Sums over one tile, of the one (brought to the contrast of the other) and of the other.
#[derive(Default, Clone, Copy)]
struct Tile {
    count: f32,
    one: f32,
    other: f32,
    one_squared: f32,
    other_squared: f32,
    crossed: f32,
}

impl Tile {
    fn add(&mut self, one: f32, other: f32) {
        self.count += 1.0;
        self.one += one;
        self.other += other;
        self.one_squared += one * one;
        self.other_squared += other * other;
        self.crossed += one * other;
    }

    /// Variance of the one, of the other, and their covariance.
    fn variances(&self) -> (f32, f32, f32) {
        let (one, other) = (self.one / self.count, self.other / self.count);
        (
            (self.one_squared / self.count - one * one).max(0.0),
            (self.other_squared / self.count - other * other).max(0.0),
            self.crossed / self.count - one * other,
        )
    }

    fn says_something(&self) -> bool {
        if self.count < 6.0 {
            return false;
        }
        let (one, other, _) = self.variances();
        one.max(other) > TILE_SAYS * TILE_SAYS
    }

    /// Share of what varies that differs: 0 when equal, 1 when unrelated.
    fn differing(&self) -> f32 {
        let (one, other, crossed) = self.variances();
        let apart = (self.one - self.other) / self.count;
        ((one + other - 2.0 * crossed + apart * apart) / (one + other + 2.0 * NOISE)).min(1.0)
    }

    /// The same with brightness and contrast of the tile let go.
    fn redrawn(&self) -> f32 {
        let (one, other, crossed) = self.variances();
        1.0 - (crossed + NOISE) / ((one + NOISE) * (other + NOISE)).sqrt()
    }
}

fn spread(values: &[f32]) -> f32 {
    let count = values.len() as f32;
    let mean = values.iter().sum::<f32>() / count;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / count).sqrt()
}
