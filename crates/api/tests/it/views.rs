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
    let vql = |id: &str| {
        let same = "%22duplicates%22:%7B%22op%22:%22duplicates%22,%22value%22:0.9%7D";
        format!("caption=copy&vql=%5B%7B{id}{same}%7D%5D")
    };
    let copies = save(&vql("%22id%22:%22x%22,"), "name=Copies");
    let other = app.send(copies).await.json();
    assert_eq!(other["filters"]["vql"][0]["id"], "x");
    // What is asked for in the original's words is counted at once too.
    let same = format!("/api/v1/explore/{dataset}?{}", vql(""));
    let found = app.get(&same).await.json();
    let counts = found["clusters"].as_array().unwrap().iter();
    let counted: u64 = counts.map(|one| one["n_images"].as_u64().unwrap()).sum();
    assert!(counted > 0, "{found}");
    assert_eq!(other["stats"]["n_images"], counted);
    let none = app.send(save("labels=%5Bdog,cat%5D", "name=Pets")).await;
    assert_eq!(none.json()["stats"]["n_images"], 0);
    let all = app.send(save("threshold=0", "name=All")).await.json();
    let count = app.get(&format!("/api/v1/dataset/{dataset}")).await.json()["n_images"].clone();
    assert_eq!(all["stats"]["n_images"], count);
    let delete = |id: &str| {
        Request::delete(format!("{views}/{id}"))
            .body(Body::empty())
            .unwrap()
    };
    for passing in [none.json(), all] {
        app.send(delete(passing["id"].as_str().unwrap())).await;
    }
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
    let gone = app.send(delete(id)).await;
    assert_eq!((gone.status, gone.text()), (StatusCode::OK, "null"));
    let again = app.send(delete(id)).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (StatusCode::NOT_FOUND, "view_not_found")
    );
}
