//! What would go if copies were resolved by a rule: the whole plan, counted and paged.
//!
//! A plan is a function of the generation, the rule and what people decided about single
//! pictures. It is worked out on demand, kept while the index is open, and changes nothing.
//!
//! A picture may be in several groups. They are judged from the strictest tier on, and in looser
//! ones the copy that stays stands for those that go, so that one of a family stays and not one
//! of each group. What one group of near copies keeps no other removes: a removed picture always
//! has a copy that stays.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
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
    choice: Choice,
}

/// What stays and what goes of some pictures.
#[derive(Debug)]
struct Choice {
    /// At least one; first the one that takes over the tags.
    keep: Vec<u32>,
    /// With the likeness to the copy that the analysis would keep.
    remove: Vec<(u32, f32)>,
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
        let mut heir_of: HashMap<u32, u32> = HashMap::new();
        for group in &plan.groups {
            for (row, _) in &group.choice.remove {
                heir_of.entry(*row).or_insert(group.choice.keep[0]);
            }
        }
        let mut gone = BTreeSet::new();
        for group in &plan.groups {
            gone.extend(group.choice.remove.iter().map(|(row, _)| *row));
            let heir = follow(&heir_of, group.choice.keep[0]);
            for (tag, rows) in &tags {
                let inherits = group
                    .choice
                    .remove
                    .iter()
                    .any(|(row, _)| rows.contains(*row));
                if inherits && !rows.contains(heir) {
                    let heirs = going.heirs.entry(**tag).or_default();
                    heirs.push(self.index.media_id(heir));
                }
            }
        }
        let gone = gone.into_iter().map(|row| self.index.media_id(row));
        going.media = gone.collect();
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
        let groups = self.copies.groups();
        let wanted = |tier: DuplicateTier| wish.tiers.is_empty() || wish.tiers.contains(&tier);
        // Near groups are judged whether they are wanted or not: what one of another tier keeps
        // stays in all of them, or two wishes after each other would let both go.
        let judged = |number: &usize| {
            let tier = groups[*number].tier;
            wanted(tier) || !is_exact(tier)
        };
        let mut numbers: Vec<usize> = (0..groups.len()).filter(judged).collect();
        numbers.sort_by_key(|number| groups[*number].tier);
        let mut stead: HashMap<u32, u32> = HashMap::new();
        let mut planned: Vec<GroupPlan> = Vec::new();
        for number in numbers {
            let group = &groups[number];
            let members = group.members.iter();
            let members = members
                .filter(|(_, likeness)| *likeness >= wish.least_likeness)
                .map(|(row, likeness)| (follow(&stead, *row), *likeness))
                .collect();
            let Some(choice) = self.judge(members, wish, decided) else {
                continue;
            };
            if is_exact(group.tier) {
                let gone = choice.remove.iter();
                stead.extend(gone.map(|(row, _)| (*row, choice.keep[0])));
            }
            planned.push(GroupPlan {
                number,
                tier: group.tier,
                choice,
            });
        }
        spare_what_others_keep(&mut planned);
        planned.retain(|group| wanted(group.tier));
        planned.sort_by_key(|group| group.number);
        self.counted(planned)
    }

    fn counted(&self, groups: Vec<GroupPlan>) -> Planned {
        let mut plan = Planned::default();
        let mut gone = HashSet::new();
        for group in groups
            .iter()
            .filter(|group| !group.choice.remove.is_empty())
        {
            let rows = group.choice.remove.iter().map(|(row, _)| *row);
            let new: Vec<u32> = rows.filter(|row| gone.insert(*row)).collect();
            let bytes = new.iter().map(|row| self.index.tile(*row).size_bytes);
            let bytes = bytes.sum::<u64>();
            for count in [&mut plan.all, plan.tiers.entry(group.tier).or_default()] {
                count.groups += 1;
                count.pictures += new.len() as u64;
                count.bytes += bytes;
            }
        }
        plan.groups = groups;
        plan
    }

    /// What the wish says of the members of a group; nothing where there is no choice.
    fn judge(
        &self,
        members: Vec<(u32, f32)>,
        wish: &PlanWish,
        decided: &HashSet<MediaId>,
    ) -> Option<Choice> {
        if members.len() < 2 {
            return None;
        }
        let with_tile = |(row, likeness)| (row, likeness, self.index.tile(row));
        let mut members: Vec<(u32, f32, Tile)> = members.into_iter().map(with_tile).collect();
        // Stable, so that equals stay in the order of the analysis.
        members.sort_by(|(_, _, a), (_, _, b)| {
            let by = |rule: &KeepBy| better_first(rule, a, b);
            wish.rule
                .iter()
                .map(by)
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        let (mut keep, mut remove) = (Vec::new(), Vec::new());
        for (row, likeness, tile) in &members {
            if decided.contains(&tile.id) {
                keep.push(*row);
            } else {
                remove.push((*row, *likeness));
            }
        }
        if keep.is_empty() {
            keep.push(remove.remove(0).0);
        }
        Some(Choice { keep, remove })
    }

    fn shown_plan(
        &self,
        plan: &Planned,
        decided: &HashSet<MediaId>,
        offset: usize,
        limit: usize,
    ) -> Plan {
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
                        .choice
                        .keep
                        .iter()
                        .map(|row| {
                            let card = self.card(*row);
                            let by_person = decided.contains(&card.media_id);
                            (card, by_person)
                        })
                        .collect(),
                    remove: group
                        .choice
                        .remove
                        .iter()
                        .map(|(row, likeness)| (self.card(*row), *likeness))
                        .collect(),
                })
                .collect(),
        }
    }
}

