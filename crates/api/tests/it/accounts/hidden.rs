//! What somebody may not see looks exactly like what is not there.

use hyper::{HeaderMap, Method};
use serde_json::{Value, json};

use super::server::{TestServer, ask, get};
use crate::app::Answer;

/// Everything of an answer but the id of the request and the id that was asked for.
fn settled(answer: &Answer, asked_for: &str) -> (u16, HeaderMap, Value) {
    let mut headers = answer.headers.clone();
    headers.remove("x-request-id");
    // The id that is asked for is repeated in the body, and is as long as it is.
    headers.remove("content-length");
    let mut body = answer.json();
    body["request_id"] = Value::Null;
    let shown: String = if asked_for.chars().count() > 64 {
        asked_for.chars().take(64).chain(['…']).collect()
    } else {
        asked_for.to_owned()
    };
    let detail = body["detail"].as_str().unwrap().replace(&shown, "[id]");
    body["detail"] = detail.into();
    (answer.status.as_u16(), headers, body)
}

#[tokio::test]
async fn t_76_absent_foreign_malformed_and_deleted_datasets_look_the_same() {
    let server = TestServer::new().await;
    let owner = server.sign_in("owner").await;
    let stranger = server.key_of("stranger").await;
    let (kept, _) = server.make_dataset(&owner, "kept").await;
    let (gone, _) = server.make_dataset(&owner, "gone").await;
    let uri = format!("/api/v1/dataset/{gone}");
    assert_eq!(
        server
            .send(ask(Method::DELETE, &uri).session(&owner))
            .await
            .status,
        200
    );
    let token = stranger.token(server.now_s());
    let absent = "0198c0de-0000-7000-8000-000000000000";
    for (method, tail) in [
        (Method::GET, ""),
        (Method::GET, "/stats"),
        (Method::GET, "/media"),
        (Method::GET, "/rejected"),
        (Method::GET, "/preview"),
        (Method::DELETE, ""),
    ] {
        let mut seen = Vec::new();
        for (what, shown, id) in [
            ("absent", absent, absent),
            ("foreign", kept.as_str(), kept.as_str()),
            ("deleted", &gone, &gone),
            ("malformed", "nonsense", "nonsense"),
            (
                "T-115 traversal",
                "../../etc/passwd",
                "..%2f..%2fetc%2fpasswd",
            ),
            ("T-115 quote", "' OR 1=1--", "'%20OR%201=1--"),
            ("T-115 emoji", "🍎", "%F0%9F%8D%8E"),
            (
                "T-116 braces",
                &format!("{{{kept}}}"),
                &format!("%7B{kept}%7D"),
            ),
            (
                "T-116 urn",
                &format!("urn:uuid:{kept}"),
                &format!("urn:uuid:{kept}"),
            ),
            ("T-116 bare", &kept.replace('-', ""), &kept.replace('-', "")),
            ("T-115 long", &"x".repeat(10_000), &"x".repeat(10_000)),
        ] {
            let answer = server
                .send(ask(method.clone(), &format!("/api/v1/dataset/{id}{tail}")).bearer(&token))
                .await;
            assert_eq!(answer.status, 404, "{method} {what}{tail}: {answer:?}");
            seen.push((what, settled(&answer, shown)));
        }
        for (what, answer) in &seen[1..] {
            assert_eq!(*answer, seen[0].1, "{method} {what}{tail}");
        }
    }
}

#[tokio::test]
async fn t_76_other_nouns_of_somebody_elses_dataset_are_not_there_either() {
    let server = TestServer::new().await;
    let owner = server.sign_in("owner").await;
    let (dataset, task) = server.make_dataset(&owner, "kept").await;
    server.run(&task).await;
    let media = format!("/api/v1/dataset/{dataset}/media");
    let listed = server.send(get(&media).session(&owner)).await.json();
    let media = listed["items"][0]["media_id"].as_str().unwrap();
    let stranger = server.sign_in("stranger").await;
    let absent = "0198c0de-0000-7000-8000-000000000000";
    for (there, nowhere) in [
        (
            format!("/api/v1/image/{media}"),
            format!("/api/v1/image/{absent}"),
        ),
        (
            format!("/api/v1/tasks/{task}"),
            format!("/api/v1/tasks/{absent}"),
        ),
    ] {
        let id_of = |uri: &str| uri.rsplit('/').next().unwrap().to_owned();
        let foreign = server.send(get(&there).session(&stranger)).await;
        let missing = server.send(get(&nowhere).session(&stranger)).await;
        assert_eq!(
            settled(&foreign, &id_of(&there)),
            settled(&missing, &id_of(&nowhere)),
            "{there}"
        );
    }
    let datasets = server
        .send(get("/api/v1/datasets").session(&stranger))
        .await;
    assert_eq!(datasets.json(), serde_json::json!([]));
    let tasks = server.send(get("/api/v1/tasks").session(&stranger)).await;
    assert_eq!(tasks.json()["total"], 0);
}

