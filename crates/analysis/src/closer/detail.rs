//! Fine detail of two drawings, one laid over the other.

use super::drawing::{Level, detail, radius};
use crate::likeness::align::{Lay, unit};
use crate::likeness::plane::Square;
use crate::likeness::warp::{Place, Warp};

/// Tiles along each side.
const TILES: usize = 16;
/// Mean square of the fine detail of a tile that says something, luma steps.
const SAYS: f32 = 9.0;
/// Agreement from which on the same is drawn in a tile.
const AGREES: f32 = 0.7;
/// Strokes of the one over those of the other from which on a tile in which other things are drawn
/// has as much of them in both.
const AS_MUCH: f32 = 0.4;
/// Small tiles along each side of a tile, as large as a letter or two.
const SMALL: usize = 2;
/// Mean square of the fine detail of a small tile in both from which on it is a stroke of each: what
/// coarse coding leaves around letters is less.
const STROKES: f32 = 25.0;
/// What a tile weighs at most, of the median of those that say something.
const HEAVY: f32 = 0.5;

/// What the one shows where the cells of the other fall, without all that is large in it, and what
/// the other shows there.
pub(super) struct Seen<'a, const N: usize> {
    one: Square<N>,
    other: &'a Square<N>,
    inside: Vec<bool>,
}

impl<'a, const N: usize> Seen<'a, N> {
    pub(super) fn laid(one: &Level<N>, other: &'a Level<N>, lay: &Lay) -> Self {
        let clear = Clear::of::<N>(&Warp::of(lay));
        let place = |axis: usize, at: usize| lay.scale[axis] * unit::<N>(at) + lay.shift[axis];
        let places: [[f32; 2]; N] = std::array::from_fn(|at| [place(0, at), place(1, at)]);
        let is_clear = places.map(|place| clear.holds(place));
        let inside = is_clear
            .iter()
            .flat_map(|[_, y]| is_clear.iter().map(move |[x, _]| *x && *y));
        Self {
            inside: inside.collect(),
            one: detail(&one.soft.seen_through(lay)),
            other: other.detail(),
        }
    }

    pub(super) fn warped(one: &Level<N>, other: &'a Level<N>, warp: &Warp) -> Self {
        let clear = Clear::of::<N>(warp);
        let mut inside = Vec::with_capacity(N * N);
        let mut cells = Vec::with_capacity(N * N);
        for at in 0..N * N {
            let [x, y] = warp.place(unit::<N>(at % N), unit::<N>(at / N));
            inside.push(clear.holds([x, y]) == [true; 2]);
            cells.push(Place::<N>::new(x, y).value(&one.soft));
        }
        Self {
            one: detail(&Square::from_cells(cells)),
            other: other.detail(),
            inside,
        }
    }

    /// Correlation of the fine detail, −1 to 1.
    pub(super) fn agreement(&self) -> f32 {
        let mut sums = Sums::default();
        for (at, _) in self
            .inside
            .iter()
            .enumerate()
            .filter(|(_, inside)| **inside)
        {
            sums.add(self.one.cells()[at], self.other.cells()[at]);
        }
        sums.correlation()
    }

    /// What the tiles say that lie inside altogether.
    pub(super) fn tiles(&self) -> Tiles {
        let side = N / TILES;
        let small = self.sums(side / SMALL);
        let mut tiles = [Sums::default(); TILES * TILES];
        for (at, sums) in small.iter().enumerate() {
            let (x, y) = (at % (TILES * SMALL), at / (TILES * SMALL));
            tiles[y / SMALL * TILES + x / SMALL].join(sums);
        }
        let whole = (side * side) as f32;
        let mut all = Sums::default();
        for tile in tiles.iter().filter(|tile| tile.count >= whole) {
            all.join(tile);
        }
        let gain = all.gain();
        let telling =
            |tile: &Sums| tile.count >= whole && tile.one.max(tile.other) >= SAYS * tile.count;
        let mut found = Tiles {
            gain,
            agreement: evenly(tiles.iter().filter(|tile| telling(tile)), gain),
            letters: Letters::of(
                small
                    .iter()
                    .filter(|sums| sums.count * (SMALL * SMALL) as f32 >= whole),
                gain,
            ),
            ..Tiles::default()
        };
        let mut left = Sums::default();
        let (mut first, mut last) = ([TILES; 2], [0; 2]);
        for (at, tile) in tiles.iter().enumerate().filter(|(_, tile)| telling(tile)) {
            found.telling += 1;
            if tile.agreement(gain) >= AGREES {
                left.join(tile);
                continue;
            }
            found.redrawn += 1;
            found.reworded += u32::from(tile.is_reworded(gain));
            for (axis, place) in [at % TILES, at / TILES].into_iter().enumerate() {
                first[axis] = first[axis].min(place);
                last[axis] = last[axis].max(place + 1);
            }
        }
        let sides = [0, 1].map(|axis| last[axis].saturating_sub(first[axis]));
        found.redrawn_area = (sides[0] * sides[1]) as f32 / (TILES * TILES) as f32;
        found.elsewhere = left.correlation();
        found
    }
}

