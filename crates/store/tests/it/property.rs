//! The law of batches, on sequences nobody thought of.

use std::collections::BTreeMap;

use lamina_model::{FileOutcome, FileRecord, IgnoreReason, MediaId, RejectReason, SourcePath};
use lamina_store::{Batch, LeftOut};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};

use crate::world::{World, ignored, rejected};

/// What happens to the file of a number.
#[derive(Debug, Clone, Copy)]
enum Event {
    Index(u8),
    Reject(u8),
    Ignore(u8),
    Remove(u8),
}

/// Names that try the order of bytes and the split of long paths.
fn name(number: u8) -> Vec<u8> {
    match number % 4 {
        0 => vec![number + 1],
        1 => [vec![b'p'; 1024], vec![number + 1]].concat(),
        2 => vec![b'p'; 1000 + usize::from(number)],
        _ => [b"p/", [255 - number].as_slice()].concat(),
    }
}

/// What happens to one of the first so many files.
fn event(files: u8) -> impl Strategy<Value = Event> {
    (0_u8..4, 0..files).prop_map(|(what, number)| match what {
        0 => Event::Index(number),
        1 => Event::Reject(number),
        2 => Event::Ignore(number),
        _ => Event::Remove(number),
    })
}

/// Files and what became of them, as plain memory would keep it.
type Expected = BTreeMap<Vec<u8>, FileOutcome>;

pub(crate) async fn every_sequence_of_batches_keeps_the_counts_and_the_pages_true(world: &World) {
    // The same sequences in every run; a shrunk case is of no use without its database.
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    // Some of more files than one statement takes.
    let batch = prop_oneof![
        8 => prop::collection::vec(event(16), 0..6),
        1 => prop::collection::vec(event(250), 700),
    ];
    let batches = prop::collection::vec(batch, 1..8);
    for case in 0..12 {
        let sequence = batches.new_tree(&mut runner).unwrap().current();
        let (dataset, _) = world.dataset(&format!("/{case}")).await;
        let mut expected = Expected::new();
        for events in &sequence {
            let batch = batch_of(world, dataset.id, events, &mut expected).await;
            let counts = world
                .store
                .apply_batch(dataset.id, &batch, world.now())
                .await
                .unwrap();
            if case % 2 == 0 {
                let again = world
                    .store
                    .apply_batch(dataset.id, &batch, world.now())
                    .await
                    .unwrap();
                assert_eq!(again, counts);
            }
            assert_eq!(counts.found(), expected.len() as u64, "{sequence:?}");
            check(world, dataset.id, &expected, 1 + case % 5).await;
        }
    }
}

/// The batch in which these events happen, each file having its last event only, as one
/// walk of a source meets each file once.
async fn batch_of(
    world: &World,
    dataset: lamina_model::DatasetId,
    events: &[Event],
    expected: &mut Expected,
) -> Batch {
    let mut last = BTreeMap::new();
    for event in events {
        let (Event::Index(number)
        | Event::Reject(number)
        | Event::Ignore(number)
        | Event::Remove(number)) = event;
        last.insert(name(*number), *event);
    }
    let indexed: Vec<&[u8]> = last
        .iter()
        .filter(|(_, event)| matches!(event, Event::Index(_)))
        .map(|(name, _)| name.as_slice())
        .collect();
    let mut batch = world.batch(dataset, &indexed).await;
    for (media, _) in &batch.indexed {
        let name = media.path.as_bytes().to_vec();
        let id: MediaId = match expected.get(&name) {
            Some(FileOutcome::Indexed(id)) => *id,
            _ => media.id,
        };
        expected.insert(name, FileOutcome::Indexed(id));
    }
    for (name, event) in last {
        let record: FileRecord = match event {
            Event::Index(_) => continue,
            Event::Reject(_) => rejected(&name, RejectReason::Corrupt, "why"),
            Event::Ignore(_) => ignored(&name, IgnoreReason::Video),
            Event::Remove(_) => {
                batch.removed.push(SourcePath::from_bytes(name.clone()));
                expected.remove(&name);
                continue;
            }
        };
        expected.insert(name, record.outcome.clone());
        batch.others.push(record);
    }
    batch
}

async fn check(world: &World, dataset: lamina_model::DatasetId, expected: &Expected, page: usize) {
    let counts = world.store.dataset_counts(dataset).await.unwrap();
    assert_eq!(
        counts.found(),
        counts.indexed + counts.rejected + counts.ignored
    );

    let mut files = Vec::new();
    let mut after: Option<SourcePath> = None;
    loop {
        let rows = world
            .store
            .files_after(dataset, after.as_ref(), page)
            .await
            .unwrap();
        let Some(last) = rows.last() else { break };
        after = Some(last.path.clone());
        files.extend(
            rows.into_iter()
                .map(|row| (row.path.as_bytes().to_vec(), row.outcome)),
        );
    }
    let wanted: Vec<_> = expected.clone().into_iter().collect();
    assert_eq!(files, wanted, "each file once, in the order of bytes");

    let mut media = Vec::new();
    let mut cursor = None;
    loop {
        let rows = world
            .store
            .media_page(dataset, cursor.as_ref(), page)
            .await
            .unwrap();
        media.extend(rows.items.into_iter().map(|media| media.id));
        cursor = rows.next;
        if cursor.is_none() {
            break;
        }
    }
    let mut wanted: Vec<_> = expected
        .values()
        .filter_map(|outcome| match outcome {
            FileOutcome::Indexed(id) => Some(*id),
            FileOutcome::Rejected { .. } | FileOutcome::Ignored(_) => None,
        })
        .collect();
    wanted.sort();
    assert_eq!(media, wanted);
    assert_eq!(counts.indexed, media.len() as u64);

    let mut left_out = 0;
    for which in [LeftOut::Rejected(None), LeftOut::Ignored(None)] {
        let mut cursor = None;
        loop {
            let rows = world
                .store
                .left_out(dataset, which, cursor.as_ref(), page)
                .await
                .unwrap();
            left_out += rows.items.len() as u64;
            cursor = rows.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    assert_eq!(left_out, counts.rejected + counts.ignored);
}
