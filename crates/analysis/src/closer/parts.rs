//! Where in a drawing its content lies.

use crate::Closeup;
use crate::likeness::align::Lay;

/// Luma steps by which a line of an even frame may differ, but for a few cells of it.
const EVEN: u8 = 14;
/// Share of a line that may differ by more.
const STRAY: f32 = 0.02;
/// Luma steps from the ground from which on something is ink.
const INK: u8 = 28;
/// Cells of ink that make a line of content.
const LINE: usize = 2;
/// Cells at the edge of a frame that are mixed with what is inside.
const MIXED: usize = 2;
/// Content has more cells than this along each side.
const LEAST: usize = 10;

/// Bins of a profile.
const BINS: usize = 64;
/// Bins over which a profile is averaged to take what is large away.
const LARGE: usize = 4;

/// How light the lines of the content of a drawing are, from top to bottom, and its columns from
/// left to right, without what is large: a pattern of its own, whatever lies around it.
pub(crate) type Profile = [i8; 2 * BINS];

/// Parts of a drawing, each a lay over the whole. What a copy has more or less of is mostly margin
/// or frame: laid content over content, they agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parts {
    /// Share of the cells that are of the most common luma, two steps more or less, 0–1.
    pub(crate) ground: f32,
    /// The same of what is inside a frame of another luma; without one, of all.
    pub(crate) ground_inside: f32,
    pub(crate) profile: Profile,
    /// What is inside an even frame around it.
    pub(crate) bare: Option<Lay>,
    /// What is drawn, without the ground around it.
    pub(crate) content: Option<Lay>,
}

impl Parts {
    pub(crate) fn of(closeup: &Closeup) -> Self {
        let cells = Cells(closeup.luma());
        let whole = Part([0, 0, SIDE, SIDE]);
        let bare = cells.bare();
        let framed = bare.as_ref().and_then(|bare| cells.framed(bare));
        let inside = framed.as_ref().unwrap_or(&whole);
        let (luma, ground_inside) = cells.ground(inside);
        let content = cells.content(inside, luma);
        let profile = cells.profile(content.as_ref().or(bare.as_ref()).unwrap_or(&whole));
        let bare = bare.map(|part| part.lay());
        Self {
            ground: cells.ground(&whole).1,
            ground_inside,
            profile,
            bare,
            content: content.map(|part| part.lay()).or(bare),
        }
    }
}

/// How alike two profiles are, −1 to 1.
pub(crate) fn likeness_of_profiles(one: &Profile, other: &Profile) -> f32 {
    let product = |a: &i8, b: &i8| i32::from(*a) * i32::from(*b);
    let of = |a: &Profile, b: &Profile| a.iter().zip(b).map(|(a, b)| product(a, b)).sum::<i32>();
    let both = of(one, one) as f32 * of(other, other) as f32;
    if both > 0.0 {
        of(one, other) as f32 / both.sqrt()
    } else {
        0.0
    }
}

const SIDE: usize = Closeup::SIDE;

/// Left, top, right and bottom, cells.
struct Part([usize; 4]);

impl Part {
    fn lay(&self) -> Lay {
        let Self([left, top, right, bottom]) = *self;
        let half = SIDE as f32 / 2.0;
        let axis = |from: usize, to: usize| {
            let (from, to) = (from as f32, to as f32);
            (
                (to - from) / 2.0 / half,
                f32::midpoint(from, to) / half - 1.0,
            )
        };
        let (x, y) = (axis(left, right), axis(top, bottom));
        Lay {
            scale: [x.0, y.0],
            shift: [x.1, y.1],
        }
    }
}

/// A line of cells, from the first, so many apart.
#[derive(Clone, Copy)]
struct Line {
    first: usize,
    apart: usize,
}

struct Cells<'a>(&'a [u8]);

