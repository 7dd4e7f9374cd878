//! Generations: written unseen, published whole, swept when nobody can see them.

use std::collections::BTreeMap;

use lamina_model::{
    ClusterId, DatasetId, DatasetStatus, DuplicateGroup, DuplicateTier, Generation, Issue,
    IssueKind, JobState, MediaFindings, MediaId, Report, StageSeconds, Timestamp,
};
use lamina_store::{Error, FindingsBatch, Publication};

use crate::world::{LEASE_US, World};

fn report(dataset_id: DatasetId, indexed: u64) -> Report {
    Report {
        dataset_id,
        found: indexed,
        indexed,
        rejected: 0,
        ignored: 0,
        rejected_by_reason: BTreeMap::new(),
        ignored_by_reason: BTreeMap::new(),
        exact_duplicate_groups: 0,
        exact_duplicates: 0,
        near_duplicate_groups: 0,
        near_duplicates: 0,
        blur: 0,
        dark: 0,
        bright: 0,
        outliers: 0,
        issues: BTreeMap::from([(IssueKind::Leakage, 2)]),
        annotation_rows: 3,
        annotation_rows_left_out: 1,
        clusters: Vec::new(),
        changed: indexed,
        seconds_by_stage: StageSeconds::default(),
        worker_seconds: lamina_model::WorkerSeconds::default(),
    }
}

async fn begin(world: &World, dataset: DatasetId) -> Generation {
    world
        .store
        .begin_generation(dataset, world.now())
        .await
        .unwrap()
}

async fn publish(
    world: &World,
    dataset: DatasetId,
    generation: Generation,
    indexed: u64,
) -> Result<(), Error> {
    let publication = Publication {
        dataset,
        generation,
        report: &report(dataset, indexed),
        lease: None,
        at: world.now(),
    };
    world.store.publish(&publication).await
}

async fn add(world: &World, dataset: DatasetId, generation: Generation, batch: &FindingsBatch<'_>) {
    world
        .store
        .add_findings(dataset, generation, batch)
        .await
        .unwrap();
}

fn issue(media_id: MediaId, kind: IssueKind, confidence: f32) -> Issue {
    Issue {
        media_id,
        kind,
        confidence,
        description: String::new(),
    }
}

pub(crate) async fn a_generation_is_seen_only_when_published(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let id = dataset.id;
    let first = begin(world, id).await;
    assert_eq!(world.store.report(id).await.unwrap(), None);
    publish(world, id, first, 1).await.unwrap();
    let stored = world.store.dataset(id).await.unwrap();
    assert_eq!(stored.generation, Some(first));
    assert_eq!(stored.status, DatasetStatus::Ready);
    assert_eq!(stored.progress_percent, 100);
    assert_eq!(world.store.report(id).await.unwrap(), Some(report(id, 1)));

    let second = begin(world, id).await;
    assert!(second > first);
    assert_eq!(world.store.report(id).await.unwrap(), Some(report(id, 1)));
    assert_eq!(
        world.store.dataset(id).await.unwrap().generation,
        Some(first)
    );
    publish(world, id, second, 2).await.unwrap();
    assert_eq!(world.store.report(id).await.unwrap(), Some(report(id, 2)));
    assert!(matches!(
        world
            .store
            .begin_generation(world.dataset_id(), world.now())
            .await,
        Err(Error::NotFound { what: "dataset" })
    ));
}

