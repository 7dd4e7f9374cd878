//! Exports: what stands in an archive, in every format.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read},
};

use lamina_engine::{
    Caller, DatasetScope, ExportFormat, ExportPart, ExportWish, FieldWish, Selection, Wanted,
};
use lamina_model::{FieldKind, MarkOp, MarkSource, MediaId, ObjectBox, ObjectId};
use lamina_store::Said;
use serde_json::Value;
use uuid::Uuid;
use zip::ZipArchive;

use crate::workshop::{Workshop, picture, run_to_end};

pub(crate) fn everything() -> ExportPart {
    ExportPart::Matching {
        wanted: Box::new(Wanted::default()),
        except: BTreeSet::new(),
    }
}

pub(crate) fn wish(format: ExportFormat, parts: Vec<ExportPart>, with_files: bool) -> ExportWish {
    ExportWish {
        format,
        parts,
        with_files,
        file_name: None,
        base_url: "http://here".to_owned(),
    }
}

/// A set of three pictures, two of whose names differ in case only, with things said of one.
async fn shop() -> (Workshop, DatasetScope) {
    let shop = Workshop::new().await;
    shop.put("a/one.bmp", &picture(1));
    shop.put("a/ONE.bmp", &picture(2));
    shop.put("two, \"2\".bmp", &picture(3));
    let (scope, _) = shop.index().await;
    let media = media_of(&shop, &scope).await;
    let tag = shop
        .engine
        .create_tag(&Caller::Local, &scope, "checked")
        .await
        .unwrap();
    let ops = vec![MarkOp::AddTag(tag.id), MarkOp::AddLabel("boat".to_owned())];
    let one = Selection::Media([media[0]].into());
    shop.engine
        .change_marks(&Caller::Local, &scope, one, ops)
        .await
        .unwrap();
    let object = ObjectBox {
        id: ObjectId::from_uuid(Uuid::from_u128(1)),
        media_id: media[0],
        label: "sail".to_owned(),
        source: MarkSource::Annotation,
        x_px: 12,
        y_px: 0,
        width_px: 24,
        height_px: 48,
        original_id: 7,
    };
    let said = Said {
        objects: vec![object],
        ..Said::default()
    };
    shop.store.keep_said(scope.id(), &said).await.unwrap();
    (shop, scope)
}

async fn media_of(shop: &Workshop, scope: &DatasetScope) -> Vec<MediaId> {
    let facts = shop.store.facts_after(scope.id(), None, 100).await.unwrap();
    facts.into_iter().map(|row| row.id).collect()
}

pub(crate) async fn archive(
    shop: &Workshop,
    scope: &DatasetScope,
    wish: ExportWish,
) -> ZipArchive<Cursor<Vec<u8>>> {
    let engine = &shop.engine;
    let export = engine
        .begin_export(&Caller::Local, scope, wish)
        .await
        .unwrap();
    assert_eq!(export.status, "INIT");
    let jobs = engine.jobs_of(scope, 10).await.unwrap();
    let subject = export.id.to_string();
    let job = jobs.iter().find(|job| job.subject == subject).unwrap();
    assert_eq!(run_to_end(engine, job.id).await.error, None);
    let state = engine.export_state(scope, &subject).await.unwrap();
    assert_eq!(
        state.export.status, "COMPLETED",
        "{:?}",
        state.export.message
    );
    let dataset = scope.id().to_string();
    let (until, proof) = state.link.unwrap();
    let link = Some((until, proof.as_str()));
    let file = engine
        .export_file(&dataset, &subject, None, link)
        .await
        .unwrap();
    let bytes = engine
        .export_bytes(&file, 0, file.size_bytes)
        .await
        .unwrap();
    assert_eq!(bytes.len() as u64, file.size_bytes);
    ZipArchive::new(Cursor::new(bytes.to_vec())).unwrap()
}

