//! Tags: making them, putting them on pictures, and taking that back.

use std::collections::BTreeSet;

use lamina_model::{
    DatasetId, JobKind, Lane, MarkChange, MarkOp, MarkSource, MediaId, PictureLabel, SourcePath,
    Tag, TagId,
};
use lamina_store::{Batch, Claim, Error, MarkStep, Said, StepMark, StepRow, Stepped};

use crate::world::{LEASE_US, World};

pub(crate) async fn step(
    world: &World,
    dataset: DatasetId,
    change: &MarkChange,
    ops: &[MarkOp],
    media: &[MediaId],
) -> Stepped {
    let step = MarkStep {
        dataset,
        change,
        ops,
        media,
        at: world.now(),
        checkpoint: None,
    };
    world.store.step_marks(&step).await.unwrap()
}

pub(crate) async fn undo(world: &World, dataset: DatasetId, undone: i64) -> Stepped {
    let change = world.change("undo");
    let step = MarkStep {
        dataset,
        change: &change,
        ops: &[],
        media: &[],
        at: world.now(),
        checkpoint: None,
    };
    world.store.undo_step(&step, undone).await.unwrap()
}

async fn tagged(world: &World, dataset: DatasetId) -> BTreeSet<(TagId, MediaId)> {
    let mut all = BTreeSet::new();
    let mut last = None;
    loop {
        // Short pages, so that paging is tried as well.
        let page = world.store.tagged_after(dataset, last, 3).await.unwrap();
        let Some(end) = page.last() else {
            return all;
        };
        last = Some(*end);
        for pair in page {
            assert!(all.insert(pair), "twice: {pair:?}");
        }
    }
}

pub(crate) async fn set(world: &World) -> (DatasetId, Vec<MediaId>, Tag, Tag) {
    let (dataset, _) = world.dataset("/p").await;
    let media = world.index(dataset.id, &[b"a", b"b", b"c/d"]).await;
    let (one, other) = (world.tag("one"), world.tag("other"));
    for tag in [&one, &other] {
        world.store.insert_tag(dataset.id, tag).await.unwrap();
    }
    (dataset.id, media, one, other)
}

pub(crate) async fn a_tag_is_made_renamed_hidden_and_shown(world: &World) {
    let (dataset, media, one, other) = set(world).await;
    assert_eq!(
        world.store.tags(dataset).await.unwrap(),
        [one.clone(), other.clone()]
    );
    world
        .store
        .rename_tag(dataset, one.id, "Éins")
        .await
        .unwrap();
    assert_eq!(world.store.tags(dataset).await.unwrap()[0].name, "Éins");
    // What it was called before leads to it, also after a second name; its own name does not.
    for name in ["Third", "ÉINS"] {
        let renamed = world.store.rename_tag(dataset, one.id, name);
        renamed.await.unwrap();
    }
    let former = async || world.store.former_tag_names(dataset).await.unwrap();
    assert_eq!(
        former().await,
        ["one", "third", "éins"].map(|name| (name.to_owned(), one.id))
    );
    let refused = world.store.rename_tag(dataset, one.id, "OTHER").await;
    assert!(matches!(refused, Err(Error::Conflict { what: "tag" })));
    assert_eq!(former().await.len(), 3, "nothing is kept of what failed");
    let renamed = world.store.rename_tag(dataset, one.id, "Éins");
    renamed.await.unwrap();
    step(
        world,
        dataset,
        &world.change("tag"),
        &[MarkOp::AddTag(one.id)],
        &media[..1],
    )
    .await;
    world
        .store
        .hide_tag(dataset, one.id, world.now())
        .await
        .unwrap();
    assert_eq!(world.store.tags(dataset).await.unwrap(), [other]);
    assert_eq!(world.store.tags_of(dataset, media[0]).await.unwrap(), []);
    // Nobody puts a tag on that is gone.
    let after = step(
        world,
        dataset,
        &world.change("tag"),
        &[MarkOp::AddTag(one.id)],
        &media,
    )
    .await;
    assert_eq!(after.added, 0);
    world.store.show_tag(dataset, one.id).await.unwrap();
    let borne = world.store.tags_of(dataset, media[0]).await.unwrap();
    assert_eq!(borne.len(), 1);
    assert_eq!(borne[0].name, "Éins");
    let (elsewhere, _) = world.dataset("/q").await;
    for gone in [
        world.store.rename_tag(elsewhere.id, one.id, "x").await,
        world
            .store
            .hide_tag(elsewhere.id, one.id, world.now())
            .await,
        world.store.show_tag(elsewhere.id, one.id).await,
    ] {
        assert!(
            matches!(gone, Err(Error::NotFound { what: "tag" })),
            "{gone:?}"
        );
    }
}

