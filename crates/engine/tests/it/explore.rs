//! The index of a generation: written, written again, swept.

use lamina_engine::{Engine, Error, GroupsWanted, Order, SortKey, Wanted};

use crate::workshop::{Workshop, picture};

async fn paths(engine: &Engine, scope: &lamina_engine::DatasetScope) -> Result<Vec<String>, Error> {
    let order = Order {
        key: SortKey::Path,
        descending: false,
    };
    let grid = engine
        .grid(scope, Wanted::default(), order, 0, 1000)
        .await?;
    assert_eq!(grid.total as usize, grid.items.len());
    Ok(grid
        .items
        .iter()
        .map(|(card, ..)| card.path.to_string())
        .collect())
}

/// Asks until the index is there again.
async fn paths_in_the_end(engine: &Engine, scope: &lamina_engine::DatasetScope) -> Vec<String> {
    loop {
        match paths(engine, scope).await {
            Err(Error::Busy { .. }) => tokio::task::yield_now().await,
            other => return other.unwrap(),
        }
    }
}

#[tokio::test]
async fn an_index_that_was_deleted_is_written_again_while_callers_are_told_to_wait() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    shop.put("b/c.bmp", &picture(2));
    shop.put("b/d.bmp", &picture(2));
    let (scope, _) = shop.index().await;
    let before = paths(&shop.engine, &scope).await.unwrap();
    assert_eq!(before, ["a.bmp", "b/c.bmp", "b/d.bmp"]);
    fs_err::remove_dir_all(shop.data.path().join("index")).unwrap();
    let next = shop.restarted();
    assert!(matches!(
        paths(&next, &scope).await,
        Err(Error::Busy {
            retry_after_s: 2,
            ..
        })
    ));
    assert_eq!(paths_in_the_end(&next, &scope).await, before);
}

#[tokio::test]
async fn a_damaged_index_is_written_again() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let (scope, _) = shop.index().await;
    let generation = scope.dataset().generation.unwrap().0.to_string();
    let folder = shop.data.path().join("index").join(scope.id().to_string());
    for name in ["index.lamina", "pictures.lamina"] {
        fs_err::write(folder.join(&generation).join(name), b"not an index").unwrap();
        let next = shop.restarted();
        assert_eq!(paths_in_the_end(&next, &scope).await, ["a.bmp"], "{name}");
    }
}

#[tokio::test]
async fn what_a_crash_left_and_what_was_replaced_twice_is_taken_away() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let (scope, _) = shop.index().await;
    let folder = shop.data.path().join("index").join(scope.id().to_string());
    fs_err::create_dir_all(folder.join("writing-1-left")).unwrap();
    for seed in 2..4 {
        shop.put(format!("{seed}.bmp"), &picture(seed));
        shop.index().await;
    }
    let mut left: Vec<_> = fs_err::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["2", "3"], "the present one and the one before");
}

#[tokio::test]
async fn copies_and_facets_add_up() {
    let shop = Workshop::new().await;
    for seed in 0..6 {
        shop.put(format!("{seed}.bmp"), &picture(seed));
    }
    shop.put("copies/1.bmp", &picture(1));
    shop.put("copies/2.bmp", &picture(2));
    let (scope, _) = shop.index().await;
    let groups = shop
        .engine
        .copy_groups(&scope, GroupsWanted::default(), 0, 10)
        .await
        .unwrap();
    assert_eq!(groups.total as usize, groups.groups.len());
    let facets = shop.engine.facets(&scope, Wanted::default()).await.unwrap();
    assert_eq!(facets.with_copies + facets.without_copies, facets.total);
    assert_eq!(
        facets.formats.iter().map(|(_, count)| count).sum::<u64>(),
        8
    );
    assert_eq!(
        facets.folders.iter().map(|(_, count)| count).sum::<u64>(),
        8
    );
    let members: usize = groups
        .groups
        .iter()
        .map(|group| 1 + group.others.len())
        .sum();
    assert_eq!(members as u64, facets.with_copies);
    assert!(groups.total >= 2, "{groups:?}");
}
