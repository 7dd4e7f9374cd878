//! What would go if copies were resolved by a rule: the whole plan, counted and paged.
//!
//! A plan is a function of the generation, the rule and what people decided about single
//! pictures. It is worked out on demand, kept while the index is open, and changes nothing.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    sync::{Arc, PoisonError},
};

use lamina_model::{DuplicateTier, Generation, ImageFormat, MediaId, TagId};
use lamina_search::Tile;
use serde::{Deserialize, Serialize};

use super::{
    open::{Card, Opened, Seen},
    wanted::Wanted,
};
use crate::{Caller, DatasetScope, Engine, Error};

/// Plans kept of each open index.
const MOST_PLANS: usize = 4;
/// Pictures of one dataset that people may have decided to keep.
const MOST_DECISIONS: u64 = 20_000;

/// What is better in a copy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepBy {
    /// More pixels.
    Largest,
    /// More bytes.
    Heaviest,
    /// A file that changed longer ago.
    Oldest,
    /// A file that changed more recently.
    Newest,
    /// A format that loses less: TIFF, PNG, BMP, JPEG 2000, HEIC, AVIF, WebP, JPEG, GIF.
    Format,
    /// Standing in or below this folder.
    Folder(String),
}

/// Which copies go.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanWish {
    /// What is better, the most important first. Where all are as good, and where nothing is
    /// said, the analysis decides.
    pub rule: Vec<KeepBy>,
    /// Only groups of these tiers; of all where none is named.
    pub tiers: BTreeSet<DuplicateTier>,
    /// Copies less like the one that the analysis would keep stay, 0–1.
    pub least_likeness: f32,
}

/// What a plan comes to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanCount {
    /// Groups that lose pictures.
    pub groups: u64,
    /// Pictures that go.
    pub pictures: u64,
    /// Bytes of their files.
    pub bytes: u64,
}

/// A group as a plan leaves it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedGroup {
    /// The group's own id; it lasts as long as the generation.
    pub group_id: String,
    /// How its pictures are the same.
    pub tier: DuplicateTier,
    /// What stays, the copy that takes over the tags first, and whether a person decided so.
    pub keep: Vec<(Card, bool)>,
    /// What goes, with the likeness to the copy that the analysis would keep, 0–1.
    pub remove: Vec<(Card, f32)>,
}

/// A plan and one page of its groups.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Which generation it is of; nothing before the first.
    pub generation: Option<Generation>,
    /// All of it.
    pub all: PlanCount,
    /// By tier; those that lose nothing are left out.
    pub tiers: BTreeMap<DuplicateTier, PlanCount>,
    /// Groups on all pages: those that lose pictures, and those that would but for decisions.
    pub total: u64,
    /// The groups of the page.
    pub groups: Vec<PlannedGroup>,
}

/// A plan by rows.
#[derive(Debug, Default)]
pub(super) struct Planned {
    all: PlanCount,
    tiers: BTreeMap<DuplicateTier, PlanCount>,
    groups: Vec<GroupPlan>,
}

#[derive(Debug)]
struct GroupPlan {
    number: usize,
    tier: DuplicateTier,
    keep: Vec<u32>,
    remove: Vec<u32>,
}

/// Plans worked out before, the one used last at the end.
pub(super) type Plans = VecDeque<(PlanWish, Arc<HashSet<MediaId>>, Arc<Planned>)>;

/// What applying a plan does.
#[derive(Debug, Default)]
pub(crate) struct Going {
    /// The pictures that go.
    pub media: Vec<MediaId>,
    /// By tag, the pictures that stay and take it over from those that go.
    pub heirs: BTreeMap<TagId, Vec<MediaId>>,
}

impl Seen {
    /// What applying a plan does; tags named in `beyond` are not taken over.
    fn going(&self, plan: &Planned, beyond: &BTreeSet<TagId>) -> Going {
        let mut going = Going::default();
        let tags = self.marks.overlay.tags.iter();
        let tags: Vec<_> = tags.filter(|(tag, _)| !beyond.contains(tag)).collect();
        for group in &plan.groups {
            let Some(heir) = group.keep.first() else {
                continue;
            };
            let gone = group.remove.iter();
            going
                .media
                .extend(gone.map(|row| self.index.media_id(*row)));
            for (tag, rows) in &tags {
                if !rows.contains(*heir) && group.remove.iter().any(|row| rows.contains(*row)) {
                    let heirs = going.heirs.entry(**tag).or_default();
                    heirs.push(self.index.media_id(*heir));
                }
            }
        }
        going
    }
}