pub(crate) async fn no_two_tags_of_a_dataset_have_one_name(world: &World) {
    let (dataset, _, one, other) = set(world).await;
    let twin = world.store.insert_tag(dataset, &world.tag("ONE")).await;
    assert!(
        matches!(twin, Err(Error::Conflict { what: "tag" })),
        "{twin:?}"
    );
    let twin = world.store.rename_tag(dataset, other.id, "One").await;
    assert!(
        matches!(twin, Err(Error::Conflict { what: "tag" })),
        "{twin:?}"
    );
    let (elsewhere, _) = world.dataset("/q").await;
    world
        .store
        .insert_tag(elsewhere.id, &world.tag("one"))
        .await
        .unwrap();
    world
        .store
        .hide_tag(dataset, one.id, world.now())
        .await
        .unwrap();
    world
        .store
        .insert_tag(dataset, &world.tag("one"))
        .await
        .unwrap();
    let back = world.store.show_tag(dataset, one.id).await;
    assert!(
        matches!(back, Err(Error::Conflict { what: "tag" })),
        "{back:?}"
    );
}

pub(crate) async fn a_change_counts_only_what_it_changed(world: &World) {
    let (dataset, media, one, other) = set(world).await;
    let change = world.change("tag two");
    let ops = [MarkOp::AddTag(one.id)];
    let first = step(world, dataset, &change, &ops, &media[..2]).await;
    assert_eq!(
        first,
        Stepped {
            version: 1,
            added: 2,
            removed: 0
        }
    );
    let strangers = [media[1], media[2], world.media_id()];
    let second = step(world, dataset, &change, &ops, &strangers).await;
    assert_eq!(
        second,
        Stepped {
            version: 2,
            added: 1,
            removed: 0
        }
    );
    let ops = [MarkOp::RemoveTag(one.id), MarkOp::RemoveTag(other.id)];
    let third = step(world, dataset, &world.change("untag"), &ops, &media[..1]).await;
    assert_eq!(
        third,
        Stepped {
            version: 3,
            added: 0,
            removed: 1
        }
    );
    let kept = world.store.mark_change(dataset, change.id).await.unwrap();
    assert_eq!((kept.added, kept.removed), (3, 0));
    assert_eq!(
        world.store.steps_of(dataset, change.id).await.unwrap(),
        [(1, 2), (2, 1)]
    );
    assert_eq!(world.store.dataset(dataset).await.unwrap().marks_version, 3);
    let all = world.store.mark_changes(dataset, 10).await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].id, change.id);
    assert_eq!(
        tagged(world, dataset).await,
        [(one.id, media[1]), (one.id, media[2])].into()
    );
    assert_eq!(
        world
            .store
            .media_with_tag(dataset, one.id, Some(media[1]), 9)
            .await
            .unwrap(),
        [media[2]]
    );
}

pub(crate) async fn a_change_is_taken_back_exactly(world: &World) {
    let (dataset, media, one, other) = set(world).await;
    step(
        world,
        dataset,
        &world.change("before"),
        &[MarkOp::AddTag(one.id)],
        &media[..2],
    )
    .await;
    world
        .store
        .keep_said(
            dataset,
            &Said {
                labels: vec![PictureLabel {
                    media_id: media[0],
                    label: "boat".to_owned(),
                    source: MarkSource::Annotation,
                }],
                ..Said::default()
            },
        )
        .await
        .unwrap();
    let before = tagged(world, dataset).await;
    let ops = [
        MarkOp::RemoveTag(one.id),
        MarkOp::AddTag(other.id),
        MarkOp::RemoveLabel("boat".to_owned()),
        MarkOp::AddLabel("ship".to_owned()),
    ];
    let done = step(world, dataset, &world.change("change"), &ops, &media).await;
    assert_eq!((done.added, done.removed), (6, 3));
    assert_ne!(tagged(world, dataset).await, before);
    let back = undo(world, dataset, done.version).await;
    assert_eq!((back.added, back.removed), (3, 6));
    assert_eq!(tagged(world, dataset).await, before);
    let labels = world.store.labels_after(dataset, None, 10).await.unwrap();
    assert_eq!(labels.len(), 1);
    assert_eq!(
        (&*labels[0].label, labels[0].source),
        ("boat", MarkSource::Annotation)
    );
    // Taking the taking back back does the change again.
    let again = undo(world, dataset, back.version).await;
    assert_eq!((again.added, again.removed), (6, 3));
}