pub(crate) async fn what_there_is_to_say_of_an_issue_and_which_labels_were_judged_is_kept(
    world: &World,
) {
    let (dataset, _) = world.dataset("/a").await;
    let id = dataset.id;
    let media = world.media_id();
    let generation = begin(world, id).await;
    assert_eq!(world.store.labels_seen(id).await.unwrap(), None);
    let mut said = issue(media, IssueKind::Mislabels, 0.75);
    "a \"cow\", or ü".clone_into(&mut said.description);
    let plain = issue(media, IssueKind::OddSize, 0.5);
    let batch = FindingsBatch {
        issues: &[said.clone(), plain.clone()],
        ..FindingsBatch::default()
    };
    add(world, id, generation, &batch).await;
    let store = &world.store;
    store.note_labels_seen(id, generation, "d1").await.unwrap();
    assert_eq!(store.labels_seen(id).await.unwrap(), None, "not yet seen");
    publish(world, id, generation, 1).await.unwrap();
    assert_eq!(store.labels_seen(id).await.unwrap().as_deref(), Some("d1"));
    let found = store.issues_of(id, generation, media).await.unwrap();
    assert_eq!(found, [said.clone(), plain]);
    let together = store.issues_of_all(id, generation, &[media]).await.unwrap();
    assert_eq!(together, found);
    assert_eq!(store.issues_of_all(id, generation, &[]).await.unwrap(), []);
    let page = store.issues(id, generation, IssueKind::Mislabels, 0.0, None, 9);
    assert_eq!(page.await.unwrap().items, [said]);
    let next = begin(world, id).await;
    publish(world, id, next, 1).await.unwrap();
    assert_eq!(store.labels_seen(id).await.unwrap(), None);
}

pub(crate) async fn publishing_ends_the_job_in_the_same_step(world: &World) {
    let (dataset, job) = world.dataset("/a").await;
    let (_, lease) = world.claim("one").await.unwrap();
    let generation = begin(world, dataset.id).await;
    let publication = Publication {
        dataset: dataset.id,
        generation,
        report: &report(dataset.id, 0),
        lease: Some(&lease),
        at: world.now(),
    };
    world.store.publish(&publication).await.unwrap();
    let job = world.store.job(job.id).await.unwrap();
    assert_eq!(job.state, JobState::Done);
    assert_eq!(job.ended_at, Some(publication.at));
}

pub(crate) async fn publishing_under_a_lost_lease_changes_nothing(world: &World) {
    let (dataset, job) = world.dataset("/a").await;
    let (_, lease) = world.claim("one").await.unwrap();
    let later = world.now().plus_micros(LEASE_US + 1);
    world.claim_at("two", later, 5).await.unwrap();
    let generation = begin(world, dataset.id).await;
    let publication = Publication {
        dataset: dataset.id,
        generation,
        report: &report(dataset.id, 0),
        lease: Some(&lease),
        at: world.now(),
    };
    let refused = world.store.publish(&publication).await;
    assert!(matches!(refused, Err(Error::LeaseLost)));
    assert_eq!(
        world.store.dataset(dataset.id).await.unwrap().generation,
        None
    );
    assert_eq!(world.store.report(dataset.id).await.unwrap(), None);
    assert_eq!(
        world.store.job(job.id).await.unwrap().state,
        JobState::Running
    );
}

pub(crate) async fn an_older_generation_never_replaces_a_later_one(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let old = begin(world, dataset.id).await;
    let new = begin(world, dataset.id).await;
    publish(world, dataset.id, new, 2).await.unwrap();
    assert!(publish(world, dataset.id, old, 1).await.is_err());
    assert_eq!(
        world.store.dataset(dataset.id).await.unwrap().generation,
        Some(new)
    );
    assert!(publish(world, dataset.id, Generation(77), 1).await.is_err());
}

pub(crate) async fn nothing_is_added_to_a_published_generation(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let generation = begin(world, dataset.id).await;
    publish(world, dataset.id, generation, 0).await.unwrap();
    let refused = world
        .store
        .add_findings(dataset.id, generation, &FindingsBatch::default())
        .await;
    assert!(matches!(
        refused,
        Err(Error::NotFound {
            what: "open generation"
        })
    ));
}

