//! The law of taking back, on sequences nobody thought of.

use std::collections::BTreeMap;

use lamina_model::{DatasetId, MarkOp, MediaId, Tag};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::{
    marks::{set, step, undo},
    world::World,
};

/// Sequences drawn in each test.
const CASES: usize = 8;

/// Something that a person does to pictures.
#[derive(Debug, Clone)]
struct Act {
    /// By number; see [`op`].
    ops: Vec<u8>,
    /// By bit.
    media: u8,
}

/// What happens next.
#[derive(Debug, Clone)]
enum Event {
    Act(Act),
    /// Takes back the step at this place of all that were made, undoing steps among them.
    Undo(prop::sample::Index),
}

fn act() -> impl Strategy<Value = Act> {
    (prop::collection::vec(0_u8..9, 1..4), 1_u8..8).prop_map(|(ops, media)| Act { ops, media })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        act().prop_map(Event::Act),
        any::<prop::sample::Index>().prop_map(Event::Undo),
    ]
}

fn runner() -> TestRunner {
    // The same sequences in every run; a shrunk case is of no use without its database.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(Config::default(), rng)
}

/// What of a picture an op is about, and what it makes of that.
fn op(number: u8, tags: &[Tag; 2]) -> (MarkOp, &'static str, Option<&'static str>) {
    match number {
        0 => (MarkOp::AddTag(tags[0].id), "tag 0", Some("on")),
        1 => (MarkOp::RemoveTag(tags[0].id), "tag 0", None),
        2 => (MarkOp::AddTag(tags[1].id), "tag 1", Some("on")),
        3 => (MarkOp::RemoveTag(tags[1].id), "tag 1", None),
        4 => (MarkOp::AddLabel("boat".to_owned()), "boat", Some("on")),
        5 => (MarkOp::RemoveLabel("boat".to_owned()), "boat", None),
        6 => (MarkOp::SetCaption("one".to_owned()), "caption", Some("one")),
        7 => (MarkOp::SetCaption("two".to_owned()), "caption", Some("two")),
        _ => (MarkOp::RemoveCaptions, "caption", None),
    }
}

type Key = (&'static str, MediaId);
type Value = Option<&'static str>;

/// A dataset as plain memory keeps it: what stands, who left it so, and what each step changed.
#[derive(Debug, Default)]
struct Plain {
    /// The value, and the number of the step that made it so; 0 for nobody.
    now: BTreeMap<Key, (Value, usize)>,
    /// Of each step, from what to what.
    steps: Vec<BTreeMap<Key, [(Value, usize); 2]>>,
}

impl Plain {
    fn act(&mut self, act: &Act, media: &[MediaId], tags: &[Tag; 2]) {
        let number = self.steps.len() + 1;
        // Of several words about the same, the last counts.
        let mut wanted = BTreeMap::new();
        for (_, about, value) in act.ops.iter().map(|one| op(*one, tags)) {
            for media in media {
                wanted.insert((about, *media), value);
            }
        }
        let mut changed = BTreeMap::new();
        for (key, value) in wanted {
            let now = self.now.entry(key).or_default();
            if now.0 != value {
                let before = std::mem::replace(now, (value, number));
                changed.insert(key, [before, (value, number)]);
            }
        }
        self.steps.push(changed);
    }

    fn undo(&mut self, place: usize) {
        let mut changed = BTreeMap::new();
        for (key, [before, after]) in self.steps[place].clone() {
            let now = self.now.entry(key).or_default();
            if now.1 == after.1 {
                *now = before;
                changed.insert(key, [after, before]);
            }
        }
        self.steps.push(changed);
    }

    fn values(&self) -> BTreeMap<Key, &'static str> {
        let set = |(key, now): (&Key, &(Value, usize))| Some((*key, now.0?));
        self.now.iter().filter_map(set).collect()
    }
}

/// What stands in the database.
async fn stands(
    world: &World,
    dataset: DatasetId,
    media: &[MediaId],
    tags: &[Tag; 2],
) -> BTreeMap<Key, &'static str> {
    let mut all = BTreeMap::new();
    for id in media {
        for tag in world.store.tags_of(dataset, *id).await.unwrap() {
            let about = if tag.id == tags[0].id {
                "tag 0"
            } else {
                "tag 1"
            };
            all.insert((about, *id), "on");
        }
        for label in world.store.labels_of(dataset, *id).await.unwrap() {
            assert_eq!(label.label, "boat");
            all.insert(("boat", *id), "on");
        }
        for one in world.store.captions_of(dataset, *id).await.unwrap() {
            let caption = if one.caption == "one" { "one" } else { "two" };
            let known = all.insert(("caption", *id), caption);
            assert_eq!(known, None, "there is one at most");
        }
    }
    all
}

fn chosen(act: &Act, media: &[MediaId]) -> Vec<MediaId> {
    let bits = media.iter().enumerate();
    let chosen = bits.filter(|(at, _)| act.media & (1 << at) != 0);
    chosen.map(|(_, id)| *id).collect()
}

async fn do_act(
    world: &World,
    dataset: DatasetId,
    act: &Act,
    media: &[MediaId],
    tags: &[Tag; 2],
) -> i64 {
    let ops: Vec<_> = act.ops.iter().map(|one| op(*one, tags).0).collect();
    let media = chosen(act, media);
    let change = world.change("act");
    step(world, dataset, &change, &ops, &media).await.version
}

pub(crate) async fn any_sequence_of_acts_and_undos_leaves_what_plain_memory_says(world: &World) {
    let mut runner = runner();
    let events = prop::collection::vec(event(), 1..24);
    for _ in 0..CASES {
        let (dataset, media, one, other) = set(world).await;
        let tags = [one, other];
        let sequence = events.new_tree(&mut runner).unwrap().current();
        let (mut plain, mut versions) = (Plain::default(), Vec::new());
        for event in &sequence {
            match event {
                Event::Act(act) => {
                    plain.act(act, &chosen(act, &media), &tags);
                    versions.push(do_act(world, dataset, act, &media, &tags).await);
                }
                Event::Undo(_) if versions.is_empty() => continue,
                Event::Undo(which) => {
                    let place = which.index(versions.len());
                    plain.undo(place);
                    versions.push(undo(world, dataset, versions[place]).await.version);
                }
            }
            assert_eq!(
                stands(world, dataset, &media, &tags).await,
                plain.values(),
                "{sequence:?}"
            );
        }
        let deleted = world.store.delete_dataset(dataset, world.now());
        deleted.await.unwrap();
    }
}

pub(crate) async fn what_is_taken_back_in_turn_leads_back_step_by_step(world: &World) {
    let mut runner = runner();
    // Done, or the last that still stands taken back.
    let turns = prop::collection::vec(prop::option::weighted(0.6, act()), 1..24);
    for _ in 0..CASES {
        let (dataset, media, one, other) = set(world).await;
        let tags = [one, other];
        let sequence = turns.new_tree(&mut runner).unwrap().current();
        let mut standing = Vec::new();
        for turn in sequence.iter().cloned().chain((0..24).map(|_| None)) {
            if let Some(act) = turn {
                let before = stands(world, dataset, &media, &tags).await;
                let version = do_act(world, dataset, &act, &media, &tags).await;
                standing.push((version, before));
            } else if let Some((version, before)) = standing.pop() {
                undo(world, dataset, version).await;
                let now = stands(world, dataset, &media, &tags).await;
                assert_eq!(now, before, "{sequence:?}");
            }
        }
        assert!(stands(world, dataset, &media, &tags).await.is_empty());
        let deleted = world.store.delete_dataset(dataset, world.now());
        deleted.await.unwrap();
    }
}
