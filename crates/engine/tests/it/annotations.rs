//! Annotation files: what of them stands in a dataset, and what is told of the rest.

use std::{path::PathBuf, sync::Arc};

use lamina_engine::{
    AnnotationReport, Caller, CreateFolder, DatasetScope, ObjectsWanted, Selection, Wanted,
};
use lamina_model::{AnnotationFault, AnnotationFormat, MarkOp, MarkSource, MediaId};
use parquet::{
    basic::Compression,
    data_type::{ByteArray, ByteArrayType, DoubleType},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use serde_json::json;

use crate::workshop::{Workshop, picture, run_to_end};

/// Labels, captions and boxes of a picture, as tests compare them.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Default)]
pub(crate) struct Says {
    pub(crate) labels: Vec<String>,
    pub(crate) captions: Vec<String>,
    pub(crate) boxes: Vec<(String, [i64; 4])>,
}

pub(crate) async fn says(shop: &Workshop, scope: &DatasetScope, media: MediaId) -> Says {
    let details = shop
        .engine
        .media_details(scope, &media.to_string())
        .await
        .unwrap();
    let said = details.said;
    Says {
        labels: said.labels.into_iter().map(|one| one.label).collect(),
        captions: said.captions.into_iter().map(|one| one.caption).collect(),
        boxes: said
            .objects
            .into_iter()
            .map(|one| {
                let (width, height) = (i64::from(one.width_px), i64::from(one.height_px));
                (one.label, [one.x_px, one.y_px, width, height])
            })
            .collect(),
    }
}

async fn at(shop: &Workshop, scope: &DatasetScope, path: &str) -> Says {
    let facts = shop
        .store
        .facts_after(scope.id(), None, 1000)
        .await
        .unwrap();
    let found = facts.iter().find(|row| row.path.to_string() == path);
    says(shop, scope, found.unwrap().id).await
}

async fn report(shop: &Workshop, scope: &DatasetScope) -> AnnotationReport {
    shop.engine
        .annotation_report(scope, None, 1000)
        .await
        .unwrap()
}

/// Lines and faults of the problems.
fn faults(report: &AnnotationReport) -> Vec<(u64, AnnotationFault)> {
    let problems = report.problems.items.iter();
    problems.map(|one| (one.line, one.fault)).collect()
}

fn one(label: &str, sides: [i64; 4]) -> (String, [i64; 4]) {
    (label.to_owned(), sides)
}

#[tokio::test]
async fn coco_labels_boxes_and_captions_stand_in_the_dataset_and_odd_ones_are_told() {
    let shop = Workshop::new().await;
    shop.put("a/one.bmp", &picture(1));
    shop.put("two.bmp", &picture(2));
    shop.put("bare.bmp", &picture(3));
    // NaN, an empty box, one outside, one that is cut; a mask; a category and a picture that are
    // not there; annotations before what they refer to, as the dataset of that name has it.
    let coco = r#"{"annotations": [
        {"id": 7, "image_id": 1, "category_id": 3, "bbox": [1.4, 2, 10, 20.2]},
        {"id": 8, "image_id": 1, "category_id": 3},
        {"id": 9, "image_id": "x", "category_id": 4, "bbox": [40, 40, 50, 50]},
        {"id": 10, "image_id": 1, "category_id": 3, "bbox": [10, 10, 0, 5]},
        {"id": 11, "image_id": 1, "category_id": 3, "bbox": [NaN, 1, 2, 3]},
        {"id": 12, "image_id": 1, "category_id": 3, "bbox": [100, 1, 2, 3]},
        {"id": 13, "image_id": 1, "category_id": 9, "bbox": [1, 1, 2, 3]},
        {"id": 14, "image_id": 5, "category_id": 3, "bbox": [1, 1, 2, 3]},
        {"id": 15, "image_id": 6, "category_id": 3, "bbox": [1, 1, 2, 3]},
        {"image_id": "x", "caption": " Two boats. "}, {"image_id": "x", "caption": "At sea"},
        {"image_id": "x", "category_id": 4, "segmentation": {"counts": [50, 3], "size": [48, 48]}},
        "nonsense"
      ],
      "categories": [{"id": 3, "name": "cat"}, {"id": 4, "name": "dög"}],
      "images": [{"id": 1, "file_name": "a/one.bmp", "width": 48, "height": 48},
        {"id": "x", "file_name": "two.bmp", "width": 64, "height": 48},
        {"id": 5, "file_name": "elsewhere/three.bmp"}]}"#;
    shop.put("annotations.json", coco.as_bytes());
    let (scope, counts) = shop.index().await;
    assert_eq!((counts.indexed, counts.ignored), (3, 1));
    let first = at(&shop, &scope, "a/one.bmp").await;
    assert_eq!(first.labels, ["cat"]);
    assert_eq!(first.boxes, [one("cat", [1, 2, 10, 20])]);
    let second = at(&shop, &scope, "two.bmp").await;
    assert_eq!(second.captions, ["Two boats.", "At sea"]);
    assert_eq!(
        second.boxes,
        [one("dög", [40, 40, 8, 8]), one("dög", [1, 2, 1, 3])]
    );
    assert_eq!(at(&shop, &scope, "bare.bmp").await, Says::default());
    let told = report(&shop, &scope).await;
    let file = &told.files[0];
    assert_eq!(file.format, AnnotationFormat::Coco);
    assert_eq!((file.labels, file.captions, file.boxes), (1, 2, 3));
    assert_eq!(
        file.rows,
        file.labels + file.captions + file.boxes + file.left_out()
    );
    assert_eq!(
        faults(&told),
        [
            (17, AnnotationFault::OtherSize),
            (4, AnnotationFault::BoxCut),
            (5, AnnotationFault::InvalidBox),
            (6, AnnotationFault::InvalidBox),
            (7, AnnotationFault::BoxOutside),
            (8, AnnotationFault::UnknownCategory),
            (9, AnnotationFault::NoSuchPicture),
            (10, AnnotationFault::Malformed),
            (13, AnnotationFault::Malformed),
        ]
    );
    assert!(told.problems.items[6].note.contains("elsewhere/three.bmp"));
    assert_eq!(told.warnings.len(), 1, "{:?}", told.warnings);
    assert_eq!(shop.scope_of(scope.id()).await.dataset().object_count, 3);
    // Labels of boxes and of pictures are two things.
    let wanted = Wanted {
        labels: ["cat".to_owned()].into(),
        ..Wanted::default()
    };
    let grid = shop
        .engine
        .grid(&scope, wanted, lamina_engine::Order::default(), 0, 9)
        .await
        .unwrap();
    assert_eq!(grid.total, 1);
    let page = shop
        .engine
        .objects(&scope, ObjectsWanted::default(), Vec::new(), 1, 1)
        .await
        .unwrap();
    assert_eq!((page.total, page.items.len()), (3, 1));
    assert_eq!(page.items[0].sides_px, [40, 40, 8, 8]);
    assert_eq!(page.labels, [("dög".to_owned(), 2), ("cat".to_owned(), 1)]);
}