pub(crate) async fn what_was_changed_again_since_is_not_taken_back(world: &World) {
    let (dataset, media, one, _) = set(world).await;
    let add = [MarkOp::AddTag(one.id)];
    let first = step(world, dataset, &world.change("a"), &add, &media[..2]).await;
    step(
        world,
        dataset,
        &world.change("b"),
        &[MarkOp::RemoveTag(one.id)],
        &media[..1],
    )
    .await;
    step(world, dataset, &world.change("c"), &add, &media[..1]).await;
    let back = undo(world, dataset, first.version).await;
    assert_eq!((back.added, back.removed), (0, 1));
    assert_eq!(tagged(world, dataset).await, [(one.id, media[0])].into());
    let a = world.change("undo of a");
    assert!(
        world
            .store
            .claim_undo(a.id, a.id)
            .await
            .is_ok_and(|known| !known)
    );
    let change = world.store.mark_changes(dataset, 9).await.unwrap();
    let undone = change.last().unwrap().id;
    assert!(world.store.claim_undo(undone, a.id).await.unwrap());
    assert!(
        world.store.claim_undo(undone, a.id).await.unwrap(),
        "the same one again"
    );
    assert!(
        !world
            .store
            .claim_undo(undone, world.change("x").id)
            .await
            .unwrap()
    );
}

pub(crate) async fn of_many_who_tag_at_once_nobody_loses_anything(world: &World) {
    let (dataset, _) = world.dataset("/p").await;
    let paths: Vec<Vec<u8>> = (0..40_u8).map(|n| vec![b'p', n + 40]).collect();
    let paths: Vec<&[u8]> = paths.iter().map(Vec::as_slice).collect();
    let media = world.index(dataset.id, &paths).await;
    let tag = world.tag("shared");
    world.store.insert_tag(dataset.id, &tag).await.unwrap();
    let ops = [MarkOp::AddTag(tag.id), MarkOp::AddLabel("seen".to_owned())];
    let mut running = tokio::task::JoinSet::new();
    for part in media.chunks(5) {
        let (store, change, ops, part) = (
            world.store.clone(),
            world.change("mine"),
            ops.clone(),
            part.to_vec(),
        );
        let (dataset, at) = (dataset.id, world.now());
        running.spawn(async move {
            let mut versions = Vec::new();
            for one in part {
                let step = MarkStep {
                    dataset,
                    change: &change,
                    ops: &ops,
                    media: &[one],
                    at,
                    checkpoint: None,
                };
                versions.push(store.step_marks(&step).await.unwrap().version);
            }
            versions
        });
    }
    let mut versions: Vec<i64> = running.join_all().await.into_iter().flatten().collect();
    versions.sort_unstable();
    assert_eq!(versions, (1..=40).collect::<Vec<_>>());
    let all = tagged(world, dataset.id).await;
    assert_eq!(all, media.iter().map(|id| (tag.id, *id)).collect());
    assert_eq!(
        world
            .store
            .labels_after(dataset.id, None, 99)
            .await
            .unwrap()
            .len(),
        40
    );
}

pub(crate) async fn steps_lead_from_any_number_to_any_later_one(world: &World) {
    let (dataset, media, one, other) = set(world).await;
    let mut states = vec![tagged(world, dataset).await];
    for (ops, media) in [
        (
            vec![MarkOp::AddTag(one.id), MarkOp::AddLabel("x".to_owned())],
            &media[..],
        ),
        (
            vec![MarkOp::RemoveTag(one.id), MarkOp::AddTag(other.id)],
            &media[1..],
        ),
        (
            vec![MarkOp::AddTag(one.id), MarkOp::RemoveTag(one.id)],
            &media[2..],
        ),
        (vec![MarkOp::AddTag(one.id)], &media[2..]),
    ] {
        step(world, dataset, &world.change("c"), &ops, media).await;
        states.push(tagged(world, dataset).await);
    }
    for (from, before) in (0_i64..).zip(&states) {
        for (to, after) in (0_i64..).zip(&states).skip(usize::try_from(from).unwrap()) {
            let known = world.store.steps_between(dataset, from, to).await.unwrap();
            assert_eq!(known, u64::try_from(to - from).unwrap());
            let mut state = before.clone();
            for row in rows(world, dataset, from, to).await {
                let tag = match &row.mark {
                    StepMark::Tag(tag) => tag,
                    other => {
                        assert_eq!((other, row.version), (&StepMark::Label("x".to_owned()), 1));
                        continue;
                    }
                };
                let pair = (tag.parse().unwrap(), row.media);
                if row.added {
                    state.insert(pair);
                } else {
                    state.remove(&pair);
                }
            }
            assert_eq!(&state, after, "from {from} to {to}");
        }
    }
}