impl Cells<'_> {
    fn line(&self, Line { first, apart }: Line) -> impl Iterator<Item = u8> {
        (0..SIDE).map(move |at| self.0[first + at * apart])
    }

    /// What is inside the even lines around it, if opposite sides have some.
    fn bare(&self) -> Option<Part> {
        let sides = [
            |at| Line {
                first: at,
                apart: SIDE,
            },
            |at| Line {
                first: at * SIDE,
                apart: 1,
            },
            |at| Line {
                first: SIDE - 1 - at,
                apart: SIDE,
            },
            |at| Line {
                first: (SIDE - 1 - at) * SIDE,
                apart: 1,
            },
        ];
        let [left, top, right, bottom] = sides.map(|side| self.even_lines(side));
        let pair = |a: usize, b: usize| if a.min(b) == 0 { (0, 0) } else { (a, b) };
        let ((left, right), (top, bottom)) = (pair(left, right), pair(top, bottom));
        let is_there = left + top > 0 && left + right + LEAST < SIDE && top + bottom + LEAST < SIDE;
        is_there.then(|| Part([left, top, SIDE - right, SIDE - bottom]))
    }

    /// How many lines at a side are of one luma.
    fn even_lines(&self, side: impl Fn(usize) -> Line) -> usize {
        let mut first: Vec<u8> = self.line(side(0)).collect();
        first.sort_unstable();
        let luma = first[SIDE / 2];
        let is_even = |line: Line| {
            let stray = self.line(line).filter(|cell| cell.abs_diff(luma) > EVEN);
            stray.count() as f32 <= STRAY * SIDE as f32
        };
        (0..SIDE / 2).take_while(|at| is_even(side(*at))).count()
    }

    fn profile(&self, part: &Part) -> Profile {
        let Part([left, _, right, _]) = *part;
        let mut across = vec![0.0; right - left];
        let down: Vec<f32> = self
            .rows(part)
            .map(|row| {
                let cells = row.iter().map(|luma| f32::from(*luma));
                let cells = across.iter_mut().zip(cells);
                cells
                    .map(|(column, luma)| {
                        *column += luma;
                        luma
                    })
                    .sum()
            })
            .collect();
        let mut profile = [0; 2 * BINS];
        let (lines, columns) = profile.split_at_mut(BINS);
        write_profile(&down, right - left, lines);
        write_profile(&across, down.len(), columns);
        profile
    }

    /// The luma that is most common in a part, two steps more or less, and its share of the part.
    fn ground(&self, part: &Part) -> (u8, f32) {
        let mut counts = [0_u32; 256];
        for luma in self.rows(part).flatten() {
            counts[usize::from(*luma)] += 1;
        }
        let sums = counts.windows(5).map(|near| near.iter().sum::<u32>());
        let most = sums.enumerate().max_by_key(|(at, sum)| (*sum, 256 - at));
        let Part([left, top, right, bottom]) = *part;
        let whole = ((right - left) * (bottom - top)).max(1) as f32;
        most.map_or((0, 0.0), |(at, sum)| (at as u8 + 2, sum as f32 / whole))
    }

    fn rows(&self, Part([left, top, right, bottom]): &Part) -> impl Iterator<Item = &[u8]> {
        let rows = self.0.chunks_exact(SIDE).take(*bottom).skip(*top);
        rows.map(|row| &row[*left..*right])
    }

    /// What is inside even lines, if these are a frame and not the margin of what is drawn.
    fn framed(&self, bare: &Part) -> Option<Part> {
        let Part([left, top, right, bottom]) = *bare;
        // At the edge of a frame both are mixed.
        let off = |edge: usize, is_framed: bool| if is_framed { edge + MIXED } else { edge };
        let clear = Part([
            off(left, left > 0),
            off(top, top > 0),
            SIDE - off(SIDE - right, right < SIDE),
            SIDE - off(SIDE - bottom, bottom < SIDE),
        ]);
        let (ground, _) = self.ground(&clear);
        let corner = self.0[if left > 0 { SIDE / 2 * SIDE } else { SIDE / 2 }];
        (corner.abs_diff(ground) > INK).then_some(clear)
    }

    /// What of a part is other than its ground.
    fn content(&self, part: &Part, ground: u8) -> Option<Part> {
        let Part([left, top, ..]) = *part;
        let (mut across, mut down) = (vec![0; SIDE], vec![0; SIDE]);
        for (y, row) in (top..).zip(self.rows(part)) {
            for (x, luma) in (left..).zip(row) {
                let is_ink = usize::from(luma.abs_diff(ground) > INK);
                across[x] += is_ink;
                down[y] += is_ink;
            }
        }
        let ends = |lines: &[usize]| {
            let first = lines.iter().position(|ink| *ink >= LINE)?;
            let last = lines.iter().rposition(|ink| *ink >= LINE)?;
            (last - first >= LEAST).then_some((first, last + 1))
        };
        let ((left, right), (top, bottom)) = (ends(&across)?, ends(&down)?);
        Some(Part([left, top, right, bottom]))
    }
}

