//! The map of a generation, drawn on first ask.

use lamina_engine::{Area, DatasetScope, Engine, Error, MapPoints, Order, Wanted};
use lamina_model::ClusterLevel;

use crate::workshop::{Workshop, picture};

/// Asks until the map is drawn.
async fn points(engine: &Engine, scope: &DatasetScope, wanted: &Wanted) -> MapPoints {
    let level = ClusterLevel::new(2).unwrap();
    loop {
        match engine.map_points(scope, wanted.clone(), level).await {
            Err(Error::Busy { .. }) => tokio::task::yield_now().await,
            other => return other.unwrap(),
        }
    }
}

#[tokio::test]
async fn every_picture_has_a_place_and_an_area_finds_those_within() {
    let shop = Workshop::new().await;
    for seed in 0..12 {
        shop.put(format!("{seed:02}.bmp"), &picture(seed));
    }
    let (scope, _) = shop.index().await;
    let level = ClusterLevel::new(2).unwrap();
    let first = shop
        .engine
        .map_points(&scope, Wanted::default(), level)
        .await;
    assert!(
        matches!(first, Err(Error::Busy { .. })),
        "drawn on first ask"
    );
    let map = points(&shop.engine, &scope, &Wanted::default()).await;
    assert_eq!(map.generation, scope.dataset().generation);
    assert_eq!((map.x.len(), map.cluster.len()), (12, 12));
    assert!(map.x.iter().chain(&map.y).all(|value| *value < u16::MAX));
    assert!(map.flags.iter().all(|flags| flags & 128 != 0));

    // A small box around the place of one picture.
    let card = shop.engine.map_picture(&scope, 5).await.unwrap();
    assert_eq!(card.path.to_string(), "05.bmp");
    let [x, y] = [map.x[5], map.y[5]];
    let around =
        |value: u16, side: i32| u16::try_from((i32::from(value) + side).clamp(0, 65_534)).unwrap();
    let corners = [(-9, -9), (9, -9), (9, 9), (-9, 9)];
    let corners = corners.map(|(dx, dy)| [around(x, dx), around(y, dy)]);
    let inside = |x: u16, y: u16| {
        (corners[0][0]..corners[1][0]).contains(&x) && (corners[0][1]..corners[2][1]).contains(&y)
    };
    let expected = map
        .x
        .iter()
        .zip(&map.y)
        .filter(|(x, y)| inside(**x, **y))
        .count();
    let wanted = Wanted {
        areas: [Area::new(corners.to_vec()).unwrap()].into(),
        ..Wanted::default()
    };
    let grid = shop
        .engine
        .grid(&scope, wanted.clone(), Order::default(), 0, 100)
        .await
        .unwrap();
    assert_eq!(grid.total as usize, expected);
    let flagged = points(&shop.engine, &scope, &wanted).await;
    let wanted_rows = flagged
        .flags
        .iter()
        .filter(|flags| **flags & 128 != 0)
        .count();
    assert_eq!(wanted_rows, expected);
    let nowhere = shop.engine.map_picture(&scope, 12).await.unwrap_err();
    assert_eq!(nowhere.code(), "media_not_found");
}

#[tokio::test]
async fn a_map_tells_the_most_frequent_label_of_each_picture() {
    let shop = Workshop::new().await;
    for seed in 0..5 {
        shop.put(format!("{seed}.bmp"), &picture(seed));
    }
    let rows =
        "filename,label\n0.bmp,ship\n0.bmp,harbour\n1.bmp,harbour\n2.bmp,harbour\n3.bmp,ship\n";
    shop.put("image_annotations.csv", rows.as_bytes());
    let (scope, _) = shop.index().await;
    let map = points(&shop.engine, &scope, &Wanted::default()).await;
    assert_eq!(map.labels, ["harbour", "ship"]);
    assert_eq!(map.label, [0, 0, 0, 1, 255]);
    assert_eq!(map.issues.len(), 5);
}