pub(crate) async fn rows(world: &World, dataset: DatasetId, from: i64, to: i64) -> Vec<StepRow> {
    let mut all: Vec<StepRow> = Vec::new();
    loop {
        let page = world
            .store
            .step_rows(dataset, from, to, all.last(), 2)
            .await
            .unwrap();
        all.extend(page.rows);
        if !page.more {
            return all;
        }
    }
}

pub(crate) async fn a_changed_file_keeps_what_was_said_of_it(world: &World) {
    let (dataset, media, one, _) = set(world).await;
    let ops = [MarkOp::AddTag(one.id), MarkOp::AddLabel("kept".to_owned())];
    step(world, dataset, &world.change("c"), &ops, &media[..1]).await;
    world.index(dataset, &[b"a"]).await;
    assert_eq!(
        world.store.tags_of(dataset, media[0]).await.unwrap().len(),
        1
    );
    assert_eq!(
        world
            .store
            .labels_of(dataset, media[0])
            .await
            .unwrap()
            .len(),
        1
    );
}

pub(crate) async fn a_picture_that_is_gone_takes_what_was_said_of_it_along(world: &World) {
    let (dataset, media, one, _) = set(world).await;
    let ops = [MarkOp::AddTag(one.id), MarkOp::AddLabel("gone".to_owned())];
    step(world, dataset, &world.change("c"), &ops, &media).await;
    let batch = Batch {
        removed: vec![SourcePath::from_bytes("a")],
        ..Batch::default()
    };
    world
        .store
        .apply_batch(dataset, &batch, world.now())
        .await
        .unwrap();
    assert_eq!(
        tagged(world, dataset).await,
        [(one.id, media[1]), (one.id, media[2])].into()
    );
    assert_eq!(world.store.labels_of(dataset, media[0]).await.unwrap(), []);
    // Its steps are still there, and taking them back passes it over.
    let back = undo(world, dataset, 1).await;
    assert_eq!((back.added, back.removed), (0, 4));
}

pub(crate) async fn a_deleted_dataset_takes_its_tags_along(world: &World) {
    let (dataset, media, one, _) = set(world).await;
    step(
        world,
        dataset,
        &world.change("c"),
        &[MarkOp::AddTag(one.id)],
        &media,
    )
    .await;
    world
        .store
        .delete_dataset(dataset, world.now())
        .await
        .unwrap();
    let late = MarkStep {
        dataset,
        change: &world.change("late"),
        ops: &[MarkOp::RemoveTag(one.id)],
        media: &media,
        at: world.now(),
        checkpoint: None,
    };
    let refused = world.store.step_marks(&late).await;
    assert!(
        matches!(refused, Err(Error::NotFound { what: "dataset" })),
        "{refused:?}"
    );
    assert_eq!(world.store.purge_deleted().await.unwrap(), 1);
    assert!(tagged(world, dataset).await.is_empty());
    assert!(
        world
            .store
            .mark_changes(dataset, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

pub(crate) async fn quick_jobs_wait_in_a_queue_of_their_own(world: &World) {
    let (dataset, ingest) = world.dataset("/p").await;
    let mut exports = Vec::new();
    for subject in ["x", "y", "x"] {
        let mut job = world.job(dataset.id);
        job.kind = JobKind::Export;
        subject.clone_into(&mut job.subject);
        exports.push(world.store.enqueue_job(&job).await.unwrap());
    }
    assert_eq!(
        exports[0].id, exports[2].id,
        "one that waits is not asked for twice"
    );
    let claim = |lane| Claim {
        runner: "r",
        now: world.now(),
        lease_us: LEASE_US,
        max_attempts: 5,
        lane,
    };
    let (long, _) = world
        .store
        .claim_job(&claim(Lane::Long))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(long.id, ingest.id);
    assert_eq!(
        world.store.claim_job(&claim(Lane::Long)).await.unwrap(),
        None
    );
    for export in &exports[..2] {
        let (quick, _) = world
            .store
            .claim_job(&claim(Lane::Quick))
            .await
            .unwrap()
            .unwrap();
        assert_eq!((quick.id, &quick.subject), (export.id, &export.subject));
    }
}