#[tokio::test]
async fn tasks_tell_who_asked_and_can_be_filtered_by_that() {
    let server = TestServer::new().await;
    let owner = server.sign_in("owner").await;
    let (dataset, task) = server.make_dataset(&owner, "kept").await;
    let asked = async |uri: &str| server.send(get(uri).session(&owner)).await.json();
    let told = asked(&format!("/api/v1/tasks/{task}")).await;
    assert_eq!(told["created_by"], "owner@example.org");
    let by = |name: &str| format!("/api/v1/tasks?created_by={name}%40example.org");
    assert_eq!(asked(&by("owner")).await["total"], 1);
    assert_eq!(asked(&by("editor")).await["total"], 0);
    let filters = asked("/api/v1/tasks/filters").await;
    assert_eq!(
        filters,
        serde_json::json!({
            "dataset_names": ["kept"],
            "dataset_ids": [dataset],
            "task_types": ["DATASET_CREATION"],
            "created_by": ["owner@example.org"],
        })
    );
    let none = asked("/api/v1/tasks/filters?start_time_from=2999-01-01T00:00:00").await;
    assert_eq!(none["dataset_ids"], serde_json::json!([]));
}

#[tokio::test]
async fn t_77_a_public_dataset_may_be_looked_at_by_all_and_changed_by_its_owner() {
    let server = TestServer::new().await;
    let owner = server.sign_in("owner").await;
    let (dataset, _) = server.make_dataset(&owner, "shown").await;
    let uri = format!("/api/v1/dataset/{dataset}");
    let visibility = format!("/api/v1/manage/{dataset}/visibility");
    let public = |public: bool| {
        ask(Method::PUT, &visibility)
            .session(&owner)
            .json(&serde_json::json!({"public": public}))
    };
    assert_eq!(server.send(public(true)).await.status, 204);
    assert_eq!(server.send(get(&uri)).await.status, 200);
    let stranger = server.sign_in("stranger").await;
    assert_eq!(server.send(get(&uri).session(&stranger)).await.status, 200);
    let deleted = server
        .send(ask(Method::DELETE, &uri).session(&stranger))
        .await;
    assert_eq!(deleted.status, 403);
    assert_eq!(server.send(ask(Method::DELETE, &uri)).await.status, 401);
    // A public dataset of the same folder is not to be indexed anew by everybody.
    let again = format!(
        "/api/v1/process?path={}&name=x",
        server.root.path().join("shown").display()
    );
    assert_eq!(
        server
            .send(ask(Method::POST, &again).session(&stranger))
            .await
            .status,
        403
    );
    assert_eq!(server.send(public(false)).await.status, 204);
    assert_eq!(server.send(get(&uri)).await.status, 401);
    assert_eq!(server.send(get(&uri).session(&stranger)).await.status, 404);
}

#[tokio::test]
async fn a_dataset_tells_whoever_looks_at_it_what_they_may_do() {
    let server = TestServer::new().await;
    let owner = server.sign_in("owner").await;
    let (dataset, _) = server.make_dataset(&owner, "kept").await;
    server.share(&owner, &dataset, "viewer", "viewer").await;
    server.share(&owner, &dataset, "editor", "editor").await;
    for (name, role) in [
        ("owner", "owner"),
        ("editor", "editor"),
        ("viewer", "viewer"),
        ("admin", "owner"),
    ] {
        let session = server.sign_in(name).await;
        let one = get(&format!("/api/v1/dataset/{dataset}")).session(&session);
        assert_eq!(server.send(one).await.json()["your_role"], role, "{name}");
        let all = server.send(get("/api/v1/datasets").session(&session)).await;
        let all = all.json();
        let listed = all.as_array().unwrap().iter();
        let mut mine = listed.filter(|one| one["id"] == dataset.as_str());
        assert_eq!(mine.next().unwrap()["your_role"], role, "{name}");
    }
    // A key lets nobody do more than it allows.
    for (scope, role) in [("read", "viewer"), ("write", "editor"), ("admin", "owner")] {
        let wish = json!({"name": scope, "scope": scope});
        let key = server.make_key(&owner, &wish).await;
        for uri in [
            format!("/api/v1/dataset/{dataset}"),
            "/api/v1/datasets".to_owned(),
        ] {
            let told = server
                .send(get(&uri).bearer(&key.token(server.now_s())))
                .await
                .json();
            let one = if told.is_array() { &told[0] } else { &told };
            assert_eq!(one["your_role"], role, "{scope}: {uri}");
        }
    }
}