pub(crate) async fn issues_are_paged_the_surest_first(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let generation = begin(world, dataset.id).await;
    let media: Vec<MediaId> = (0..6).map(|_| world.media_id()).collect();
    let confidences = [0.5, 0.9, 1.0 / 3.0, 0.9, 1.0, 0.500_000_06];
    let mut issues: Vec<Issue> = media
        .iter()
        .zip(confidences)
        .map(|(id, confidence)| issue(*id, IssueKind::Blur, confidence))
        .collect();
    issues.push(issue(media[0], IssueKind::Dark, 0.7));
    let batch = FindingsBatch {
        issues: &issues,
        ..FindingsBatch::default()
    };
    add(world, dataset.id, generation, &batch).await;

    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = world
            .store
            .issues(
                dataset.id,
                generation,
                IssueKind::Blur,
                0.0,
                cursor.as_ref(),
                2,
            )
            .await
            .unwrap();
        seen.extend(page.items.iter().map(|issue| issue.media_id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [4, 1, 3, 5, 0, 2].map(|at: usize| media[at]));
    let counts = world
        .store
        .issue_counts(dataset.id, generation, 0.5)
        .await
        .unwrap();
    assert_eq!(counts, [(IssueKind::Blur, 5), (IssueKind::Dark, 1)]);
    let of_one = world
        .store
        .issues_of(dataset.id, generation, media[0])
        .await
        .unwrap();
    assert_eq!(of_one, [issues[0].clone(), issues[6].clone()]);
    let other = Generation(generation.0 + 1);
    let page = world
        .store
        .issues(dataset.id, other, IssueKind::Blur, 0.0, None, 9)
        .await
        .unwrap();
    assert!(page.items.is_empty());
}

pub(crate) async fn groups_are_paged_in_the_order_of_the_analysis(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let generation = begin(world, dataset.id).await;
    let group = |tier, size: u8| DuplicateGroup {
        tier,
        keep: world.media_id(),
        others: (0..size)
            .map(|n| (world.media_id(), 1.0 - f32::from(n) / 10.0))
            .collect(),
    };
    let groups: Vec<_> = (0..7)
        .map(|n| {
            let tier = if n % 2 == 0 {
                DuplicateTier::SameBytes
            } else {
                DuplicateTier::Edited
            };
            group(tier, n + 1)
        })
        .collect();
    for part in groups.chunks(3) {
        let batch = FindingsBatch {
            groups: part,
            ..FindingsBatch::default()
        };
        add(world, dataset.id, generation, &batch).await;
    }
    for tier in [
        None,
        Some(DuplicateTier::SameBytes),
        Some(DuplicateTier::Edited),
    ] {
        let expected: Vec<_> = groups
            .iter()
            .filter(|group| tier.is_none_or(|tier| group.tier == tier))
            .cloned()
            .collect();
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = world
                .store
                .duplicate_groups(dataset.id, generation, tier, cursor.as_ref(), 2)
                .await
                .unwrap();
            assert!(page.items.len() <= 2);
            seen.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected);
    }
    let member = groups[3].others[1].0;
    let found = world
        .store
        .duplicates_of(dataset.id, generation, member)
        .await
        .unwrap();
    assert_eq!(found, [groups[3].clone()]);
    let kept = groups[4].keep;
    let found = world
        .store
        .duplicates_of(dataset.id, generation, kept)
        .await
        .unwrap();
    assert_eq!(found, [groups[4].clone()]);
}

fn findings(world: &World, count: u8) -> Vec<MediaFindings> {
    (0..count)
        .map(|n| MediaFindings {
            media_id: world.media_id(),
            clusters: [0; 5].map(|_: u8| ClusterId::from_uuid(world.media_id().as_uuid())),
            uniqueness: f32::from(n) / 256.0,
            nearest_distance: 2.0 - f32::from(n) / 300.0,
        })
        .collect()
}

pub(crate) async fn findings_about_one_picture_are_found(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let generation = begin(world, dataset.id).await;
    let rows = findings(world, 5);
    let batch = FindingsBatch {
        media: &rows,
        ..FindingsBatch::default()
    };
    add(world, dataset.id, generation, &batch).await;
    let found = world
        .store
        .findings_of(dataset.id, generation, rows[3].media_id)
        .await
        .unwrap();
    assert_eq!(found, Some(rows[3]));
    let nobody = world.media_id();
    assert_eq!(
        world
            .store
            .findings_of(dataset.id, generation, nobody)
            .await
            .unwrap(),
        None
    );
    let mut seen = Vec::new();
    loop {
        let after = seen.last().map(|row: &MediaFindings| row.media_id);
        let next = world
            .store
            .findings_after(dataset.id, generation, after, 2)
            .await
            .unwrap();
        if next.is_empty() {
            break;
        }
        seen.extend(next);
    }
    assert_eq!(seen, rows);
    let again = world
        .store
        .add_findings(dataset.id, generation, &batch)
        .await;
    assert!(matches!(again, Err(Error::Conflict { .. })));
}