#[tokio::test]
async fn tables_of_the_original_are_read_in_every_spelling_that_programs_write() {
    let shop = Workshop::new().await;
    for (name, seed) in [
        ("t_0,0.bmp", 1),
        ("sub/b.bmp", 2),
        ("sub/100% #1 + ?&;.bmp", 3),
    ] {
        shop.put(name, &picture(seed));
    }
    // A mark of the encoding, semicolons, lists as JSON and as Python writes them.
    let images = "\u{feff}filename;label;caption\r\n\
        t_0,0.bmp;\"[\"\"a\"\", \"\"b\"\"]\";\r\n\
        sub/b.bmp;['c', \"d's\"];\"A caption;\nin two lines\"\r\n\
        \"sub/100% #1 + ?&;.bmp\";[];\r\n\
        nowhere.bmp;x;\r\n\
        ;y;\r\n";
    shop.put("image_annotations.csv", images.as_bytes());
    let objects = "filename,col_x,row_y,width,height,label,xml_annotation\n\
        sub\\b.bmp,1,2,3,4,boat,<xml>\n\
        b.bmp,5.0,6.0,7.0,8.0,sail,\n\
        b.bmp,5,6,zero,8,sail,\n\
        b.bmp,5,6,0,8,sail,\n\
        b.bmp,,,,,harbour,\n\
        \"b.bmp,1,2,3,4,lost,\n\
        b.bmp,9,9,9,9,\n";
    let wide: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(objects.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    shop.put("object_annotations.csv", &wide);
    let (scope, _) = shop.index().await;
    assert_eq!(at(&shop, &scope, "t_0,0.bmp").await.labels, ["a", "b"]);
    let second = at(&shop, &scope, "sub/b.bmp").await;
    assert_eq!(second.labels, ["c", "d's", "harbour"]);
    assert_eq!(second.captions, ["A caption;\nin two lines"]);
    assert_eq!(
        second.boxes,
        [one("boat", [1, 2, 3, 4]), one("sail", [5, 6, 7, 8])]
    );
    let third = at(&shop, &scope, "sub/100% #1 + ?&;.bmp").await;
    assert_eq!(third, Says::default(), "an empty list is no label");
    let told = report(&shop, &scope).await;
    assert_eq!(
        faults(&told),
        [
            (6, AnnotationFault::NoSuchPicture),
            (7, AnnotationFault::Malformed),
            (4, AnnotationFault::InvalidBox),
            (5, AnnotationFault::InvalidBox),
            (7, AnnotationFault::Malformed),
            (8, AnnotationFault::UnusableText),
        ]
    );
    for file in &told.files {
        assert_eq!(
            file.rows,
            file.labels + file.captions + file.boxes + file.left_out(),
            "{file:?}"
        );
    }
}

fn table(compression: Compression) -> Vec<u8> {
    let schema = "message table { required binary filename (UTF8); required binary label (UTF8);
        required double col_x; required double row_y; required double width;
        required double height; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = WriterProperties::builder().set_compression(compression);
    let mut bytes = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties.build())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let texts = |texts: [&str; 3]| texts.map(|text| ByteArray::from(text.as_bytes()));
    let columns = [
        texts(["a.bmp", "a.bmp", "z.bmp"]),
        texts(["boat", "sea", "x"]),
    ];
    for values in columns {
        let mut column = group.next_column().unwrap().unwrap();
        let typed = column.typed::<ByteArrayType>();
        typed.write_batch(&values, None, None).unwrap();
        column.close().unwrap();
    }
    let nothing = f64::NAN;
    for side in [1.0, 2.0, 3.0, 4.0] {
        let mut column = group.next_column().unwrap().unwrap();
        let typed = column.typed::<DoubleType>();
        let values = [side, nothing, side];
        typed.write_batch(&values, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

#[tokio::test]
async fn parquet_says_the_same_as_text_packed_or_not() {
    for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY] {
        let shop = Workshop::new().await;
        shop.put("a.bmp", &picture(1));
        shop.put("object_annotations.parquet", &table(compression));
        let (scope, _) = shop.index().await;
        let says = at(&shop, &scope, "a.bmp").await;
        assert_eq!(says.labels, ["sea"], "{compression:?}");
        assert_eq!(says.boxes, [one("boat", [1, 2, 3, 4])]);
        let told = report(&shop, &scope).await;
        assert_eq!(faults(&told), [(3, AnnotationFault::NoSuchPicture)]);
    }
}

#[tokio::test]
async fn boxes_of_yolo_are_matched_by_the_names_of_their_text_files() {
    let shop = Workshop::new().await;
    shop.put("train/images/a.bmp", &picture(1));
    shop.put("train/images/b.bmp", &picture(2));
    shop.put(
        "data.yaml",
        b"train: train/images\nnames: ['cat', dog]\nnc: 2\n",
    );
    shop.put(
        "train/labels/a.txt",
        b"0 0.5 0.5 0.25 0.5\n1 0.25 0.25 0.75 0.25 0.75 0.5\n\n7 0.5 0.5 1 1\nx\n",
    );
    shop.put("train/labels/gone.txt", b"0 0.5 0.5 1 1\n");
    let (scope, _) = shop.index().await;
    let first = at(&shop, &scope, "train/images/a.bmp").await;
    assert_eq!(
        first.boxes,
        [one("cat", [18, 12, 12, 24]), one("dog", [12, 12, 24, 12])]
    );
    let told = report(&shop, &scope).await;
    assert_eq!(
        faults(&told),
        [
            (4, AnnotationFault::UnknownCategory),
            (5, AnnotationFault::Malformed),
            (1, AnnotationFault::NoSuchPicture),
        ]
    );
    assert!(told.problems.items[1].note.contains("train/labels/a.txt"));
    // A text file that changes is read again.
    shop.put("train/labels/a.txt", b"1 0.5 0.5 1 1\n");
    let (scope, _) = shop.index().await;
    let first = at(&shop, &scope, "train/images/a.bmp").await;
    assert_eq!(first.boxes, [one("dog", [0, 0, 48, 48])]);
}

#[tokio::test]
async fn damaged_files_are_told_and_cost_nothing_but_themselves() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    shop.put("annotations.json", b"{\"images\": [{\"id\": 1, \"file_name\": \"a.bmp\"}],\n\"categories\": [{\"id\": 1, \"name\": \"x\"}], \"annotations\": [{\"image_id\": 1, \"category_id\": 1},\n{\"image");
    shop.put("x_annotations.coco.json", b"[1, 2]");
    shop.put("image_annotations.csv", b"name;what\n1;2\n");
    shop.put("object_annotations.csv", b"");
    shop.put("image_annotations.parquet", b"PAR1 nothing PAR1");
    let broken = table(Compression::SNAPPY);
    shop.put("object_annotations.parquet", &broken[..broken.len() / 2]);
    // Other programs' files of these names are nobody's business.
    shop.put("data.yaml", b"key: value\n");
    shop.put("metadata.json", b"{\"a\": 1}");
    let (scope, counts) = shop.index().await;
    assert_eq!(counts.indexed, 1);
    assert_eq!(at(&shop, &scope, "a.bmp").await.labels, ["x"]);
    let told = report(&shop, &scope).await;
    let unreadable: Vec<_> = told
        .problems
        .items
        .iter()
        .filter(|one| one.fault == AnnotationFault::Unreadable)
        .map(|one| one.file.as_str())
        .collect();
    assert_eq!(
        unreadable,
        [
            "annotations.json",
            "image_annotations.csv",
            "image_annotations.parquet",
            "object_annotations.csv",
            "object_annotations.parquet",
            "x_annotations.coco.json",
        ]
    );
    assert_eq!(told.problems.items[0].line, 3);
    let columns = &told.problems.items[1].note;
    assert!(columns.contains("[\"name\", \"what\"]"), "{columns}");
}

#[tokio::test]
async fn what_people_changed_stands_and_files_are_read_again_only_when_something_changed() {
    let shop = Workshop::new().await;
    shop.put("cats/a.bmp", &picture(1));
    shop.put("dogs/b.bmp", &picture(2));
    shop.put(
        "image_annotations.csv",
        b"filename,label\ncats/a.bmp,old\ndogs/b.bmp,kept\nc.bmp,new\n",
    );
    let wish = |folders| CreateFolder {
        path: shop.source.path().to_owned(),
        name: Some("set".to_owned()),
        labels_from_folders: folders,
        ..CreateFolder::default()
    };
    let open = async |folders| {
        let created = shop
            .engine
            .open_folder(&Caller::Local, wish(folders))
            .await
            .unwrap();
        run_to_end(&shop.engine, created.job).await;
        shop.scope(&created).await
    };
    let scope = open(Some(true)).await;
    assert_eq!(
        at(&shop, &scope, "cats/a.bmp").await.labels,
        ["cats", "old"]
    );
    let generation = scope.dataset().generation;
    let scope = open(None).await;
    assert_eq!(scope.dataset().generation, generation, "nothing changed");
    let facts = shop.store.facts_after(scope.id(), None, 9).await.unwrap();
    let off = vec![
        MarkOp::RemoveLabel("old".to_owned()),
        MarkOp::AddLabel("mine".to_owned()),
    ];
    shop.engine
        .change_marks(
            &Caller::Local,
            &scope,
            Selection::Media([facts[0].id].into()),
            off,
        )
        .await
        .unwrap();
    // A picture that comes later gets the labels that were told of it.
    shop.put("c.bmp", &picture(3));
    let scope = open(None).await;
    assert_ne!(scope.dataset().generation, generation);
    assert_eq!(at(&shop, &scope, "c.bmp").await.labels, ["new"]);
    assert_eq!(
        at(&shop, &scope, "cats/a.bmp").await.labels,
        ["cats", "mine"]
    );
    assert!(faults(&report(&shop, &scope).await).is_empty());
    // Files that are gone take along what they said.
    shop.remove("image_annotations.csv");
    let scope = open(Some(false)).await;
    assert_eq!(at(&shop, &scope, "cats/a.bmp").await.labels, ["mine"]);
    assert_eq!(
        at(&shop, &scope, "dogs/b.bmp").await.labels,
        Vec::<String>::new()
    );
    assert!(report(&shop, &scope).await.files.is_empty());
}

#[tokio::test]
async fn a_file_named_at_the_making_is_read_wherever_it_lies() {
    let shop = Workshop::new().await;
    shop.put("deep/a.bmp", &picture(1));
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("my labels.json");
    let coco = json!({"images": [{"id": 1, "file_name": "a.bmp"}], "annotations":
        [{"image_id": 1, "category_id": 1}], "categories": [{"id": 1, "name": "boat"}]});
    fs_err::write(&file, coco.to_string()).unwrap();
    let wish = |files: Vec<PathBuf>| CreateFolder {
        path: shop.source.path().to_owned(),
        annotations: files,
        ..CreateFolder::default()
    };
    for (wrong, why) in [("missing.json", "cannot open"), ("", "is no file")] {
        let refused = shop
            .engine
            .open_folder(&Caller::Local, wish(vec![elsewhere.path().join(wrong)]))
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "invalid_annotations");
        assert!(refused.to_string().contains(why), "{refused}");
    }
    let created = shop
        .engine
        .open_folder(&Caller::Local, wish(vec![file]))
        .await
        .unwrap();
    run_to_end(&shop.engine, created.job).await;
    let scope = shop.scope(&created).await;
    let facts = shop.store.facts_after(scope.id(), None, 9).await.unwrap();
    let details = shop
        .engine
        .media_details(&scope, &facts[0].id.to_string())
        .await
        .unwrap();
    assert_eq!(details.said.labels[0].label, "boat");
    assert_eq!(details.said.labels[0].source, MarkSource::Annotation);
}

