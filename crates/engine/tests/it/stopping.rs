//! Jobs that are stopped, cancelled, orphaned or asked for twice.

use lamina_engine::Runner;
use lamina_model::{DatasetStatus, JobState};
use lamina_store::{AnnotationWishes, Claim};
use tokio_util::sync::CancellationToken;

use crate::workshop::{Workshop, picture, presence_folder, run_to_end};

/// Stops a run after each count of progress steps in turn, until one gets through.
#[tokio::test]
async fn a_job_stopped_at_any_step_goes_on_and_ends_the_same() {
    let undisturbed = Workshop::new().await;
    let disturbed = Workshop::new().await;
    for shop in [&undisturbed, &disturbed] {
        for seed in 0..24 {
            shop.put(format!("{seed:02}.bmp"), &picture(seed));
        }
        shop.put("bad.jpg", b"x");
    }
    let (reference, expected) = undisturbed.index().await;

    let created = disturbed.open().await;
    let mut stops = 0;
    for patience in 0.. {
        let left = disturbed.store.job(created.job).await.unwrap().progress;
        let engine = disturbed.restarted();
        let stop = CancellationToken::new();
        let mut progress = engine.watch_job(created.job);
        let runner = Runner::start(engine.clone()).await.unwrap();
        let job = {
            let watching = async {
                for _ in 0..patience {
                    if progress.changed().await.is_err() {
                        break;
                    }
                    let now = *progress.borrow();
                    // What was done before the stop still counts.
                    assert!(
                        (now.phase, now.done) >= (left.phase, left.done)
                            && (now.phase != left.phase || now.total == left.total),
                        "{now:?} after {left:?}"
                    );
                }
                stop.cancel();
                std::future::pending::<()>().await;
            };
            tokio::select! {
                job = runner.run_until(created.job, stop.clone()) => job.unwrap(),
                () = watching => unreachable!("the watcher never ends"),
            }
        };
        if job.state == JobState::Done {
            break;
        }
        assert_eq!(
            job.state,
            JobState::Queued,
            "put back after stop {stops}: {job:?}"
        );
        stops += 1;
        assert!(stops < 500, "gets nowhere");
    }
    assert!(stops > 3, "was stopped {stops} times");

    let scope = disturbed.scope(&created).await;
    assert_eq!(scope.dataset().status, DatasetStatus::Ready);
    assert_eq!(
        disturbed.indexed(&scope).await,
        undisturbed.indexed(&reference).await
    );
    let report = disturbed.engine.report(&scope).await.unwrap().unwrap();
    assert_eq!(
        (report.found, report.indexed, report.rejected),
        (expected.found, expected.indexed, expected.rejected)
    );
    assert_eq!(report.clusters, expected.clusters);
}

#[tokio::test]
async fn what_was_wished_for_while_the_last_job_ended_is_taken_up_at_the_next_start() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let (scope, _) = shop.index().await;
    let labels = tempfile::tempdir().unwrap();
    let file = labels.path().join("labels.csv");
    fs_err::write(&file, "filename,label\na.bmp,boat\n").unwrap();
    // What a process leaves that dies before it asks for the next job: a wish and no job.
    let wishes = AnnotationWishes {
        add: vec![file.to_str().unwrap().to_owned()],
        ..AnnotationWishes::default()
    };
    let store = &shop.store;
    store
        .change_annotation_wishes(scope.id(), &wishes)
        .await
        .unwrap();
    let engine = shop.restarted();
    let runner = Runner::start(engine.clone()).await.unwrap();
    let jobs = engine.jobs_of(&scope, 10).await.unwrap();
    assert_eq!(jobs.len(), 2, "{jobs:?}");
    let newest = jobs.first().unwrap();
    assert_eq!(newest.state, JobState::Queued);
    let ended = runner.run_until(newest.id, CancellationToken::new()).await;
    assert_eq!(ended.unwrap().state, JobState::Done);
    let said = store.labels_after(scope.id(), None, 9).await.unwrap();
    assert_eq!(said[0].label, "boat");
    // Once it is taken in, a start asks for nothing.
    drop(runner);
    Runner::start(shop.restarted()).await.unwrap();
    assert_eq!(engine.jobs_of(&scope, 10).await.unwrap().len(), 2);
    // Nor does it ask for what somebody stopped.
    let without = AnnotationWishes {
        remove: wishes.add,
        ..AnnotationWishes::default()
    };
    let changed = store.change_annotation_wishes(scope.id(), &without).await;
    changed.unwrap();
    let again = engine.request_ingest(&scope).await.unwrap();
    engine.cancel_job(&scope, again).await.unwrap();
    assert_eq!(run_to_end(&engine, again).await.state, JobState::Cancelled);
    Runner::start(shop.restarted()).await.unwrap();
    assert_eq!(engine.jobs_of(&scope, 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_job_of_a_dead_runner_goes_on_at_once() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let created = shop.open().await;
    // What a killed process leaves: a lease that runs for an hour, and a sign nobody holds.
    let claim = Claim {
        runner: "dead",
        now: created.dataset.created_at.plus_seconds(60),
        lease_us: 3_600_000_000,
        max_attempts: 5,
        lane: lamina_model::Lane::Long,
    };
    shop.store
        .claim_job(&claim)
        .await
        .unwrap()
        .expect("the job waits");
    let folder = presence_folder(shop.data.path());
    fs_err::create_dir_all(&folder).unwrap();
    fs_err::write(folder.join("dead"), b"").unwrap();

    let job = run_to_end(&shop.engine, created.job).await;
    assert_eq!(job.state, JobState::Done);
}

#[tokio::test]
async fn a_cancelled_job_ends_and_the_dataset_can_be_indexed_again() {
    let shop = Workshop::new().await;
    for seed in 0..8 {
        shop.put(format!("{seed}.bmp"), &picture(seed));
    }
    let created = shop.open().await;
    shop.engine
        .cancel_job(&shop.scope(&created).await, created.job)
        .await
        .unwrap();
    let job = run_to_end(&shop.engine, created.job).await;
    assert_eq!(job.state, JobState::Cancelled);
    let (scope, report) = shop.index().await;
    assert_eq!(report.indexed, 8);
    assert_eq!(scope.dataset().status, DatasetStatus::Ready);
}

#[tokio::test]
async fn two_wishes_for_one_dataset_make_one_job() {
    let shop = Workshop::new().await;
    let first = shop.open().await;
    let second = shop.open().await;
    assert_eq!(first.job, second.job);
    assert!(second.existed && !first.existed);
    assert_eq!(first.dataset.id, second.dataset.id);
}
