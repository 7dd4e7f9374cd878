//! Whether two pictures are the same, how, and how sure that is: told from their signatures.
//!
//! Vectors and hashes only say where to look. Here the two pictures are laid over each other,
//! turned, mirrored, moved and scaled, and compared tile by tile. What counts is whether the
//! same things are drawn in the same places, not how bright or how large they are.

pub(crate) mod align;
pub(crate) mod evidence;
pub(crate) mod frame;
pub(crate) mod overlap;
pub(crate) mod plane;
mod ready;
pub(crate) mod tone;
mod verdict;
pub(crate) mod warp;
mod windows;

use std::cell::OnceCell;

use lamina_model::{DuplicateTier, Signature};

use self::align::{Lay, contrast, refine};
use self::evidence::{Detailed, weigh};
use self::overlap::Overlap;
use self::plane::{Plane, QUARTER, SIDE, Square, Turn, correlation};
use self::ready::Subject;
pub(crate) use self::ready::{Glance, Prepared};
use self::verdict::{Before, Both};
pub(crate) use self::verdict::{
    ink_between, is_ground_of_graphic, likeness as combined, stretch_of, tint,
};
use self::warp::Warp;
use self::windows::{Windows, apart};

/// Correlation of the coarsest planes below which it is no use to lay a turned picture over
/// another. As they are two pictures are laid over each other whatever the glance, since a dark
/// bar or a frame alone may spoil it.
const GLANCE: f32 = 0.45;
/// The same below which they do not show the same frame, turned.
const GLANCE_SAME_FRAME: f32 = 0.7;
/// Correlation of a window with the whole of another picture below which nothing is seen in it.
const SEEN_IN: f32 = 0.7;
/// The same for a picture that was mirrored as well: of two views of one scene, mirrored, most agree
/// somewhere to a degree.
const SEEN_IN_MIRRORED: f32 = 0.8;
/// Correlation of the halved planes, once laid, below which it is no use to look closer.
const LOOK: f32 = 0.8;
/// Share of what varies in the halved planes that a warp explains, cells that do not fit left
/// aside, below which it is no use to look closer, and from which on no other start is tried.
const FITS: f32 = 0.7;
const FITS_WELL: f32 = 0.95;

/// Cells at each edge where softening repeats what is at the edge, and so takes away what is no
/// detail, such as a steep gradient.
const EDGE: usize = 2;

/// Standard deviation of the fine detail of a whole signature, luma steps.
pub(crate) fn detail(signature: &Signature) -> f32 {
    detail_but_for(0, signature)
}

/// Standard deviation of the fine detail of a signature away from its edges, luma steps.
pub(crate) fn detail_off_the_edges(signature: &Signature) -> f32 {
    detail_but_for(EDGE, signature)
}

/// The same with so many cells at each edge left out.
fn detail_but_for(edge: usize, signature: &Signature) -> f32 {
    let fine = Detailed::new(Plane::of_signature(signature)).fine;
    let inner = edge..SIDE - edge;
    let rows = fine.cells().chunks_exact(SIDE).take(inner.end).skip(edge);
    let squares = rows.flat_map(|row| row[inner.clone()].iter().map(|cell| cell * cell));
    (squares.sum::<f32>() / inner.len().pow(2) as f32).sqrt()
}

/// How two pictures are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Likeness {
    /// In which way they would be the same.
    pub(crate) tier: DuplicateTier,
    /// 0.96 is the least at which a person would call them the same picture; below 1 always.
    pub(crate) value: f32,
}

/// Two pictures made ready.
fn both<'a>(one: &Glance<'a>, other: &Glance<'a>) -> Both<'a> {
    Both {
        facts: [one.facts, other.facts],
        ground: one.ground.min(other.ground),
    }
}

/// How hard to look for a way in which one picture is a part of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// As they lie.
    Usual,
    /// Through windows as well: for pairs whose vectors are so near that one expects a copy.
    /// Patterns that repeat have many places where they nearly fit.
    More,
}

