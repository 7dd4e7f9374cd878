//! Filters that got a name.

use axum::body::Body;
use hyper::{Request, StatusCode};

use crate::app::TestApp;

#[tokio::test]
async fn a_filter_gets_a_name_that_is_listed_and_removed() {
    let (app, dataset) = TestApp::indexed().await;
    let views = format!("/api/v1/dataset/{dataset}/views");
    let save = |query: &str, form: &str| {
        Request::post(format!("{views}?{query}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap()
    };
    let query = "entity_type=IMAGES&threshold=0&duplicates=extra&address=duplicates%3Dextra";
    let made = app.send(save(query, "name=Extra+copies")).await.json();
    assert_eq!(made["name"], "Extra copies");
    assert_eq!(made["stats"]["n_images"], 1);
    assert_eq!(made["filters"]["address"], "duplicates=extra");
    let twice = app.send(save(query, "name=Extra+copies")).await;
    assert_eq!(
        (twice.status, twice.code().as_str()),
        (StatusCode::CONFLICT, "view_exists")
    );
    let vql = "caption=dogs&labels=%5Bdog,cat%5D&vql=%5B%7B%22id%22:%22x%22,%22unlabelled%22:%7B%7D%7D%5D";
    let other = app.send(save(vql, "name=Dogs")).await.json();
    assert_eq!(other["filters"]["vql"][0]["id"], "x");
    // What is asked for in the original's words is counted at once too.
    let same = "vql=%5B%7B%22unlabelled%22:%7B%7D%7D%5D&caption=dogs&labels=%5Bdog,cat%5D";
    let found = app.get(&format!("/api/v1/explore/{dataset}?{same}")).await;
    let found = found.json()["clusters"].as_array().unwrap().len();
    assert_eq!(other["stats"]["n_images"], found);
    let all = app.send(save("threshold=0", "name=All")).await.json();
    let count = app.get(&format!("/api/v1/dataset/{dataset}")).await.json()["n_images"].clone();
    assert_eq!(all["stats"]["n_images"], count);
    app.send(
        Request::delete(format!("{views}/{}", all["id"].as_str().unwrap()))
            .body(Body::empty())
            .unwrap(),
    )
    .await;
    let listed = app.get(&views).await.json();
    assert_eq!(listed["views"], serde_json::json!([other, made]));
    for (query, form) in [
        ("", "name="),
        ("vql=x", "name=y"),
        ("vql=%5B%7B%22id%22:%22x%22%7D%5D", "name=y"),
        ("duplicates=x", "name=y"),
        ("entity_type=CATS", "name=y"),
        ("threshold=5", "name=y"),
        ("threshold=near", "name=y"),
        ("labels=%5B%22dog", "name=y"),
    ] {
        let refused = app.send(save(query, form)).await;
        assert!(refused.status.is_client_error(), "{query} {form}");
    }
    assert_eq!(app.get(&views).await.json(), listed, "nothing was kept");
    let id = made["id"].as_str().unwrap();
    let delete = |id: &str| {
        Request::delete(format!("{views}/{id}"))
            .body(Body::empty())
            .unwrap()
    };
    let gone = app.send(delete(id)).await;
    assert_eq!((gone.status, gone.text()), (StatusCode::OK, "null"));
    let again = app.send(delete(id)).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (StatusCode::NOT_FOUND, "view_not_found")
    );
}