/// Whether a tier means that nothing is lost with a copy, so that any may stand for all.
const fn is_exact(tier: DuplicateTier) -> bool {
    matches!(tier, DuplicateTier::SameBytes | DuplicateTier::SamePixels)
}

/// Lets a group of near copies keep what it would remove and another keeps: two parts of one
/// picture are copies of it but not of each other, and go only where it stays.
fn spare_what_others_keep(planned: &mut [GroupPlan]) {
    let near = |group: &&mut GroupPlan| !is_exact(group.tier);
    let kept: HashSet<u32> = planned
        .iter_mut()
        .filter(near)
        .flat_map(|group| group.choice.keep.clone())
        .collect();
    for group in planned.iter_mut().filter(near) {
        let spared = group
            .choice
            .remove
            .extract_if(.., |(row, _)| kept.contains(row));
        group.choice.keep.extend(spared.map(|(row, _)| row));
    }
}

/// Goes from one that goes to the one that stays for it, as far as there is any.
fn follow(stead: &HashMap<u32, u32>, mut row: u32) -> u32 {
    while let Some(next) = stead.get(&row) {
        row = *next;
    }
    row
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

#[cfg(test)]
mod tests {
    use lamina_model::DuplicateTier::{Edited, SameBytes};

    use super::{Choice, GroupPlan, spare_what_others_keep};

    #[test]
    fn what_one_near_group_keeps_no_other_removes() {
        let group = |number, tier, keep: u32, remove: u32| GroupPlan {
            number,
            tier,
            choice: Choice {
                keep: vec![keep],
                remove: vec![(remove, 0.97)],
            },
        };
        // 1 and 2 are parts of 0; a rule prefers 1 to 0, and 0 to 2. 3 is the same file as 0.
        let mut planned = [
            group(0, SameBytes, 0, 3),
            group(1, Edited, 1, 0),
            group(2, Edited, 0, 2),
        ];
        spare_what_others_keep(&mut planned);
        let [bytes, one, two] = planned.map(|group| group.choice);
        assert_eq!((bytes.keep, bytes.remove), (vec![0], vec![(3, 0.97)]));
        assert_eq!((one.keep, one.remove), (vec![1, 0], vec![]));
        assert_eq!((two.keep, two.remove), (vec![0], vec![(2, 0.97)]));
    }
}
