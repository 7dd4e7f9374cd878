//! Writing a memory while its analysis goes on.
//!
//! Each part is written as soon as it is known, so that no more of it need be held than what comes
//! next asks for. Little-endian numbers, each list with its length before it, and a hash of it all
//! at the end: what is cut short, altered or of another make is no memory, which costs time and no
//! truth.

use std::collections::BTreeMap;
use std::io::{self, Write};

use lamina_model::DuplicateTier;

use super::Key;
use crate::Work;
use crate::closer::{Closer, Parts};
use crate::duplicates::{Laid, Laying, Looked};
use crate::hashes::Hashed;
use crate::likeness::align::Lay;
use crate::likeness::{Effort, Likeness};
use crate::neighbours::{Lists, Near, Neighbourhoods, Neighbours};

/// Begins every memory: the name of the format and its number.
pub(super) const MAGIC: &[u8; 8] = b"LAMMEM05";
/// In place of a tier, where two pictures have nothing in common.
pub(super) const NOTHING: u8 = 0x7f;
/// In place of a tier, where a closer look said that two pictures are no copies.
pub(super) const DIFFERENT: u8 = 0x7e;
/// In place of a tier, where nobody took a closer look.
pub(super) const NOT_LOOKED: u8 = 0x7d;
/// In place of a part that a drawing does not have.
pub(super) const NO_LAY: Lay = Lay {
    scale: [0.0; 2],
    shift: [0.0; 2],
};
/// Set where the pair was looked at hard.
pub(super) const HARD: u8 = 0x80;
/// Bytes that are written at a time.
const AT_ONCE: usize = 1 << 16;

/// A memory in the making. Its parts are written once each, in the order in which they stand here.
pub(crate) struct Writer<'a> {
    to: &'a mut dyn Write,
    /// Bytes that were not written yet.
    waiting: Vec<u8>,
    hasher: blake3::Hasher,
    /// Why nothing is written any more.
    fault: Option<io::Error>,
}

impl<'a> Writer<'a> {
    /// `made_by` tells what makes it, of which pictures, in order.
    pub(crate) fn new(to: &'a mut dyn Write, made_by: &[u8; 32], keys: &[Key]) -> Self {
        let mut begun = Self {
            to,
            waiting: Vec::with_capacity(AT_ONCE),
            hasher: blake3::Hasher::new(),
            fault: None,
        };
        begun.waiting.extend(MAGIC);
        begun.waiting.extend(made_by);
        begun.all(keys, |key| *key);
        begun
    }

    pub(crate) fn neighbours(&mut self, found: &Neighbours) {
        self.lists(&found.lists);
        self.neighbourhoods(found.neighbourhoods.as_ref());
    }

    pub(crate) fn hashed(&mut self, hashed: &Hashed) {
        self.all(&hashed.looks.starts, |start| start.to_le_bytes());
        let looks = hashed.looks.laid.as_flattened();
        self.all(looks, |hash| hash.to_le_bytes());
        self.all(&[hashed.radius], |radius| radius.to_le_bytes());
        self.lists(&hashed.near);
    }

    pub(crate) fn laying(&mut self, laying: &Laying) {
        self.pairs(&laying.pairs);
        self.parts(&laying.parts);
    }

    /// Ends the memory. Nothing was written any more from the first failure on.
    pub(crate) fn finish(mut self, work: Work) -> io::Result<()> {
        let work = [work.pictures_compared, work.pairs_laid];
        self.all(&work, |count| count.to_le_bytes());
        self.write();
        let hash = self.hasher.finalize();
        match self.fault {
            Some(fault) => Err(fault),
            None => self
                .to
                .write_all(hash.as_bytes())
                .and_then(|()| self.to.flush()),
        }
    }

    fn write(&mut self) {
        self.hasher.update(&self.waiting);
        if self.fault.is_none() {
            self.fault = self.to.write_all(&self.waiting).err();
        }
        self.waiting.clear();
    }

    fn all<T, const N: usize>(&mut self, values: &[T], bytes: impl Fn(&T) -> [u8; N]) {
        self.each(values.len(), values, bytes);
    }

    /// So many values.
    fn each<T, const N: usize>(
        &mut self,
        count: usize,
        values: impl IntoIterator<Item = T>,
        bytes: impl Fn(T) -> [u8; N],
    ) {
        self.waiting.extend((count as u64).to_le_bytes());
        for value in values {
            if self.waiting.len() + N > AT_ONCE {
                self.write();
            }
            self.waiting.extend(bytes(value));
        }
    }

