//! What two pictures, one laid over the other, have in common.

use super::align::{Contrast, Lay, contrast};
use super::plane::{Square, Turn};

/// Tiles along each side.
const TILES: usize = 8;
/// A tile says something when its luma varies by this much (standard deviation) in either.
const TILE_SAYS: f32 = 1.5;
/// A tile is redrawn when more than this is not as it was.
const PAINTED: f32 = 0.25;
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
    /// Their mean of what is redrawn all the same, 0–1.
    pub(crate) redrawn: f32,
    /// Correlation of luma over all of them together, −1 to 1.
    pub(crate) correlation: f32,
    /// Contrast of the other over that of the one.
    pub(crate) gain: f32,
    /// Luma that the other has more.
    pub(crate) lift: f32,
}

/// Compares under a lay. Nothing comes back when too little is covered, or the one is flat.
pub(crate) fn weigh<const N: usize>(
    one: &Detailed<N>,
    other: &Detailed<N>,
    lay: &Lay,
) -> Option<Evidence> {
    let grid = lay.grid();
    let contrast = contrast(&one.all, &other.all, &grid)?;
    let (mut luma, mut fine) = (Sums::default(), Sums::default());
    let mut rest = 0.0;
    let mut tiles = [Sums::default(); TILES * TILES];
    for y in grid.y.inside.clone() {
        for x in grid.x.inside.clone() {
            let at = y * N + x;
            let seen = one.all.sample(&grid, x, y);
            let there = other.all.cells()[at];
            let explained = contrast.gain * seen + contrast.offset;
            rest += (there - explained).powi(2);
            luma.add(seen, there);
            fine.add(one.fine.sample(&grid, x, y), other.fine.cells()[at]);
            tiles[y * TILES / N * TILES + x * TILES / N].add(explained, there);
        }
    }
    let mut evidence = Evidence {
        cover: luma.count / (N * N) as f32,
        gain: contrast.gain,
        lift: contrast.offset + (contrast.gain - 1.0) * luma.one / luma.count,
        correlation: contrast.correlation,
        detail: fine.correlation(),
        spread: luma.spread(),
        detail_spread: fine.spread(),
        rest: (rest / luma.count).sqrt(),
        tiles: 0,
        differing: 0.0,
        redrawn: 0.0,
        redrawn_tiles: 0.0,
        redrawn_area: 0.0,
        elsewhere: Elsewhere::default(),
    };
    evidence.read(&tiles, &contrast);
    Some(evidence)
}

impl Evidence {
    fn read(&mut self, tiles: &[Sums], contrast: &Contrast) {
        let mut elsewhere = Sums::default();
        let (mut first, mut last) = ([TILES; 2], [0; 2]);
        for (at, tile) in tiles.iter().enumerate() {
            if !tile.says_something() {
                continue;
            }
            self.tiles += 1;
            self.differing += tile.differing();
            self.redrawn += tile.redrawn();
            if tile.redrawn() > PAINTED {
                self.redrawn_tiles += 1.0;
                for (axis, place) in [at % TILES, at / TILES].into_iter().enumerate() {
                    first[axis] = first[axis].min(place);
                    last[axis] = last[axis].max(place + 1);
                }
            } else {
                self.elsewhere.tiles += 1;
                self.elsewhere.redrawn += tile.redrawn();
                elsewhere.join(tile);
            }
        }
        let sides = [0, 1].map(|axis| last[axis].saturating_sub(first[axis]));
        self.redrawn_area = (sides[0] * sides[1]) as f32 / (TILES * TILES) as f32;
        self.elsewhere.redrawn /= self.elsewhere.tiles.max(1) as f32;
        self.elsewhere.correlation = elsewhere.correlation();
        // The sums are of the one as brought to the contrast of the other.
        let (spread, _, crossed) = elsewhere.variances();
        self.elsewhere.gain = contrast.gain * crossed / spread.max(f32::EPSILON);
        let seen = (elsewhere.one / elsewhere.count - contrast.offset) / contrast.gain;
        self.elsewhere.lift = elsewhere.other / elsewhere.count - seen;
        let told = self.tiles.max(1) as f32;
        self.differing /= told;
        self.redrawn /= told;
        self.redrawn_tiles /= told;
    }
}

/// A square and its fine detail.
#[derive(Clone)]
pub(crate) struct Detailed<const N: usize> {
    pub(crate) all: Square<N>,
    /// What softening takes away.
    pub(crate) fine: Square<N>,
}

impl<const N: usize> Detailed<N> {
    pub(crate) fn new(all: Square<N>) -> Self {
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
    fn add(&mut self, one: f32, other: f32) {
        self.count += 1.0;
        self.one += one;
        self.other += other;
        self.one_squared += one * one;
        self.other_squared += other * other;
        self.crossed += one * other;
    }

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
