//! Reading a memory that was written.

use std::collections::BTreeMap;

use lamina_model::DuplicateTier;

use super::Memory;
use super::written::{DIFFERENT, HARD, MAGIC, NO_LAY, NOT_LOOKED, NOTHING};
use crate::Work;
use crate::closer::{Closer, Parts, Profile, Promise};
use crate::duplicates::{Alike, Laid, Laying, Looked, Pair, Pairs};
use crate::hashes::{Hashed, Looks};
use crate::likeness::align::Lay;
use crate::likeness::{Effort, Likeness};
use crate::neighbours::{Horizon, Lists, Near, Neighbourhoods, Neighbours};

/// Bytes of the hash at the end.
const HASH: usize = 32;

impl Memory {
    /// The memory that these bytes are; nothing where they are not whole, or of another make.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (bytes, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
        if blake3::hash(bytes).as_bytes() != hash {
            return None;
        }
        let mut from = Reader(bytes.strip_prefix(MAGIC)?);
        let made_by = *from.take()?;
        let keys = from.all(|key: [u8; 16]| key)?;
        let memory = Self {
            made_by,
            keys,
            neighbours: from.neighbours()?,
            hashed: from.hashed()?,
            laying: from.laying()?,
            work: from.work()?,
        };
        from.0.is_empty().then_some(memory)
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

    fn neighbours(&mut self) -> Option<Neighbours> {
        Some(Neighbours {
            lists: self.lists()?,
            neighbourhoods: self.neighbourhoods()?,
        })
    }

    fn hashed(&mut self) -> Option<Hashed> {
        Some(Hashed {
            looks: self.looks()?,
            radius: *self.all(u32::from_le_bytes)?.first()?,
            near: self.lists()?,
        })
    }

    fn laying(&mut self) -> Option<Laying> {
        Some(Laying {
            pairs: self.pairs()?,
            parts: self.parts()?,
        })
    }

    fn work(&mut self) -> Option<Work> {
        let [pictures_compared, pairs_laid] = self.all(u64::from_le_bytes)?.try_into().ok()?;
        Some(Work {
            pictures_compared,
            pairs_laid,
        })
    }

    fn lists(&mut self) -> Option<Lists> {
        let starts = self.all(u32::from_le_bytes)?;
        let rows = self.all(u32::from_le_bytes)?;
        let scores = self.all(f32::from_le_bytes)?;
        let ends = self.all(f32::from_le_bytes)?.into_iter();
        let ends = ends.zip(self.all(u32::from_le_bytes)?);
        let lists = starts
            .array_windows()
            .zip(ends)
            .map(|([from, to], (score, row))| {
                let range = *from as usize..*to as usize;
                let rows = rows.get(range.clone())?.iter().copied();
                let held = rows.zip(scores.get(range)?.iter().copied());
                Some(Near::kept(held.collect(), Horizon { score, row }))
            });
        Some(Lists::kept(lists.collect::<Option<_>>()?))
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
        let apart = Pairs {
            starts: self.all(u32::from_le_bytes)?,
            higher: self.all(u32::from_le_bytes)?,
        };
        let alike = self.told()?.into_iter();
        let alike = alike.map(|(pair, likeness)| {
            let likeness = likeness?;
            Some(Alike { pair, likeness })
        });
        let alike = alike.collect::<Option<_>>()?;
        let told = self.told()?.into_iter();
        let promises = self.all(|[laid, profile]| Promise { laid, profile })?;
        let values = self.all(f32::from_le_bytes)?;
        let ways = self.all(|[way]| way)?;
        let drawings = told.zip(promises).zip(values).zip(ways);
        let drawings = drawings.map(|((((pair, likeness), promise), value), way)| {
            let closer = match way {
                NOT_LOOKED => None,
                way => Some(closer(way, value)?),
            };
            Some(Laid {
                pair: pair.both(),
                effort: pair.effort(),
                likeness,
                promise: Some(promise),
                closer,
            })
        });
        Some(Looked {
            drawings: drawings.collect::<Option<_>>()?,
            alike,
            apart,
        })
    }

    /// Pairs with what signatures say of them.
    fn told(&mut self) -> Option<Vec<(Pair, Option<Likeness>)>> {
        let ones = self.all(u32::from_le_bytes)?.into_iter();
        let pairs = ones.zip(self.all(u32::from_le_bytes)?);
        let values = self.all(f32::from_le_bytes)?;
        let ways = self.all(|[way]| way)?;
        let told = pairs.zip(values).zip(ways);
        let told = told.map(|(((one, other), value), way)| {
            let effort = if way & HARD == 0 {
                Effort::Usual
            } else {
                Effort::More
            };
            let tier = DuplicateTier::ALL.get(usize::from(way & NOTHING));
            let likeness = tier.map(|tier| Likeness { tier: *tier, value });
            let is_pair = one != other && one.max(other) < 1 << 31;
            is_pair.then(|| (Pair::new(one, other, effort), likeness))
        });
        told.collect()
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