impl Opened {
    /// The plan, worked out or remembered.
    pub(super) fn planned(&self, wish: &PlanWish, decided: &Arc<HashSet<MediaId>>) -> Arc<Planned> {
        let lock = || self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock()
            .iter()
            .find(|(of, kept, _)| of == wish && kept == decided)
            .map(|(_, _, plan)| Arc::clone(plan));
        if let Some(plan) = known {
            return plan;
        }
        let plan = Arc::new(self.work_out(wish, decided));
        let mut plans = lock();
        plans.push_back((wish.clone(), Arc::clone(decided), Arc::clone(&plan)));
        while plans.len() > MOST_PLANS {
            plans.pop_front();
        }
        plan
    }

    fn work_out(&self, wish: &PlanWish, decided: &HashSet<MediaId>) -> Planned {
        let mut plan = Planned::default();
        for (number, group) in self.copies.groups().iter().enumerate() {
            let Some(tier) = self.tier_of(group) else {
                continue;
            };
            if !wish.tiers.is_empty() && !wish.tiers.contains(&tier) {
                continue;
            }
            let Some((keep, remove)) = self.judge(group, wish, decided) else {
                continue;
            };
            let bytes = remove
                .iter()
                .map(|row| self.index.tile(*row).size_bytes)
                .sum::<u64>();
            if !remove.is_empty() {
                for count in [&mut plan.all, plan.tiers.entry(tier).or_default()] {
                    count.groups += 1;
                    count.pictures += remove.len() as u64;
                    count.bytes += bytes;
                }
            }
            plan.groups.push(GroupPlan {
                number,
                tier,
                keep,
                remove,
            });
        }
        plan
    }