/// A pipe with a name, in the place of a file.
fn pipe(path: &std::path::Path) {
    fs_err::remove_file(path).unwrap();
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

#[tokio::test]
async fn a_file_named_while_another_is_read_is_read_as_well() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let elsewhere = tempfile::tempdir().unwrap();
    let [first, second, third] = ["first.csv", "second.csv", "third.csv"].map(|name| {
        let file = elsewhere.path().join(name);
        let text = format!("filename,label\na.bmp,{name}\n");
        fs_err::write(&file, text).unwrap();
        file
    });
    let open = async |add: &[&PathBuf], without: &[&PathBuf]| {
        let owned = |files: &[&PathBuf]| files.iter().map(|file| (*file).clone()).collect();
        let wish = CreateFolder {
            path: shop.source.path().to_owned(),
            annotations: owned(add),
            without_annotations: owned(without),
            ..CreateFolder::default()
        };
        shop.engine.open_folder(&Caller::Local, wish).await.unwrap()
    };
    let created = open(&[&first], &[]).await;
    // Who reads from a pipe waits until somebody writes: the job stands still where it should.
    pipe(&first);
    let engine = shop.engine.clone();
    let mut running = tokio::task::JoinSet::new();
    running.spawn(async move { run_to_end(&engine, created.job).await });
    let place = first.clone();
    let writing = tokio::task::spawn_blocking(move || {
        fs_err::OpenOptions::new().write(true).open(place).unwrap()
    });
    let mut pipe = writing.await.unwrap();
    let meanwhile = open(&[&second], &[]).await;
    assert_eq!(meanwhile.job, created.job, "that job still runs");
    std::io::Write::write_all(&mut pipe, b"filename,label\na.bmp,first.csv\n").unwrap();
    drop(pipe);
    let ended = running.join_next().await.expect("it was begun");
    assert_eq!(ended.unwrap().error, None);
    fs_err::remove_file(&first).unwrap();
    fs_err::write(&first, "filename,label\na.bmp,first.csv\n").unwrap();
    let scope = shop.scope(&created).await;
    let settle = async || {
        let jobs = shop.engine.jobs_of(&scope, 1).await.unwrap();
        assert_eq!(run_to_end(&shop.engine, jobs[0].id).await.error, None);
        at(&shop, &scope, "a.bmp").await.labels
    };
    assert_eq!(settle().await, ["first.csv", "second.csv"]);
    let count = shop.engine.jobs_of(&scope, 9).await.unwrap().len();
    assert_eq!(count, 2, "it ran again, and then no more");
    open(&[&third], &[]).await;
    assert_eq!(settle().await, ["first.csv", "second.csv", "third.csv"]);
    // A file is let go by its name only.
    open(&[], &[&first]).await;
    assert_eq!(settle().await, ["second.csv", "third.csv"]);
    // Also when it is gone, and by another way to its folder.
    fs_err::remove_file(&third).unwrap();
    let ways = tempfile::tempdir().unwrap();
    let way = ways.path().join("way");
    std::os::unix::fs::symlink(elsewhere.path(), &way).unwrap();
    open(&[], &[&way.join("third.csv")]).await;
    assert_eq!(settle().await, ["second.csv"]);
    let dataset = shop.scope(&created).await.dataset().clone();
    assert_eq!(dataset.annotation_files, [second.to_str().unwrap()]);
}

