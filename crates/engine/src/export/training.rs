//! What training programs read: COCO and YOLO.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, BufWriter, Write},
};

use serde::Serialize;
use serde_json::Value;

use super::{names::split, table::Row};

/// Names of categories with their numbers, in the order in which they were first seen.
#[derive(Debug, Default)]
pub(super) struct Categories {
    numbers: BTreeMap<String, usize>,
    names: Vec<String>,
}

impl Categories {
    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len();
        self.numbers.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }

    /// As COCO lists them, counted from 1.
    fn listed(&self) -> Vec<Category<'_>> {
        let names = self.names.iter().zip(1..);
        let listed = names.map(|(name, id)| Category {
            id,
            name,
            supercategory: "",
        });
        listed.collect()
    }
}

/// `annotations.json`, collected part by part: its lists stand after each other in the file.
///
/// Programs that read boxes stumble over annotations without one, and count their categories. So
/// labels of whole pictures are annotations without a box, as sets for classification have them,
/// only where there is no box at all.
#[derive(Debug, Default)]
pub(super) struct Coco {
    images: Vec<Picture>,
    boxes: Vec<Boxed>,
    in_boxes: Categories,
    /// What pictures show as a whole; none of it once there is a box.
    labels: Vec<Label>,
    in_labels: Categories,
    captions: Vec<Captioned>,
}

impl Coco {
    pub(super) fn push(&mut self, (item, said, name): &Row) {
        let image_id = self.images.len() + 1;
        self.images.push(Picture {
            id: image_id,
            file_name: name.clone(),
            width: item.width,
            height: item.height,
        });
        for label in &said.labels {
            self.push_label(image_id, &label.label);
        }
        for caption in &said.captions {
            self.captions.push(Captioned {
                id: self.captions.len() + 1,
                image_id,
                caption: caption.caption.clone(),
            });
        }
        for object in &said.objects {
            let bbox = [
                object.x_px,
                object.y_px,
                i64::from(object.width_px),
                i64::from(object.height_px),
            ];
            self.push_box(image_id, &object.label, bbox);
        }
    }

    fn push_label(&mut self, image_id: usize, label: &str) {
        if self.has_boxes() {
            return;
        }
        self.labels.push(Label {
            id: self.labels.len() + 1,
            image_id,
            category_id: self.in_labels.number(label) + 1,
        });
    }

    fn push_box(&mut self, image_id: usize, label: &str, bbox: [i64; 4]) {
        let [_, _, width, height] = bbox;
        self.labels = Vec::new();
        self.boxes.push(Boxed {
            id: self.boxes.len() + 1,
            image_id,
            category_id: self.in_boxes.number(label) + 1,
            bbox,
            area: width.saturating_mul(height),
            iscrowd: 0,
        });
    }

    /// Whether labels of whole pictures have to stand elsewhere.
    pub(super) fn has_boxes(&self) -> bool {
        !self.boxes.is_empty()
    }

    /// Whether there is anything to be said in `captions.json`.
    pub(super) fn has_captions(&self) -> bool {
        !self.captions.is_empty()
    }

    /// `captions.json`. Programs that read boxes stumble over captions among them.
    pub(super) fn write_captions(&self, out: impl Write) -> io::Result<()> {
        self.write_with(&self.captions, None, out)
    }

    /// `annotations.json`.
    pub(super) fn write(&self, out: impl Write) -> io::Result<()> {
        if self.has_boxes() {
            self.write_with(&self.boxes, Some(&self.in_boxes), out)
        } else {
            self.write_with(&self.labels, Some(&self.in_labels), out)
        }
    }

    fn write_with<A: Serialize>(
        &self,
        annotations: &[A],
        categories: Option<&Categories>,
        out: impl Write,
    ) -> io::Result<()> {
        let document = Document {
            info: Info {
                description: "Exported from Lamina",
                version: "1.0",
            },
            licenses: [],
            images: &self.images,
            annotations,
            categories: categories.map(Categories::listed),
        };
        // It is written in pieces of a few bytes.
        let mut out = BufWriter::new(out);
        serde_json::to_writer(&mut out, &document)?;
        out.flush()
    }
}

/// A whole file of COCO; what it is made of is not copied into it.
#[derive(Debug, Serialize)]
struct Document<'a, A> {
    info: Info,
    licenses: [u8; 0],
    images: &'a [Picture],
    annotations: &'a [A],
    #[serde(skip_serializing_if = "Option::is_none")]
    categories: Option<Vec<Category<'a>>>,
}

#[derive(Debug, Serialize)]
struct Info {
    description: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct Picture {
    id: usize,
    file_name: String,
    width: u32,
    height: u32,
}

/// What a picture shows as a whole.
#[derive(Debug, Serialize)]
struct Label {
    id: usize,
    image_id: usize,
    category_id: usize,
}

/// What is in a box of a picture, and where.
#[derive(Debug, Serialize)]
struct Boxed {
    id: usize,
    image_id: usize,
    category_id: usize,
    /// Left, top, width and height in pixels.
    bbox: [i64; 4],
    area: i64,
    iscrowd: u8,
}

#[derive(Debug, Serialize)]
struct Captioned {
    id: usize,
    image_id: usize,
    caption: String,
}

#[derive(Debug, Serialize)]
struct Category<'a> {
    id: usize,
    name: &'a str,
    supercategory: &'static str,
}

