//! Jobs: one runner each, never lost, never run by the dead.

use std::collections::BTreeSet;

use lamina_model::{DatasetStatus, JobState, Phase, Progress};
use lamina_store::{Batch, Beat, Checkpoint, DatasetState, Error, JobEnd};

use crate::world::{LEASE_US, World};

const AT_WORK: Progress = Progress {
    phase: Phase::Indexing,
    done: 3,
    total: 9,
    rejected: 1,
};

pub(crate) async fn a_job_is_claimed_by_one_runner_only(world: &World) {
    let (dataset, job) = world.dataset("/a").await;
    let now = world.now();
    let names: Vec<String> = (0..8).map(|n| format!("runner {n}")).collect();
    let claims =
        futures_util::future::join_all(names.iter().map(|name| world.claim_at(name, now, 5))).await;
    let won: Vec<_> = claims.into_iter().flatten().collect();
    let [(claimed, lease)] = won.as_slice() else {
        panic!("claimed by {} runners", won.len())
    };
    assert_eq!((claimed.id, claimed.dataset_id), (job.id, dataset.id));
    assert_eq!((claimed.state, claimed.attempts), (JobState::Running, 1));
    assert_eq!(claimed.started_at, Some(now));
    assert_eq!((lease.job, lease.attempt), (job.id, 1));
}

pub(crate) async fn an_expired_lease_goes_to_the_next(world: &World) {
    world.dataset("/a").await;
    let now = world.now();
    let (first, old) = world.claim_at("one", now, 5).await.unwrap();
    assert!(
        world
            .claim_at("two", now.plus_micros(LEASE_US - 1), 5)
            .await
            .is_none()
    );
    let later = now.plus_micros(LEASE_US);
    assert_eq!(
        world
            .store
            .heartbeat(&old, later, Some(&AT_WORK))
            .await
            .unwrap(),
        Beat::Held
    );
    assert!(
        world
            .claim_at("two", later.plus_micros(-1), 5)
            .await
            .is_none()
    );
    let (job, lease) = world.claim_at("two", later, 5).await.unwrap();
    assert_eq!(
        (job.id, job.attempts, job.started_at),
        (first.id, 2, Some(now))
    );
    assert_eq!(job.progress, AT_WORK);

    assert_eq!(
        world.store.heartbeat(&old, later, None).await.unwrap(),
        Beat::Lost
    );
    for lost in [
        world
            .store
            .finish_job(&old, &JobEnd::Done, None, later)
            .await,
        world.store.retry_job(&old, "x", later).await,
        world.store.release_lease(&old).await,
    ] {
        assert!(matches!(lost, Err(Error::LeaseLost)));
    }
    let until = later.plus_micros(LEASE_US);
    assert_eq!(
        world.store.heartbeat(&lease, until, None).await.unwrap(),
        Beat::Held
    );
    // The same runner taking its job a second time is another lease as well.
    let (_, again) = world.claim_at("two", until, 5).await.unwrap();
    assert_eq!(
        world.store.heartbeat(&lease, until, None).await.unwrap(),
        Beat::Lost
    );
    world
        .store
        .finish_job(&again, &JobEnd::Done, None, until)
        .await
        .unwrap();
}

pub(crate) async fn of_two_requests_for_the_same_work_one_stands(world: &World) {
    let (dataset, first) = world.dataset("/a").await;
    let requests: Vec<_> = (0..6).map(|_| world.job(dataset.id)).collect();
    for job in &requests {
        assert_eq!(world.store.enqueue_job(job).await.unwrap().id, first.id);
    }
    world.claim("one").await.unwrap();
    assert_eq!(
        world.store.enqueue_job(&requests[0]).await.unwrap().id,
        first.id
    );
    assert_eq!(world.store.live_jobs().await.unwrap().len(), 1);
}

