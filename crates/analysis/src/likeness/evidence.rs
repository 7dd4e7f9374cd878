//! What two pictures, one laid over the other, have in common.

use super::align::Contrast;
use super::overlap::{CELLS, Cells, Overlap};
use super::plane::{Plane, SIDE, Turn};
use crate::wide::widely;

/// Tiles along each side.
const TILES: usize = 8;
/// Cells along each side of a tile.
const TILE: usize = SIDE / TILES;
/// A tile says something when its luma varies by this much (standard deviation) in either.
const TILE_SAYS: f32 = 1.5;
/// A tile is redrawn when more than this is not as it was.
const PAINTED: f32 = 0.25;
/// Share of what varies in a tile that differs from which on it does not fit the tiles that are
/// as they were.
const UNFIT: f32 = 0.5;
/// Tiles that are left as they were from which on they tell the contrast of the whole.
const LEFT: u32 = 12;
/// Correlation of luma, and of fine detail, below which the other is a negative of the one.
const NEGATIVE: f32 = -0.8;
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
    /// The same when every tile may have a contrast of its own.
    pub(crate) detail_by_tile: f32,
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
    /// Share of the frame of the smallest rectangle that holds them.
    pub(crate) redrawn_area: f32,
    /// What the other telling tiles say, in which nothing was painted over.
    pub(crate) elsewhere: Elsewhere,
}

/// What the tiles say in which the same things are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Elsewhere {
    /// How many there are.
    pub(crate) tiles: u32,
    /// How many of them lie off the rim, where a frame would be, and the share that they are of
    /// the telling tiles there, 0–1.
    pub(crate) inside: u32,
    pub(crate) inside_share: f32,
    /// Their mean of what is redrawn all the same, 0–1.
    pub(crate) redrawn: f32,
    /// Correlation of luma over all of them together, −1 to 1.
    pub(crate) correlation: f32,
    /// Contrast of the other over that of the one.
    pub(crate) gain: f32,
    /// Luma that the other has more.
    pub(crate) lift: f32,
}

/// Reads what two pictures have in common, one laid over the other. Nothing comes back when too
/// little is covered, or the one is flat.
pub(crate) fn weigh(overlap: &Overlap) -> Option<Evidence> {
    let contrast = overlap.contrast()?;
    let tiles = tiles_of(&overlap.inside, &overlap.seen, &overlap.there);
    let fine_tiles = tiles_of(&overlap.inside, &overlap.fine_seen, &overlap.fine_there);
    let (luma, fine) = (joined(&tiles), joined(&fine_tiles));
    let mut evidence = Evidence {
        cover: luma.count / CELLS as f32,
        gain: contrast.gain,
        lift: contrast.offset + (contrast.gain - 1.0) * luma.one / luma.count,
        correlation: contrast.correlation,
        detail: fine.correlation(),
        detail_by_tile: detail_by_tile(&tiles, &fine_tiles, contrast.gain),
        spread: luma.spread(),
        detail_spread: fine.spread(),
        rest: 0.0,
        tiles: 0,
        differing: 0.0,
        redrawn: 0.0,
        redrawn_tiles: 0.0,
        redrawn_area: 0.0,
        elsewhere: Elsewhere::default(),
    };
    let contrast = evidence.read(&tiles, contrast);
    evidence.rest = (unexplained(overlap, &contrast) / luma.count).sqrt();
    Some(evidence)
}

/// The sums over each tile, of cells that are nought where they are not inside.
fn tiles_of(inside: &Cells, one: &Cells, other: &Cells) -> [Sums; TILES * TILES] {
    let mut tiles = [Sums::default(); TILES * TILES];
    widely(
        #[inline(always)]
        || {
            for (row, tiles) in tiles.as_chunks_mut::<TILES>().0.iter_mut().enumerate() {
                // First down each column of the row of tiles.
                let mut columns = [[0.0_f32; SIDE]; 6];
                for y in row * TILE..(row + 1) * TILE {
                    for x in 0..SIDE {
                        let (one, other) = (one[y][x], other[y][x]);
                        columns[0][x] += inside[y][x];
                        columns[1][x] += one;
                        columns[2][x] += other;
                        columns[3][x] += one * one;
                        columns[4][x] += other * other;
                        columns[5][x] += one * other;
                    }
                }
                for (at, tile) in tiles.iter_mut().enumerate() {
                    let sum = |kind: usize| {
                        let of_tile = &columns[kind][at * TILE..(at + 1) * TILE];
                        of_tile.iter().sum::<f32>()
                    };
                    *tile = Sums {
                        count: sum(0),
                        one: sum(1),
                        other: sum(2),
                        one_squared: sum(3),
                        other_squared: sum(4),
                        crossed: sum(5),
                    };
                }
            }
        },
    );
    tiles
}

