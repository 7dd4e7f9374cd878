//! Opening a data folder: again, twice at once, and when it is not ours.

use lamina_store::{Error, Store};
use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

use crate::world::World;

async fn execute(world: &World, sql: &'static str) {
    let file = world.folder().join(Store::DATABASE_FILE);
    let options = SqliteConnectOptions::new().filename(file);
    let mut connection = options.connect().await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn a_folder_opened_again_holds_what_it_held() {
    let world = World::sqlite().await;
    let (dataset, job) = world.dataset("/a").await;
    let ids = world.index(dataset.id, &[b"a.jpg"]).await;
    world.store.close().await;
    let again = Store::open_sqlite(world.folder()).await.unwrap();
    assert_eq!(again.job(job.id).await.unwrap().id, job.id);
    let media = again.media(dataset.id, ids[0]).await.unwrap();
    assert!(again.thumbnail(dataset.id, &media.placement).await.is_ok());
}

#[tokio::test]
async fn many_may_open_a_new_folder_at_once_and_write_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let openings = (0..6).map(|_| Store::open_sqlite(folder.path()));
    let opened = futures_util::future::join_all(openings).await;
    let stores: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
    let keys: Vec<String> = (0..60).map(|n| format!("key {n}")).collect();
    let writes = keys
        .iter()
        .zip(stores.iter().cycle())
        .map(|(key, store)| store.put_setting(key, "x"));
    for written in futures_util::future::join_all(writes).await {
        written.unwrap();
    }
    for key in &keys {
        assert!(stores[0].setting(key).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    let world = World::sqlite().await;
    world.store.close().await;
    execute(
        &world,
        "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1",
    )
    .await;
    let refused = Store::open_sqlite(world.folder()).await;
    assert!(matches!(refused, Err(Error::Migration(_))), "{refused:?}");
}

#[tokio::test]
async fn a_database_of_a_later_program_is_refused() {
    let world = World::sqlite().await;
    world.store.close().await;
    execute(
        &world,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .await;
    let refused = Store::open_sqlite(world.folder()).await;
    assert!(matches!(refused, Err(Error::Migration(_))), "{refused:?}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join(Store::DATABASE_FILE), vec![b'x'; 5000]).unwrap();
    assert!(Store::open_sqlite(folder.path()).await.is_err());
    let file = folder.path().join("file");
    fs_err::write(&file, "x").unwrap();
    let refused = Store::open_sqlite(&file).await;
    assert!(matches!(refused, Err(Error::Folder(_))), "{refused:?}");
}

#[tokio::test]
async fn a_store_answers_until_it_is_closed() {
    let world = World::sqlite().await;
    world.store.ping().await.unwrap();
    world.store.close().await;
    assert!(world.store.ping().await.is_err());
}
