//! Background work over the wire.

use hyper::StatusCode;
use insta::assert_json_snapshot;
use serde_json::json;

use crate::app::{TestApp, settled};

#[tokio::test]
async fn a_task_is_told_from_its_asking_to_its_end() {
    let app = TestApp::new().await;
    app.put("a.png", &lamina_testkit::Picture::scene(1, 32, 32).png());
    let (_, job) = app.open().await;
    let waiting = app.get(&format!("/api/v1/tasks/{job}")).await;
    assert_eq!(waiting.status, StatusCode::OK);
    assert_json_snapshot!("task_waiting", settled(waiting.json()));
    app.run(job).await;
    let done = app.get(&format!("/api/v1/tasks/{job}")).await.json();
    assert_eq!(
        (&done["status"], &done["progress_percentage"]),
        (&json!("COMPLETED"), &json!(100))
    );
    assert_eq!(done["task_type"], "DATASET_CREATION");
    assert!(done["end_time"].as_str().unwrap().ends_with('Z'));
    assert_eq!(
        app.get("/api/v1/tasks").await.json()["tasks"],
        json!([done])
    );
}

#[tokio::test]
async fn tasks_are_filtered_ordered_and_paged() {
    let (app, id) = TestApp::indexed().await;
    for _ in 0..3 {
        let (_, job) = app.open().await;
        app.run(job).await;
    }
    let types = async |query: &str| -> Vec<String> {
        let page = app.get(&format!("/api/v1/tasks?{query}")).await.json();
        page["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|task| task["task_type"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(types("").await.last().unwrap(), "DATASET_CREATION");
    assert_eq!(types("sort_order=asc").await[0], "DATASET_CREATION");
    assert_eq!(types("task_type=DATASET_CREATION").await.len(), 1);
    assert_eq!(types("task_status=RUNNING").await.len(), 0);
    assert_eq!(
        types(&format!("dataset_id={id}&page_size=3&page=2"))
            .await
            .len(),
        1
    );
    assert_eq!(types("dataset_name=nothing").await.len(), 0);
    assert_eq!(
        types("start_time_from=2000-01-01T00:00:00Z&start_time_to=2999-01-01T00:00:00Z")
            .await
            .len(),
        4
    );
    assert_eq!(types("start_time_to=2000-01-01").await.len(), 0);
    let first = app.get("/api/v1/tasks?sort_order=asc").await.json()["tasks"][0].clone();
    let began = first["start_time"].as_str().unwrap();
    let (day, second) = (&began[..10], &began[..19]);
    for whole in [day, second, began] {
        let found = types(&format!("start_time_from={whole}&start_time_to={whole}")).await;
        assert!(found.contains(&"DATASET_CREATION".to_owned()), "{whole}");
    }
    // The same moment in another zone.
    let zoned = format!("{second}%2B00:00");
    let found = types(&format!("start_time_from={zoned}&start_time_to={zoned}")).await;
    assert!(found.contains(&"DATASET_CREATION".to_owned()), "{zoned}");
    assert_eq!(types("task_status=PENDING").await.len(), 0);
    assert_eq!(types("task_type=SNAPSHOT_RESTORE").await.len(), 0);
    let (_, queued) = app.open().await;
    assert_eq!(types("task_status=QUEUED").await.len(), 1);
    app.run(queued).await;
    assert_eq!(
        app.get("/api/v1/tasks?page=0").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        app.get("/api/v1/tasks?sort_by=colour").await.json()["detail"][0]["type"],
        "enum"
    );
}

#[tokio::test]
async fn what_tasks_cannot_be_filtered_by_is_refused_by_its_name() {
    let app = TestApp::new().await;
    for (name, value) in [
        ("dataset_id", ""),
        ("dataset_id", "nothing"),
        ("task_type", ""),
        ("task_type", "BAKING"),
        ("task_status", "running"),
        ("start_time_from", ""),
        ("start_time_from", "yesterday"),
        ("start_time_to", "2025-02-30"),
        ("start_time_to", "2025-10-29&start_time_from=2025-10-30"),
    ] {
        let answer = app.get(&format!("/api/v1/tasks?{name}={value}")).await;
        let told = answer.json();
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert_eq!(told["detail"][0]["loc"], json!(["query", name]), "{told}");
    }
    let filters = app.get("/api/v1/tasks/filters?start_time_to=soon").await;
    assert_eq!(filters.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_task_that_is_none_is_not_found() {
    let app = TestApp::new().await;
    for id in ["none", "0198c0de-0000-7000-8000-000000000000"] {
        let answer = app.get(&format!("/api/v1/tasks/{id}")).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::NOT_FOUND, "task_not_found")
        );
    }
}

#[tokio::test]
async fn events_begin_with_the_work_of_the_moment() {
    let app = TestApp::new().await;
    let idle = app.get("/api/v1/tasks/events").await;
    assert_eq!(idle.header("content-type"), "text/event-stream");
    assert_eq!(idle.text(), "event: idle\ndata: {}\n\n");
    let (_, job) = app.open().await;
    let waiting = app.get("/api/v1/tasks/events").await;
    let data = waiting
        .text()
        .strip_prefix("event: task\ndata: ")
        .unwrap_or_else(|| panic!("{waiting:?}"));
    let task: serde_json::Value = serde_json::from_str(data.trim_end()).unwrap();
    assert_eq!(task["task_id"], job.to_string());
    assert_eq!(task["status"], "INITIALIZING");
}