/// The squares of what gain and offset leave unexplained, added up.
fn unexplained(overlap: &Overlap, contrast: &Contrast) -> f32 {
    let mut columns = [0.0_f32; SIDE];
    widely(
        #[inline(always)]
        || {
            for y in 0..SIDE {
                for (x, sum) in columns.iter_mut().enumerate() {
                    let explained = contrast.gain * overlap.seen[y][x] + contrast.offset;
                    let left = overlap.there[y][x] - explained;
                    *sum += overlap.inside[y][x] * (left * left);
                }
            }
        },
    );
    columns.iter().sum()
}

impl Evidence {
    /// Whether the other shows light where the one shows shade, in small things as in large.
    pub(crate) fn is_negative(&self) -> bool {
        self.correlation.max(self.detail) < NEGATIVE
    }

    /// Reads the tiles. What comes back is the contrast of what was not painted over: a black bar
    /// over a third of a picture says nothing about the rest of it.
    fn read(&mut self, tiles: &[Sums], whole: Contrast) -> Contrast {
        let telling: Vec<(usize, &Sums)> = tiles
            .iter()
            .enumerate()
            .filter(|(_, tile)| tile.says_something())
            .collect();
        let told = telling.len().max(1) as f32;
        self.tiles = telling.len() as u32;
        let redrawn = telling.iter().map(|(_, tile)| tile.redrawn());
        self.redrawn = redrawn.sum::<f32>() / told;
        let (mut left, mut painted): (Vec<_>, Vec<_>) = telling
            .iter()
            .partition(|(_, tile)| tile.redrawn() <= PAINTED);
        // An edge of what was painted may run along a tile's own: what does not fit the others
        // there is painted over as well.
        if let Some(there) = joined(sums(&left))
            .contrast()
            .filter(|_| !painted.is_empty())
        {
            let (fit, more): (Vec<_>, Vec<_>) = left
                .iter()
                .partition(|(_, tile)| tile.differing(&there) <= UNFIT);
            left = fit;
            painted.extend(more);
        }
        self.elsewhere = Elsewhere::of(&left, &telling, &whole);
        self.redrawn_tiles = painted.len() as f32 / told;
        self.redrawn_area = rectangle(&painted);
        let contrast = match joined(sums(&left)).contrast() {
            Some(there) if !painted.is_empty() && self.elsewhere.tiles >= LEFT => {
                (self.gain, self.lift) = (self.elsewhere.gain, self.elsewhere.lift);
                there
            }
            _ => whole,
        };
        let differing = telling.iter().map(|(_, tile)| tile.differing(&contrast));
        self.differing = differing.sum::<f32>() / told;
        contrast
    }
}

impl Elsewhere {
    /// What is said by the tiles that are left, of all that say something.
    fn of(left: &[(usize, &Sums)], telling: &[(usize, &Sums)], whole: &Contrast) -> Self {
        let all = joined(sums(left));
        let contrast = all.contrast().unwrap_or(*whole);
        let inside = |tiles: &[(usize, &Sums)]| {
            let off_rim = |place: usize| (1..TILES - 1).contains(&place);
            let tiles = tiles.iter();
            tiles
                .filter(|(at, _)| off_rim(at % TILES) && off_rim(at / TILES))
                .count() as u32
        };
        let redrawn = left.iter().map(|(_, tile)| tile.redrawn()).sum::<f32>();
        Self {
            tiles: left.len() as u32,
            inside: inside(left),
            inside_share: inside(left) as f32 / inside(telling).max(1) as f32,
            redrawn: redrawn / left.len().max(1) as f32,
            correlation: all.correlation(),
            gain: contrast.gain,
            lift: contrast.offset + (contrast.gain - 1.0) * all.one / all.count.max(1.0),
        }
    }
}

