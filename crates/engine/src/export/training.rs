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
#[derive(Debug, Default)]
pub(super) struct Coco {
    categories: Categories,
    images: Vec<Value>,
    annotations: Vec<Value>,
    captions: Vec<Value>,
}

impl Coco {
    pub(super) fn push(&mut self, (item, said, name): &Row) {
        let image = self.images.len() + 1;
        self.images.push(json!({
            "id": image, "file_name": name, "width": item.width, "height": item.height,
        }));
        let mut annotate = |category: usize, bbox: Option<[i64; 4]>| {
            let mut one = json!({
                "id": self.annotations.len() + 1, "image_id": image, "category_id": category + 1,
            });
            // Without a box it is about the whole picture.
            if let Some([x, y, width, height]) = bbox {
                one["bbox"] = json!([x, y, width, height]);
                one["area"] = json!(width * height);
                one["iscrowd"] = json!(0);
            }
            self.annotations.push(one);
        };
        for label in &said.labels {
            annotate(self.categories.number(&label.label), None);
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
            annotate(self.categories.number(&object.label), Some(bbox));
        }
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
        let categories: Vec<Value> = self
            .categories
            .names
            .iter()
            .zip(1..)
            .map(|(name, id)| json!({"id": id, "name": name, "supercategory": ""}))
            .collect();
        json!({
            "info": {"description": "Exported from Lamina", "version": "1.0"},
            "licenses": [], "images": self.images, "annotations": self.annotations,
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
    use super::boxes_name;

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
