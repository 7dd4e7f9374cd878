//! The law of exports: what is read back says the same.

use std::{collections::BTreeSet, io::Read};

use lamina_engine::{Caller, DatasetScope, ExportFormat, Selection};
use lamina_model::{
    AnnotationFault, AnnotationFormat, Caption, MarkOp, MarkSource, MediaId, ObjectBox, ObjectId,
    SourcePath,
};
use lamina_store::Said;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use uuid::Uuid;

use crate::{
    annotations::{Says, says},
    export::{archive, everything, wish},
    workshop::{Workshop, picture},
};

/// Files whose names a reader may stumble over.
const FILES: [&str; 3] = ["a/one.bmp", "two, \"2\" é.bmp", "b/one.bmp"];
/// Sequences drawn; each indexes two datasets.
const CASES: usize = 8;

/// What is said of one picture.
#[derive(Debug, Clone)]
struct Drawn {
    labels: BTreeSet<String>,
    tags: BTreeSet<String>,
    captions: Vec<String>,
    boxes: Vec<(String, [u32; 4], i64)>,
}

/// A name as tags and labels have them.
fn name() -> impl Strategy<Value = String> {
    "[a-z0-9 \"',;:{}\\[\\]\\\\äß漢🐈-]{1,12}"
        .prop_map(|name: String| name.trim().to_owned())
        .prop_filter("a name", |name| !name.is_empty())
}

/// A caption as files have them: it may have lines.
fn caption() -> impl Strategy<Value = String> {
    "[ -~\\n\\t€漢🐈]{1,40}"
        .prop_map(|text: String| text.trim().to_owned())
        .prop_filter("a caption", |text| !text.is_empty())
}

/// A box inside a picture of 48×48 pixels.
fn sides() -> impl Strategy<Value = [u32; 4]> {
    (0..48_u32, 0..48_u32, 0..48_u32, 0..48_u32)
        .prop_map(|(x, y, w, h)| [x, y, 1 + w % (48 - x), 1 + h % (48 - y)])
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let boxes = prop::collection::vec((name(), sides(), -1..i64::MAX), 0..4);
    let labels = prop::collection::btree_set(name(), 0..4);
    let tags = prop::collection::btree_set(name(), 0..3);
    (labels, tags, prop::collection::vec(caption(), 0..3), boxes).prop_map(
        |(labels, tags, captions, boxes)| Drawn {
            labels,
            tags,
            captions,
            boxes,
        },
    )
}

async fn media_at(shop: &Workshop, scope: &DatasetScope, file: &str) -> MediaId {
    let path = SourcePath::from_bytes(file);
    let found = shop.store.media_at(scope.id(), &path).await.unwrap();
    found.unwrap_or_else(|| panic!("{file} was indexed"))
}

async fn say(shop: &Workshop, scope: &DatasetScope, media: MediaId, drawn: &Drawn) {
    let engine = &shop.engine;
    let mut ops: Vec<_> = drawn.labels.iter().cloned().map(MarkOp::AddLabel).collect();
    for name in &drawn.tags {
        let folded = name.to_lowercase();
        let known = shop.store.tags(scope.id()).await.unwrap();
        let known = known
            .into_iter()
            .find(|tag| tag.name.to_lowercase() == folded);
        let tag = match known {
            Some(tag) => tag,
            None => engine
                .create_tag(&Caller::Local, scope, name)
                .await
                .unwrap(),
        };
        ops.push(MarkOp::AddTag(tag.id));
    }
    if !ops.is_empty() {
        let one = Selection::Media([media].into());
        let made = engine.change_marks(&Caller::Local, scope, one, ops).await;
        made.unwrap();
    }
    let captions = (0..)
        .zip(&drawn.captions)
        .map(|(position, caption)| Caption {
            media_id: media,
            position,
            caption: caption.clone(),
            source: MarkSource::Annotation,
        });
    let objects = (0_u64..)
        .zip(&drawn.boxes)
        .map(|(at, (label, sides, original_id))| ObjectBox {
            id: ObjectId::from_uuid(Uuid::from_u64_pair(at, media.as_uuid().as_u64_pair().1)),
            media_id: media,
            label: label.clone(),
            source: MarkSource::Annotation,
            x_px: sides[0].into(),
            y_px: sides[1].into(),
            width_px: sides[2],
            height_px: sides[3],
            original_id: *original_id,
        });
    let said = Said {
        captions: captions.collect(),
        objects: objects.collect(),
        ..Said::default()
    };
    shop.store.keep_said(scope.id(), &said).await.unwrap();
}

/// Everything said of the pictures, their tags last.
async fn all(shop: &Workshop, scope: &DatasetScope) -> Vec<(Says, BTreeSet<String>)> {
    let mut all = Vec::new();
    for file in FILES {
        let media = media_at(shop, scope, file).await;
        let tags = shop.store.tags_of(scope.id(), media).await.unwrap();
        let tags = tags
            .into_iter()
            .map(|tag| tag.name.to_lowercase())
            .collect();
        all.push((says(shop, scope, media).await, tags));
    }
    all
}

async fn shop(document: Option<(&str, &[u8])>) -> (Workshop, DatasetScope) {
    let shop = Workshop::new().await;
    for (seed, file) in (1..).zip(FILES) {
        shop.put(file, &picture(seed));
    }
    if let Some((name, document)) = document {
        shop.put(name, document);
    }
    let (scope, _) = shop.index().await;
    (shop, scope)
}

