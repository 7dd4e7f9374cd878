//! Jobs that are stopped, cancelled, orphaned or asked for twice.

use lamina_engine::Runner;
use lamina_model::{DatasetStatus, JobState};
use lamina_store::Claim;
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
