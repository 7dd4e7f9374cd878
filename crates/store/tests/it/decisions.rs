//! Decisions about copies, and saved views.

use lamina_model::{MediaId, SavedView, ViewId};
use lamina_store::Error;

use crate::world::World;

fn media(number: u32) -> MediaId {
    let id = format!("0198c0de-0000-7000-8000-{number:012}");
    id.parse().unwrap()
}

pub(crate) async fn a_decision_about_a_copy_is_kept_until_it_is_taken_back(world: &World) {
    let (one, _) = world.dataset("/one").await;
    let (other, _) = world.dataset("/other").await;
    let decide = async |keep: &[MediaId], free: &[MediaId], most| {
        world
            .store
            .decide_copies(one.id, keep, free, None, world.now(), most)
            .await
    };
    decide(&[media(2), media(1), media(2)], &[], 10)
        .await
        .unwrap();
    assert_eq!(
        world.store.kept_copies(one.id).await.unwrap(),
        [media(1), media(2)]
    );
    assert!(world.store.kept_copies(other.id).await.unwrap().is_empty());
    decide(&[media(3)], &[media(1), media(9)], 10)
        .await
        .unwrap();
    let kept = [media(2), media(3)];
    assert_eq!(world.store.kept_copies(one.id).await.unwrap(), kept);
    // One too many, and nothing of the wish is done.
    let refused = decide(&[media(4), media(5)], &[media(2)], 2).await;
    assert!(matches!(refused, Err(Error::TooMany { .. })));
    assert_eq!(world.store.kept_copies(one.id).await.unwrap(), kept);
    world
        .store
        .delete_dataset(one.id, world.now())
        .await
        .unwrap();
    assert!(matches!(
        decide(&[media(1)], &[], 10).await,
        Err(Error::NotFound { .. })
    ));
    world.store.purge_deleted().await.unwrap();
    assert!(world.store.kept_copies(one.id).await.unwrap().is_empty());
}

pub(crate) async fn a_view_has_a_name_of_its_own_in_its_dataset(world: &World) {
    let (one, _) = world.dataset("/one").await;
    let (other, _) = world.dataset("/other").await;
    let view = |number: u32, dataset, name: &str| SavedView {
        id: ViewId::from_uuid(media(number).as_uuid()),
        dataset_id: dataset,
        name: name.to_owned(),
        created_by: None,
        created_at: world.now(),
        filters: "{\"issue\":\"blur\"}".to_owned(),
        image_count: (number > 1).then_some(7),
    };
    let first = view(1, one.id, "Blurry");
    let second = view(2, one.id, "blurry");
    world.store.insert_view(&first, 3).await.unwrap();
    world.store.insert_view(&second, 3).await.unwrap();
    world
        .store
        .insert_view(&view(3, other.id, "Blurry"), 3)
        .await
        .unwrap();
    let again = world.store.insert_view(&view(4, one.id, "Blurry"), 3).await;
    assert!(matches!(again, Err(Error::Conflict { what: "view" })));
    let full = world.store.insert_view(&view(4, one.id, "x"), 2).await;
    assert!(matches!(full, Err(Error::TooMany { .. })));
    assert_eq!(
        world.store.views(one.id).await.unwrap(),
        [second.clone(), first.clone()]
    );
    let foreign = world.store.delete_view(other.id, first.id).await;
    assert!(matches!(foreign, Err(Error::NotFound { what: "view" })));
    world.store.delete_view(one.id, first.id).await.unwrap();
    assert_eq!(world.store.views(one.id).await.unwrap(), [second]);
    world
        .store
        .delete_dataset(one.id, world.now())
        .await
        .unwrap();
    world.store.purge_deleted().await.unwrap();
    assert!(world.store.views(one.id).await.unwrap().is_empty());
}
