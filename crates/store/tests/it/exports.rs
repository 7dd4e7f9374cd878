//! Exports as they are kept.

use lamina_model::{DatasetId, ExportId};
use lamina_store::{Error, Export};

use crate::world::World;

fn export(world: &World, dataset: DatasetId, number: u32) -> Export {
    let id = format!("0198c0de-0000-7000-8000-{number:012}");
    Export {
        id: id.parse::<ExportId>().unwrap(),
        dataset_id: dataset,
        made_by: None,
        made_by_name: "local user".to_owned(),
        created_at: world.now(),
        wish: "{}".to_owned(),
        file_name: format!("{number}.zip"),
        status: "COMPLETED".to_owned(),
        progress: 1.0,
        entities: u64::from(number),
        message: None,
        size_bytes: None,
        content_hash: None,
        finished_at: None,
        expires_at: None,
    }
}

pub(crate) async fn exports_are_listed_the_newest_first_and_forgotten_one_by_one(world: &World) {
    let (one, _) = world.dataset("/one").await;
    let (other, _) = world.dataset("/other").await;
    let store = &world.store;
    for number in 1..=5 {
        let made = export(world, one.id, number);
        store.insert_export(&made, None).await.unwrap();
    }
    let names = async |dataset, offset, limit| {
        let (exports, total) = store.exports(dataset, offset, limit).await.unwrap();
        let names: Vec<_> = exports.into_iter().map(|one| one.file_name).collect();
        (names.join(" "), total)
    };
    assert_eq!(names(one.id, 0, 2).await, ("5.zip 4.zip".to_owned(), 5));
    assert_eq!(names(one.id, 4, 2).await, ("1.zip".to_owned(), 5));
    assert_eq!(names(other.id, 0, 9).await, (String::new(), 0));
    let third = export(world, one.id, 3).id;
    let elsewhere = store.delete_export(other.id, third).await;
    assert!(matches!(elsewhere, Err(Error::NotFound { .. })));
    store.delete_export(one.id, third).await.unwrap();
    let again = store.delete_export(one.id, third).await;
    assert!(matches!(again, Err(Error::NotFound { .. })));
    let left = ("5.zip 4.zip 2.zip 1.zip".to_owned(), 4);
    assert_eq!(names(one.id, 0, 9).await, left);
}
