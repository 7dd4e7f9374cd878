//! Batches: what they change, and that they change it whole or not at all.

use std::collections::BTreeMap;

use lamina_model::{
    FileOutcome, FileRecord, IgnoreReason, MediaId, Phase, Progress, RejectReason, RejectedCount,
    SourcePath, Timestamp,
};
use lamina_store::{Batch, Checkpoint, DatasetCounts, Error, LeftOut};

use crate::world::{LEASE_US, World, ignored, rejected, stamp};

fn counts(indexed: u64, rejected: u64, ignored: u64) -> DatasetCounts {
    DatasetCounts {
        indexed,
        rejected,
        ignored,
    }
}

async fn mixed_batch(world: &World, dataset: lamina_model::DatasetId) -> Batch {
    let mut batch = world.batch(dataset, &[b"a.jpg", b"b/c.jpg"]).await;
    batch.others = vec![
        rejected(b"broken.jpg", RejectReason::Truncated, "ends at byte 7"),
        ignored(b".hidden", IgnoreReason::Hidden),
        ignored(b"film.mp4", IgnoreReason::Video),
    ];
    batch
}

pub(crate) async fn found_is_the_sum_of_what_became_of_each_file(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let batch = mixed_batch(world, dataset.id).await;
    let after = world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await
        .unwrap();
    assert_eq!(after, counts(2, 1, 2));
    assert_eq!(after.found(), 5);
    assert_eq!(world.store.dataset_counts(dataset.id).await.unwrap(), after);
    let stored = world.store.dataset(dataset.id).await.unwrap();
    assert_eq!(stored.image_count, 2);
    assert!(stored.updated_at.is_some());

    let gone = Batch {
        removed: vec![
            SourcePath::from_bytes("a.jpg"),
            SourcePath::from_bytes(".hidden"),
            SourcePath::from_bytes("never seen"),
        ],
        ..Batch::default()
    };
    let after = world
        .store
        .apply_batch(dataset.id, &gone, world.now())
        .await
        .unwrap();
    assert_eq!(after, counts(1, 1, 1));
    let media = batch.indexed[0].0.id;
    assert!(world.store.media(dataset.id, media).await.is_err());
}

pub(crate) async fn the_same_batch_twice_is_the_same_as_once(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let batch = mixed_batch(world, dataset.id).await;
    let once = world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await
        .unwrap();
    let files = world.store.files_after(dataset.id, None, 99).await.unwrap();
    let twice = world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await
        .unwrap();
    assert_eq!(once, twice);
    assert_eq!(
        world.store.files_after(dataset.id, None, 99).await.unwrap(),
        files
    );
    assert_eq!(world.store.segments(dataset.id).await.unwrap().len(), 1);
}

pub(crate) async fn a_path_that_comes_twice_in_a_batch_is_one_picture(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let mut batch = world
        .batch(dataset.id, &[b"a.jpg", b"b.jpg", b"a.jpg"])
        .await;
    batch.indexed[2].0.width_px = 17;
    batch.others = vec![
        ignored(b"film.mp4", IgnoreReason::Video),
        ignored(b"film.mp4", IgnoreReason::Hidden),
    ];
    let apply = |batch: Batch| async move {
        world
            .store
            .apply_batch(dataset.id, &batch, world.now())
            .await
            .unwrap()
    };
    assert_eq!(apply(batch.clone()).await, counts(2, 0, 1));
    let first = batch.indexed[0].0.id;
    let stored = world.store.media(dataset.id, first).await.unwrap();
    assert_eq!(stored.width_px, 17, "the last one counts");

    let gone = Batch {
        removed: [b"a.jpg", b"a.jpg"].map(SourcePath::from_bytes).to_vec(),
        ..Batch::default()
    };
    assert_eq!(apply(gone).await, counts(1, 0, 1));
}

pub(crate) async fn a_changed_file_keeps_the_id_of_its_picture(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let first = world.batch(dataset.id, &[b"a.jpg"]).await;
    world
        .store
        .apply_batch(dataset.id, &first, world.now())
        .await
        .unwrap();
    let mut second = world.batch(dataset.id, &[b"a.jpg"]).await;
    second.indexed[0].0.width_px = 17;
    second.indexed[0].1 = stamp(18);
    let after = world
        .store
        .apply_batch(dataset.id, &second, world.now())
        .await
        .unwrap();
    assert_eq!(after, counts(1, 0, 0));

    let (old, new) = (&first.indexed[0].0, &second.indexed[0].0);
    let stored = world.store.media(dataset.id, old.id).await.unwrap();
    assert_eq!(stored.width_px, 17);
    assert_eq!(stored.created_at, old.created_at);
    assert_eq!(stored.placement, new.placement);
    assert!(world.store.media(dataset.id, new.id).await.is_err());
    let file = world
        .store
        .file(dataset.id, &old.path)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(file.stamp, stamp(18));
    assert_eq!(file.outcome, FileOutcome::Indexed(old.id));
}