pub(crate) async fn many_findings_fit(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let generation = begin(world, dataset.id).await;
    let rows: Vec<_> = (0..5).flat_map(|_| findings(world, 250)).collect();
    let issues: Vec<_> = rows
        .iter()
        .flat_map(|row| IssueKind::ALL.map(|kind| issue(row.media_id, kind, 0.5)))
        .collect();
    let group = DuplicateGroup {
        tier: DuplicateTier::SamePixels,
        keep: rows[0].media_id,
        others: rows[1..].iter().map(|row| (row.media_id, 0.5)).collect(),
    };
    let batch = FindingsBatch {
        media: &rows,
        issues: &issues,
        groups: std::slice::from_ref(&group),
    };
    add(world, dataset.id, generation, &batch).await;
    let all = world
        .store
        .findings_after(dataset.id, generation, None, 9999)
        .await
        .unwrap();
    assert_eq!(all.len(), 1250);
    let found = world
        .store
        .duplicates_of(dataset.id, generation, group.keep)
        .await
        .unwrap();
    assert_eq!(found, [group]);
}

pub(crate) async fn generations_nobody_sees_are_swept(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let id = dataset.id;
    let rows = findings(world, 3);
    let issues = [issue(rows[0].media_id, IssueKind::Dark, 0.9)];
    let groups = [DuplicateGroup {
        tier: DuplicateTier::Edited,
        keep: rows[0].media_id,
        others: vec![(rows[1].media_id, 0.9)],
    }];
    let batch = FindingsBatch {
        media: &rows,
        issues: &issues,
        groups: &groups,
    };
    let mut made = Vec::new();
    for _ in 0..5 {
        let generation = begin(world, id).await;
        add(world, id, generation, &batch).await;
        made.push(generation);
    }
    let [oldest, previous, abandoned, seen, writing] = made[..] else {
        unreachable!("five were made")
    };
    publish(world, id, oldest, 3).await.unwrap();
    publish(world, id, previous, 3).await.unwrap();
    let between = world.now();
    publish(world, id, seen, 3).await.unwrap();

    let swept = world
        .store
        .sweep_generations(id, Some(writing), between)
        .await
        .unwrap();
    assert_eq!(swept, 2, "the oldest and the abandoned one");
    for (generation, count) in [
        (oldest, 0),
        (previous, 3),
        (abandoned, 0),
        (seen, 3),
        (writing, 3),
    ] {
        let rows = world
            .store
            .findings_after(id, generation, None, 9)
            .await
            .unwrap();
        assert_eq!(rows.len(), count, "{generation:?}");
        let issues = world
            .store
            .issues(id, generation, IssueKind::Dark, 0.0, None, 9);
        assert_eq!(issues.await.unwrap().items.len(), count.min(1));
        let groups = world.store.duplicate_groups(id, generation, None, None, 9);
        assert_eq!(groups.await.unwrap().items.len(), count.min(1));
    }
    let far = Timestamp::from_micros(i64::MAX);
    assert_eq!(
        world.store.sweep_generations(id, None, far).await.unwrap(),
        2
    );
    assert_eq!(
        world
            .store
            .findings_after(id, seen, None, 9)
            .await
            .unwrap()
            .len(),
        3
    );
    assert_eq!(world.store.report(id).await.unwrap(), Some(report(id, 3)));
    assert!(
        begin(world, id).await > writing,
        "numbers are not used twice"
    );
}

pub(crate) async fn a_swept_generation_takes_nothing_more(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let generation = begin(world, dataset.id).await;
    let swept = world
        .store
        .sweep_generations(dataset.id, None, world.now())
        .await
        .unwrap();
    assert_eq!(swept, 1);
    let batch = FindingsBatch::default();
    assert!(
        world
            .store
            .add_findings(dataset.id, generation, &batch)
            .await
            .is_err()
    );
    assert!(publish(world, dataset.id, generation, 0).await.is_err());
    assert_eq!(
        world.store.dataset(dataset.id).await.unwrap().generation,
        None
    );
}