impl<const N: usize> Seen<'_, N> {
    /// What is seen in each square of so many cells, row by row.
    fn sums(&self, side: usize) -> Vec<Sums> {
        let along = N / side;
        let mut squares = vec![Sums::default(); along * along];
        for (at, _) in self
            .inside
            .iter()
            .enumerate()
            .filter(|(_, inside)| **inside)
        {
            let square = at / N / side * along + at % N / side;
            squares[square].add(self.one.cells()[at], self.other.cells()[at]);
        }
        squares
    }
}

/// Correlation of tiles of which none weighs more than half of what the median does: the edges of
/// bars and frames would outweigh the words inside. With a half more copies are told from others
/// than with a quarter or the whole.
fn evenly<'a>(tiles: impl Iterator<Item = &'a Sums>, gain: f32) -> f32 {
    let mut tiles: Vec<(f32, &Sums)> = tiles.map(|tile| (tile.most(gain), tile)).collect();
    tiles.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some((median, _)) = tiles.get(tiles.len() / 2).copied() else {
        return 0.0;
    };
    let mut all = Sums::default();
    for (most, tile) in &tiles {
        all.join(&tile.times((HEAVY * median / most).min(1.0)));
    }
    all.correlation()
}

/// What the tiles of two drawings say.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Tiles {
    /// Tiles in which something is drawn, of 256.
    pub(super) telling: u32,
    /// Of these, the ones in which other things are.
    pub(super) redrawn: u32,
    /// Of these again, the ones in which both have as many strokes: a word in place of another,
    /// where a stamp or a scribble comes on top.
    pub(super) reworded: u32,
    /// What became of letters.
    pub(super) letters: Letters,
    /// Share of the frame of the smallest rectangle that holds the redrawn.
    pub(super) redrawn_area: f32,
    /// Correlation of the fine detail of telling tiles, each weighed much alike, −1 to 1.
    pub(super) agreement: f32,
    /// Correlation of the fine detail of telling tiles in which the same is drawn, as strong as
    /// each is drawn.
    pub(super) elsewhere: f32,
    /// Contrast of the fine detail of the other over that of the one.
    pub(super) gain: f32,
}

/// What became of strokes in small tiles in which something else is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Letters {
    /// For each in which there are as many others in their place how far they fall short of being the
    /// same, 0–[`AGREES`], and all of it together. Of what is under a stamp all is still there.
    pub(super) replaced: f32,
    /// Share of these, and of those in which there are only some that were not there or the other way
    /// round, as far as both are as many, 0–1. What is drawn over a picture only adds to it, or only
    /// takes away.
    pub(super) exchanged: f32,
}

impl Letters {
    fn of<'a>(tiles: impl Iterator<Item = &'a Sums>, gain: f32) -> Self {
        let (mut replaced, mut both, mut gone, mut new) = (0.0, 0_u32, 0_u32, 0_u32);
        for tile in tiles.filter(|tile| tile.agreement(gain) < AGREES) {
            let (one, other) = tile.alike(gain);
            if one.max(other) < STROKES * tile.count {
                continue;
            }
            if tile.are_as_many(gain, STROKES) {
                both += 1;
                replaced += (AGREES - tile.crossed / one.min(other)).clamp(0.0, AGREES);
            } else if one > other {
                gone += 1;
            } else {
                new += 1;
            }
        }
        let exchanged = (both + 2 * gone.min(new)) as f32 / (both + gone + new).max(1) as f32;
        Self {
            replaced,
            exchanged,
        }
    }
}

/// Sums over fine detail, which has no mean.
#[derive(Clone, Copy, Default)]
struct Sums {
    count: f32,
    one: f32,
    other: f32,
    crossed: f32,
}

impl Sums {
    fn add(&mut self, one: f32, other: f32) {
        self.count += 1.0;
        self.one += one * one;
        self.other += other * other;
        self.crossed += one * other;
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.one += other.one;
        self.other += other.other;
        self.crossed += other.crossed;
    }

    fn times(&self, weight: f32) -> Self {
        Self {
            count: weight * self.count,
            one: weight * self.one,
            other: weight * self.other,
            crossed: weight * self.crossed,
        }
    }

    fn correlation(&self) -> f32 {
        let both = (self.one * self.other).sqrt();
        if both > f32::EPSILON {
            self.crossed / both
        } else {
            0.0
        }
    }

    fn gain(&self) -> f32 {
        ((self.other + 1.0) / (self.one + 1.0)).sqrt()
    }

    /// What is drawn in either, whichever has more of it, once contrast is let go.
    fn most(&self, gain: f32) -> f32 {
        (gain * gain * self.one).max(self.other)
    }

    /// Whether something is drawn in both, and as much.
    fn is_reworded(&self, gain: f32) -> bool {
        self.are_as_many(gain, SAYS)
    }

    /// Whether so much a cell is drawn in both, and not much more in the one than in the other.
    fn are_as_many(&self, gain: f32, says: f32) -> bool {
        let (one, other) = self.alike(gain);
        let least = one.min(other);
        least >= says * self.count && least >= AS_MUCH * one.max(other)
    }

