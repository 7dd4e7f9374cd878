//! Sending files and archives.

use std::io::Write;

use axum::body::Body;
use flate2::{Compression, write::GzEncoder};
use hyper::{Method, Request, StatusCode};
use lamina_engine::SourceRoots;
use lamina_testkit::Picture;
use serde_json::{Value, json};

use crate::{
    app::{Answer, TestApp},
    form::{FORM, form},
};

type Field<'a> = (&'a str, Option<&'a str>, &'a [u8]);

async fn post(app: &TestApp, uri: &str, fields: &[Field<'_>]) -> Answer {
    let request = Request::post(uri).header("content-type", FORM);
    app.send(request.body(Body::from(form(fields))).unwrap())
        .await
}

/// Makes a dataset of uploads and gives its id.
async fn draft(app: &TestApp) -> String {
    let made = app
        .get("/api/v1/ingestion/new_dataset?dataset_name=Sent")
        .await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    made.json()["dataset_id"].as_str().unwrap().to_owned()
}

/// Begins a transaction and gives the address that files go to and the one that ends it.
async fn transaction(app: &TestApp, dataset: &str) -> (String, String) {
    let begun = app
        .get(&format!("/api/v1/ingestion/{dataset}/data_files"))
        .await;
    let number = begun.json()["trans_id"].as_u64().unwrap();
    (
        format!("/api/v1/ingestion/{dataset}/data_files/{number}"),
        format!("/api/v1/ingestion/{dataset}/process_files/{number}"),
    )
}

async fn end(app: &TestApp, uri: &str) -> Answer {
    app.send(Request::post(uri).body(Body::empty()).unwrap())
        .await
}

/// Works on the newest task of a dataset to its end.
async fn work(app: &TestApp, dataset: &str) {
    let tasks = app
        .get(&format!("/api/v1/tasks?dataset_id={dataset}"))
        .await
        .json();
    let newest = tasks["tasks"][0]["task_id"].as_str().unwrap();
    app.run(newest.parse().unwrap()).await;
}

async fn paths(app: &TestApp, dataset: &str) -> Vec<String> {
    let grid = app
        .get(&format!("/api/v1/dataset/{dataset}/grid"))
        .await
        .json();
    let paths = grid["path"].as_array().unwrap();
    paths
        .iter()
        .map(|path| path.as_str().unwrap().to_owned())
        .collect()
}

async fn status(app: &TestApp, dataset: &str) -> Value {
    let told = app
        .get(&format!("/api/v1/datasets/{dataset}/creation-status"))
        .await;
    told.json()["status"].clone()
}

#[tokio::test]
async fn files_sent_in_a_transaction_become_a_dataset_with_their_names() {
    let app = TestApp::new().await;
    let dataset = draft(&app).await;
    assert_eq!(status(&app, &dataset).await, "DRAFT");
    let (files, finish) = transaction(&app, &dataset).await;
    let one = Picture::scene(1, 96, 64).png();
    let two = Picture::scene(2, 64, 96).png();
    // Larger than bodies that hold no files may be.
    let mut large = Picture::scene(3, 80, 80).png();
    large.resize(3 << 20, 0);
    let sent = post(
        &app,
        &files,
        &[
            ("files", Some("a/ü 100% #.png"), &one),
            ("files", Some("b.png"), &two),
        ],
    )
    .await;
    assert_eq!((sent.status, sent.body.len()), (StatusCode::ACCEPTED, 0));
    let sent = post(&app, &files, &[("files", Some("large.png"), &large)]).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{sent:?}");
    let sent = post(&app, &files, &[("files", Some("empty.jpg"), b"")]).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{sent:?}");

    assert_eq!(end(&app, &finish).await.status, StatusCode::ACCEPTED);
    work(&app, &dataset).await;
    assert_eq!(status(&app, &dataset).await, "READY");
    assert_eq!(
        paths(&app, &dataset).await,
        ["a/ü 100% #.png", "b.png", "large.png"]
    );
    let told = app.get(&format!("/api/v1/dataset/{dataset}")).await.json();
    assert_eq!(told["source_type"], "UPLOAD");
    assert_eq!(told["n_images"], 3);
    let tasks = app.get("/api/v1/tasks").await.json();
    assert_eq!(tasks["tasks"][0]["task_type"], "DATASET_CREATION");
    let rejected = app
        .get(&format!("/api/v1/dataset/{dataset}/rejected"))
        .await;
    assert_eq!(rejected.json()["items"][0]["path"], "empty.jpg");
    let id = app.media(dataset.parse().unwrap(), "b.png").await;
    let original = format!("/api/v1/dataset/{dataset}/media/{id}/original");
    assert_eq!(&app.get(&original).await.body[..], &two[..]);

    // It has ended: nothing can be sent to it, and it does not end again.
    assert_eq!(end(&app, &finish).await.code(), "transaction_not_found");
    let late = post(&app, &files, &[("files", Some("c.png"), &one)]).await;
    assert_eq!(late.code(), "transaction_not_found");
}

#[tokio::test]
async fn a_second_file_of_a_name_overwrites_nothing() {
    let app = TestApp::new().await;
    let dataset = draft(&app).await;
    let pictures: Vec<_> = (1..4)
        .map(|seed| Picture::scene(seed, 40, 30).png())
        .collect();
    for picture in &pictures {
        let (files, finish) = transaction(&app, &dataset).await;
        // The same bytes again stand for the file that is there.
        for _ in 0..2 {
            post(&app, &files, &[("files", Some("x.png"), picture)]).await;
        }
        assert_eq!(end(&app, &finish).await.status, StatusCode::ACCEPTED);
    }
    work(&app, &dataset).await;
    assert_eq!(
        paths(&app, &dataset).await,
        ["x (2).png", "x (3).png", "x.png"]
    );
}

#[tokio::test]
async fn what_cannot_be_taken_is_told_and_nothing_of_it_stays() {
    let app = TestApp::new().await;
    let dataset = draft(&app).await;
    let (files, finish) = transaction(&app, &dataset).await;
    let picture = Picture::scene(1, 40, 30).png();
    for name in ["../up.png", "/etc/x.png", "a/../../b.png", "a//b.png"] {
        let sent = post(&app, &files, &[("files", Some(name), &picture)]).await;
        assert_eq!(sent.code(), "invalid_files", "{name}");
    }
    for name in ["set.zip", "set.tar.gz", "SET.TGZ"] {
        let sent = post(&app, &files, &[("files", Some(name), b"PK\x03\x04")]).await;
        assert_eq!(sent.status, StatusCode::BAD_REQUEST);
        assert_eq!(sent.code(), "unsupported_format", "{name}");
    }
    for fields in [
        &[("files[]", Some("a.png"), &picture[..])][..],
        &[("files", None, &picture[..])],
        &[],
    ] {
        let sent = post(&app, &files, fields).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{sent:?}");
    }
    // A body that breaks off in the middle of its file.
    let whole = form(&[("files", Some("cut.png"), &picture)]);
    let cut = Request::post(&files)
        .header("content-type", FORM)
        .body(Body::from(whole[..whole.len() / 2].to_vec()))
        .unwrap();
    assert_eq!(app.send(cut).await.code(), "bad_request");
    assert_eq!(end(&app, &finish).await.code(), "invalid_transaction");
    let begun = format!("/api/v1/ingestion/{dataset}/data_files/77");
    let sent = post(&app, &begun, &[("files", Some("a.png"), &picture)]).await;
    assert_eq!(sent.code(), "transaction_not_found");
}

#[tokio::test]
async fn a_request_whose_last_file_is_refused_keeps_none_of_the_others() {
    let app = TestApp::new().await;
    let dataset = draft(&app).await;
    let (files, finish) = transaction(&app, &dataset).await;
    let picture = Picture::scene(1, 40, 30).png();
    let whole = [
        ("files", Some("a.png"), &picture[..]),
        ("files", Some("folder/b.png"), &picture[..]),
    ];
    for (field, name) in [
        ("files", "set.zip"),
        ("files", "../up.png"),
        ("file", "c.png"),
    ] {
        let last = (field, Some(name), &picture[..]);
        let sent = post(&app, &files, &[whole[0], whole[1], last]).await;
        assert!(sent.status.is_client_error(), "{sent:?}");
        assert_eq!(end(&app, &finish).await.code(), "invalid_transaction");
    }
    // What was refused leaves nothing behind, and does not stand in the way of the next request.
    emptied(&app.uploads().join(&dataset).join("incoming").join("1")).await;
    let sent = post(&app, &files, &whole).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{sent:?}");
    assert_eq!(end(&app, &finish).await.status, StatusCode::ACCEPTED);
    work(&app, &dataset).await;
    assert_eq!(paths(&app, &dataset).await, ["a.png", "folder/b.png"]);
    // The same holds where files are added.
    let add = format!("/api/v1/dataset/{dataset}/add_media");
    let late = ("files", Some("late.png"), &picture[..]);
    let sent = post(&app, &add, &[late, ("files", Some("../up.png"), &picture)]).await;
    assert_eq!(sent.code(), "invalid_files");
    let left = fs_err::read_dir(app.uploads().join(&dataset).join("incoming")).unwrap();
    for entry in left {
        emptied(&entry.unwrap().path()).await;
    }
}

/// Waits until nothing is left in a folder: what was refused is taken away behind the answer.
async fn emptied(folder: &std::path::Path) {
    while fs_err::read_dir(folder).unwrap().count() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_body_without_a_file_is_told_what_is_missing() {
    let app = TestApp::new().await;
    let dataset = draft(&app).await;
    let (files, finish) = transaction(&app, &dataset).await;
    let picture = Picture::scene(1, 40, 30).png();
    post(&app, &files, &[("files", Some("a.png"), &picture)]).await;
    end(&app, &finish).await;
    work(&app, &dataset).await;
    let base = format!("/api/v1/dataset/{dataset}");
    let search = format!("{base}/search-image-similarity");
    for (uri, code, missing) in [
        (format!("{base}/add_media"), "invalid_source", "s3_uri"),
        (search.clone(), "file_missing", "the field file"),
    ] {
        for (kind, body) in [
            ("application/x-www-form-urlencoded", "auto_reindex=true"),
            ("application/x-www-form-urlencoded", ""),
            ("application/json", "{}"),
            (FORM, "--lamina-test--\r\n"),
            ("", ""),
        ] {
            let mut request = Request::post(&uri).body(Body::from(body)).unwrap();
            if !kind.is_empty() {
                let kind = kind.parse().unwrap();
                request.headers_mut().insert("content-type", kind);
            }
            let answer = app.send(request).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{uri} {kind:?}");
            assert_eq!(answer.code(), code, "{uri} {kind:?}");
            let told = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(told.contains(missing), "{told}");
        }
        let unbounded = Request::post(&uri)
            .header("content-type", "multipart/form-data")
            .body(Body::from("x"))
            .unwrap();
        let told = app.send(unbounded).await;
        assert_eq!(told.status, StatusCode::BAD_REQUEST, "{told:?}");
        assert!(told.text().contains("boundary"), "{told:?}");
    }
    // A bucket is refused as such in either kind of form.
    let uri = format!("{base}/add_media");
    let form = Request::post(&uri)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("s3_uri=s3%3A%2F%2Fa%2Fb"))
        .unwrap();
    assert_eq!(app.send(form).await.code(), "buckets_not_supported");
    let kind = post(&app, &format!("{search}?entity_type=CATS"), &[]).await;
    assert_eq!(kind.status, StatusCode::BAD_REQUEST);
    assert_eq!(kind.code(), "invalid_entity_type");
}

#[tokio::test]
async fn annotations_that_were_sent_are_read_whatever_folders_may_be_imported() {
    let app = TestApp::with_roots(SourceRoots::Below(Vec::new())).await;
    let dataset = draft(&app).await;
    let (files, finish) = transaction(&app, &dataset).await;
    let picture = Picture::scene(1, 40, 30).png();
    let labels = b"filename,label\na.png,boat\n";
    let fields = [
        ("files", Some("a.png"), &picture[..]),
        ("files", Some("image_annotations.csv"), &labels[..]),
    ];
    let sent = post(&app, &files, &fields).await;
    assert!(sent.status.is_success(), "{sent:?}");
    assert!(end(&app, &finish).await.status.is_success());
    work(&app, &dataset).await;
    let facets = app.get(&format!("/api/v1/dataset/{dataset}/facets")).await;
    assert_eq!(facets.json()["labels"][0]["value"], "boat", "{facets:?}");
}

#[tokio::test]
async fn a_dataset_that_mirrors_a_folder_takes_no_files() {
    let (app, dataset) = TestApp::indexed().await;
    let begun = app
        .get(&format!("/api/v1/ingestion/{dataset}/data_files"))
        .await;
    assert_eq!(begun.status, StatusCode::CONFLICT);
    assert_eq!(begun.code(), "mirrors_a_folder");
}

#[tokio::test]
async fn neither_other_sites_nor_head_can_make_a_dataset() {
    let app = TestApp::new().await;
    let uri = "/api/v1/ingestion/new_dataset?dataset_name=x";
    let foreign = Request::get(uri).header("sec-fetch-site", "cross-site");
    let refused = app.send(foreign.body(Body::empty()).unwrap()).await;
    assert_eq!(refused.code(), "cross_site");
    let head = Request::builder().method(Method::HEAD).uri(uri);
    let refused = app.send(head.body(Body::empty()).unwrap()).await;
    assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(refused.header("allow"), "GET, POST");
    assert_eq!(app.get("/api/v1/datasets").await.json(), json!([]));
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated);
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn tar_gz(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in entries {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *content).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// Makes a dataset in the older way and gives its id.
async fn made(app: &TestApp) -> String {
    let post = Request::post("/api/v1/dataset")
        .header("content-type", "application/x-www-form-urlencoded");
    let form = "dataset_name=Old&bucket_path=&vl_dataset_id=&uploaded_filename=set.zip&config_url=";
    let made = app.send(post.body(Body::from(form)).unwrap()).await;
    assert_eq!(made.status, StatusCode::OK, "{made:?}");
    assert_eq!(made.json()["id"], made.json()["dataset_id"]);
    made.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_archive_becomes_a_dataset_and_more_can_be_added_to_it() {
    let app = TestApp::new().await;
    let dataset = made(&app).await;
    let pictures: Vec<_> = (1..5)
        .map(|seed| Picture::scene(seed, 40, 30).png())
        .collect();
    let add = format!("/api/v1/dataset/{dataset}/add_media");
    let early = post(&app, &add, &[("files", Some("e.png"), &pictures[0])]).await;
    assert_eq!(early.code(), "not_indexed_yet");
    assert!(early.text().contains("embedding_config"));

    let archive = zip(&[("x/a.png", &pictures[0]), ("x/b.png", &pictures[1])]);
    let upload = format!("/api/v1/dataset/{dataset}/upload");
    let sent = post(
        &app,
        &upload,
        &[
            ("operations", None, b"READ"),
            ("file", Some("set.zip"), &archive),
        ],
    )
    .await;
    assert_eq!(sent.status, StatusCode::OK, "{sent:?}");
    assert_eq!(sent.json()["n_files"], 2);
    work(&app, &dataset).await;
    assert_eq!(paths(&app, &dataset).await, ["x/a.png", "x/b.png"]);

    // An archive under the very name of the file in it takes no room away from that.
    let archive = tar_gz(&[("x/c.png", &pictures[2])]);
    let fields: &[Field<'_>] = &[
        ("archive", Some("x/c.png"), &archive),
        ("auto_reindex", None, b"true"),
    ];
    let sent = post(&app, &add, fields).await;
    assert_eq!((sent.status, sent.body.len()), (StatusCode::ACCEPTED, 0));
    work(&app, &dataset).await;
    let sent = post(&app, &add, &[("files", Some("d.png"), &pictures[3])]).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{sent:?}");
    work(&app, &dataset).await;
    let all = ["d.png", "x/a.png", "x/b.png", "x/c.png"];
    assert_eq!(paths(&app, &dataset).await, all);
    let again = format!("/api/v1/dataset/{dataset}/reindex");
    assert_eq!(end(&app, &again).await.status, StatusCode::ACCEPTED);
    // From then on, not from when a runner takes it up: a script that polls must not take the
    // state of before for the end.
    assert_eq!(status(&app, &dataset).await, "READ ONLY");
    let busy = post(&app, &add, &[("files", Some("e.png"), &pictures[0])]).await;
    assert_eq!(busy.code(), "dataset_busy");
    let task = app.get("/api/v1/tasks?sort_order=desc").await.json()["tasks"][0]["task_id"].clone();
    let abort = format!("/api/v1/tasks/{}/abort", task.as_str().unwrap());
    assert_eq!(end(&app, &abort).await.status, StatusCode::OK);
    assert_eq!(status(&app, &dataset).await, "READY");

    for fields in [
        &[][..],
        &[
            ("files", Some("e.png"), &pictures[0][..]),
            ("archive", Some("more.tar.gz"), &archive),
        ],
    ] {
        let sent = post(&app, &add, fields).await;
        assert_eq!(sent.code(), "invalid_source");
        assert!(sent.text().contains("files[], s3_uri and archive"));
    }
    let sent = post(&app, &add, &[("s3_uri", None, b"s3://b/x")]).await;
    assert!(sent.text().contains("s3://b/x"));
    work(&app, &dataset).await;
    assert_eq!(paths(&app, &dataset).await, all);
}

#[tokio::test]
async fn an_archive_that_leads_out_is_damaged_or_is_none_leaves_nothing() {
    let app = TestApp::new().await;
    let dataset = made(&app).await;
    let picture = Picture::scene(1, 40, 30).png();
    let good = zip(&[("a.png", &picture)]);
    let bomb = zip(&[("zeros.png", &vec![0; 8 << 20])]);
    let mut cut = tar_gz(&[("a.png", &picture), ("b.png", &picture)]);
    cut.truncate(cut.len() / 2);
    let upload = format!("/api/v1/dataset/{dataset}/upload");
    for (what, archive) in [
        (
            "outside",
            zip(&[("a.png", &picture), ("../../evil.png", &picture)]),
        ),
        ("absolute", zip(&[("/evil.png", &picture)])),
        ("cut zip", good[..good.len() - 10].to_vec()),
        ("cut tar", cut),
        ("empty", zip(&[])),
        ("no archive", picture.clone()),
    ] {
        let sent = post(&app, &upload, &[("file", Some("set.zip"), &archive)]).await;
        assert_eq!(sent.status, StatusCode::BAD_REQUEST, "{what}: {sent:?}");
        assert_eq!(sent.code(), "invalid_archive", "{what}");
    }
    assert_eq!(app.get("/api/v1/tasks").await.json()["total"], 0);
    // Small enough for the rule against archives that swell.
    let sent = post(&app, &upload, &[("file", Some("set.zip"), &bomb)]).await;
    assert_eq!(sent.status, StatusCode::OK, "{sent:?}");
    work(&app, &dataset).await;
    assert_eq!(paths(&app, &dataset).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_was_sent_goes_with_its_dataset() {
    let app = TestApp::new().await;
    let dataset = draft(&app).await;
    let (files, finish) = transaction(&app, &dataset).await;
    let picture = Picture::scene(1, 40, 30).png();
    post(&app, &files, &[("files", Some("a.png"), &picture)]).await;
    end(&app, &finish).await;
    let folder = app.uploads().join(&dataset);
    assert!(folder.is_dir());
    let delete = Request::delete(format!("/api/v1/dataset/{dataset}"));
    let gone = app.send(delete.body(Body::empty()).unwrap()).await;
    assert_eq!(gone.status, StatusCode::OK, "{gone:?}");
    assert!(!folder.exists());
}
