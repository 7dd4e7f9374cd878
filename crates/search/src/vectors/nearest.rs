//! Which rows are nearest to what is looked for.

use super::{
    VectorSpace,
    codes::{Codes, WEAVE},
    direction::Direction,
    exact::{self, RowBuffer},
    scan,
    writer::unit,
};
use crate::{GenerationIndex, Hit, Ranked, RowSet, SearchError};

/// Standard error of an estimate from signs, for a row at scale 1 and a direction of length 1:
/// √(1 − 2/π) / √(2/π) / √(π/2), by the error bound in the paper.
const SIGN_ERROR: f32 = 0.60;
/// The same of an estimate from four-bit codes, whose distortion is 0.0115 of the variance
/// instead of 1 − 2/π.
const NIBBLE_ERROR: f32 = 0.086;
/// How many standard errors a row may seem too far away and still be looked at more closely. An
/// estimate from signs has such errors that the best of a million are the luckiest ones, and the
/// bar they set is too high by about one error.
const SIGN_DOUBT: f32 = 3.7;
const NIBBLE_DOUBT: f32 = 2.6;
/// Rows that the second stage looks at, at most, beside eight for each one wanted.
const MOST_DOUBTED: usize = 1 << 16;
/// Rows that the third stage reads from the disk, at most, beside two for each one wanted.
const MOST_READ: usize = 2000;
/// Places in a space that the first stage reads at the same time.
const PARTS: usize = 4;
/// Up to so many rows the first stage saves nothing.
const FEW: u32 = 1 << 13;

/// A vector that the rows wanted are like, or unlike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnchorVector<'a> {
    /// The vector; its length does not matter.
    pub vector: &'a [f32],
    /// How much it pulls; negative for less like this.
    pub weight: f32,
}

/// A question for the nearest rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest<'a> {
    /// The name of the vectors.
    pub space: &'a str,
    /// What the rows wanted are like, and unlike. Distances are cosine distances to the sum of
    /// all, each scaled to length 1 and multiplied with its weight.
    pub anchors: &'a [AnchorVector<'a>],
    /// The greatest distance that counts, 0–2; 2 for any.
    pub max_distance: f32,
    /// How many rows are wanted at most.
    pub limit: usize,
}

impl GenerationIndex {
    /// The nearest of the rows in `among` that have a vector. Distances are exact; at least 99
    /// of the 100 nearest are found, and all where `among` is small.
    ///
    /// # Errors
    /// [`SearchError::NoSuchSpace`], [`SearchError::Dimensions`], [`SearchError::NoDirection`],
    /// [`SearchError::Damaged`] for a row that is not what was written, or [`SearchError::Io`].
    pub fn nearest(&self, asked: &Nearest<'_>, among: &RowSet) -> Result<Ranked, SearchError> {
        let space = self.space(asked.space)?;
        let direction = Direction::of(space, asked.anchors)?;
        let mut rows = among.clone();
        rows.keep(&space.present);
        if asked.limit == 0 {
            return Ok(Ranked::default());
        }
        let few = space.likely(&direction, &rows, asked.limit);
        let hits = space.measured(&direction, few)?;
        Ok(Ranked::new(hits)
            .closest(asked.limit)
            .within(asked.max_distance))
    }

    /// The exact distances of given rows, those without a vector left out.
    ///
    /// # Errors
    /// As [`GenerationIndex::nearest`].
    pub fn distances(
        &self,
        space: &str,
        anchors: &[AnchorVector<'_>],
        rows: &RowSet,
    ) -> Result<Ranked, SearchError> {
        let space = self.space(space)?;
        let direction = Direction::of(space, anchors)?;
        let mut rows = rows.clone();
        rows.keep(&space.present);
        space
            .measured(&direction, rows.iter().collect())
            .map(Ranked::new)
    }

    /// The vector of a row, scaled to length 1, if it has one.
    ///
    /// # Errors
    /// [`SearchError::NoSuchSpace`], [`SearchError::Damaged`], or [`SearchError::Io`].
    pub fn vector(&self, space: &str, row: u32) -> Result<Option<Vec<f32>>, SearchError> {
        let space = self.space(space)?;
        if !space.present.contains(row) {
            return Ok(None);
        }
        let mut buffer = RowBuffer::default();
        let values = space.exact.read(row, &mut buffer)?;
        Ok(Some(unit(values).collect()))
    }

    fn space(&self, name: &str) -> Result<&VectorSpace, SearchError> {
        let found = self.spaces.iter().find(|space| space.name() == name);
        found.ok_or_else(|| SearchError::NoSuchSpace {
            space: name.to_owned(),
        })
    }
}

impl VectorSpace {
    /// The rows that may be among the nearest, judged by codes alone.
    fn likely(&self, direction: &Direction, rows: &RowSet, limit: usize) -> Vec<u32> {
        let codes = &self.codes;
        if rows.len() as usize <= limit.saturating_mul(2) {
            return rows.iter().collect();
        }
        let doubted = if rows.len() <= FEW {
            rows.iter().collect()
        } else {
            let most = MOST_DOUBTED + limit.saturating_mul(8);
            let mut found = Shortlist::new(limit, most, SIGN_DOUBT * SIGN_ERROR * direction.length);
            scan::on_best(
                #[inline(always)]
                || by_signs(codes, direction, rows, &mut found),
            );
            found.rows()
        };
        let most = MOST_READ + limit.saturating_mul(2);
        let mut found = Shortlist::new(limit, most, NIBBLE_DOUBT * NIBBLE_ERROR * direction.length);
        scan::on_best(
            #[inline(always)]
            || {
                for row in &doubted {
                    let at = *row as usize;
                    let estimate = scan::estimate_nibbles(codes, direction, at);
                    let [_, sign, _] = &codes.scales[at / WEAVE];
                    let at_most = estimate + found.error * sign[at % WEAVE];
                    found.offer(*row, estimate, at_most);
                }
            },
        );
        found.rows()
    }

