//! What training programs read: COCO and YOLO.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};

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
}

/// `annotations.json`, collected part by part: its lists stand after each other in the file.
///
/// Programs that read boxes stumble over annotations without one, and count their categories. So
/// labels of whole pictures are annotations without a box, as sets for classification have them,
/// only where there is no box at all.
#[derive(Debug, Default)]
pub(super) struct Coco {
    images: Vec<Value>,
    /// By image: what is in a box, and where.
    boxes: Vec<(usize, String, [i64; 4])>,
    /// By image: what it shows as a whole.
    labels: Vec<(usize, String)>,
    captions: Vec<Value>,
}

impl Coco {
    pub(super) fn push(&mut self, (item, said, name): &Row) {
        let image = self.images.len() + 1;
        self.images.push(json!({
            "id": image, "file_name": name, "width": item.width, "height": item.height,
        }));
        for label in &said.labels {
            self.labels.push((image, label.label.clone()));
        }
        for caption in &said.captions {
            self.captions.push(json!({
                "id": self.captions.len() + 1, "image_id": image, "caption": caption.caption,
            }));
        }
        for object in &said.objects {
            let bbox = [
                object.x_px,
                object.y_px,
                i64::from(object.width_px),
                i64::from(object.height_px),
            ];
            self.boxes.push((image, object.label.clone(), bbox));
        }
    }

    /// Whether labels of whole pictures have to stand elsewhere.
    pub(super) fn has_boxes(&self) -> bool {
        !self.boxes.is_empty()
    }

    /// `captions.json`; nothing where there are none. Programs that read boxes stumble over
    /// captions among them.
    pub(super) fn captions(&self) -> Option<String> {
        let captions = json!({
            "info": {"description": "Exported from Lamina", "version": "1.0"},
            "licenses": [], "images": self.images, "annotations": self.captions,
        });
        (!self.captions.is_empty()).then(|| captions.to_string())
    }

    /// `annotations.json`.
    pub(super) fn finish(self) -> String {
        let mut categories = Categories::default();
        let mut annotations = Vec::with_capacity(self.boxes.len().max(self.labels.len()));
        let mut annotate = |before: usize, image: usize, label: &str| {
            json!({
                "id": before + 1, "image_id": image,
                "category_id": categories.number(label) + 1,
            })
        };
        if self.boxes.is_empty() {
            for (image, label) in &self.labels {
                annotations.push(annotate(annotations.len(), *image, label));
            }
        } else {
            for (image, label, bbox) in &self.boxes {
                let [_, _, width, height] = bbox;
                let mut one = annotate(annotations.len(), *image, label);
                one["bbox"] = json!(bbox);
                one["area"] = json!(width * height);
                one["iscrowd"] = json!(0);
                annotations.push(one);
            }
        }
        let categories: Vec<Value> = categories
            .names
            .iter()
            .zip(1..)
            .map(|(name, id)| json!({"id": id, "name": name, "supercategory": ""}))
            .collect();
        json!({
            "info": {"description": "Exported from Lamina", "version": "1.0"},
            "licenses": [], "images": self.images, "annotations": annotations,
            "categories": categories,
        })
        .to_string()
    }
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

    use super::{Coco, boxes_name};

    #[test]
    fn labels_of_whole_pictures_are_annotations_only_where_there_is_no_box() {
        let labels = vec![(1, "boat".to_owned()), (2, "boat".to_owned())];
        let boxes = vec![(2, "sail".to_owned(), [1, 2, 3, 4])];
        for (boxes, name, count) in [(vec![], "boat", 2), (boxes, "sail", 1)] {
            let coco = Coco {
                labels: labels.clone(),
                boxes,
                ..Coco::default()
            };
            let has_boxes = coco.has_boxes();
            let told: Value = serde_json::from_str(&coco.finish()).unwrap();
            let annotations = told["annotations"].as_array().unwrap();
            assert_eq!(annotations.len(), count);
            for (one, id) in annotations.iter().zip(1..) {
                assert_eq!((&one["id"], &one["category_id"]), (&json!(id), &json!(1)));
                assert_eq!(one.get("bbox").is_some(), has_boxes);
                assert_eq!(one.get("area").is_some(), has_boxes);
            }
            let expected = json!([{"id": 1, "name": name, "supercategory": ""}]);
            assert_eq!(told["categories"], expected);
        }
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