#[tokio::test]
async fn sharing_gives_a_role_changes_it_and_takes_it_back() {
    let server = TestServer::new().await;
    let owner = server.sign_in("owner").await;
    let (dataset, _) = server.make_dataset(&owner, "kept").await;
    let uri = format!("/api/v1/dataset/{dataset}");
    let editor = server.sign_in("editor").await;
    let read = || get(&uri).session(&editor);
    assert_eq!(server.send(read()).await.status, 404);
    let invite = ask(Method::PUT, &format!("/api/v1/manage/{dataset}/invite"))
        .session(&owner)
        .json(&serde_json::json!({"grant_to_user_email": "Editor@Example.org"}));
    assert_eq!(server.send(invite).await.status, 200);
    assert_eq!(server.send(read()).await.status, 200);
    server.share(&owner, &dataset, "editor", "owner").await;
    let members = format!("/api/v1/manage/{dataset}/share");
    let listed = server.send(get(&members).session(&owner)).await.json();
    assert_eq!(
        listed,
        serde_json::json!([
            {"email": "editor@example.org", "role": "owner"},
            {"email": "owner@example.org", "role": "owner"},
        ])
    );
    let remove = |email: &str| ask(Method::DELETE, &format!("{members}/{email}")).session(&owner);
    assert_eq!(server.send(remove("editor@example.org")).await.status, 204);
    assert_eq!(server.send(read()).await.status, 404);
    let last = server.send(remove("owner@example.org")).await;
    assert_eq!(last.status, 409, "the last owner stays: {last:?}");
    let nobody = ask(Method::PUT, &members)
        .session(&owner)
        .json(&serde_json::json!({"email": "nobody@example.org", "role": "viewer"}));
    assert_eq!(server.send(nobody).await.code(), "user_not_found");
}

#[tokio::test]
async fn t_115_no_link_or_dots_lead_out_of_the_import_roots() {
    let server = TestServer::new().await;
    let owner = server.sign_in("owner").await;
    let inside = server.root.path().join("inside");
    fs_err::create_dir_all(&inside).unwrap();
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), inside.join("way out")).unwrap();
    let root = server.root.path().display().to_string();
    let mut told = Vec::new();
    for path in [
        outside.path().display().to_string(),
        format!("{root}/inside/way%20out"),
        format!("{root}/inside/../../.."),
        "/etc".to_owned(),
        "/no/such/folder".to_owned(),
        format!("{root}-not"),
    ] {
        let uri = format!("/api/v1/process?path={path}&name=x");
        let answer = server.send(ask(Method::POST, &uri).session(&owner)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (403, "forbidden"),
            "{path}"
        );
        let shown = path.replace("%20", " ");
        told.push(
            answer.json()["detail"]
                .as_str()
                .unwrap()
                .replace(&shown, "[path]"),
        );
    }
    told.dedup();
    assert_eq!(told.len(), 1, "folders outside cannot be probed: {told:#?}");
}

#[tokio::test]
async fn t_117_t_118_odd_addresses_are_answered_in_json_and_never_redirected() {
    let server = TestServer::new().await;
    let owner = server.sign_in("owner").await;
    let (id, _) = server.make_dataset(&owner, "kept").await;
    for uri in [
        format!("/api/v1/dataset/{id}/"),
        format!("//api/v1/dataset/{id}"),
        format!("/API/v1/dataset/{id}"),
        format!("/api/v1/dataset/{id};jsessionid=1"),
        format!("/api/v1/./dataset/{id}"),
        format!("/api/v1/x/../dataset/{id}"),
        "/api/v1/nothing".to_owned(),
    ] {
        let answer = server.send(get(&uri).session(&owner)).await;
        assert_eq!(answer.status, 404, "{uri}");
        answer.code();
        // T-119: strangers are asked who they are before they learn what addresses there are.
        let nobody = server.send(get(&uri)).await;
        let expected = if uri.starts_with("/api/") { 401 } else { 404 };
        assert_eq!(nobody.status, expected, "{uri}");
    }
    let bad = server
        .send(get("/api/v1/dataset/%ff").session(&owner))
        .await;
    assert_eq!(
        (bad.status.as_u16(), bad.code().as_str()),
        (400, "invalid_encoding")
    );
    let upper = format!("/api/v1/dataset/{}", id.to_uppercase());
    assert_eq!(
        server.send(get(&upper).session(&owner)).await.status,
        200,
        "T-116"
    );
    let unknown = server.send(get("/api/v1/dataset/nonsense")).await;
    assert_eq!(unknown.status, 401, "T-119");
}

#[tokio::test]
async fn t_120_c_25_a_method_override_changes_nothing_and_other_methods_are_named() {
    let server = TestServer::new().await;
    let owner = server.sign_in("owner").await;
    let (id, _) = server.make_dataset(&owner, "kept").await;
    let uri = format!("/api/v1/dataset/{id}");
    for name in [
        "x-http-method-override",
        "x-method-override",
        "x-http-method",
    ] {
        let answer = server
            .send(get(&uri).session(&owner).with(name, "DELETE"))
            .await;
        assert_eq!(answer.status, 200);
    }
    assert_eq!(
        server
            .send(get(&format!("{uri}?_method=DELETE")).session(&owner))
            .await
            .status,
        200
    );
    for method in [Method::POST, Method::PUT, Method::TRACE] {
        let answer = server.send(ask(method.clone(), &uri).session(&owner)).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), "GET,HEAD,DELETE,PATCH", "{method}");
    }
}