    /// The rows with their exact distances.
    fn measured(&self, direction: &Direction, rows: Vec<u32>) -> Result<Vec<Hit>, SearchError> {
        let mut buffer = RowBuffer::default();
        rows.into_iter()
            .map(|row| {
                let values = self.exact.read(row, &mut buffer)?;
                let distance = scan::on_best(
                    #[inline(always)]
                    || exact::distance(&direction.exact, values),
                );
                Ok(Hit { row, distance })
            })
            .collect()
    }
}

/// Offers every row wanted, going through four parts of the space in turns: a processor fetches
/// ahead within a page of 4 kB only, so four places keep memory busier than one, and this loop
/// waits for nothing but memory.
#[inline(always)]
fn by_signs(codes: &Codes, direction: &Direction, rows: &RowSet, found: &mut Shortlist) {
    let part = codes.scales.len().div_ceil(PARTS);
    for at in 0..part {
        for group in (0..PARTS).map(|of| at + of * part) {
            let wanted = rows.eight(group);
            if wanted != 0 {
                let estimates = scan::estimate_signs(codes, direction, group);
                offer_group(codes, group, wanted, &estimates, found);
            }
        }
    }
}

#[inline(always)]
fn offer_group(
    codes: &Codes,
    group: usize,
    wanted: u8,
    estimates: &[f32; WEAVE],
    found: &mut Shortlist,
) {
    let [_, sign, _] = &codes.scales[group];
    let mut at_most = [f32::NEG_INFINITY; WEAVE];
    let mut any = false;
    for lane in 0..WEAVE {
        let wanted = wanted >> lane & 1 == 1;
        let most = estimates[lane] + found.error * sign[lane];
        at_most[lane] = if wanted { most } else { f32::NEG_INFINITY };
        any |= at_most[lane] >= found.floor;
    }
    // Hardly ever, so that the loop above has no branch to guess wrong.
    if any {
        for lane in (0..WEAVE).filter(|lane| wanted >> lane & 1 == 1) {
            let row = (group * WEAVE + lane) as u32;
            found.offer(row, estimates[lane], at_most[lane]);
        }
    }
}

/// The rows that may be among the best so many, as far as estimates with errors can tell.
#[derive(Debug)]
struct Shortlist {
    wanted: usize,
    most: usize,
    /// How far above its estimate a row of scale 1 may be.
    error: f32,
    /// Rows with their estimates and the most that they may be in truth.
    rows: Vec<Candidate>,
    /// Estimate of the last one wanted, as of the last look: below it no row is of interest.
    floor: f32,
    /// How many rows there are to be at the next look.
    look_at: usize,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    at_most: f32,
    estimate: f32,
    row: u32,
}

impl Shortlist {
    fn new(wanted: usize, most: usize, error: f32) -> Self {
        Self {
            wanted,
            most,
            error,
            rows: Vec::new(),
            floor: f32::NEG_INFINITY,
            look_at: wanted * 8,
        }
    }

    /// Takes a row that may be better than the floor.
    #[inline(always)]
    fn offer(&mut self, row: u32, estimate: f32, at_most: f32) {
        if at_most >= self.floor {
            self.rows.push(Candidate {
                at_most,
                estimate,
                row,
            });
            if self.rows.len() >= self.look_at {
                self.prune();
                self.look_at = (self.rows.len() * 2).max(self.wanted * 8);
            }
        }
    }

    /// Raises the floor to the estimate of the last one wanted, and drops what lies below.
    #[inline(never)]
    fn prune(&mut self) {
        if self.rows.len() > self.wanted {
            let mut estimates: Vec<f32> = self.rows.iter().map(|found| found.estimate).collect();
            let (_, last, _) =
                estimates.select_nth_unstable_by(self.wanted - 1, |a, b| b.total_cmp(a));
            self.floor = self.floor.max(*last);
            self.rows.retain(|found| found.at_most >= self.floor);
        }
        if self.rows.len() > self.most {
            self.rows
                .select_nth_unstable_by(self.most, |a, b| b.at_most.total_cmp(&a.at_most));
            self.rows.truncate(self.most);
        }
    }

    /// The rows in ascending order, as they lie in memory and on the disk.
    fn rows(mut self) -> Vec<u32> {
        self.prune();
        let mut rows: Vec<u32> = self.rows.into_iter().map(|found| found.row).collect();
        rows.sort_unstable();
        rows
    }
}
