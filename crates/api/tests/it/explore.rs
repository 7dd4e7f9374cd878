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
        for list in ["grid", "grid/shape"] {
            let answer = app.get(&format!("{base}/{list}?{wrong}")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
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

#[tokio::test]
async fn exploring_needs_no_parameters_and_pages_end_empty() {
    let (app, dataset) = TestApp::indexed().await;
    let uri = format!("/api/v1/explore/{dataset}");
    let all = app.get(&uri).await.json();
    assert_eq!(all["metadata"]["used_duckdb"], false);
    let clusters = all["clusters"].as_array().unwrap();
    let pictures: u64 = clusters
        .iter()
        .map(|cluster| cluster["n_images"].as_u64().unwrap())
        .sum();
    assert_eq!(pictures, 4);
    let behind = app.get(&format!("{uri}?page_number=1")).await.json();
    assert_eq!(behind["clusters"], serde_json::json!([]));
    assert_eq!(
        (
            &all["total_pages"],
            &all["current_page"],
            &behind["current_page"]
        ),
        (&1.into(), &0.into(), &1.into())
    );
    // Older clients read the same under other names.
    for cluster in clusters {
        assert_eq!(cluster["id"], cluster["cluster_id"]);
        assert_eq!(cluster["size"], cluster["n_images"]);
        let previews = cluster["previews"].as_array().unwrap();
        let media = cluster["media"].as_array().unwrap();
        assert_eq!(cluster["representative_id"], previews[0]["media_id"]);
        let same = |(preview, media): (&Value, &Value)| {
            preview["media_id"] == media["id"]
                && preview["file_name"] == media["filename"]
                && preview["media_thumb_uri"] == media["preview"]
        };
        assert_eq!(previews.len(), media.len());
        assert!(previews.iter().zip(media).all(same), "{cluster}");
    }
    let id = clusters[0]["cluster_id"].as_str().unwrap();
    let members = app
        .get(&format!("{uri}/similarity_cluster/{id}"))
        .await
        .json();
    let wrong = app
        .get(&format!("{uri}/similarity_cluster/{id}?threshold=5"))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        members["previews"].as_array().unwrap().len() as u64,
        clusters[0]["n_images"].as_u64().unwrap()
    );
    let behind = app
        .get(&format!("{uri}/similarity_cluster/{id}?page_number=1"))
        .await;
    assert_eq!(behind.text(), "null");
    let nobody = "0198c0de-0000-7000-8000-000000000001";
    let none = app.get(&format!("{uri}/similarity_cluster/{nobody}")).await;
    assert_eq!(none.text(), "null");
    let wrong = app.get(&format!("{uri}/similarity_cluster/x,y")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let loc = &wrong.json()["detail"][0]["loc"];
    assert_eq!(*loc, serde_json::json!(["path", "cluster_id"]));
    let told = app.get(&format!("{uri}/exploration_metadata")).await.json();
    assert_eq!(
        (&told["media_count"], &told["clusters_count"]),
        (&4.into(), &clusters.len().into())
    );
    let first = &clusters[0]["previews"][0];
    insta::assert_json_snapshot!("explore_preview", settled(first.clone()));
}

#[tokio::test]
async fn a_query_narrows_and_a_wrong_one_is_told_by_its_element() {
    let (app, dataset) = TestApp::indexed().await;
    let ask = |vql: &str| {
        let vql: String = vql.bytes().map(|byte| format!("%{byte:02X}")).collect();
        format!("/api/v1/explore/{dataset}?threshold=4&vql={vql}")
    };
    let copies = app
        .get(&ask(r#"[{"duplicates":{"op":"duplicates","value":0.9}}]"#))
        .await
        .json();
    let pictures: u64 = copies["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cluster| cluster["n_images"].as_u64().unwrap())
        .sum();
    assert_eq!(pictures, 2);
    let wrong = app
        .get(&ask(r#"[{"issues":{"op":"issue","value":"noise"}}]"#))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        wrong.json()["detail"][0]["loc"],
        serde_json::json!(["query", "vql", "0"])
    );
    for wrong in [
        "threshold=5",
        "entity_type=CATS",
        "duplicate_threshold=2",
        "tags=x",
    ] {
        let answer = app.get(&format!("/api/v1/explore/{dataset}?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn a_dataset_gets_another_name_and_stopped_work_is_done_again() {
    let (app, dataset) = TestApp::indexed().await;
    let change = |body: &str| {
        Request::patch(format!("/api/v1/dataset/{dataset}"))
            .header("content-type", "application/json")
            .body(Body::from(body.to_owned()))
            .unwrap()
    };
    let changed = app
        .send(change(r#"{"display_name": "Other"}"#))
        .await
        .json();
    assert_eq!(changed["display_name"], "Other");
    let changed = app.send(change(r#"{"description": "text"}"#)).await.json();
    assert_eq!(
        (&changed["display_name"], &changed["description"]),
        (&"Other".into(), &"text".into())
    );
    let empty = app.send(change(r#"{"display_name": " "}"#)).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    let tasks = app.get("/api/v1/tasks").await.json();
    let task = tasks["tasks"][0]["task_id"].as_str().unwrap().to_owned();
    let post = |verb: &str, task: &str| {
        Request::post(format!("/api/v1/tasks/{task}/{verb}"))
            .body(Body::empty())
            .unwrap()
    };
    let ended = app.send(post("abort", &task)).await;
    assert_eq!(
        (ended.status, ended.code().as_str()),
        (StatusCode::CONFLICT, "task_ended")
    );
    let done = app.send(post("retry", &task)).await;
    assert_eq!(
        (done.status, done.code().as_str()),
        (StatusCode::BAD_REQUEST, "invalid_task")
    );
    let (_, fresh) = app.open().await;
    let fresh = fresh.to_string();
    let stopped = app.send(post("abort", &fresh)).await;
    assert_eq!(stopped.json()["status"], "ABORTED");
    let again = app.send(post("retry", &fresh)).await.json();
    assert_eq!(again["status"], "INITIALIZING");
    assert_ne!(again["task_id"], fresh.as_str());
}

#[tokio::test]
async fn a_plan_for_copies_is_counted_and_a_decision_changes_it() {
    let (app, dataset) = TestApp::indexed().await;
    let plan = async |query: &str| {
        let uri = format!("/api/v1/dataset/{dataset}/duplicates/plan?{query}");
        app.get(&uri).await
    };
    let told = plan("keep=folder:b&keep=largest&tier=same_bytes")
        .await
        .json();
    assert_eq!(told["all"]["remove"], 1);
    assert_eq!(told["all"], told["tiers"]["same_bytes"]);
    let group = &told["groups"][0];
    assert_eq!(group["keep"][0]["original_uri"], "b/copy of one.png");
    assert_eq!(group["remove"][0]["original_uri"], "a one.png");
    assert_eq!(
        told["all"]["bytes"], group["remove"][0]["size_bytes"],
        "the bytes that go"
    );
    let going = group["remove"][0]["media_id"].as_str().unwrap();
    let decide = |body: String| {
        Request::post(format!("/api/v1/dataset/{dataset}/duplicates/decisions"))
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap()
    };
    let kept = app
        .send(decide(format!(r#"{{"keep": ["{going}"]}}"#)))
        .await;
    assert_eq!(kept.status, StatusCode::NO_CONTENT);
    let told = plan("keep=folder:b").await.json();
    assert_eq!(told["groups"][0]["keep"][0]["media_id"], going);
    assert_eq!(told["groups"][0]["keep"][0]["decided"], true);
    let freed = app
        .send(decide(format!(r#"{{"free": ["{going}"]}}"#)))
        .await;
    assert_eq!(freed.status, StatusCode::NO_CONTENT);
    let told = plan("keep=folder:b&offset=5").await.json();
    assert_eq!(
        (&told["total"], &told["groups"]),
        (&1.into(), &serde_json::json!([]))
    );
    for wrong in [
        "keep=best",
        "tier=alike",
        "likeness=2",
        "likeness=x",
        "limit=0",
    ] {
        assert_eq!(
            plan(wrong).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn the_map_is_one_compact_answer_and_an_area_of_it_a_filter() {
    let (app, dataset) = TestApp::indexed().await;
    let uri = format!("/api/v1/dataset/{dataset}/map");
    let map = loop {
        let answer = app.get(&uri).await;
        if answer.status != StatusCode::ACCEPTED {
            break answer;
        }
        assert_eq!(answer.header("retry-after"), "2");
        tokio::task::yield_now().await;
    };
    let grid = app
        .get(&format!("/api/v1/dataset/{dataset}/grid"))
        .await
        .json();
    let count = grid["total"].as_u64().unwrap();
    assert_eq!(&map.body[..8], b"LAMMAP02");
    assert_eq!(map.body[8..12], u32::try_from(count).unwrap().to_le_bytes());
    let facts = usize::try_from(16 + 11 * count).unwrap();
    let labels: Vec<String> = serde_json::from_slice(&map.body[facts..]).unwrap();
    assert_eq!(labels, [""; 0]);
    assert!(map.body[facts - 2..facts].iter().all(|label| *label == 255));
    assert_eq!(map.header("x-generation"), grid["generation"].to_string());
    let first = app.get(&format!("{uri}/0")).await.json();
    assert_eq!(first["media_id"], grid["id"][0]);
    assert_eq!(
        app.get(&format!("{uri}/x")).await.status,
        StatusCode::NOT_FOUND
    );
    let all = format!("/api/v1/dataset/{dataset}/grid?area=0,0%2065534,0%2065534,65534%200,65534");
    // The last row and column of places lie on the line itself.
    let within = app.get(&all).await.json()["total"].as_u64().unwrap();
    assert!((count - 2..=count).contains(&within), "{within} of {count}");
    let wrong = format!("/api/v1/dataset/{dataset}/grid?area=0,0");
    assert_eq!(
        app.get(&wrong).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

/// A form with one file, as clients send it.
pub(crate) fn upload(uri: &str, file: &[u8]) -> Request<Body> {
    let mut body = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"q.png\"\r\n\
        Content-Type: image/png\r\n\r\n"
        .to_vec();
    body.extend(file);
    body.extend(b"\r\n--x--\r\n");
    Request::post(uri)
        .header("content-type", "multipart/form-data; boundary=x")
        .body(Body::from(body))
        .unwrap()
}

#[tokio::test]
async fn an_uploaded_picture_finds_itself_first_at_distance_0() {
    let (app, dataset) = TestApp::indexed().await;
    let file = fs_err::read(app.source.path().join("d.png")).unwrap();
    let base = format!("/api/v1/dataset/{dataset}/search-image-similarity");
    // As the original's notebook sends it.
    let uri = format!("{base}?entity_type=IMAGES&bounding_box=0,0,2048,1536&allow_deleted=False");
    let anchor = app.send(upload(&uri, &file)).await;
    assert_eq!(anchor.status, StatusCode::OK, "{anchor:?}");
    let anchor = anchor.json();
    assert_eq!(anchor["anchor_type"], "UPLOAD");
    let id = anchor["anchor_media_id"].as_str().unwrap();
    let uri = format!(
        "/api/v1/explore/{dataset}?anchor_media_id={id}&entity_type=IMAGES&anchor_type=UPLOAD&threshold=0"
    );
    let found = app.get(&uri).await.json();
    let first = &found["clusters"][0]["previews"][0];
    assert_eq!(first["file_name"], "d.png", "{found}");
    assert!(first["relevance_score"].as_f64().unwrap().abs() < 1e-4);
    assert_eq!(first["relevance_score_type"], "cosine_distance");
    let scores: Vec<f64> = found["clusters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cluster| cluster["relevance_score"].as_f64().unwrap())
        .collect();
    assert!(scores.is_sorted(), "{scores:?}");
    // A picture of the dataset does the same, also in the query language.
    let media = first["media_id"].as_str().unwrap();
    let vql = format!(
        "[{{\"similarity\":{{\"op\":\"media\",\"value\":\"{media}\",\"threshold\":0.0001}}}}]"
    );
    let vql = vql
        .replace('"', "%22")
        .replace('{', "%7B")
        .replace('}', "%7D");
    let near = app
        .get(&format!("/api/v1/explore/{dataset}?vql={vql}"))
        .await
        .json();
    assert_eq!(
        near["clusters"][0]["previews"][0]["media_id"], media,
        "{near}"
    );
    assert_eq!(near["clusters"].as_array().unwrap().len(), 1);
    let strange = app.send(upload(&base, b"no picture")).await;
    assert_eq!(
        (strange.status, strange.code()),
        (StatusCode::BAD_REQUEST, "invalid_file".to_owned())
    );
    let gone = format!("/api/v1/explore/{dataset}?anchor_media_id={dataset}&anchor_type=UPLOAD");
    assert_eq!(app.get(&gone).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_range_of_a_number_narrows_and_its_bars_are_counted_without_it() {
    let (app, dataset) = TestApp::indexed().await;
    let base = format!("/api/v1/dataset/{dataset}");
    let sum = |measure: &Value| -> u64 {
        let bars = measure["bars"].as_array().unwrap();
        assert_eq!(bars.len(), 100);
        bars.iter().map(|bar| bar.as_u64().unwrap()).sum()
    };
    let facets = app.get(&format!("{base}/facets")).await.json();
    let total = facets["total"].as_u64().unwrap();
    for (name, measure) in facets["measures"].as_object().unwrap() {
        assert_eq!(sum(measure), total, "{name}");
        let (least, most) = (&measure["least"], &measure["most"]);
        let all = format!("{base}/grid?range={name}:{least}..{most}");
        assert_eq!(app.get(&all).await.json()["total"], total, "{name}");
        let none = format!("{base}/grid?range={name}:..-1");
        assert_eq!(app.get(&none).await.json()["total"], 0, "{name}");
    }
    assert_eq!(facets["measures"].as_object().unwrap().len(), 7);
    let most = facets["measures"]["size"]["most"].as_f64().unwrap();
    let narrowed = app.get(&format!("{base}/facets?range=size:{most}..")).await;
    let narrowed = narrowed.json();
    assert!(narrowed["total"].as_u64().unwrap() < total, "{narrowed}");
    assert_eq!(sum(&narrowed["measures"]["size"]), total);
    assert_eq!(sum(&narrowed["measures"]["width"]), narrowed["total"]);
    for wrong in ["range=size", "range=colour:1..2", "range=size:a.."] {
        let answer = app.get(&format!("{base}/grid?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
}

#[tokio::test]
async fn words_find_files_by_name_the_exact_one_first() {
    let (app, dataset) = TestApp::indexed().await;
    let found = app
        .get(&format!("/api/v1/explore/{dataset}?caption=a%20one.png"))
        .await
        .json();
    let first = &found["clusters"][0]["previews"][0];
    assert_eq!(
        (
            first["file_name"].as_str(),
            first["relevance_score"].as_f64()
        ),
        (Some("a one.png"), Some(0.0))
    );
    let none = app
        .get(&format!("/api/v1/explore/{dataset}?caption=zebra"))
        .await
        .json();
    assert_eq!(none["clusters"].as_array().unwrap().len(), 0);
    let odd = app
        .get(&format!("/api/v1/explore/{dataset}?caption=%28a"))
        .await;
    assert_eq!(odd.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_label_that_begins_with_a_bracket_is_asked_for_as_json() {
    let (app, dataset) = TestApp::indexed().await;
    let media = app.media(dataset, "d.png").await;
    let marks = serde_json::json!({"add_labels": ["[odd"], "media_ids": [media]});
    let request = Request::post(format!("/api/v1/dataset/{dataset}/marks"))
        .header("content-type", "application/json")
        .body(Body::from(marks.to_string()))
        .unwrap();
    assert!(app.send(request).await.status.is_success());
    let uri = format!("/api/v1/explore/{dataset}?threshold=4&labels=");
    let found = app.get(&format!("{uri}%5B%22%5Bodd%22%5D")).await.json();
    assert_eq!(found["clusters"][0]["n_images"], 1, "{found}");
    // Bare, it is a list that was cut off, and told how it is meant.
    let bare = app.get(&format!("{uri}%5Bodd")).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = bare.json()["detail"][0]["msg"].as_str().unwrap().to_owned();
    assert!(told.ends_with("[\"[odd\"]"), "{told}");
}
