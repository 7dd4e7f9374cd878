//! Laying pairs of pictures over each other, where that was not done before.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::{Laying, Looked, Pair};
use crate::AnalysisError;
use crate::closer::{self, Closer, Drawing, Parts, Promise, Told};
use crate::likeness::{Effort, Glance, Likeness, Prepared, compare};
use crate::memory::Remembered;
use crate::progress::Stage;
use crate::set::Distinct;

/// Two pictures laid over each other, the lower first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Laid {
    pub(crate) pair: (u32, u32),
    pub(crate) effort: Effort,
    /// What signatures say; nothing where they have nothing in common.
    pub(crate) likeness: Option<Likeness>,
    /// How much a closer look promises; nothing where they are no drawings, or cannot be seen
    /// larger.
    pub(crate) promise: Option<Promise>,
    /// What that look said, if it was taken: which are depends on all pairs.
    pub(crate) closer: Option<Closer>,
}

impl Laid {
    /// How the two are copies, if they are. Of two drawings nobody is sure who did not look, but
    /// where signatures are nearly so.
    pub(super) fn copy(&self) -> Option<Likeness> {
        if self.is_unseen() && !self.is_nearly_sure() {
            return None;
        }
        self.alike()
    }

    /// Whether nobody looked closely at two drawings.
    pub(super) fn is_unseen(&self) -> bool {
        self.closer.is_none() && self.is_open()
    }

    /// How alike they are, for all that is known.
    pub(super) fn alike(&self) -> Option<Likeness> {
        match self.closer {
            Some(Closer::Same(found)) => match self.likeness {
                Some(told) if told.value >= found.value => Some(told),
                _ => Some(found),
            },
            Some(Closer::Different) => None,
            Some(Closer::Nothing) | None => self.likeness,
        }
    }

    /// Two pictures of which there is nothing to say.
    pub(crate) const fn apart(pair: Pair) -> Self {
        Self {
            pair: pair.both(),
            effort: pair.effort(),
            likeness: None,
            promise: None,
            closer: None,
        }
    }

    /// The two and how hard was looked.
    pub(super) fn named(&self) -> Pair {
        Pair::new(self.pair.0, self.pair.1, self.effort)
    }
}

/// What pairs are laid with: the pictures, and what was seen before.
pub(super) struct Material<'a> {
    pictures: Distinct<'a>,
    /// Where the content of drawings lies, as far as anybody asked.
    parts: Vec<OnceLock<Option<Box<Parts>>>>,
    /// What was seen before.
    before: Option<Remembered<'a, Looked>>,
    /// Pairs laid.
    pub(super) count: AtomicUsize,
}

impl<'a> Material<'a> {
    pub(super) fn new(pictures: Distinct<'a>, before: Option<Remembered<'a, Laying>>) -> Self {
        let parts = (0..pictures.len()).map(|at| {
            let known = before.as_ref().and_then(|before| {
                let was = before.recall.was(at)?;
                before.what.parts.get(&was).copied().map(Box::new)
            });
            known.map_or_else(OnceLock::new, |known| OnceLock::from(Some(known)))
        });
        let parts = parts.collect();
        Self {
            pictures,
            parts,
            before: before.map(|Remembered { what, recall }| Remembered {
                what: what.pairs,
                recall,
            }),
            count: AtomicUsize::new(0),
        }
    }

    /// Where the content of a drawing lies; nothing where it is not seen any larger.
    fn parts(&self, at: u32) -> Option<&Parts> {
        let look = || {
            let closeup = self.pictures.closeup(at)?;
            Some(Box::new(Parts::of(&closeup)))
        };
        self.parts[at as usize].get_or_init(look).as_deref()
    }

    /// All that is known of the content of drawings by now.
    pub(super) fn into_parts(self) -> BTreeMap<u32, Parts> {
        let known = (0..)
            .zip(self.parts)
            .filter_map(|(at, parts)| Some((at, *parts.into_inner()??)));
        known.collect()
    }

    /// What was seen of a pair before with as much effort.
    fn known(&self, pair: (u32, u32), effort: Effort) -> Option<Laid> {
        let Remembered { what, recall } = self.before.as_ref()?;
        // The lower of the two was the lower.
        let was = (recall.was(pair.0)?, recall.was(pair.1)?);
        let known = what.of(was)?;
        (known.effort == effort).then_some(Laid { pair, ..known })
    }

    fn prepared(&self, at: u32) -> Prepared<'a> {
        let (facts, signature) = (self.pictures.facts(at), self.pictures.signature(at));
        Prepared::new(Glance::new(facts, signature))
    }
}

