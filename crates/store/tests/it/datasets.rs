//! Datasets from making to purging.

use lamina_model::{DatasetStatus, JobState, SourcePath};
use lamina_store::{DatasetState, Error};

use crate::world::World;

pub(crate) async fn a_dataset_is_read_back_as_it_was_made(world: &World) {
    let (mut dataset, mut job) = world.unborn("/srv/pictures");
    dataset.display_name = String::from("Bilder \u{1f5bc} 'x' \"y\"");
    dataset.source = SourcePath::from_bytes(b"/srv/caf\xe9".to_vec());
    dataset.is_public = true;
    job.dataset_id = dataset.id;
    world
        .store
        .insert_dataset_with_job(&dataset, &job)
        .await
        .unwrap();
    assert_eq!(world.store.dataset(dataset.id).await.unwrap(), dataset);
    assert_eq!(world.store.job(job.id).await.unwrap(), job);
}

pub(crate) async fn datasets_are_listed_the_newest_first(world: &World) {
    let (first, _) = world.dataset("/a").await;
    let (second, _) = world.dataset("/b").await;
    let (third, _) = world.dataset("/c").await;
    assert_eq!(
        world.store.datasets().await.unwrap(),
        [third, second, first]
    );
}

pub(crate) async fn a_dataset_without_its_job_is_not_made(world: &World) {
    let (_, taken) = world.dataset("/a").await;
    let (dataset, mut job) = world.unborn("/b");
    job.id = taken.id;
    let refused = world.store.insert_dataset_with_job(&dataset, &job).await;
    assert!(
        matches!(refused, Err(Error::Conflict { what: "task" })),
        "{refused:?}"
    );
    let missing = world.store.dataset(dataset.id).await;
    assert!(matches!(missing, Err(Error::NotFound { what: "dataset" })));
}

pub(crate) async fn of_many_who_open_one_source_one_makes_it(world: &World) {
    let unborn: Vec<_> = (0..12).map(|_| world.unborn("/same")).collect();
    let opened = futures_util::future::join_all(
        unborn
            .iter()
            .map(|(dataset, job)| world.store.find_or_insert_dataset(dataset, job)),
    )
    .await;
    let opened: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
    assert_eq!(opened.iter().filter(|(_, made)| *made).count(), 1);
    assert!(
        opened
            .iter()
            .all(|(dataset, _)| dataset.id == opened[0].0.id)
    );
    assert_eq!(world.store.datasets().await.unwrap().len(), 1);
    assert_eq!(world.store.live_jobs().await.unwrap().len(), 1);
}

pub(crate) async fn a_source_may_be_longer_than_an_index_entry(world: &World) {
    // Pseudo-random, because PostgreSQL would squeeze a monotonous one.
    let mut state = 1_u32;
    let long: Vec<u8> = (0..4000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u8::try_from(state >> 24).unwrap().max(1)
        })
        .collect();
    let (mut dataset, job) = world.unborn("");
    dataset.source = SourcePath::from_bytes(long.clone());
    world
        .store
        .insert_dataset_with_job(&dataset, &job)
        .await
        .unwrap();
    let source_type = dataset.source_type;
    let found = world
        .store
        .dataset_by_source(source_type, &dataset.source)
        .await
        .unwrap();
    assert_eq!(found, Some(dataset));
    let other = SourcePath::from_bytes(&long[1..]);
    assert_eq!(
        world
            .store
            .dataset_by_source(source_type, &other)
            .await
            .unwrap(),
        None
    );
}

pub(crate) async fn a_name_a_state_and_publicity_can_be_changed(world: &World) {
    let (mut dataset, _) = world.dataset("/a").await;
    let state = DatasetState {
        status: DatasetStatus::Failed,
        progress_percent: 40,
        fatal_error: Some("the disk is\0full".to_owned()),
    };
    world
        .store
        .set_dataset_state(dataset.id, &state)
        .await
        .unwrap();
    world
        .store
        .rename_dataset(dataset.id, Some("new"), None)
        .await
        .unwrap();
    world
        .store
        .rename_dataset(dataset.id, None, Some("about"))
        .await
        .unwrap();
    world
        .store
        .set_dataset_public(dataset.id, true)
        .await
        .unwrap();
    dataset.status = DatasetStatus::Failed;
    dataset.progress_percent = 40;
    dataset.fatal_error = Some("the disk is\u{fffd}full".to_owned());
    dataset.display_name = String::from("new");
    dataset.description = String::from("about");
    dataset.is_public = true;
    assert_eq!(world.store.dataset(dataset.id).await.unwrap(), dataset);

    let nobody = world.dataset_id();
    assert!(world.store.set_dataset_state(nobody, &state).await.is_err());
    assert!(
        world
            .store
            .rename_dataset(nobody, Some("x"), None)
            .await
            .is_err()
    );
    assert!(world.store.set_dataset_public(nobody, true).await.is_err());
}

pub(crate) async fn a_deleted_dataset_is_gone_at_once_and_purged_later(world: &World) {
    let (dataset, job) = world.dataset("/a").await;
    let (other, _) = world.dataset("/b").await;
    let media = world.index(dataset.id, &[b"1.jpg", b"2.jpg"]).await;
    world.index(other.id, &[b"1.jpg"]).await;
    let generation = world
        .store
        .begin_generation(dataset.id, world.now())
        .await
        .unwrap();
    world
        .store
        .delete_dataset(dataset.id, world.now())
        .await
        .unwrap();

    assert!(world.store.dataset(dataset.id).await.is_err());
    assert!(world.store.dataset_of_media(media[0]).await.is_err());
    let source = &dataset.source;
    assert_eq!(
        world
            .store
            .dataset_by_source(dataset.source_type, source)
            .await
            .unwrap(),
        None
    );
    assert_eq!(world.store.datasets().await.unwrap().len(), 1);
    assert_eq!(
        world.store.job(job.id).await.unwrap().state,
        JobState::Cancelled
    );
    let again = world.store.delete_dataset(dataset.id, world.now()).await;
    assert!(matches!(again, Err(Error::NotFound { .. })));
    assert!(
        world
            .store
            .begin_generation(dataset.id, world.now())
            .await
            .is_err()
    );

    assert_eq!(world.store.purge_deleted().await.unwrap(), 1);
    assert_eq!(world.store.purge_deleted().await.unwrap(), 0);
    assert!(world.store.job(job.id).await.is_err());
    assert!(
        world
            .store
            .files_after(dataset.id, None, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(world.store.segments(dataset.id).await.unwrap().is_empty());
    let blobs = world.store.blobs();
    assert!(
        blobs
            .list(&format!("datasets/{}", dataset.id))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        blobs
            .list(&format!("datasets/{}", other.id))
            .await
            .unwrap()
            .len(),
        3
    );
    assert_eq!(
        world
            .store
            .files_after(other.id, None, 9)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(generation.0, 1);
}

pub(crate) async fn the_first_of_many_values_under_a_name_stands(world: &World) {
    let store = &world.store;
    assert_eq!(store.setting("instance").await.unwrap(), None);
    let values: Vec<String> = (0..20).map(|n| format!("v{n}")).collect();
    let stood = futures_util::future::join_all(
        values
            .iter()
            .map(|value| store.setting_or_insert("instance", value)),
    )
    .await;
    let first = store.setting("instance").await.unwrap();
    assert!(stood.into_iter().all(|value| Some(value.unwrap()) == first));
    store.put_setting("instance", "other").await.unwrap();
    assert_eq!(
        store.setting("instance").await.unwrap().as_deref(),
        Some("other")
    );
}
