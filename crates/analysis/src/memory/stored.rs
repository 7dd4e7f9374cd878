//! A memory as bytes.
//!
//! Little-endian numbers, each list with its length before it, and a hash of it all at the end:
//! what is cut short, altered or of another make is no memory, which costs time and no truth.

use std::collections::BTreeMap;

use lamina_model::DuplicateTier;

use super::Memory;
use crate::closer::{Closer, Parts, Profile, Promise};
use crate::duplicates::{Laid, Looked, Pair};
use crate::hashes::Looks;
use crate::likeness::align::Lay;
use crate::likeness::{Effort, Likeness};
use crate::neighbours::{Horizon, Lists, Neighbourhoods};

/// Begins every memory: the name of the format and its number.
const MAGIC: &[u8; 8] = b"LAMMEM04";
/// Bytes of the hash at the end.
const HASH: usize = 32;
/// In place of a tier, where two pictures have nothing in common.
const NOTHING: u8 = 0x7f;
/// In place of a tier, where a closer look said that two pictures are no copies.
const DIFFERENT: u8 = 0x7e;
/// In place of a tier, where nobody took a closer look.
const NOT_LOOKED: u8 = 0x7d;
/// In place of a part that a drawing does not have.
const NO_LAY: Lay = Lay {
    scale: [0.0; 2],
    shift: [0.0; 2],
};
/// Set where the pair was looked at hard.
const HARD: u8 = 0x80;

impl Memory {
    /// The memory as bytes, to be kept and given to [`Memory::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer(MAGIC.to_vec());
        to.0.extend(self.made_by);
        to.all(&self.keys, |key| *key);
        to.lists(&self.near);
        to.neighbourhoods(self.neighbourhoods.as_ref());
        to.all(&self.looks.starts, |start| start.to_le_bytes());
        to.all(self.looks.laid.as_flattened(), |hash| hash.to_le_bytes());
        to.all(&[self.radius], |radius| radius.to_le_bytes());
        to.lists(&self.hashes);
        let work = [self.pictures_compared, self.pairs_laid];
        to.all(&work, |count| count.to_le_bytes());
        to.pairs(&self.pairs);
        to.parts(&self.parts);
        let hash = blake3::hash(&to.0);
        to.0.extend(hash.as_bytes());
        to.0
    }

    /// The memory that these bytes are; nothing where they are not whole, or of another make.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (bytes, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
        if blake3::hash(bytes).as_bytes() != hash {
            return None;
        }
        let mut from = Reader(bytes.strip_prefix(MAGIC)?);
        let made_by = *from.take()?;
        let keys = from.all(|key: [u8; 16]| key)?;
        let near = from.lists()?;
        let neighbourhoods = from.neighbourhoods()?;
        let looks = from.looks()?;
        let radius = *from.all(u32::from_le_bytes)?.first()?;
        let hashes = from.lists()?;
        let work: [u64; 2] = from.all(u64::from_le_bytes)?.try_into().ok()?;
        let memory = Self {
            made_by,
            keys,
            near,
            neighbourhoods,
            looks,
            radius,
            hashes,
            pairs: from.pairs()?,
            parts: from.parts()?,
            pictures_compared: work[0],
            pairs_laid: work[1],
        };
        from.0.is_empty().then_some(memory)
    }
}

fn way(likeness: Option<&Likeness>) -> u8 {
    let of_tier = |tier| DuplicateTier::ALL.iter().position(|one| *one == tier);
    let tier = likeness.and_then(|likeness| of_tier(likeness.tier));
    tier.map_or(NOTHING, |tier| tier as u8)
}

fn hard(laid: &Laid) -> u8 {
    if laid.effort == Effort::More { HARD } else { 0 }
}

fn of_closer(found: Closer) -> u8 {
    match found {
        Closer::Same(likeness) => way(Some(&likeness)),
        Closer::Different => DIFFERENT,
        Closer::Nothing => NOTHING,
    }
}

fn closer(way: u8, value: f32) -> Option<Closer> {
    Some(match way {
        DIFFERENT => Closer::Different,
        NOTHING => Closer::Nothing,
        tier => Closer::Same(Likeness {
            tier: *DuplicateTier::ALL.get(usize::from(tier))?,
            value,
        }),
    })
}

struct Writer(Vec<u8>);

impl Writer {
    fn all<T, const N: usize>(&mut self, values: &[T], bytes: impl Fn(&T) -> [u8; N]) {
        self.0.extend((values.len() as u64).to_le_bytes());
        self.0.reserve_exact(values.len() * N);
        for value in values {
            self.0.extend(bytes(value));
        }
    }