/// Compares two pictures. Nothing comes back when they have nothing in common. What is seen through
/// the windows of the first is kept for the next picture that it is compared with.
pub(crate) fn compare(
    one: &Prepared<'_>,
    other: &Prepared<'_>,
    effort: Effort,
) -> Option<Likeness> {
    let best = verdict::flat(&one.glance, &other.glance);
    if is_copy(best) {
        return best;
    }
    let two = Two {
        both: both(&one.glance, &other.glance),
        one,
        other,
        starts: OnceCell::new(),
        windows_of_other: OnceCell::new(),
    };
    let best = better(best, compare_whole(&two, effort));
    if is_copy(best) {
        return best;
    }
    let best = better(best, compare_bare(one, other, effort));
    if is_copy(best) || effort == Effort::Usual {
        return best;
    }
    let best = better(best, compare_mirrored_part(&two));
    if is_copy(best) {
        return best;
    }
    let best = better(best, compare_warped(&two, Turn::NONE));
    if is_copy(best) {
        return best;
    }
    better(best, compare_warped(&two, Turn::MIRRORED))
}

/// Whether a likeness is that of copies.
fn is_copy(best: Option<Likeness>) -> bool {
    best.is_some_and(|best| best.value >= 0.96)
}

/// Two pictures made ready.
struct Two<'a> {
    both: Both<'a>,
    one: &'a Prepared<'a>,
    other: &'a Prepared<'a>,
    /// Lays from which to look for the true one, as they lie.
    starts: OnceCell<Vec<Lay>>,
    /// Only those of the first of two stay the same from pair to pair: these are not kept longer.
    windows_of_other: OnceCell<Windows>,
}

impl Two<'_> {
    /// Lays from which to look for the true one: the same frame, and where the one is seen in the
    /// other at a glance.
    fn starts(&self) -> &[Lay] {
        self.starts.get_or_init(|| {
            let found = self.seen(Turn::NONE, SEEN_IN);
            let found = apart(found, 3).into_iter().map(|(_, lay)| lay);
            std::iter::once(Lay::SAME).chain(found).collect()
        })
    }

    /// Where the one is seen in the other, which is turned in a way that undoes itself: how well they
    /// agree, and how the other would lie over the one.
    fn seen(&self, turn: Turn, at_least: f32) -> Vec<(f32, Lay)> {
        let (mine, theirs) = (self.one.subject(), self.other.subject());
        let windows = || Windows::new(&theirs.raw.all);
        let windows = self.windows_of_other.get_or_init(windows);
        let mut found = self
            .one
            .windows()
            .seen(&turn.lay(&theirs.quarter), at_least);
        let within = windows.seen(&turn.lay(&mine.quarter), at_least);
        let over_one = |lay: Lay| turn.lay_part(&lay.inverse());
        let within = within.into_iter();
        found.extend(within.map(|(agreement, lay)| (agreement, over_one(lay))));
        found
    }
}

fn better(a: Option<Likeness>, b: Option<Likeness>) -> Option<Likeness> {
    match (a, b) {
        (Some(a), Some(b)) if b.value > a.value + 1e-6 => Some(b),
        (None, b) => b,
        (a, _) => a,
    }
}

fn compare_whole(two: &Two<'_>, effort: Effort) -> Option<Likeness> {
    let (one, other) = (two.one.subject(), two.other.subject());
    let mut best = None;
    for (glance, turn) in likely_turns(&two.one.glance, &two.other.glance) {
        let laid;
        let is_turned = turn != Turn::NONE;
        let pair = Pair {
            both: two.both,
            one,
            other: if is_turned {
                laid = other.laid(turn);
                &laid
            } else {
                other
            },
            turn,
            glance,
            known: Lay::SAME,
            effort,
        };
        let starts = || {
            if is_turned || effort == Effort::Usual {
                &[Lay::SAME]
            } else {
                two.starts()
            }
        };
        best = better(best, pair.likeness(starts));
        // The same picture as it is: a turn can add nothing.
        if !is_turned && best.is_some_and(|best| best.value >= 0.985) {
            break;
        }
    }
    best
}

/// Mirrored, and the one a part of the other.
fn compare_mirrored_part(two: &Two<'_>) -> Option<Likeness> {
    let turn = Turn::MIRRORED;
    let starts = apart(two.seen(turn, SEEN_IN_MIRRORED), 3);
    if starts.is_empty() {
        return None;
    }
    let starts: Vec<Lay> = starts.into_iter().map(|(_, lay)| lay).collect();
    let pair = Pair {
        both: two.both,
        one: two.one.subject(),
        other: &two.other.subject().laid(turn),
        turn,
        glance: 0.0,
        known: Lay::SAME,
        effort: Effort::More,
    };
    pair.likeness(|| &starts)
}