pub(crate) async fn a_picture_that_breaks_loses_its_row_and_a_mended_one_gets_one(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let old = world.index(dataset.id, &[b"a.jpg"]).await[0];
    let broken = Batch {
        others: vec![rejected(
            b"a.jpg",
            RejectReason::Corrupt,
            "bad\0huffman code",
        )],
        ..Batch::default()
    };
    let after = world
        .store
        .apply_batch(dataset.id, &broken, world.now())
        .await
        .unwrap();
    assert_eq!(after, counts(0, 1, 0));
    assert!(world.store.media(dataset.id, old).await.is_err());
    let page = world
        .store
        .left_out(dataset.id, LeftOut::Rejected(None), None, 10)
        .await
        .unwrap();
    let note = "bad\u{fffd}huffman code";
    assert_eq!(
        page.items,
        [rejected(b"a.jpg", RejectReason::Corrupt, note)]
    );

    let new = world.index(dataset.id, &[b"a.jpg"]).await[0];
    assert_eq!(
        world.store.dataset_counts(dataset.id).await.unwrap(),
        counts(1, 0, 0)
    );
    assert_eq!(world.store.media(dataset.id, new).await.unwrap().id, new);
}

pub(crate) async fn a_new_stamp_leaves_the_picture_as_it_is(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let id = world.index(dataset.id, &[b"a.jpg"]).await[0];
    let before = world.store.media(dataset.id, id).await.unwrap();
    let record = FileRecord {
        path: SourcePath::from_bytes("a.jpg"),
        stamp: stamp(77),
        outcome: FileOutcome::Indexed(id),
    };
    let batch = Batch {
        others: vec![record.clone()],
        ..Batch::default()
    };
    let after = world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await
        .unwrap();
    assert_eq!(after, counts(1, 0, 0));
    assert_eq!(world.store.media(dataset.id, id).await.unwrap(), before);
    assert_eq!(
        world.store.file(dataset.id, &record.path).await.unwrap(),
        Some(record)
    );
}

pub(crate) async fn a_new_stamp_for_another_picture_is_refused(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    world.index(dataset.id, &[b"a.jpg"]).await;
    for path in ["a.jpg", "new.jpg"] {
        let batch = Batch {
            others: vec![FileRecord {
                path: SourcePath::from_bytes(path),
                stamp: stamp(77),
                outcome: FileOutcome::Indexed(world.media_id()),
            }],
            ..Batch::default()
        };
        let refused = world
            .store
            .apply_batch(dataset.id, &batch, world.now())
            .await;
        assert!(
            matches!(refused, Err(Error::Conflict { .. })),
            "{path}: {refused:?}"
        );
    }
    assert_eq!(
        world.store.dataset_counts(dataset.id).await.unwrap(),
        counts(1, 0, 0)
    );
}

pub(crate) async fn paths_are_bytes_of_any_length(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let deep = |end: &[u8]| [b"d/".repeat(1900).as_slice(), end].concat();
    let mut paths: Vec<Vec<u8>> = vec![
        b"caf\xe9.jpg".to_vec(),
        b"new\nline, \"quote\" '%23#.jpg".to_vec(),
        "\u{1f600}.png".as_bytes().to_vec(),
        vec![b'n'; 255],
        b"d/".repeat(512),
        deep(b"1.jpg"),
        deep(b"2.jpg"),
        [vec![0xff; 1023], b"/x".to_vec()].concat(),
        vec![0xff; 1024],
    ];
    let borrowed: Vec<&[u8]> = paths.iter().map(Vec::as_slice).collect();
    let ids = world.index(dataset.id, &borrowed).await;
    for (path, id) in paths.iter().zip(&ids) {
        let found = world.store.media(dataset.id, *id).await.unwrap();
        assert_eq!(found.path.as_bytes(), path);
        let file = world.store.file(dataset.id, &found.path).await.unwrap();
        assert_eq!(file.unwrap().outcome, FileOutcome::Indexed(*id));
    }
    paths.sort();
    let mut listed = Vec::new();
    let mut after: Option<SourcePath> = None;
    loop {
        let rows = world
            .store
            .files_after(dataset.id, after.as_ref(), 2)
            .await
            .unwrap();
        let Some(last) = rows.last() else { break };
        after = Some(last.path.clone());
        listed.extend(rows.into_iter().map(|row| row.path.as_bytes().to_vec()));
    }
    assert_eq!(listed, paths);
    let facts = world.store.facts_after(dataset.id, None, 99).await.unwrap();
    let listed: Vec<_> = facts
        .iter()
        .map(|facts| facts.path.as_bytes().to_vec())
        .collect();
    assert_eq!(listed, paths);
}