    fn lists(&mut self, lists: &Lists) {
        self.all(&lists.starts, |start| start.to_le_bytes());
        self.all(&lists.rows, |row| row.to_le_bytes());
        self.all(&lists.scores, |score| score.to_le_bytes());
        self.all(&lists.horizons, |horizon| horizon.score.to_le_bytes());
        self.all(&lists.horizons, |horizon| horizon.row.to_le_bytes());
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
        self.all(&looked.apart, |pair| pair.number().to_le_bytes());
        let pairs = &looked.alike[..];
        let value = |found: Option<Likeness>| found.map_or(0.0, |likeness| likeness.value);
        self.all(pairs, |laid| laid.pair.0.to_le_bytes());
        self.all(pairs, |laid| laid.pair.1.to_le_bytes());
        self.all(pairs, |laid| value(laid.likeness).to_le_bytes());
        self.all(pairs, |laid| [way(laid.likeness.as_ref()) | hard(laid)]);
        let places = (0_u32..).zip(pairs);
        let promises = places.filter_map(|(at, laid)| Some((at, laid.promise?, laid.closer)));
        let promises: Vec<(u32, Promise, Option<Closer>)> = promises.collect();
        let same = |closer: Option<Closer>| closer.and_then(Closer::same);
        self.all(&promises, |(at, ..)| at.to_le_bytes());
        self.all(&promises, |(_, promise, _)| [promise.laid, promise.profile]);
        self.all(&promises, |(.., closer)| value(same(*closer)).to_le_bytes());
        self.all(&promises, |(.., closer)| {
            [closer.map_or(NOT_LOOKED, of_closer)]
        });
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

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<&[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(taken)
    }

    fn all<T, const N: usize>(&mut self, value: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
        let count = usize::try_from(u64::from_le_bytes(*self.take()?)).ok()?;
        let (taken, rest) = self.0.split_at_checked(count.checked_mul(N)?)?;
        self.0 = rest;
        Some(
            taken
                .as_chunks()
                .0
                .iter()
                .map(|bytes| value(*bytes))
                .collect(),
        )
    }

    fn lists(&mut self) -> Option<Lists> {
        let starts = self.all(u32::from_le_bytes)?;
        let rows = self.all(u32::from_le_bytes)?;
        let scores = self.all(f32::from_le_bytes)?;
        let ends = self.all(f32::from_le_bytes)?.into_iter();
        let horizons = ends.zip(self.all(u32::from_le_bytes)?);
        Some(Lists {
            starts,
            rows,
            scores,
            horizons: horizons
                .map(|(score, row)| Horizon { score, row })
                .collect(),
        })
    }

    fn neighbourhoods(&mut self) -> Option<Option<Neighbourhoods>> {
        let chosen_for = *self.all(u32::from_le_bytes)?.first()?;
        let landmarks = self.all(f32::from_le_bytes)?;
        let homes: Vec<u32> = self.all(u32::from_le_bytes)?;
        Some((chosen_for > 0).then(|| Neighbourhoods {
            chosen_for,
            landmarks,
            homes: homes.as_chunks().0.to_vec(),
        }))
    }

    fn looks(&mut self) -> Option<Looks> {
        let starts = self.all(u32::from_le_bytes)?;
        let laid: Vec<u64> = self.all(u64::from_le_bytes)?;
        Some(Looks {
            starts,
            laid: laid.as_chunks().0.to_vec(),
        })
    }

    fn pairs(&mut self) -> Option<Looked> {
        let apart = self.all(|bytes| Pair::of_number(u64::from_le_bytes(bytes)))?;
        let ones = self.all(u32::from_le_bytes)?.into_iter();
        let pairs = ones.zip(self.all(u32::from_le_bytes)?);
        let values = self.all(f32::from_le_bytes)?.into_iter();
        let ways: Vec<[u8; 1]> = self.all(|way| way)?;
        let laid = pairs.zip(values).zip(ways).map(|((pair, value), [way])| {
            let effort = if way & HARD == 0 {
                Effort::Usual
            } else {
                Effort::More
            };
            let tier = DuplicateTier::ALL.get(usize::from(way & NOTHING));
            Laid {
                pair,
                effort,
                likeness: tier.map(|tier| Likeness { tier: *tier, value }),
                promise: None,
                closer: None,
            }
        });
        let mut laid: Vec<Laid> = laid.collect();
        let places = self.all(u32::from_le_bytes)?.into_iter();
        let promises = self.all(|[laid, profile]| Promise { laid, profile })?;
        let values = self.all(f32::from_le_bytes)?;
        let ways = self.all(|[way]| way)?;
        for (((at, promise), value), way) in places.zip(promises).zip(values).zip(ways) {
            let laid = laid.get_mut(at as usize)?;
            laid.promise = Some(promise);
            if way != NOT_LOOKED {
                laid.closer = Some(closer(way, value)?);
            }
        }
        Some(Looked { alike: laid, apart })
    }

    fn parts(&mut self) -> Option<BTreeMap<u32, Parts>> {
        let rows: Vec<u32> = self.all(u32::from_le_bytes)?;
        let grounds = self.all(f32::from_le_bytes)?.into_iter();
        let inside: Vec<f32> = self.all(f32::from_le_bytes)?;
        let profiles: Vec<Profile> = self.all(|bytes| bytes.map(u8::cast_signed))?;
        let (bare, content) = (self.some_lays()?, self.some_lays()?);
        let parts = grounds.zip(inside).zip(profiles).zip(bare).zip(content);
        let parts = parts.map(
            |((((ground, ground_inside), profile), bare), content)| Parts {
                ground,
                ground_inside,
                profile,
                bare,
                content,
            },
        );
        Some(rows.into_iter().zip(parts).collect())
    }

    fn some_lays(&mut self) -> Option<Vec<Option<Lay>>> {
        let mut numbers = || self.all(f32::from_le_bytes);
        let [xs, ys, rights, downs] = [numbers()?, numbers()?, numbers()?, numbers()?];
        let lays = xs.into_iter().zip(ys).zip(rights).zip(downs);
        let lays = lays.map(|(((x, y), right), down)| Lay {
            scale: [x, y],
            shift: [right, down],
        });
        Some(lays.map(|lay| (lay != NO_LAY).then_some(lay)).collect())
    }
}