/// Turned a little, slanted or seen from aside; mirrored besides, where that shows at a glance.
fn compare_warped(two: &Two<'_>, turn: Turn) -> Option<Likeness> {
    if verdict::is_graphic(two.both) {
        return None;
    }
    let (one, other) = (two.one.subject(), two.other.subject());
    let found = if turn == Turn::NONE {
        Warped::find(one, other, two.starts())?
    } else {
        let turned = turn.lay(&other.quarter);
        if correlation(one.quarter.cells(), turned.cells()) < GLANCE {
            return None;
        }
        Warped::find(one, &other.laid(turn), &[Lay::SAME])?
    };
    let evidence = weigh(&found.overlap)?;
    verdict::warped(two.both, turn, &evidence, found.shared, found.is_slanted)
}

/// The same with the frame taken off the one, the other, or both; turned as well, where a copy is
/// expected and what is inside agrees at a glance.
fn compare_bare(one: &Prepared<'_>, other: &Prepared<'_>, effort: Effort) -> Option<Likeness> {
    let (mine, theirs) = (one.bare(), other.bare());
    // What to see of the one and of the other, and what of their contents that is.
    let whole = Lay::SAME;
    let views = [
        mine.map(|(bare, clean)| (clean, other.subject(), bare.part, whole)),
        theirs.map(|(bare, clean)| (one.subject(), clean, whole, bare.part)),
        mine.zip(theirs)
            .map(|((_, mine), (_, theirs))| (mine, theirs, whole, whole)),
    ];
    let views = || views.into_iter().flatten();
    let both = both(&one.glance, &other.glance);
    let laid = |of_one: &Subject, of_other: &Subject, start: Lay, (glance, turn)| {
        let pair = Pair {
            both,
            one: of_one,
            other: of_other,
            turn,
            glance,
            known: start,
            effort: Effort::Usual,
        };
        pair.look(start).and_then(|lay| pair.look_closer(lay))
    };
    let best = views()
        .map(|(of_one, of_other, my_part, their_part)| {
            let start = my_part.inverse().through(&their_part.inverse());
            laid(of_one, of_other, start, (0.0, Turn::NONE))
        })
        .fold(None, better);
    // Goods and drawings are not known again by what little is left of them, turned.
    if is_copy(best) || effort == Effort::Usual || verdict::is_graphic(both) {
        return best;
    }
    let turned = views().flat_map(|(of_one, of_other, my_part, their_part)| {
        let turns = turns_seen(&of_one.quarter, &of_other.quarter);
        turns
            .into_iter()
            .filter(|(_, turn)| *turn != Turn::NONE)
            .map(move |(glance, turn)| {
                let start = my_part
                    .inverse()
                    .through(&turn.lay_part(&their_part).inverse());
                laid(of_one, &of_other.laid(turn), start, (glance, turn))
            })
    });
    turned.fold(best, better)
}

/// One over the other, turned a little, slanted, or seen from aside; the part over the whole.
pub(crate) struct Warped {
    pub(crate) overlap: Overlap,
    /// The share of the one and of the other that both show, 0–1.
    pub(crate) shared: (f32, f32),
    /// Whether it is more than moved and scaled.
    pub(crate) is_slanted: bool,
}

impl Warped {
    /// Looks for it from some lays, the same frame first.
    pub(crate) fn find(one: &Subject, other: &Subject, starts: &[Lay]) -> Option<Self> {
        let mut best: Option<warp::Fit> = None;
        for start in starts {
            let found = warp::refine(&one.half, &other.half, Warp::of(start), 10);
            if let Some(found) =
                found.filter(|found| best.is_none_or(|best| found.share > best.share))
            {
                best = Some(found);
                if found.share > FITS_WELL {
                    break;
                }
            }
        }
        let mut warp = best.filter(|best| best.share >= FITS)?.warp;
        let (mut one, mut other) = (one, other);
        if warp.scale() > 1.0 {
            warp = warp.inverse()?;
            (one, other) = (other, one);
        }
        let (one, other) = (&one.soft, &*other.at_scale(warp.scale()));
        let warp = warp::refine(&one.all, &other.all, warp, 10)?.warp;
        let shared = warp.shared_but_for_even(&one.all, &other.all);
        let overlap = Overlap::warped(one, other, &warp);
        Some(Self {
            overlap,
            shared,
            is_slanted: warp.is_slanted(),
        })
    }
}

/// As it is first, then the turns under which two pictures agree at a glance, the best first.
pub(crate) fn likely_turns(one: &Glance<'_>, other: &Glance<'_>) -> Vec<(f32, Turn)> {
    turns_seen(&one.quarter, &other.quarter)
}

