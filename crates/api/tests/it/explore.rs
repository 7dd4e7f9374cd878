//! Looking through a dataset: the grid, facets, clusters, copies, likeness.

use axum::body::Body;
use hyper::{Request, StatusCode};
use serde_json::Value;

use crate::app::{TestApp, settled};

fn paths(page: &Value) -> Vec<&str> {
    let paths = page["path"].as_array().unwrap();
    paths.iter().map(|path| path.as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_grid_is_empty_before_the_first_generation() {
    let app = TestApp::new().await;
    let (dataset, _) = app.open().await;
    let page = app.get(&format!("/api/v1/dataset/{dataset}/grid")).await;
    assert_eq!(page.status, StatusCode::OK);
    let page = page.json();
    assert_eq!(page["generation"], Value::Null);
    assert_eq!(page["total"], 0);
    let facets = app.get(&format!("/api/v1/dataset/{dataset}/facets")).await;
    assert_eq!(facets.json()["total"], 0);
}

#[tokio::test]
async fn pages_of_the_grid_visit_each_picture_once_in_every_order() {
    let (app, dataset) = TestApp::indexed().await;
    let uri = format!("/api/v1/dataset/{dataset}/grid");
    let whole = app.get(&uri).await.json();
    assert_eq!(
        paths(&whole),
        [
            "a one.png",
            "b/copy of one.png",
            "c \"é\" 100% #.png",
            "d.png"
        ]
    );
    assert_eq!(whole["copies"], serde_json::json!([1, 1, 0, 0]));
    for sort in [
        "path",
        "-path",
        "name",
        "-size",
        "pixels",
        "-uniqueness",
        "-blur",
        "-newest",
    ] {
        let mut seen = Vec::new();
        for offset in 0..5 {
            let page = app
                .get(&format!("{uri}?sort={sort}&limit=1&offset={offset}"))
                .await
                .json();
            assert_eq!(page["total"], 4, "{sort}");
            seen.extend(paths(&page).into_iter().map(str::to_owned));
        }
        seen.sort();
        assert_eq!(seen, paths(&whole), "{sort}");
    }
    let shape = app.get(&format!("{uri}/shape")).await;
    assert_eq!(&shape.body[..], [147, 147, 109, 128]);
    assert_eq!(shape.header("x-total"), "4");
}

#[tokio::test]
async fn a_filter_narrows_the_grid_and_facets_leave_their_own_values_out() {
    let (app, dataset) = TestApp::indexed().await;
    let base = format!("/api/v1/dataset/{dataset}");
    let extra = app
        .get(&format!("{base}/grid?duplicates=extra"))
        .await
        .json();
    assert_eq!(extra["total"], 1);
    let below = app
        .get(&format!("{base}/grid?folder=b&q=COPY"))
        .await
        .json();
    assert_eq!(paths(&below), ["b/copy of one.png"]);
    let facets = app
        .get(&format!("{base}/facets?duplicates=extra&format=png"))
        .await
        .json();
    assert_eq!(facets["total"], 1);
    let copies = &facets["duplicates"];
    assert_eq!(
        (&copies["any"], &copies["extra"], &copies["none"]),
        (&2.into(), &1.into(), &2.into())
    );
    for wrong in [
        "issue=blurry",
        "tier=x",
        "sort=colour",
        "cluster=1",
        "limit=0",
    ] {
        let answer = app.get(&format!("{base}/grid?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn an_unchanged_generation_is_not_sent_again() {
    let (app, dataset) = TestApp::indexed().await;
    let uri = format!("/api/v1/dataset/{dataset}/grid");
    let first = app.get(&uri).await;
    let again = Request::get(&uri)
        .header("if-none-match", first.header("etag"))
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.send(again).await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn copies_clusters_and_details_agree() {
    let (app, dataset) = TestApp::indexed().await;
    let base = format!("/api/v1/dataset/{dataset}");
    let groups = app.get(&format!("{base}/duplicates")).await.json();
    assert_eq!(groups["total"], 1);
    let group = &groups["groups"][0];
    let keep = group["keep"]["media_id"].as_str().unwrap();
    let details = app.get(&format!("{base}/media/{keep}")).await.json();
    assert_eq!(details["group"]["group_id"], group["group_id"]);
    assert_eq!(details["displayable"], true);
    let others = app
        .get(&format!("{base}/media/{keep}/duplicates"))
        .await
        .json();
    assert_eq!(others[0], group["others"][0]["media_id"]);
    let similar = app
        .get(&format!("{base}/media/{keep}/similar"))
        .await
        .json();
    assert_eq!(similar["items"][0]["media_id"], others[0]);
    let cluster = details["clusters"][4].as_str().unwrap();
    let clusters = app.get(&format!("{base}/clusters?level=4")).await.json();
    let pictures: u64 = clusters["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cluster| cluster["n_images"].as_u64().unwrap())
        .sum();
    assert_eq!(pictures, 4);
    let inside = app
        .get(&format!("{base}/grid?cluster={cluster}"))
        .await
        .json();
    assert!(inside["id"].as_array().unwrap().contains(&keep.into()));
    insta::assert_json_snapshot!("duplicates", settled(groups));
}