/// Sums of lines that are so many cells long, in bins, without what is large, at most 127.
fn write_profile(lines: &[f32], long: usize, to: &mut [i8]) {
    let bins: Vec<f32> = (0..BINS).map(|bin| mean_of_bin(lines, bin)).collect();
    let fine = (0..BINS).map(|at| {
        let near = &bins[at.saturating_sub(LARGE)..(at + LARGE + 1).min(BINS)];
        bins[at] - near.iter().sum::<f32>() / near.len() as f32
    });
    let fine: Vec<f32> = fine.collect();
    // What varies by less than this, as noise does on blank paper, is not stretched.
    let least = long as f32;
    let most = fine.iter().fold(least, |most, value| most.max(value.abs()));
    for (to, value) in to.iter_mut().zip(&fine) {
        *to = (value / most * 127.0) as i8;
    }
}

/// The mean of the lines that lie in a bin, in part or whole.
fn mean_of_bin(lines: &[f32], bin: usize) -> f32 {
    let place = |edge: usize| edge as f32 * lines.len() as f32 / BINS as f32;
    let (from, to) = (place(bin), place(bin + 1));
    let shares = (from as usize..lines.len().min(to.ceil() as usize)).map(|at| {
        let share = to.min((at + 1) as f32) - from.max(at as f32);
        (share, share * lines[at])
    });
    let (shares, sums) = shares.fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
    sums / f32::max(shares, f32::EPSILON)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ground with a rectangle of ink on it; left, top, right and bottom in cells.
    fn drawn(ground: u8, [left, top, right, bottom]: [usize; 4]) -> Vec<u8> {
        let is_ink = |at: usize| {
            (left..right).contains(&(at % SIDE)) && (top..bottom).contains(&(at / SIDE))
        };
        let luma = (0..SIDE * SIDE).map(|at| if is_ink(at) { 20 } else { ground });
        luma.collect()
    }

    fn parts(luma: Vec<u8>) -> Parts {
        Parts::of(&Closeup::new(luma, 320).unwrap())
    }

    #[test]
    fn content_is_found_on_its_ground() {
        let found = parts(drawn(250, [64, 32, 192, 224])).content.unwrap();
        assert_eq!((found.scale, found.shift), ([0.5, 0.75], [0.0, 0.0]));
    }

    #[test]
    fn a_frame_of_another_colour_is_taken_off_before_content_is_looked_for() {
        let mut luma = drawn(250, [64, 64, 192, 128]);
        for (at, cell) in luma.iter_mut().enumerate() {
            let (x, y) = (at % SIDE, at / SIDE);
            if x.min(y).min(SIDE - 1 - x).min(SIDE - 1 - y) < 16 {
                *cell = 0;
            }
        }
        let found = parts(luma);
        let bare = Lay {
            scale: [0.875; 2],
            shift: [0.0; 2],
        };
        assert_eq!(found.bare, Some(bare));
        let content = found.content.unwrap();
        assert_eq!((content.scale, content.shift), ([0.5, 0.25], [0.0, -0.25]));
    }

    #[test]
    fn ground_is_that_of_the_page_and_not_of_the_bars_around_it() {
        // Strokes, with more paper between them.
        let strokes = drawn(250, [64, 96, 192, 160]).into_iter().enumerate();
        let page: Vec<u8> = strokes
            .map(|(at, cell)| if at % 8 < 3 { cell } else { 250 })
            .collect();
        let barred = page.iter().enumerate();
        let barred = barred.map(|(at, cell)| match at / SIDE {
            0..70 | 186..SIDE => 0,
            _ => *cell,
        });
        let found = parts(barred.collect());
        assert!((0.5..0.6).contains(&found.ground), "{found:?}");
        assert!((0.8..0.9).contains(&found.ground_inside), "{found:?}");
        let found = parts(page);
        assert!(
            (found.ground - found.ground_inside).abs() < f32::EPSILON,
            "{found:?}"
        );
    }

    #[test]
    fn an_empty_page_has_no_content() {
        let parts = parts(vec![240; SIDE * SIDE]);
        assert_eq!((parts.bare, parts.content), (None, None));
        assert_eq!(parts.profile, [0; 2 * BINS]);
    }
}