fn turns_seen(one: &Square<QUARTER>, other: &Square<QUARTER>) -> Vec<(f32, Turn)> {
    let mut turns: Vec<(f32, usize)> = Turn::ALL
        .iter()
        .enumerate()
        .map(|(at, turn)| {
            let laid = turn.lay(other);
            (correlation(one.cells(), laid.cells()), at)
        })
        .filter(|(glance, at)| *at == 0 || *glance >= GLANCE)
        .collect();
    turns.sort_by(|a, b| {
        let turned = |at: usize| at != 0;
        turned(a.1)
            .cmp(&turned(b.1))
            .then(b.0.total_cmp(&a.0))
            .then(a.1.cmp(&b.1))
    });
    let likely = turns.into_iter().take(3);
    likely.map(|(glance, at)| (glance, Turn::ALL[at])).collect()
}

/// Two pictures, the other one turned, to be laid over each other.
struct Pair<'a> {
    both: Both<'a>,
    one: &'a Subject,
    other: &'a Subject,
    turn: Turn,
    /// How well the two agree at a glance.
    glance: f32,
    /// The lay at which both show the whole of the same picture; other than
    /// [`Lay::SAME`] when a frame was taken off.
    known: Lay,
    effort: Effort,
}

impl Pair<'_> {
    fn likeness<'s>(&self, starts: impl FnOnce() -> &'s [Lay]) -> Option<Likeness> {
        let mut best = None;
        if self.glance >= GLANCE_SAME_FRAME || self.turn == Turn::NONE {
            best = self.same_frame();
            if best.is_some_and(|best| best.value >= 0.96) {
                return best;
            }
        }
        let mut tried: Vec<Lay> = Vec::new();
        for start in starts() {
            let Some(lay) = self.look(*start) else {
                continue;
            };
            if tried.iter().any(|before| before.apart(&lay) < 0.02) {
                continue;
            }
            tried.push(lay);
            best = better(best, self.look_closer(lay));
            if best.is_some_and(|best| best.value >= 0.96) {
                break;
            }
        }
        best
    }

    fn same_frame(&self) -> Option<Likeness> {
        let overlap = Overlap::laid(&self.one.raw, &self.other.raw, &Lay::SAME);
        let evidence = weigh(&overlap)?;
        if self.turn == Turn::NONE && evidence.is_negative() {
            return verdict::negative(self.both, &weigh(&overlap.negative())?);
        }
        let best = verdict::same_frame(self.both, self.turn, &evidence);
        if best.is_some_and(|best| best.value >= 0.96) {
            return best;
        }
        let relit = verdict::relit(self.both, self.turn, &evidence, &overlap);
        better(best, relit)
    }

    /// Lays the halved planes over each other, if that leads anywhere.
    fn look(&self, start: Lay) -> Option<Lay> {
        let lay = refine(&self.one.half, &self.other.half, start, 8)?;
        let agreement = contrast(&self.one.half, &self.other.half, &lay.grid())?;
        let may_be = verdict::frames_may_agree(&lay) && agreement.correlation >= LOOK;
        may_be.then_some(lay)
    }

    fn look_closer(&self, lay: Lay) -> Option<Likeness> {
        // The tiles are those of the part: a part of a picture shows more of it, cell by cell.
        let (mut one, mut other, mut lay, mut known) = (self.one, self.other, lay, self.known);
        let mut scale = (lay.scale[0] * lay.scale[1]).sqrt();
        if scale > 1.0 {
            (one, other) = (other, one);
            (lay, known, scale) = (lay.inverse(), known.inverse(), 1.0 / scale);
        }
        let swapped = !std::ptr::eq(one, self.one);
        let (one, other) = (&one.soft, &*other.at_scale(scale));
        let lay = refine(&one.all, &other.all, lay, 12)?;
        let stretched = match self.known {
            // What is shown without its frame has no shape that is known.
            known if known != Lay::SAME => 0.0,
            _ if swapped => stretch_of(self.both.facts, self.turn, &lay.inverse()),
            _ => stretch_of(self.both.facts, self.turn, &lay),
        };
        let evidence = weigh(&Overlap::laid(one, other, &lay))?;
        let before = match self.effort {
            _ if self.known != Lay::SAME => Before::Unframed,
            Effort::More => Before::Expected,
            Effort::Usual => Before::Nothing,
        };
        let lay = lay.since(&known);
        verdict::other_frame(self.both, self.turn, &lay, stretched, &evidence, before)
    }
}