pub(crate) async fn a_finished_job_makes_room_for_the_next(world: &World) {
    let (dataset, first) = world.dataset("/a").await;
    let (_, lease) = world.claim("one").await.unwrap();
    let end = JobEnd::Failed {
        error: "the folder is gone".to_owned(),
    };
    let state = DatasetState {
        status: DatasetStatus::Failed,
        progress_percent: 12,
        fatal_error: Some("the folder is gone".to_owned()),
    };
    let at = world.now();
    world
        .store
        .finish_job(&lease, &end, Some(&state), at)
        .await
        .unwrap();
    let job = world.store.job(first.id).await.unwrap();
    assert_eq!((job.state, job.ended_at), (JobState::Failed, Some(at)));
    assert_eq!(job.error.as_deref(), Some("the folder is gone"));
    let stored = world.store.dataset(dataset.id).await.unwrap();
    assert_eq!(
        (stored.status, stored.progress_percent),
        (DatasetStatus::Failed, 12)
    );
    assert_eq!(stored.fatal_error, state.fatal_error);

    let second = world.job(dataset.id);
    assert_eq!(world.store.enqueue_job(&second).await.unwrap(), second);
    let listed = world.store.jobs_of_dataset(dataset.id, 9).await.unwrap();
    let ids: Vec<_> = listed.iter().map(|job| job.id).collect();
    assert_eq!(ids, [second.id, first.id]);
    assert_eq!(
        world
            .store
            .jobs_of_dataset(dataset.id, 1)
            .await
            .unwrap()
            .len(),
        1
    );
    let latest = |subject| {
        let store = &world.store;
        async move {
            let found = store.latest_job(dataset.id, first.kind, subject).await;
            found.unwrap().map(|job| job.id)
        }
    };
    assert_eq!(latest(&first.subject).await, Some(second.id));
    assert_eq!(latest("something else").await, None);
}

pub(crate) async fn a_released_job_goes_on_at_once(world: &World) {
    let (_, job) = world.dataset("/a").await;
    for _ in 0..9 {
        let (claimed, lease) = world.claim_at("one", world.now(), 2).await.unwrap();
        assert_eq!(claimed.id, job.id);
        world.store.release_lease(&lease).await.unwrap();
    }
    assert_eq!(
        world.store.job(job.id).await.unwrap().state,
        JobState::Queued
    );
}

pub(crate) async fn a_heartbeat_tells_of_cancelling(world: &World) {
    let (_, job) = world.dataset("/a").await;
    let (_, lease) = world.claim("one").await.unwrap();
    let until = world.now().plus_micros(LEASE_US);
    let state = world
        .store
        .request_cancel(job.id, world.now())
        .await
        .unwrap();
    assert_eq!(state, JobState::Running);
    let beat = world.store.heartbeat(&lease, until, None).await.unwrap();
    assert_eq!(beat, Beat::CancelRequested);
    world
        .store
        .finish_job(&lease, &JobEnd::Cancelled, None, world.now())
        .await
        .unwrap();
    assert_eq!(
        world.store.job(job.id).await.unwrap().state,
        JobState::Cancelled
    );
    let state = world
        .store
        .request_cancel(job.id, world.now())
        .await
        .unwrap();
    assert_eq!(state, JobState::Cancelled);
}

pub(crate) async fn a_waiting_job_is_cancelled_at_once(world: &World) {
    let (_, job) = world.dataset("/a").await;
    let at = world.now();
    let state = world.store.request_cancel(job.id, at).await.unwrap();
    assert_eq!(state, JobState::Cancelled);
    assert_eq!(world.store.job(job.id).await.unwrap().ended_at, Some(at));
    assert!(world.claim("one").await.is_none());
    let (unborn, _) = world.unborn("/b");
    let stranger = world.job(unborn.id);
    assert!(matches!(
        world.store.request_cancel(stranger.id, at).await,
        Err(Error::NotFound { what: "task" })
    ));
}

pub(crate) async fn a_dataset_whose_job_is_stopped_while_it_waits_is_as_before(world: &World) {
    let (dataset, first) = world.dataset("/a").await;
    let (store, id) = (&world.store, dataset.id);
    let state = || async { store.dataset(id).await.unwrap() };
    store.request_cancel(first.id, world.now()).await.unwrap();
    assert_eq!(state().await.status, DatasetStatus::New);
    let failed = DatasetState {
        status: DatasetStatus::Failed,
        progress_percent: 0,
        fatal_error: Some("the folder is gone".to_owned()),
    };
    store.set_dataset_state(id, &failed).await.unwrap();
    let again = store.enqueue_job(&world.job(id)).await.unwrap();
    assert_eq!(state().await.status, DatasetStatus::Indexing);
    store.request_cancel(again.id, world.now()).await.unwrap();
    let after = state().await;
    assert_eq!(after.status, DatasetStatus::Failed);
    assert_eq!(after.fatal_error, failed.fatal_error);
}