/// Correlation of fine detail where that of the one is brought to the contrast of each tile, and to
/// that of the whole in tiles that are flat. About nought, since fine detail has no mean.
fn detail_by_tile(tiles: &[Sums], fine: &[Sums], gain: f32) -> f32 {
    let (mut one, mut other, mut crossed) = (0.0_f32, 0.0, 0.0);
    for (tile, fine) in tiles.iter().zip(fine).filter(|(tile, _)| tile.count > 0.0) {
        let gain = tile.contrast().map_or(gain, |there| there.gain).max(0.0);
        one += gain * gain * fine.one_squared;
        other += fine.other_squared;
        crossed += gain * fine.crossed;
    }
    if one > 0.0 && other > 0.0 {
        crossed / (one * other).sqrt()
    } else {
        0.0
    }
}

/// The sums over several tiles.
fn joined<'a>(tiles: impl IntoIterator<Item = &'a Sums>) -> Sums {
    let mut sums = Sums::default();
    for tile in tiles {
        sums.join(tile);
    }
    sums
}

/// Tiles without their places.
fn sums<'a>(tiles: &[(usize, &'a Sums)]) -> impl Iterator<Item = &'a Sums> {
    tiles.iter().map(|(_, tile)| *tile)
}

/// Share of the frame of the smallest rectangle that holds some tiles.
fn rectangle(tiles: &[(usize, &Sums)]) -> f32 {
    let (mut first, mut last) = ([TILES; 2], [0; 2]);
    for (at, _) in tiles {
        for (axis, place) in [at % TILES, at / TILES].into_iter().enumerate() {
            first[axis] = first[axis].min(place);
            last[axis] = last[axis].max(place + 1);
        }
    }
    let sides = [0, 1].map(|axis| last[axis].saturating_sub(first[axis]));
    (sides[0] * sides[1]) as f32 / (TILES * TILES) as f32
}

/// A plane and its fine detail.
#[derive(Clone)]
pub(crate) struct Detailed {
    pub(crate) all: Plane,
    /// What softening takes away.
    pub(crate) fine: Plane,
}

impl Detailed {
    pub(crate) fn new(all: Plane) -> Self {
        Self {
            fine: all.minus(&all.softened().softened()),
            all,
        }
    }

    pub(crate) fn laid(&self, turn: Turn) -> Self {
        Self {
            all: turn.lay(&self.all),
            fine: turn.lay(&self.fine),
        }
    }
}

/// Sums over some cells of the one and of the other.
#[derive(Default, Clone, Copy)]
struct Sums {
    count: f32,
    one: f32,
    other: f32,
    one_squared: f32,
    other_squared: f32,
    crossed: f32,
}

impl Sums {
    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.one += other.one;
        self.other += other.other;
        self.one_squared += other.one_squared;
        self.other_squared += other.other_squared;
        self.crossed += other.crossed;
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

    fn correlation(&self) -> f32 {
        let (one, other, crossed) = self.variances();
        if self.count > 0.0 && one > 1e-6 && other > 1e-6 {
            crossed / (one * other).sqrt()
        } else {
            0.0
        }
    }

    /// Standard deviation of the flatter of the two.
    fn spread(&self) -> f32 {
        let (one, other, _) = self.variances();
        one.min(other).sqrt()
    }

    fn says_something(&self) -> bool {
        if self.count < 6.0 {
            return false;
        }
        let (one, other, _) = self.variances();
        one.max(other) > TILE_SAYS * TILE_SAYS
    }

    /// Gain and offset that bring the one to the other; nothing where the one is flat.
    fn contrast(&self) -> Option<Contrast> {
        let (one, _, crossed) = self.variances();
        if self.count < 1.0 || one < 1.0 {
            return None;
        }
        let gain = crossed / one;
        Some(Contrast {
            gain,
            offset: (self.other - gain * self.one) / self.count,
            correlation: self.correlation(),
        })
    }

    /// Share of what varies that differs: 0 when equal, 1 when unrelated.
    fn differing(&self, contrast: &Contrast) -> f32 {
        let Contrast { gain, offset, .. } = *contrast;
        let (one, other, crossed) = self.variances();
        let (one, crossed) = (gain * gain * one, gain * crossed);
        let apart = (gain * self.one - self.other) / self.count + offset;
        ((one + other - 2.0 * crossed + apart * apart) / (one + other + 2.0 * NOISE)).min(1.0)
    }

    /// The same with brightness and contrast of the tile let go.
    fn redrawn(&self) -> f32 {
        let (one, other, crossed) = self.variances();
        1.0 - (crossed + NOISE) / ((one + NOISE) * (other + NOISE)).sqrt()
    }
}

#[cfg(test)]
mod tests;