#[tokio::test]
async fn an_export_that_is_read_back_says_the_same_of_every_picture() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let pictures = [drawn(), drawn(), drawn()];
    for _ in 0..CASES {
        let (first, scope) = shop(None).await;
        for (file, drawn) in FILES.iter().zip(&pictures) {
            let drawn = drawn.new_tree(&mut runner).unwrap().current();
            let media = media_at(&first, &scope, file).await;
            say(&first, &scope, media, &drawn).await;
        }
        let said = all(&first, &scope).await;
        let document = first
            .engine
            .export_document(&Caller::Local, &scope, "http://here", 3)
            .await
            .unwrap();
        let table = wish(ExportFormat::Parquet, vec![everything()], false);
        let mut table = archive(&first, &scope, table).await;
        let mut rows = Vec::new();
        let mut file = table.by_name("metadata.parquet").unwrap();
        file.read_to_end(&mut rows).unwrap();
        for (name, file) in [
            ("metadata.json", document.as_bytes()),
            ("metadata.parquet", &rows[..]),
        ] {
            let (second, again) = shop(Some((name, file))).await;
            let told = second
                .engine
                .annotation_report(&again, None, 9)
                .await
                .unwrap();
            assert_eq!(told.files[0].format, AnnotationFormat::Export);
            assert_eq!(told.problems.items, [], "{name} {document}");
            assert_eq!(all(&second, &again).await, said, "{name} {document}");
        }
    }
}

#[tokio::test]
async fn a_tag_that_was_deleted_stays_away_however_often_its_file_is_read() {
    let (first, scope) = shop(None).await;
    let media = media_at(&first, &scope, FILES[0]).await;
    let tag = first.engine.create_tag(&Caller::Local, &scope, "to check");
    let op = vec![MarkOp::AddTag(tag.await.unwrap().id)];
    let one = Selection::Media([media].into());
    let made = first.engine.change_marks(&Caller::Local, &scope, one, op);
    made.await.unwrap();
    let document = first
        .engine
        .export_document(&Caller::Local, &scope, "http://here", 3);
    let (second, again) = shop(Some(("metadata.json", document.await.unwrap().as_bytes()))).await;
    let tags = async || second.store.tags(again.id()).await.unwrap();
    let id = tags().await[0].id.to_string();
    let deleted = second.engine.delete_tag(&Caller::Local, &again, &id);
    let deleted = deleted.await.unwrap().change.id.to_string();
    second.put("one more.png", &picture(99));
    let (again, _) = second.index().await;
    assert_eq!(tags().await, []);
    // That it stays away is told, and is no fault of the file.
    let told = second.engine.annotation_report(&again, None, 9);
    let told = told.await.unwrap();
    let [problem] = &told.problems.items[..] else {
        panic!("{told:?}");
    };
    assert!(
        problem.note.contains("\"to check\" was deleted"),
        "{problem:?}"
    );
    assert_eq!(problem.fault, AnnotationFault::DeletedTag);
    assert_eq!(
        told.files[0].faults,
        [(AnnotationFault::DeletedTag, 1)].into()
    );
    assert_eq!((told.files[0].rows, told.files[0].left_out()), (1, 1));
    assert_eq!(told.warnings, Vec::<String>::new());
    let back = second.engine.undo_change(&Caller::Local, &again, &deleted);
    back.await.unwrap();
    assert_eq!(tags().await[0].name, "to check");
}

#[tokio::test]
async fn a_tag_that_was_renamed_keeps_its_name_however_often_its_file_is_read() {
    let (first, scope) = shop(None).await;
    let media = media_at(&first, &scope, FILES[0]).await;
    let tag = first.engine.create_tag(&Caller::Local, &scope, "To Check");
    let op = vec![MarkOp::AddTag(tag.await.unwrap().id)];
    let one = Selection::Media([media].into());
    let made = first.engine.change_marks(&Caller::Local, &scope, one, op);
    made.await.unwrap();
    let document = first
        .engine
        .export_document(&Caller::Local, &scope, "http://here", 3);
    let (second, again) = shop(Some(("metadata.json", document.await.unwrap().as_bytes()))).await;
    let names = async || -> Vec<String> {
        let tags = second.store.tags(again.id()).await.unwrap();
        tags.into_iter().map(|tag| tag.name).collect()
    };
    let id = second.store.tags(again.id()).await.unwrap()[0]
        .id
        .to_string();
    for name in ["checked", "seen"] {
        let renamed = second.engine.rename_tag(&again, &id, name);
        renamed.await.unwrap();
    }
    second.put("one more.png", &picture(99));
    let (again, _) = second.index().await;
    assert_eq!(names().await, ["seen"]);
    let media = media_at(&second, &again, FILES[0]).await;
    let borne = second.store.tags_of(again.id(), media).await.unwrap();
    assert_eq!(borne.len(), 1);
    // A tag that a person makes under the old name is meant from then on.
    let made = second.engine.create_tag(&Caller::Local, &again, "to check");
    made.await.unwrap();
    second.put("and one more.png", &picture(98));
    let (again, _) = second.index().await;
    let borne = second.store.tags_of(again.id(), media).await.unwrap();
    assert_eq!(borne.len(), 2, "{borne:?}");
    // Deleted, it does not come back under any of its names.
    let deleted = second.engine.delete_tag(&Caller::Local, &again, &id);
    deleted.await.unwrap();
    second.put("a third.png", &picture(97));
    second.index().await;
    assert_eq!(names().await, ["to check"]);
}