    /// What stays and what goes of a group; nothing where the wish lets all of it be.
    fn judge(
        &self,
        group: &[u32],
        wish: &PlanWish,
        decided: &HashSet<MediaId>,
    ) -> Option<(Vec<u32>, Vec<u32>)> {
        let likeness = |row: u32| {
            self.beside[row as usize]
                .copy
                .map_or(0.0, |copy| copy.likeness)
        };
        let (first, others) = group.split_first()?;
        let mut members: Vec<(u32, Tile)> = std::iter::once(first)
            .chain(
                others
                    .iter()
                    .filter(|row| likeness(**row) >= wish.least_likeness),
            )
            .map(|row| (*row, self.index.tile(*row)))
            .collect();
        if members.len() < 2 {
            return None;
        }
        // Stable, so that equals stay in the order of the analysis.
        members.sort_by(|(_, a), (_, b)| {
            let by = |rule: &KeepBy| better_first(rule, a, b);
            wish.rule
                .iter()
                .map(by)
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        let (mut keep, mut remove): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        for (row, tile) in &members {
            if decided.contains(&tile.id) {
                keep.push(*row);
            } else {
                remove.push(*row);
            }
        }
        if keep.is_empty() {
            keep.push(remove.remove(0));
        }
        Some((keep, remove))
    }

    fn shown_plan(
        &self,
        plan: &Planned,
        decided: &HashSet<MediaId>,
        offset: usize,
        limit: usize,
    ) -> Plan {
        let likeness = |row: u32| {
            self.beside[row as usize]
                .copy
                .map_or(0.0, |copy| copy.likeness)
        };
        let page = plan.groups.iter().skip(offset).take(limit);
        Plan {
            generation: Some(self.index.generation()),
            all: plan.all.clone(),
            tiers: plan.tiers.clone(),
            total: plan.groups.len() as u64,
            groups: page
                .map(|group| PlannedGroup {
                    group_id: self.group_id(group.number),
                    tier: group.tier,
                    keep: group
                        .keep
                        .iter()
                        .map(|row| {
                            let card = self.card(*row);
                            let by_person = decided.contains(&card.media_id);
                            (card, by_person)
                        })
                        .collect(),
                    remove: group
                        .remove
                        .iter()
                        .map(|row| (self.card(*row), likeness(*row)))
                        .collect(),
                })
                .collect(),
        }
    }
}

/// Less when the first copy is the better one.
fn better_first(rule: &KeepBy, a: &Tile, b: &Tile) -> Ordering {
    let pixels = |tile: &Tile| u64::from(tile.width_px) * u64::from(tile.height_px);
    match rule {
        KeepBy::Largest => pixels(b).cmp(&pixels(a)),
        KeepBy::Heaviest => b.size_bytes.cmp(&a.size_bytes),
        KeepBy::Oldest => a.modified_at.cmp(&b.modified_at),
        KeepBy::Newest => b.modified_at.cmp(&a.modified_at),
        KeepBy::Format => loss(a.format).cmp(&loss(b.format)),
        KeepBy::Folder(folder) => is_below(b, folder).cmp(&is_below(a, folder)),
    }
}

/// How much a format loses, as a place in a row.
const fn loss(format: ImageFormat) -> u8 {
    match format {
        ImageFormat::Tiff => 0,
        ImageFormat::Png => 1,
        ImageFormat::Bmp => 2,
        ImageFormat::Jp2 => 3,
        ImageFormat::Heic => 4,
        ImageFormat::Avif => 5,
        ImageFormat::Webp => 6,
        ImageFormat::Jpeg => 7,
        ImageFormat::Gif => 8,
    }
}

fn is_below(tile: &Tile, folder: &str) -> bool {
    let folder = folder.trim_matches('/').as_bytes();
    let path = tile.path.as_bytes();
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with(b"/"))
}

impl Engine {
    /// What would go of the copies, and one page of the groups; empty before the first
    /// generation.
    ///
    /// # Errors
    /// [`Error::Busy`] while the index is being made again.
    pub async fn copy_plan(
        &self,
        scope: &DatasetScope,
        wish: PlanWish,
        offset: usize,
        limit: usize,
    ) -> Result<Plan, Error> {
        let decided = self.decided_copies(scope).await?;
        let found = self
            .ask(scope, move |index| {
                let plan = index.planned(&wish, &decided);
                Ok(index.shown_plan(&plan, &decided, offset, limit))
            })
            .await?;
        Ok(found.unwrap_or_default())
    }

    /// What applying a plan would do just now; tags named in `beyond` are not taken over.
    pub(crate) async fn going(
        &self,
        scope: &DatasetScope,
        wish: PlanWish,
        beyond: BTreeSet<TagId>,
    ) -> Result<Going, Error> {
        let decided = self.decided_copies(scope).await?;
        let found = self.ask_for(scope, Wanted::default(), move |seen, _| {
            let plan = seen.planned(&wish, &decided);
            Ok(seen.going(&plan, &beyond))
        });
        Ok(found.await?.unwrap_or_default())
    }

    /// The pictures that people decided to keep.
    pub(super) async fn decided_copies(
        &self,
        scope: &DatasetScope,
    ) -> Result<Arc<HashSet<MediaId>>, Error> {
        let kept = self.store().kept_copies(scope.id()).await?;
        Ok(Arc::new(kept.into_iter().collect()))
    }

    /// Keeps some pictures whatever a rule says, and leaves others to the rule again. Decisions
    /// outlive analyses.
    ///
    /// # Errors
    /// [`Error::Invalid`] when an id is none, [`Error::Conflict`] when there are too many
    /// decisions.
    pub async fn decide_copies(
        &self,
        caller: &Caller,
        scope: &DatasetScope,
        keep: &[String],
        free: &[String],
    ) -> Result<(), Error> {
        let ids = |texts: &[String]| -> Result<Vec<MediaId>, Error> {
            let read = |text: &String| {
                text.parse().map_err(|cause: lamina_model::IdError| {
                    Error::invalid("media_id", cause.to_string())
                })
            };
            texts.iter().map(read).collect()
        };
        self.store()
            .decide_copies(
                scope.id(),
                &ids(keep)?,
                &ids(free)?,
                caller.user_id(),
                self.clock().now(),
                MOST_DECISIONS,
            )
            .await?;
        Ok(())
    }
}