/// Lays some pairs over each other, where that was not done before. Most pictures stand in several
/// of them: each is made ready once for all that are laid at one desk.
pub(super) struct Desk<'p, 'a> {
    material: &'p Material<'a>,
    ready: BTreeMap<u32, Prepared<'a>>,
    /// The first of the pair before. Pairs come in order, so the windows of one picture at a time
    /// are enough.
    first: Option<u32>,
}

impl<'p, 'a> Desk<'p, 'a> {
    pub(super) fn new(material: &'p Material<'a>) -> Self {
        Self {
            material,
            ready: BTreeMap::new(),
            first: None,
        }
    }

    pub(super) fn laid(&mut self, pair: (u32, u32), effort: Effort) -> Laid {
        if let Some(known) = self.material.known(pair, effort) {
            // Whether it is looked at closely is chosen anew.
            return Laid {
                closer: None,
                ..known
            };
        }
        self.material.count.fetch_add(1, Ordering::Relaxed);
        let before = self.first.replace(pair.0).filter(|first| *first != pair.0);
        if let Some(before) = before.and_then(|before| self.ready.get_mut(&before)) {
            before.close_windows();
        }
        for at in [pair.0, pair.1] {
            let ready = || self.material.prepared(at);
            self.ready.entry(at).or_insert_with(ready);
        }
        let (one, other) = (&self.ready[&pair.0], &self.ready[&pair.1]);
        Laid {
            pair,
            effort,
            likeness: compare(one, other, effort),
            promise: self.promise(pair),
            closer: None,
        }
    }

    /// How much a closer look promises; nothing where there is none to be had.
    fn promise(&self, pair: (u32, u32)) -> Option<Promise> {
        let (one, other) = (&self.ready[&pair.0], &self.ready[&pair.1]);
        if !closer::may_be_drawings(one, other) {
            return None;
        }
        let (mine, theirs) = (self.material.parts(pair.0)?, self.material.parts(pair.1)?);
        if !closer::are_drawings((one, mine), (other, theirs)) {
            return None;
        }
        let best = closer::starts((one, mine), (other, theirs))
            .first()?
            .promise;
        let profile = closer::likeness_of_profiles(&mine.profile, &theirs.profile);
        Some(Promise {
            laid: (best * 255.0) as u8,
            profile: (profile * 255.0) as u8,
        })
    }
}

/// Takes a closer look at those drawings for which it may tell something.
pub(super) fn look_closer(
    material: &Material<'_>,
    laid: &mut [Laid],
    least_likeness: f32,
    stage: &Stage<'_>,
) -> Result<(), AnalysisError> {
    let chosen = closer::chosen(laid, material.pictures.len() as usize, least_likeness);
    let stage = stage.of(chosen.len() as u64);
    let looked: Result<Vec<_>, AnalysisError> = chosen
        .par_chunks(AT_ONCE)
        .map(|some| {
            stage.advance(some.len() as u64)?;
            let mut table = Table::new(material);
            let looks = some
                .iter()
                .map(|at| (*at, table.look(&laid[*at], least_likeness)));
            Ok(looks.collect::<Vec<_>>())
        })
        .collect();
    for (at, found) in looked?.into_iter().flatten() {
        laid[at].closer = Some(found);
    }
    Ok(())
}

/// Pairs looked at by one thread before it lets go of their drawings, each of which takes 0.7 MB.
const AT_ONCE: usize = 16;

/// Looks closely at some pairs, each drawing made ready once.
struct Table<'p, 'a> {
    material: &'p Material<'a>,
    ready: BTreeMap<u32, Option<(Prepared<'a>, Drawing)>>,
}

impl<'p, 'a> Table<'p, 'a> {
    fn new(material: &'p Material<'a>) -> Self {
        Self {
            material,
            ready: BTreeMap::new(),
        }
    }

    fn look(&mut self, laid: &Laid, least_likeness: f32) -> Closer {
        let known = self.material.known(laid.pair, laid.effort);
        if let Some(known) = known.and_then(|known| known.closer) {
            return known;
        }
        let (material, (one, other)) = (self.material, laid.pair);
        for at in [one, other] {
            self.ready.entry(at).or_insert_with(|| {
                let closeup = material.pictures.closeup(at)?;
                Some((material.prepared(at), Drawing::new(&closeup)))
            });
        }
        let told = Told::of(laid.likeness, least_likeness);
        let look = || {
            let (mine, theirs) = (self.ready[&one].as_ref()?, self.ready[&other].as_ref()?);
            let (my_parts, their_parts) = (material.parts(one)?, material.parts(other)?);
            let starts = closer::starts((&mine.0, my_parts), (&theirs.0, their_parts));
            let both = [(&mine.0, &mine.1), (&theirs.0, &theirs.1)];
            Some(closer::look(both, &starts, told))
        };
        look().unwrap_or(Closer::Nothing)
    }
}
