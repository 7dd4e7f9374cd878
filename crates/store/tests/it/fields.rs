//! Fields that people give pictures, and their values.

use lamina_model::{
    FieldFault, FieldKind, FieldState, FieldValue, MetadataField, MetadataValue, Progress,
    SourcePath,
};
use lamina_store::{Batch, Checkpoint, Error, FieldRowValues, ValueFault};

use crate::{marks::set, world::World};

pub(crate) fn field(world: &World, name: &str, kind: FieldKind) -> MetadataField {
    MetadataField {
        id: world.field_id(),
        name: name.to_owned(),
        kind,
        options: vec!["one, \"1\"".to_owned(), "é".to_owned()],
        is_multi: kind == FieldKind::Enum,
        state: FieldState::Declared,
        inserted: 0,
        errors: 0,
        sample_errors: Vec::new(),
        created_by: None,
        created_at: world.now(),
    }
}

pub(crate) fn choice(text: &str) -> MetadataValue {
    MetadataValue::Choice(text.to_owned())
}

pub(crate) async fn a_field_is_kept_once_by_its_name_and_claimed_once(world: &World) {
    let (dataset, ..) = set(world).await;
    let (weather, score) = (
        field(world, "weather", FieldKind::Enum),
        field(world, "score", FieldKind::Float),
    );
    for one in [&weather, &score] {
        world.store.insert_field(dataset, one).await.unwrap();
    }
    let again = field(world, "weather", FieldKind::Float);
    let refused = world.store.insert_field(dataset, &again).await;
    assert!(
        matches!(refused, Err(Error::Conflict { .. })),
        "{refused:?}"
    );
    let all = world.store.fields(dataset).await.unwrap();
    assert_eq!(all, [weather.clone(), score]);
    let strange = world.store.field(dataset, again.id).await;
    assert!(
        matches!(strange, Err(Error::NotFound { .. })),
        "{strange:?}"
    );
    let claim = async || world.store.claim_field(dataset, weather.id).await.unwrap();
    assert!(claim().await);
    assert!(!claim().await);
    let taking = world.store.field(dataset, weather.id).await.unwrap();
    assert_eq!(taking.state, FieldState::Taking);
}

pub(crate) async fn values_are_kept_row_by_row_and_read_once_all_were_looked_at(world: &World) {
    let (dataset, media, ..) = set(world).await;
    let (elsewhere, _) = world.dataset("/q").await;
    let strangers = world.index(elsewhere.id, &[b"z"]).await;
    let weather = field(world, "weather", FieldKind::Enum);
    world.store.insert_field(dataset, &weather).await.unwrap();
    let (_, lease) = world.claim("one").await.unwrap();
    let checkpoint = Checkpoint {
        lease,
        progress: Progress::WAITING,
        progress_percent: 0,
    };
    let row = |media_id, row_index, values: &[&str]| FieldRowValues {
        media_id,
        row_index,
        values: values.iter().map(|text| choice(text)).collect(),
    };
    let rows = [
        row(media[0], 0, &["é", "one, \"1\""]),
        row(strangers[0], 1, &["é"]),
        row(media[1], 2, &["é"]),
        row(media[0], 3, &["é"]),
    ];
    let keep = async || {
        let kept = world
            .store
            .keep_values(dataset, weather.id, &rows, &checkpoint);
        kept.await.unwrap()
    };
    let faults = [(1, ValueFault::NoSuchMedia), (3, ValueFault::HasValues)];
    assert_eq!(keep().await, faults);
    // Begun anew after it broke off.
    world.store.clear_field(dataset, weather.id).await.unwrap();
    assert_eq!(keep().await, faults);
    let told = async |media| world.store.field_values_of(dataset, media).await.unwrap();
    assert_eq!(told(media[0]).await, []);
    let sample = FieldFault {
        row_index: 1,
        reason: "no such picture".to_owned(),
    };
    let ended = world
        .store
        .end_field(dataset, weather.id, (2, 2), std::slice::from_ref(&sample));
    ended.await.unwrap();
    let whole = world.store.field(dataset, weather.id).await.unwrap();
    assert_eq!(
        (
            whole.state,
            whole.inserted,
            whole.errors,
            whole.sample_errors
        ),
        (FieldState::Partly, 2, 2, vec![sample])
    );
    let values = FieldValue {
        field: "weather".to_owned(),
        kind: FieldKind::Enum,
        is_multi: true,
        values: vec![choice("é"), choice("one, \"1\"")],
    };
    assert_eq!(told(media[0]).await, [values]);
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = world.store.values_after(dataset, weather.id, after, 1);
        let Some((media, position, value)) = page.await.unwrap().pop() else {
            break;
        };
        after = Some((media, position));
        all.push((media, position, value));
    }
    let mut expected = vec![
        (media[0], 0, choice("é")),
        (media[0], 1, choice("one, \"1\"")),
        (media[1], 0, choice("é")),
    ];
    expected.sort_by_key(|(media, position, _)| (*media, *position));
    assert_eq!(all, expected);
}

pub(crate) async fn a_picture_and_a_dataset_take_their_values_along(world: &World) {
    let (dataset, media, ..) = set(world).await;
    let score = field(world, "score", FieldKind::Float);
    world.store.insert_field(dataset, &score).await.unwrap();
    let (_, lease) = world.claim("one").await.unwrap();
    let checkpoint = Checkpoint {
        lease,
        progress: Progress::WAITING,
        progress_percent: 0,
    };
    let rows: Vec<_> = (0..)
        .zip(&media)
        .map(|(row_index, media_id)| FieldRowValues {
            media_id: *media_id,
            row_index,
            values: vec![MetadataValue::Number(0.5)],
        })
        .collect();
    let kept = world
        .store
        .keep_values(dataset, score.id, &rows, &checkpoint);
    assert_eq!(kept.await.unwrap(), []);
    let count = async || {
        let all = world.store.values_after(dataset, score.id, None, 99).await;
        all.unwrap().len()
    };
    assert_eq!(count().await, 3);
    let gone = Batch {
        removed: vec![SourcePath::from_bytes("b")],
        ..Batch::default()
    };
    world
        .store
        .apply_batch(dataset, &gone, world.now())
        .await
        .unwrap();
    assert_eq!(count().await, 2);
    world
        .store
        .delete_dataset(dataset, world.now())
        .await
        .unwrap();
    world.store.purge_deleted().await.unwrap();
    assert_eq!(count().await, 0);
    assert_eq!(world.store.fields(dataset).await.unwrap(), []);
}