fn text(zip: &mut ZipArchive<Cursor<Vec<u8>>>, name: &str) -> String {
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[tokio::test]
async fn the_document_has_the_fields_of_the_original_in_its_order() {
    let (shop, scope) = shop().await;
    let mut zip = archive(
        &shop,
        &scope,
        wish(ExportFormat::Json, vec![everything()], false),
    )
    .await;
    let text = text(&mut zip, "metadata.json");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["info"]["total_media_items"], 3);
    assert_eq!(document["info"]["schema_version"], "1.1");
    let items = document["media_items"].as_array().unwrap();
    let paths: Vec<_> = items
        .iter()
        .map(|item| item["file_path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["a/ONE.bmp", "a/one.bmp", "two, \"2\".bmp"]);
    let order = [
        "\"media_id\"",
        "\"media_type\"",
        "\"file_name\"",
        "\"file_path\"",
        "\"file_size\"",
        "\"uniqueness_score\"",
        "\"height\"",
        "\"width\"",
        "\"url\"",
        "\"cluster_id\"",
        "\"metadata_items\"",
    ];
    let places: Vec<_> = order.iter().map(|name| text.find(name).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
    for told in [
        "{\"type\":\"image_label\",\"properties\":{\"original_id\":-1,\"category_name\":\"boat\",\"source\":\"User\"}}",
        "\"source\":\"User\",\"bbox\":[12,0,24,48],\"uniqueness_score\":null,\"url\":",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    let said = items[0]["metadata_items"].as_array().unwrap();
    let of =
        |kind: &str| said.iter().find(|one| one["type"] == kind).unwrap()["properties"].clone();
    assert_eq!(of("image_label")["category_name"], "boat");
    assert_eq!(of("image_label")["source"], "User");
    assert_eq!(of("user_tag")["tag_name"], "checked");
    assert_eq!(
        of("object_label")["bbox"],
        serde_json::json!([12, 0, 24, 48])
    );
    // There for those who read it without asking, and nothing where nothing is known.
    assert_eq!(
        of("object_label").get("uniqueness_score"),
        Some(&Value::Null)
    );
    // The same at once, for small datasets.
    let at_once = shop
        .engine
        .export_document(&Caller::Local, &scope, "http://here", 3)
        .await
        .unwrap();
    let at_once: Value = serde_json::from_str(&at_once).unwrap();
    assert_eq!(at_once["media_items"], document["media_items"]);
    assert!(
        shop.engine
            .export_document(&Caller::Local, &scope, "http://here", 2)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn files_come_along_byte_for_byte_under_names_that_never_clash() {
    let (shop, scope) = shop().await;
    shop.remove("a/one.bmp");
    let parts = vec![
        everything(),
        ExportPart::Media(media_of(&shop, &scope).await.into_iter().collect()),
    ];
    let mut zip = archive(&shop, &scope, wish(ExportFormat::Csv, parts, true)).await;
    let names: Vec<_> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    assert_eq!(
        names,
        [
            "metadata.csv",
            "image_annotations.csv",
            "object_annotations.csv",
            "images/a/ONE.bmp",
            "images/two, _2_.bmp",
            "missing.txt"
        ]
    );
    let mut bytes = Vec::new();
    zip.by_name("images/a/ONE.bmp")
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    assert_eq!(bytes, picture(2));
    assert!(text(&mut zip, "missing.txt").starts_with("a/one.bmp: "));
    let csv = text(&mut zip, "metadata.csv");
    assert_eq!(
        csv.lines().count(),
        4,
        "a picture in two parts stands there once: {csv}"
    );
    assert!(csv.contains("\"two, \"\"2\"\".bmp\""), "{csv}");
    assert!(csv.contains(",boat,,checked,"), "{csv}");
}

#[tokio::test]
async fn training_programs_get_boxes_in_their_own_shape() {
    let (shop, scope) = shop().await;
    let mut zip = archive(
        &shop,
        &scope,
        wish(ExportFormat::Coco, vec![everything()], false),
    )
    .await;
    let coco: Value = serde_json::from_str(&text(&mut zip, "annotations.json")).unwrap();
    assert_eq!(coco["images"].as_array().unwrap().len(), 3);
    let annotations = coco["annotations"].as_array().unwrap();
    assert_eq!(annotations.len(), 1, "no annotation lacks a box: {coco}");
    assert_eq!(annotations[0]["bbox"], serde_json::json!([12, 0, 24, 48]));
    assert_eq!(annotations[0]["area"], 24 * 48);
    let categories = coco["categories"].as_array().unwrap();
    assert_eq!(categories.len(), 1);
    assert_eq!(categories[0]["name"], "sail");
    let labels = text(&mut zip, "image_annotations.csv");
    assert!(labels.contains(",\"[\"\"boat\"\"]\",\r\n"), "{labels}");
    let mut zip = archive(
        &shop,
        &scope,
        wish(ExportFormat::Yolo, vec![everything()], false),
    )
    .await;
    let boxes = text(&mut zip, "labels/a/ONE.txt");
    assert_eq!(boxes, "0 0.500000 0.500000 0.500000 1.000000\n");
    assert!(text(&mut zip, "data.yaml").contains("0: \"sail\""));
}

/// Fields of several kinds, with values of the first picture.
async fn give_values(shop: &Workshop, scope: &DatasetScope) {
    let media = media_of(shop, scope).await[0];
    for (name, kind, is_multi, value) in [
        (
            "Camera",
            FieldKind::String,
            false,
            serde_json::json!("A \"7\" é"),
        ),
        ("Height", FieldKind::Float, false, serde_json::json!(2.5)),
        (
            "Weather",
            FieldKind::Enum,
            true,
            serde_json::json!(["rain", "sun"]),
        ),
    ] {
        let options = if is_multi {
            vec!["sun".to_owned(), "rain".to_owned()]
        } else {
            Vec::new()
        };
        let wish = FieldWish {
            name: name.to_owned(),
            kind,
            options,
            is_multi,
        };
        let engine = &shop.engine;
        let field = engine
            .declare_field(&Caller::Local, scope, wish)
            .await
            .unwrap();
        let id = field.id.to_string();
        let mut values = engine.begin_values(scope, &id).await.unwrap();
        let rows = serde_json::json!([{"media_id": media.to_string(), "value": value}]);
        values.write(rows.to_string().as_bytes()).await.unwrap();
        let job = values.keep(engine, scope).await.unwrap();
        assert_eq!(run_to_end(engine, job).await.error, None);
    }
}

#[tokio::test]
async fn a_set_without_boxes_has_a_mapping_of_no_names() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let (scope, _) = shop.index().await;
    let mut zip = archive(
        &shop,
        &scope,
        wish(ExportFormat::Yolo, vec![everything()], false),
    )
    .await;
    assert!(text(&mut zip, "data.yaml").ends_with("\nnames: {}\n"));
}

#[tokio::test]
async fn a_table_has_a_row_for_each_picture() {
    use parquet::{
        file::reader::{FileReader, SerializedFileReader},
        record::RowAccessor,
    };
    let (shop, scope) = shop().await;
    give_values(&shop, &scope).await;
    let mut zip = archive(
        &shop,
        &scope,
        wish(ExportFormat::Parquet, vec![everything()], false),
    )
    .await;
    let mut bytes = Vec::new();
    zip.by_name("metadata.parquet")
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
    let rows: Vec<_> = reader
        .get_row_iter(None)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1].get_string(1).unwrap(), "a/one (2).bmp");
    assert_eq!(rows[1].get_string(3).unwrap(), "a/one.bmp");
    assert_eq!(rows[0].get_string(9).unwrap(), "[\"boat\"]");
    assert_eq!(rows[0].get_int(4).unwrap(), 48);
    // Declared fields, as the other formats have them.
    let schema = reader.metadata().file_metadata().schema_descr();
    let named: Vec<_> = schema.columns().iter().map(|one| one.name()).collect();
    assert_eq!(named.last(), Some(&"custom_metadata"));
    let values = rows[0].get_string(named.len() - 1).unwrap();
    let values: Value = serde_json::from_str(values).unwrap();
    let expected = serde_json::json!({
        "Camera": "A \"7\" é", "Height": 2.5, "Weather": ["rain", "sun"]
    });
    assert_eq!(values, expected);
    assert_eq!(rows[1].get_string(named.len() - 1).unwrap(), "");
    let mut zip = archive(
        &shop,
        &scope,
        wish(ExportFormat::Csv, vec![everything()], false),
    )
    .await;
    let csv = text(&mut zip, "metadata.csv");
    let quoted = values.to_string().replace('"', "\"\"");
    assert!(csv.contains(&quoted), "{csv}");
}

#[tokio::test]
async fn what_nothing_answers_to_is_refused_and_a_link_counts_for_its_archive_only() {
    let (shop, scope) = shop().await;
    let nothing = ExportPart::Media(BTreeSet::new());
    let refused = shop
        .engine
        .begin_export(
            &Caller::Local,
            &scope,
            wish(ExportFormat::Json, vec![nothing], false),
        )
        .await
        .unwrap();
    assert_eq!(refused.status, "REJECTED");
    assert!(refused.message.is_some());
    archive(
        &shop,
        &scope,
        wish(ExportFormat::Json, vec![everything()], false),
    )
    .await;
    let jobs = shop.engine.jobs_of(&scope, 10).await.unwrap();
    let id = jobs
        .iter()
        .find(|job| !job.subject.is_empty())
        .unwrap()
        .subject
        .clone();
    let (until, proof) = shop
        .engine
        .export_state(&scope, &id)
        .await
        .unwrap()
        .link
        .unwrap();
    let dataset = scope.id().to_string();
    let open = async |link| {
        shop.engine
            .export_file(&dataset, &id, None, link)
            .await
            .is_ok()
    };
    assert!(open(Some((until, proof.as_str()))).await);
    for wrong in [
        None,
        Some((until + 1, proof.as_str())),
        Some((until, "x")),
        Some((0, "")),
    ] {
        assert!(!open(wrong).await, "{wrong:?}");
    }
    assert!(
        shop.engine
            .export_file(&dataset, &id, Some(&scope), None)
            .await
            .is_ok()
    );
}