    /// How much is drawn in the one and in the other, at a contrast between theirs: the same
    /// whichever is called the one.
    fn alike(&self, gain: f32) -> (f32, f32) {
        (gain * self.one, self.other / gain)
    }

    /// How much of what is drawn in either is drawn in both, once contrast is let go, −1 to 1.
    fn agreement(&self, gain: f32) -> f32 {
        let most = self.most(gain);
        if most > f32::EPSILON {
            gain * self.crossed / most
        } else {
            0.0
        }
    }
}

/// Left, top, right and bottom of the one up to which nothing of what lies around it mixes in.
struct Clear([f32; 4]);

impl Clear {
    fn of<const N: usize>(warp: &Warp) -> Self {
        let half = N as f32 / 2.0;
        let (mut low, mut high) = ([1.0_f32; 2], [-1.0_f32; 2]);
        for [x, y] in [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]] {
            for (axis, place) in warp.place(x, y).into_iter().enumerate() {
                low[axis] = low[axis].min(place);
                high[axis] = high[axis].max(place);
            }
        }
        let ends = 1.0 + 0.5 / half;
        let limit = |beyond: f32| {
            if beyond > ends {
                // Beside the edge, what lies around mixes into all that was averaged.
                1.0 - (2 * radius::<N>() + 1) as f32 / half
            } else {
                f32::INFINITY
            }
        };
        Self([
            limit(-low[0]),
            limit(-low[1]),
            limit(high[0]),
            limit(high[1]),
        ])
    }

    /// Whether a place is clear from left to right, and from top to bottom.
    fn holds(&self, [x, y]: [f32; 2]) -> [bool; 2] {
        let Self([left, top, right, bottom]) = *self;
        [-x <= left && x <= right, -y <= top && y <= bottom]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N: usize = 256;

    /// Short strokes on paper, another set of them for each seed, between two black bars.
    fn letterboxed(seed: u32) -> Level<N> {
        drawn(225.0, |_, _| seed, |_, _| false)
    }

    /// The same in another ink, of several seeds, with something drawn over.
    fn drawn(
        ink: f32,
        seed: impl Fn(usize, usize) -> u32,
        over: impl Fn(usize, usize) -> bool,
    ) -> Level<N> {
        let is_ink = |x: usize, y: usize| {
            let word = (y / 6 * 64 + x / 4) as u32;
            let seed = seed(x / 4, y / 6);
            let dice = (word ^ seed.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b);
            let dice = (dice ^ (dice >> 15)).wrapping_mul(0xc2b2_ae35);
            y % 6 < 3 && (dice >> 13).is_multiple_of(3)
        };
        let cells = (0..N * N).map(|at| match (at % N, at / N) {
            (_, y) if !(40..N - 40).contains(&y) => 0.0,
            (x, y) if over(x, y) => 180.0,
            (x, y) if is_ink(x, y) => ink,
            _ => 250.0,
        });
        Level::new(Square::from_cells(cells.collect()).softened())
    }

    fn tiles(one: u32, other: u32) -> Tiles {
        laid(&letterboxed(one), &letterboxed(other))
    }

    fn laid(one: &Level<N>, other: &Level<N>) -> Tiles {
        let seen = Seen::laid(one, other, &Lay::SAME);
        assert!(seen.agreement() > 0.9, "of all cells: bars outweigh words");
        seen.tiles()
    }

    #[test]
    fn bars_do_not_outweigh_the_words_between_them() {
        let same = tiles(1, 1);
        assert!(same.agreement > 0.999 && same.redrawn == 0, "{same:?}");
        let others = tiles(1, 2);
        assert!(others.agreement < 0.7 && others.redrawn > 50, "{others:?}");
        assert!(2 * others.reworded > others.redrawn, "{others:?}");
    }

    #[test]
    fn a_few_other_strokes_are_told_from_some_drawn_over() {
        let one = drawn(60.0, |_, _| 1, |_, _| false);
        let is_there = |x: usize, y: usize| (30..46).contains(&x) && (18..26).contains(&y);
        let words = |x: usize, y: usize| 1 + u32::from(is_there(x, y));
        let others = laid(&one, &drawn(60.0, words, |_, _| false));
        assert!(others.agreement > 0.93, "{others:?}");
        assert!(others.letters.replaced > 4.0, "{others:?}");
        assert!(others.letters.exchanged > 0.7, "{others:?}");
        let in_box = |x, y| (140..190).contains(&x) && (120..150).contains(&y);
        let over = laid(&one, &drawn(60.0, |_, _| 1, in_box));
        assert!(over.redrawn > 4, "{over:?}");
        assert!(over.letters.exchanged < 0.5, "{over:?}");
        assert_eq!(laid(&one, &one).letters, Letters::default());
    }

    #[test]
    fn blank_paper_agrees_with_nothing() {
        let blank = || Level::<N>::new(Square::from_cells(vec![250.0; N * N]));
        let (one, other) = (blank(), blank());
        let found = Seen::laid(&one, &other, &Lay::SAME).tiles();
        assert_eq!((found.telling, found.agreement), (0, 0.0));
    }
}
