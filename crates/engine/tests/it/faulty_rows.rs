//! Where what is wrong in an annotation file stands: also where a line alone leads nowhere.

use lamina_model::AnnotationFault;
use serde_json::json;

use crate::workshop::{Workshop, picture};

/// Line, fault and note of everything that was wrong.
async fn problems(shop: &Workshop) -> Vec<(u64, AnnotationFault, String)> {
    let (scope, _) = shop.index().await;
    let told = shop.engine.annotation_report(&scope, None, 100).await;
    let problems = told.unwrap().problems.items.into_iter();
    problems
        .map(|one| (one.line, one.fault, one.note))
        .collect()
}

#[tokio::test]
async fn a_fault_in_a_coco_file_of_one_line_names_the_entry() {
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    let coco = json!({
        "images": [{"id": 1, "file_name": "a.bmp", "width": 9, "height": 9}, {"id": 2}],
        "categories": [{"id": 1, "name": "boat"}, {"id": 7}],
        "annotations": [
            {"id": 40, "image_id": 1, "category_id": 1, "bbox": [0, 0, 5, 5]},
            {"id": 41, "image_id": 1, "category_id": 1, "bbox": [0, 0, 0, 5]},
            {"id": "forty-two", "image_id": 1, "category_id": 1, "bbox": [900, 0, 5, 5]},
            {"image_id": 1, "category_id": 9},
            {"id": 44, "image_id": 1, "category_id": 1, "bbox": [0, 0, 500, 5]},
        ],
    });
    shop.put("annotations.json", coco.to_string().as_bytes());
    let told = problems(&shop).await;
    let expected = [
        (AnnotationFault::Malformed, "categories[1], id 7: "),
        (AnnotationFault::OtherSize, "images[0], id 1: "),
        (AnnotationFault::Malformed, "images[1], id 2: "),
        (
            AnnotationFault::InvalidBox,
            "annotations[1], id 41: the box",
        ),
        (
            AnnotationFault::BoxOutside,
            "annotations[2], id forty-two: the box",
        ),
        (AnnotationFault::UnknownCategory, "annotations[3]: no entry"),
        (AnnotationFault::BoxCut, "annotations[4], id 44: the box"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for ((line, fault, note), (expected, start)) in told.iter().zip(expected) {
        assert_eq!((*line, *fault), (1, expected), "{note}");
        assert!(note.starts_with(start), "{note}");
    }
}

#[tokio::test]
async fn a_fault_of_a_yolo_box_names_the_text_file_that_its_line_is_of() {
    let shop = Workshop::new().await;
    shop.put("images/x.bmp", &picture(1));
    shop.put("data.yaml", b"names: [boat]\n");
    shop.put(
        "labels/x.txt",
        b"0 0.5 0.5 0.5 0.5\n0 0.5 0.5 0 0.5\n0 3 3 0.5 0.5\n0 0.5 0.5 3 1\n",
    );
    let told = problems(&shop).await;
    let faults: Vec<_> = told
        .iter()
        .map(|(line, fault, _)| (*line, *fault))
        .collect();
    let expected = [
        (2, AnnotationFault::InvalidBox),
        (3, AnnotationFault::BoxOutside),
        (4, AnnotationFault::BoxCut),
    ];
    assert_eq!(faults, expected);
    for (_, _, note) in told {
        assert!(note.starts_with("labels/x.txt: the box"), "{note}");
    }
}

#[tokio::test]
async fn a_fault_in_the_table_of_an_export_names_picture_column_and_place() {
    use std::sync::Arc;

    use parquet::{
        data_type::{ByteArray, ByteArrayType},
        file::{properties::WriterProperties, writer::SerializedFileWriter},
        schema::parser::parse_message_type,
    };
    let columns: [(&str, [&str; 3]); 6] = [
        ("media_id", ["1", "2", "3"]),
        ("image_filename", ["a.bmp", "gone.bmp", "a.bmp"]),
        ("file_path", ["a.bmp", "gone.bmp", "a.bmp"]),
        ("labels", ["[\"boat\", \"\"]", "[\"x\", \"y\"]", "boat"]),
        ("user_tags", ["[]", "[]", "[]"]),
        (
            "objects",
            [
                "[{\"category_name\": \"sail\", \"bbox\": [1, 2, 0, 4]}]",
                "",
                "[]",
            ],
        ),
    ];
    let fields: String = columns
        .iter()
        .map(|(name, _)| format!("required binary {name} (UTF8); "))
        .collect();
    let schema = parse_message_type(&format!("message t {{ {fields} }}")).unwrap();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut table = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut table, Arc::new(schema), properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for (_, values) in columns {
        let values = values.map(|text| ByteArray::from(text.as_bytes()));
        let mut column = group.next_column().unwrap().unwrap();
        let typed = column.typed::<ByteArrayType>();
        typed.write_batch(&values, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    let shop = Workshop::new().await;
    shop.put("a.bmp", &picture(1));
    shop.put("metadata.parquet", &table);
    let told = problems(&shop).await;
    let expected = [
        (1, AnnotationFault::UnusableText, "\"a.bmp\", labels[1]: "),
        (
            1,
            AnnotationFault::InvalidBox,
            "\"a.bmp\", objects[0]: the box",
        ),
        (
            2,
            AnnotationFault::NoSuchPicture,
            "the dataset has no picture",
        ),
        (
            2,
            AnnotationFault::NoSuchPicture,
            "the dataset has no picture",
        ),
        (3, AnnotationFault::Malformed, "labels holds no list"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for ((line, fault, note), (at, expected, start)) in told.iter().zip(expected) {
        assert_eq!((*line, *fault), (at, expected), "{note}");
        assert!(note.starts_with(start), "{note}");
    }
}