    fn lists(&mut self, lists: &Lists) {
        let ends = lists.each().scan(0, |end, near| {
            *end += near.held().len() as u32;
            Some(*end)
        });
        let starts: Vec<u32> = std::iter::once(0).chain(ends).collect();
        self.all(&starts, |start| start.to_le_bytes());
        let entries = starts[lists.len()] as usize;
        let held = || lists.each().flat_map(Near::held);
        self.each(entries, held(), |(row, _)| row.to_le_bytes());
        self.each(entries, held(), |(_, score)| score.to_le_bytes());
        let horizons = || lists.each().map(Near::horizon);
        self.each(lists.len(), horizons(), |end| end.score.to_le_bytes());
        self.each(lists.len(), horizons(), |end| end.row.to_le_bytes());
    }

    fn neighbourhoods(&mut self, found: Option<&Neighbourhoods>) {
        let found = found.map_or_else(
            || (0, &[][..], &[][..]),
            |found| (found.chosen_for, &found.landmarks[..], &found.homes[..]),
        );
        self.all(&[found.0], |rows| rows.to_le_bytes());
        self.all(found.1, |value| value.to_le_bytes());
        self.all(found.2.as_flattened(), |home| home.to_le_bytes());
    }

    fn pairs(&mut self, looked: &Looked) {
        self.all(&looked.apart.starts, |start| start.to_le_bytes());
        self.all(&looked.apart.higher, |higher| higher.to_le_bytes());
        let value = |found: Option<Likeness>| found.map_or(0.0, |likeness| likeness.value);
        let alike = &looked.alike;
        self.all(alike, |alike| alike.pair.both().0.to_le_bytes());
        self.all(alike, |alike| alike.pair.both().1.to_le_bytes());
        self.all(alike, |alike| alike.likeness.value.to_le_bytes());
        self.all(alike, |alike| {
            [way(Some(&alike.likeness)) | hard(alike.pair.effort())]
        });
        let drawings = &looked.drawings;
        self.all(drawings, |laid| laid.pair.0.to_le_bytes());
        self.all(drawings, |laid| laid.pair.1.to_le_bytes());
        self.all(drawings, |laid| value(laid.likeness).to_le_bytes());
        self.all(drawings, |laid| {
            [way(laid.likeness.as_ref()) | hard(laid.effort)]
        });
        let promise = |laid: &Laid| {
            laid.promise
                .map_or([0; 2], |told| [told.laid, told.profile])
        };
        self.all(drawings, promise);
        let same = |laid: &Laid| laid.closer.and_then(Closer::same);
        self.all(drawings, |laid| value(same(laid)).to_le_bytes());
        self.all(drawings, |laid| [laid.closer.map_or(NOT_LOOKED, of_closer)]);
    }

    fn parts(&mut self, parts: &BTreeMap<u32, Parts>) {
        let rows: Vec<(&u32, &Parts)> = parts.iter().collect();
        self.all(&rows, |(row, _)| row.to_le_bytes());
        self.all(&rows, |(_, parts)| parts.ground.to_le_bytes());
        self.all(&rows, |(_, parts)| parts.ground_inside.to_le_bytes());
        self.all(&rows, |(_, parts)| parts.profile.map(i8::cast_unsigned));
        for part in [|parts: &Parts| parts.bare, |parts: &Parts| parts.content] {
            let lay = |parts: &Parts| part(parts).unwrap_or(NO_LAY);
            self.all(&rows, |(_, parts)| lay(parts).scale[0].to_le_bytes());
            self.all(&rows, |(_, parts)| lay(parts).scale[1].to_le_bytes());
            self.all(&rows, |(_, parts)| lay(parts).shift[0].to_le_bytes());
            self.all(&rows, |(_, parts)| lay(parts).shift[1].to_le_bytes());
        }
    }
}

fn way(likeness: Option<&Likeness>) -> u8 {
    let of_tier = |tier| DuplicateTier::ALL.iter().position(|one| *one == tier);
    let tier = likeness.and_then(|likeness| of_tier(likeness.tier));
    tier.map_or(NOTHING, |tier| tier as u8)
}

fn hard(effort: Effort) -> u8 {
    if effort == Effort::More { HARD } else { 0 }
}

fn of_closer(found: Closer) -> u8 {
    match found {
        Closer::Same(likeness) => way(Some(&likeness)),
        Closer::Different => DIFFERENT,
        Closer::Nothing => NOTHING,
    }
}