pub(crate) async fn a_retried_job_waits_its_time(world: &World) {
    let (_, job) = world.dataset("/a").await;
    let (_, lease) = world.claim("one").await.unwrap();
    let later = world.now().plus_seconds(60);
    world
        .store
        .retry_job(&lease, "the disk was busy", later)
        .await
        .unwrap();
    assert!(
        world
            .claim_at("one", later.plus_micros(-1), 5)
            .await
            .is_none()
    );
    let stored = world.store.job(job.id).await.unwrap();
    assert_eq!(stored.error.as_deref(), Some("the disk was busy"));
    let (again, _) = world.claim_at("one", later, 5).await.unwrap();
    assert_eq!((again.id, again.attempts), (job.id, 2));
}

pub(crate) async fn a_job_that_gets_nowhere_is_given_up(world: &World) {
    let (dataset, job) = world.dataset("/a").await;
    let mut now = world.now();
    for _ in 0..3 {
        assert!(world.claim_at("one", now, 3).await.is_some());
        now = now.plus_micros(LEASE_US);
    }
    assert!(world.claim_at("one", now, 3).await.is_none());
    let job = world.store.job(job.id).await.unwrap();
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(
        job.error.as_deref(),
        Some("gave up after 3 attempts that got nowhere")
    );
    let dataset = world.store.dataset(dataset.id).await.unwrap();
    assert_eq!(dataset.status, DatasetStatus::Failed);
    assert_eq!(dataset.fatal_error, job.error);
}

pub(crate) async fn a_job_that_gets_on_may_be_killed_any_number_of_times(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    let mut now = world.now();
    for _ in 0..20 {
        let (_, lease) = world.claim_at("one", now, 2).await.unwrap();
        let batch = Batch {
            checkpoint: Some(Checkpoint {
                lease,
                progress: AT_WORK,
                progress_percent: 30,
            }),
            ..Batch::default()
        };
        world
            .store
            .apply_batch(dataset.id, &batch, now)
            .await
            .unwrap();
        now = now.plus_micros(LEASE_US);
    }
    assert!(world.claim_at("one", now, 2).await.is_some());
}

pub(crate) async fn leases_of_the_dead_can_be_found_and_given_back(world: &World) {
    world.dataset("/a").await;
    let now = world.now();
    let (_, lease) = world.claim_at("dead", now, 5).await.unwrap();
    let holders = world.store.leases().await.unwrap();
    assert_eq!(holders.len(), 1);
    assert_eq!(holders[0].lease, lease);
    assert_eq!(holders[0].until, now.plus_micros(LEASE_US));
    world.store.release_lease(&holders[0].lease).await.unwrap();
    assert!(world.store.leases().await.unwrap().is_empty());
    assert!(world.claim_at("alive", now, 5).await.is_some());
}

pub(crate) async fn a_job_for_a_deleted_dataset_is_refused(world: &World) {
    let (dataset, _) = world.dataset("/a").await;
    world
        .store
        .delete_dataset(dataset.id, world.now())
        .await
        .unwrap();
    for id in [dataset.id, world.dataset_id()] {
        let refused = world.store.enqueue_job(&world.job(id)).await;
        assert!(matches!(refused, Err(Error::NotFound { what: "dataset" })));
    }
}

pub(crate) async fn many_runners_share_many_jobs(world: &World) {
    for n in 0..12 {
        world.dataset(&format!("/{n}")).await;
    }
    let now = world.now();
    let names: Vec<String> = (0..12).map(|n| format!("runner {n}")).collect();
    let claims =
        futures_util::future::join_all(names.iter().map(|name| world.claim_at(name, now, 5))).await;
    let taken: BTreeSet<_> = claims
        .iter()
        .flatten()
        .map(|(job, _)| job.id.to_string())
        .collect();
    let claimed = claims.iter().flatten().count();
    assert_eq!(taken.len(), claimed, "no job was given to two");
    // PostgreSQL may tell a runner "nothing" while others hold the rows; a second look finds them.
    let mut rest = 0;
    while world.claim_at("last", now, 5).await.is_some() {
        rest += 1;
    }
    assert_eq!(claimed + rest, 12);
}