#[tokio::test]
async fn rows_add_up_where_tags_are_bad_and_where_there_is_no_room_for_them() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let item =
        |kind: &str, properties: serde_json::Value| json!({"type": kind, "properties": properties});
    let mut said = vec![
        item("image_label", json!({"category_name": "boat"})),
        item("user_tag", json!({"tag_name": " "})),
        item("caption", json!({"caption": "at sea"})),
        item(
            "object_label",
            json!({"category_name": "boat", "bbox": [1, 2]}),
        ),
    ];
    let tag = |at: u32| item("user_tag", json!({"tag_name": format!("tag {at}")}));
    said.extend((0..=5000).map(tag));
    let document = json!({"info": {}, "media_items": [
        {"file_path": "a.bmp", "metadata_items": said},
        {"file_path": "b.bmp", "metadata_items": [tag(0)]},
    ]});
    shop.put("metadata.json", document.to_string().as_bytes());
    let (scope, _) = shop.index().await;
    let told = report(&shop, &scope).await;
    let file = &told.files[0];
    assert_eq!((file.labels, file.captions, file.boxes), (1, 1, 0));
    assert_eq!(
        (file.rows, file.left_out()),
        (5006, 4),
        "5000 tags among them"
    );
    let notes: Vec<_> = told
        .problems
        .items
        .iter()
        .map(|one| one.note.as_str())
        .collect();
    for (note, expected) in notes.iter().zip([
        "\"a.bmp\", metadata_items[1]: the row has no tag",
        "\"a.bmp\", metadata_items[3]: bbox is not four numbers: [1,2]",
        "the dataset has no picture \"b.bmp\"",
        "\"a.bmp\", metadata_items[5004]: there is no room for the tag \"tag 5000\"",
    ]) {
        assert!(note.starts_with(expected), "{note}");
    }
    assert_eq!(notes.len(), 4, "{notes:?}");
    let fault = told.problems.items[3].fault;
    assert_eq!(fault, AnnotationFault::UnusableText);
    assert_eq!(told.problems.items[3].file, "metadata.json");
}
