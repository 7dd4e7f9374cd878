//! The rows near to one row, the best first, and how far that list reaches.

use std::cmp::Ordering;

/// How many rows are near.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Depth {
    /// So many of the highest score, however low that is.
    pub(crate) nearest: usize,
    /// And those of at least this score …
    pub(crate) alike_from: f32,
    /// … but no more than so many.
    pub(crate) alike_at_most: usize,
}

impl Depth {
    /// The same and a third more of each: so many may be taken away before a list that was kept
    /// is too short.
    pub(crate) const fn with_reserve(self) -> Self {
        const fn more(count: usize) -> usize {
            count.saturating_add(count.div_ceil(3))
        }
        Self {
            nearest: more(self.nearest),
            alike_at_most: more(self.alike_at_most),
            ..self
        }
    }

    /// Whether a row of this score may stand at this place of a list.
    fn holds(&self, at: usize, score: f32) -> bool {
        at < self.nearest || (score >= self.alike_from && at < self.alike_at_most)
    }
}

/// Where a list ends: it has all rows before that, and none behind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Horizon {
    pub(crate) score: f32,
    /// Of rows of just this score, those with a lower number lie before it.
    pub(crate) row: u32,
}

impl Horizon {
    /// Nothing lies behind it.
    pub(crate) const NONE: Self = Self::all_of(f32::NEG_INFINITY);

    const fn all_of(score: f32) -> Self {
        Self {
            score,
            row: u32::MAX,
        }
    }

    fn covers(self, row: u32, score: f32) -> bool {
        match score.total_cmp(&self.score) {
            Ordering::Greater => true,
            Ordering::Equal => row < self.row,
            Ordering::Less => false,
        }
    }
}

/// The rows near to one. What it holds does not depend on the order in which rows were offered:
/// of equal scores the lower row comes first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Near {
    held: Vec<(u32, f32)>,
    horizon: Horizon,
}

fn order(a: (u32, f32), b: (u32, f32)) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

impl Near {
    /// Nothing yet.
    pub(crate) const fn new() -> Self {
        Self {
            held: Vec::new(),
            horizon: Horizon::NONE,
        }
    }

    /// A list that was kept, in order.
    pub(crate) const fn kept(held: Vec<(u32, f32)>, horizon: Horizon) -> Self {
        Self { held, horizon }
    }

    /// The score under which nothing is taken any more.
    pub(crate) fn bar(&self, depth: &Depth) -> f32 {
        let count = self.held.len();
        let at = |at: usize| self.held.get(at).map_or(f32::INFINITY, |held| held.1);
        let inside = if count < depth.nearest {
            f32::NEG_INFINITY
        } else if count < depth.alike_at_most {
            let last = depth.nearest.checked_sub(1).map_or(f32::INFINITY, at);
            depth.alike_from.min(last)
        } else {
            at(count.saturating_sub(1))
        };
        inside.max(self.horizon.score)
    }

    /// Takes a row if it is among the best so far.
    pub(crate) fn offer(&mut self, row: u32, score: f32, depth: &Depth) {
        if !self.horizon.covers(row, score) {
            return;
        }
        let entry = (row, score);
        let at = self
            .held
            .partition_point(|held| order(*held, entry) == Ordering::Less);
        if !depth.holds(at, score) {
            return;
        }
        if self.held.len() == self.held.capacity() {
            // There is a list for each picture: twice as much room as before is too much, and so is
            // more than there will ever be, which is one more for a moment.
            let length = self.held.len();
            let left = depth.nearest.max(depth.alike_at_most) + 1 - length;
            self.held.reserve_exact((length / 2).clamp(4, 16).min(left));
        }
        self.held.insert(at, entry);
        let last = self.held.len() - 1;
        if !depth.holds(last, self.held[last].1) {
            self.held.pop();
        }
    }

    /// Takes a row that may have been offered before, with the same score.
    pub(crate) fn offer_once(&mut self, row: u32, score: f32, depth: &Depth) {
        if self.held.iter().all(|held| held.0 != row) {
            self.offer(row, score, depth);
        }
    }

    /// Takes a row that may have been offered before with another score; the better one counts.
    pub(crate) fn offer_best(&mut self, row: u32, score: f32, depth: &Depth) {
        match self.held.iter().position(|held| held.0 == row) {
            Some(at) if self.held[at].1 >= score => {}
            Some(at) => {
                self.held.remove(at);
                self.offer(row, score, depth);
            }
            None => self.offer(row, score, depth),
        }
    }

    /// Takes what another holds.
    pub(crate) fn absorb(&mut self, other: &Self, depth: &Depth) {
        for (row, score) in &other.held {
            self.offer(*row, *score, depth);
        }
    }

    /// The rows held.
    pub(crate) fn held(&self) -> &[(u32, f32)] {
        &self.held
    }

    /// Where it ends.
    pub(crate) const fn horizon(&self) -> Horizon {
        self.horizon
    }

    /// Notes where it ends, now that no row is offered any more.
    pub(crate) fn end(&mut self, depth: &Depth) {
        let count = self.held.len();
        if count < depth.nearest {
            return;
        }
        let end = match self.held.last() {
            Some((row, score))
                if count >= depth.nearest.max(depth.alike_at_most) || *score < depth.alike_from =>
            {
                Horizon {
                    score: *score,
                    row: row + 1,
                }
            }
            _ => Horizon::all_of(depth.alike_from),
        };
        // Whichever comes first.
        if self.horizon.covers(end.row, end.score) {
            self.horizon = end;
        }
    }

    /// Whether all that is asked for lies before where it ends.
    pub(crate) fn suffices(&self, asked: &Depth) -> bool {
        let count = self.held.len();
        let horizon = self.horizon;
        let has_all_alike = horizon.score < asked.alike_from
            || horizon == Horizon::all_of(asked.alike_from)
            || count >= asked.alike_at_most;
        horizon == Horizon::NONE || (count >= asked.nearest && has_all_alike)
    }
}