pub(crate) async fn a_batch_for_a_deleted_dataset_changes_nothing(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let batch = world.batch(dataset.id, &[b"a.jpg"]).await;
    world
        .store
        .delete_dataset(dataset.id, world.now())
        .await
        .unwrap();
    let refused = world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await;
    assert!(matches!(refused, Err(Error::NotFound { what: "dataset" })));
    assert!(
        world
            .store
            .files_after(dataset.id, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(world.store.segments(dataset.id).await.unwrap().is_empty());
}

pub(crate) async fn a_batch_under_a_lost_lease_changes_nothing(world: &World) {
    let (dataset, job) = world.dataset("/a").await;
    let (_, lease) = world.claim("one").await.unwrap();
    let mut batch = world.batch(dataset.id, &[b"a.jpg"]).await;
    let progress = Progress {
        phase: Phase::Indexing,
        done: 1,
        total: 2,
        rejected: 0,
    };
    batch.checkpoint = Some(Checkpoint {
        lease,
        progress,
        progress_percent: 45,
    });
    world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await
        .unwrap();
    assert_eq!(world.store.job(job.id).await.unwrap().progress, progress);
    assert_eq!(
        world
            .store
            .dataset(dataset.id)
            .await
            .unwrap()
            .progress_percent,
        45
    );

    let later = world.now().plus_micros(LEASE_US + 1);
    assert!(world.claim_at("two", later, 5).await.is_some());
    batch.others = vec![ignored(b"x", IgnoreReason::System)];
    let refused = world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await;
    assert!(matches!(refused, Err(Error::LeaseLost)));
    assert_eq!(
        world.store.dataset_counts(dataset.id).await.unwrap(),
        counts(1, 0, 0)
    );
}

pub(crate) async fn a_failed_batch_changes_nothing(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let old = world.index(dataset.id, &[b"a.jpg"]).await[0];
    let mut batch = world.batch(dataset.id, &[b"b.jpg", b"c.jpg"]).await;
    batch.removed = vec![SourcePath::from_bytes("a.jpg")];
    // One id for two paths is a mistake of the caller.
    batch.indexed[1].0.id = batch.indexed[0].0.id;
    let refused = world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await;
    assert!(
        matches!(refused, Err(Error::Conflict { .. })),
        "{refused:?}"
    );
    assert_eq!(
        world.store.dataset_counts(dataset.id).await.unwrap(),
        counts(1, 0, 0)
    );
    assert!(world.store.media(dataset.id, old).await.is_ok());
    assert_eq!(world.store.segments(dataset.id).await.unwrap().len(), 1);
}

pub(crate) async fn a_batch_dropped_halfway_is_kept_whole_or_not_at_all(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let mut kept = 0;
    for looks in [0, 1, 2, 3, 5, 8, 20, 50, 100] {
        let names: Vec<Vec<u8>> = (0..3)
            .map(|n| format!("{looks}/{n}").into_bytes())
            .collect();
        let paths: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
        let batch = world.batch(dataset.id, &paths).await;
        {
            let mut applying =
                std::pin::pin!(world.store.apply_batch(dataset.id, &batch, world.now()));
            for _ in 0..looks {
                if futures_util::poll!(applying.as_mut()).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let after = world.store.dataset_counts(dataset.id).await.unwrap();
        assert!(
            [kept, kept + 3].contains(&after.indexed),
            "{looks}: {after:?}"
        );
        let files = world
            .store
            .files_after(dataset.id, None, 999)
            .await
            .unwrap();
        assert_eq!(files.len() as u64, after.found(), "{looks}");
        let again = world
            .store
            .apply_batch(dataset.id, &batch, world.now())
            .await
            .unwrap();
        kept += 3;
        assert_eq!(again.indexed, kept);
    }
}

pub(crate) async fn rejected_files_are_counted_by_reason_and_paged(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let mut batch = mixed_batch(world, dataset.id).await;
    for n in 0..7 {
        let path = format!("e{n}.png").into_bytes();
        batch.others.push(rejected(&path, RejectReason::Empty, ""));
    }
    world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await
        .unwrap();

    let named = |count, examples: &[&str]| RejectedCount {
        count,
        examples: examples.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(
        world.store.rejected_by_reason(dataset.id, 2).await.unwrap(),
        BTreeMap::from([
            (RejectReason::Empty, named(7, &["e0.png", "e1.png"])),
            (RejectReason::Truncated, named(1, &["broken.jpg"])),
        ])
    );
    assert_eq!(
        world.store.ignored_by_reason(dataset.id).await.unwrap(),
        BTreeMap::from([(IgnoreReason::Video, 1), (IgnoreReason::Hidden, 1)])
    );

    let empty = LeftOut::Rejected(Some(RejectReason::Empty));
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = world
            .store
            .left_out(dataset.id, empty, cursor.as_ref(), 3)
            .await
            .unwrap();
        seen.push(page.items.len());
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [3, 3, 1]);
    let all = LeftOut::Rejected(None);
    let page = world
        .store
        .left_out(dataset.id, all, None, 8)
        .await
        .unwrap();
    assert_eq!((page.items.len(), page.next), (8, None));
    let ignored = LeftOut::Ignored(Some(IgnoreReason::Video));
    let page = world
        .store
        .left_out(dataset.id, ignored, None, 8)
        .await
        .unwrap();
    assert_eq!(page.items[0].path.as_bytes(), b"film.mp4");
}

pub(crate) async fn a_picture_is_read_back_as_it_was_written(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let mut batch = world
        .batch(dataset.id, &[b"a.jpg", b"b.jpg", b"c.jpg"])
        .await;
    for ((_, stamp), day) in batch.indexed.iter_mut().zip([3, 1, 2]) {
        stamp.modified_at = Timestamp::from_micros(day * 86_400_000_000);
    }
    world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await
        .unwrap();
    let written: Vec<_> = batch
        .indexed
        .iter()
        .map(|(media, _)| media.clone())
        .collect();
    let mut read = Vec::new();
    let mut cursor = None;
    loop {
        let page = world
            .store
            .media_page(dataset.id, cursor.as_ref(), 2)
            .await
            .unwrap();
        read.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(read, written);
    let mut dated = Vec::new();
    loop {
        let last = dated
            .last()
            .map(|(media, _): &(lamina_model::Media, _)| media.id);
        let page = world.store.dated_media_after(dataset.id, last, 2).await;
        let page = page.unwrap();
        if page.is_empty() {
            break;
        }
        dated.extend(page);
    }
    let stamps = batch.indexed.iter();
    let stamped: Vec<_> = stamps
        .map(|(media, stamp)| (media.clone(), stamp.modified_at))
        .collect();
    assert_eq!(dated, stamped);
    let facts = &world.store.facts_after(dataset.id, None, 1).await.unwrap()[0];
    let (media, stamp) = &batch.indexed[0];
    assert_eq!((facts.id, &facts.path), (media.id, &media.path));
    assert_eq!(facts.measures, media.measures);
    assert_eq!(facts.placement, media.placement);
    assert_eq!(facts.modified_at, stamp.modified_at);
    assert_eq!(facts.perceptual_hash, media.perceptual_hash);
    let wrong = lamina_model::Cursor::after(b"x".to_vec());
    let refused = world.store.media_page(dataset.id, Some(&wrong), 2).await;
    assert!(matches!(refused, Err(Error::WrongCursor)));
}

pub(crate) async fn pictures_belong_to_their_dataset(world: &World) {
    let (one, _) = world.dataset("/a").await;
    let (other, _) = world.dataset("/b").await;
    let id: MediaId = world.index(one.id, &[b"a.jpg"]).await[0];
    world.index(other.id, &[b"a.jpg"]).await;
    assert!(matches!(
        world.store.media(other.id, id).await,
        Err(Error::NotFound { what: "media" })
    ));
    assert_eq!(world.store.dataset_of_media(id).await.unwrap(), one.id);
    assert_eq!(
        world
            .store
            .facts_after(one.id, None, 9)
            .await
            .unwrap()
            .len(),
        1
    );
}

pub(crate) async fn pictures_are_found_by_content(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let mut batch = world
        .batch(dataset.id, &[b"a.jpg", b"b.jpg", b"c.jpg"])
        .await;
    let hash = [7; 32];
    batch.indexed[0].0.content_hash = hash;
    batch.indexed[2].0.content_hash = hash;
    world
        .store
        .apply_batch(dataset.id, &batch, world.now())
        .await
        .unwrap();
    let found = world
        .store
        .media_by_content(dataset.id, &hash)
        .await
        .unwrap();
    let ids: Vec<_> = found.iter().map(|media| media.id).collect();
    assert_eq!(ids, [batch.indexed[0].0.id, batch.indexed[2].0.id]);
    assert!(
        world
            .store
            .media_by_content(dataset.id, &[8; 32])
            .await
            .unwrap()
            .is_empty()
    );
}