/// A text file of boxes for each picture.
#[derive(Debug, Default)]
pub(super) struct Yolo {
    categories: Categories,
}

impl Yolo {
    /// The text of a picture: `class cx cy w h` a line, as parts of its size.
    pub(super) fn boxes(&mut self, (item, said, _): &Row) -> String {
        let mut text = String::new();
        for object in &said.objects {
            let class = self.categories.number(&object.label);
            #[expect(
                clippy::cast_precision_loss,
                reason = "pictures have fewer pixels a side"
            )]
            let part = |from: i64, length: u32, whole: u32| {
                let whole = f64::from(whole.max(1));
                let from_px = from as f64;
                let start = from_px.clamp(0.0, whole);
                let end = (from_px + f64::from(length)).clamp(0.0, whole);
                (f64::midpoint(start, end) / whole, (end - start) / whole)
            };
            let (cx, width) = part(object.x_px, object.width_px, item.width);
            let (cy, height) = part(object.y_px, object.height_px, item.height);
            writeln!(text, "{class} {cx:.6} {cy:.6} {width:.6} {height:.6}")
                .expect("writing to a string cannot fail");
        }
        text
    }

    /// `data.yaml`.
    pub(super) fn finish(self) -> String {
        let mut text = "path: .\ntrain: images\nval: images\nnames:".to_owned();
        // A mapping without entries says so, or it is no mapping to those who read it.
        text.push_str(if self.categories.names.is_empty() {
            " {}\n"
        } else {
            "\n"
        });
        for (number, name) in self.categories.names.iter().enumerate() {
            // JSON texts are YAML texts.
            writeln!(text, "  {number}: {}", Value::from(name.as_str()))
                .expect("writing to a string cannot fail");
        }
        text
    }
}

/// Where the boxes of a picture stand, by its name below `images/`: training programs look in
/// `labels` instead of the last folder called `images`.
pub(super) fn boxes_name(name: &str) -> String {
    let picture = format!("images/{}", split(name).0);
    let (before, after) = picture
        .rsplit_once("/images/")
        .map_or(("", picture.trim_start_matches("images/")), |parts| parts);
    if before.is_empty() {
        format!("labels/{after}.txt")
    } else {
        format!("{before}/labels/{after}.txt")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Captioned, Coco, boxes_name};

    #[test]
    fn labels_of_whole_pictures_are_annotations_only_where_there_is_no_box() {
        for (with_box, name, count) in [(false, "boat", 2), (true, "sail", 1)] {
            let mut coco = Coco::default();
            coco.push_label(1, "boat");
            if with_box {
                coco.push_box(2, "sail", [1, 2, 3, 4]);
            }
            coco.push_label(2, "boat");
            assert_eq!(coco.has_boxes(), with_box);
            let mut written = Vec::new();
            coco.write(&mut written).unwrap();
            let told: Value = serde_json::from_slice(&written).unwrap();
            let annotations = told["annotations"].as_array().unwrap();
            assert_eq!(annotations.len(), count);
            for (one, id) in annotations.iter().zip(1..) {
                assert_eq!((&one["id"], &one["category_id"]), (&json!(id), &json!(1)));
                let place = with_box.then(|| json!([1, 2, 3, 4]));
                assert_eq!(one.get("bbox"), place.as_ref());
                assert_eq!(one.get("area"), with_box.then(|| json!(12)).as_ref());
            }
            let expected = json!([{"id": 1, "name": name, "supercategory": ""}]);
            assert_eq!(told["categories"], expected);
            assert_eq!(told["licenses"], json!([]));
        }
    }

    #[test]
    fn captions_stand_in_a_file_without_categories() {
        let mut coco = Coco::default();
        assert!(!coco.has_captions());
        coco.captions.push(Captioned {
            id: 1,
            image_id: 7,
            caption: "a \"boat\"".to_owned(),
        });
        assert!(coco.has_captions());
        let mut written = Vec::new();
        coco.write_captions(&mut written).unwrap();
        let told: Value = serde_json::from_slice(&written).unwrap();
        let expected = json!([{"id": 1, "image_id": 7, "caption": "a \"boat\""}]);
        assert_eq!(told["annotations"], expected);
        assert_eq!(told.get("categories"), None);
    }

    #[test]
    fn boxes_stand_where_training_programs_look_for_them() {
        for (picture, boxes) in [
            ("a.jpg", "labels/a.txt"),
            ("train/a b.tar.png", "labels/train/a b.tar.txt"),
            ("images/train/a.jpg", "images/labels/train/a.txt"),
            ("x/images/y/images/a.jpg", "images/x/images/y/labels/a.txt"),
            ("myimages/a.jpg", "labels/myimages/a.txt"),
        ] {
            assert_eq!(boxes_name(picture), boxes);
        }
    }
}
