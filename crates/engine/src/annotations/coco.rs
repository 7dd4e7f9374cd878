//! COCO JSON. Read twice, because annotations may stand before what they refer to: pictures and
//! categories first, then annotations. Without a box and without an outline, an annotation is
//! about the whole picture.

mod outline;

use std::{collections::HashMap, path::Path};

use lamina_model::AnnotationFault;
use serde_json::{Map, Value};

use super::{
    json::elements,
    taker::{Given, Halt, Place, Taker, quote},
};

/// What an id of the file leads to.
enum Image {
    Here(u32),
    Missing(AnnotationFault, Box<str>),
}

/// What annotations refer to.
#[derive(Default)]
struct Known {
    images: HashMap<String, Image>,
    categories: HashMap<String, String>,
}

/// Reads a document.
pub(super) fn read(path: &Path, taker: &mut Taker<'_, '_>) -> Result<(), Halt> {
    let open = || fs_err::File::open(path).map_err(|cause| Halt::unreadable(0, &cause));
    let mut known = Known::default();
    let mut places = Places::default();
    let mut learn = |name: &'static str, line, value: Value| {
        taker.place = places.of(name, &value);
        match name {
            "images" => known.image(taker, line, &value),
            _ => known.category(taker, line, &value),
        }
    };
    // Where it breaks off is told when annotations are read.
    let lists = match elements(open()?, &["images", "categories"], &mut learn) {
        Err(Halt::Closed) => return Err(Halt::Closed),
        Err(Halt::Unreadable { .. }) => None,
        Ok(lists) => Some(lists),
    };
    let found = elements(open()?, &["annotations"], &mut |name, line, value| {
        taker.place = places.of(name, &value);
        known.annotation(taker, line, &value)
    })?;
    let has_images = lists.is_none_or(|lists| lists.contains(&"images"));
    if found.is_empty() || !has_images {
        return Err(Halt::Unreadable {
            line: 0,
            note: "this is no COCO file: it has no lists called images and annotations".to_owned(),
        });
    }
    Ok(())
}

/// How far each list was read.
#[derive(Default)]
struct Places(HashMap<&'static str, usize>);

impl Places {
    /// Where the next entry of a list stands.
    fn of(&mut self, list: &'static str, entry: &Value) -> Place {
        let next = self.0.entry(list).or_default();
        let at = *next;
        *next += 1;
        let id = entry.get("id").and_then(id);
        Place::Entry(list, at, id.map(|id| quote(&id).into()))
    }
}

impl Known {
    fn image(&mut self, taker: &mut Taker<'_, '_>, line: u64, value: &Value) -> Result<(), Halt> {
        let id = value.get("id").and_then(id);
        let name = value.get("file_name").and_then(Value::as_str);
        let (Some(id), Some(name)) = (id, name) else {
            let why = "an entry of images needs an id and a file_name".to_owned();
            return taker.lose(line, AnnotationFault::Malformed, why);
        };
        let image = match taker.named(name) {
            Ok(picture) => {
                check_size(taker, line, picture, name, value)?;
                Image::Here(picture)
            }
            Err((fault, why)) => Image::Missing(fault, why.into()),
        };
        self.images.insert(id, image);
        Ok(())
    }

    fn category(
        &mut self,
        taker: &mut Taker<'_, '_>,
        line: u64,
        value: &Value,
    ) -> Result<(), Halt> {
        let name = value.get("name").and_then(|name| match name {
            Value::String(name) => Some(name.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        match (value.get("id").and_then(id), name) {
            (Some(id), Some(name)) => {
                self.categories.insert(id, name);
                Ok(())
            }
            _ => {
                let why = "an entry of categories needs an id and a name".to_owned();
                taker.lose(line, AnnotationFault::Malformed, why)
            }
        }
    }

    fn annotation(&self, taker: &mut Taker<'_, '_>, line: u64, value: &Value) -> Result<(), Halt> {
        let malformed = AnnotationFault::Malformed;
        let Value::Object(fields) = value else {
            return taker.lose(line, malformed, "an annotation is an object".to_owned());
        };
        let Some(image_id) = fields.get("image_id").and_then(id) else {
            return taker.lose(line, malformed, "the annotation has no image_id".to_owned());
        };
        let picture = match self.images.get(&image_id) {
            Some(Image::Here(picture)) => *picture,
            Some(Image::Missing(fault, why)) => {
                return taker.lose(line, *fault, why.to_string());
            }
            None => {
                let why = format!("no entry of images has the id {}", quote(&image_id));
                return taker.lose(line, malformed, why);
            }
        };
        let caption = fields.get("caption").and_then(Value::as_str);
        if let Some(caption) = caption {
            taker.caption(line, picture, caption)?;
        }
        let Some(category_id) = fields.get("category_id").and_then(id) else {
            return match caption {
                Some(_) => Ok(()),
                None => {
                    let why = "the annotation has no category_id".to_owned();
                    taker.lose(line, malformed, why)
                }
            };
        };
        let Some(category) = self.categories.get(&category_id) else {
            let why = format!("no entry of categories has the id {}", quote(&category_id));
            return taker.lose(line, AnnotationFault::UnknownCategory, why);
        };
        match bounds(taker, line, picture, fields)? {
            Bounds::Whole => taker.label(line, picture, category),
            Bounds::Box(given) => {
                let original = fields.get("id").and_then(Value::as_i64).unwrap_or(-1);
                taker.object(line, picture, category, given, original)
            }
            Bounds::Wrong(why) => taker.lose(line, AnnotationFault::InvalidBox, why),
        }
    }
}

fn check_size(
    taker: &mut Taker<'_, '_>,
    line: u64,
    picture: u32,
    name: &str,
    value: &Value,
) -> Result<(), Halt> {
    let side = |name| {
        value
            .get(name)
            .and_then(Value::as_f64)
            .filter(|side| *side > 0.0)
    };
    let (Some(width), Some(height)) = (side("width"), side("height")) else {
        return Ok(());
    };
    let of = taker.picture(picture);
    let differs = |told: f64, real: u32| (told - f64::from(real)).abs() >= 1.0;
    if differs(width, of.width_px) || differs(height, of.height_px) {
        let why = format!(
            "{:?} is {width}x{height} by the file and {}x{} upright; boxes are taken as they are",
            quote(name),
            of.width_px,
            of.height_px
        );
        taker.note(line, AnnotationFault::OtherSize, why)?;
    }
    Ok(())
}

/// An id as text: files have numbers and texts.
fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What an annotation is about.
enum Bounds {
    Whole,
    Box(Given),
    Wrong(String),
}

fn bounds(
    taker: &mut Taker<'_, '_>,
    line: u64,
    picture: u32,
    fields: &Map<String, Value>,
) -> Result<Bounds, Halt> {
    let given = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    if let Some(value) = given(fields.get("bbox")).filter(|value| !empty(value)) {
        return Ok(match numbers(&value) {
            Some([x, y, width, height]) => Bounds::Box(Given {
                x,
                y,
                width,
                height,
            }),
            None => {
                let shown = quote(&value.to_string());
                Bounds::Wrong(format!("bbox is not four numbers: {shown}"))
            }
        });
    }
    let Some(segmentation) = given(fields.get("segmentation")).filter(|value| !empty(value)) else {
        return Ok(Bounds::Whole);
    };
    let outline = match outline::of(&segmentation) {
        Ok(outline) => outline,
        Err(why) => return Ok(Bounds::Wrong(why)),
    };
    if let Some((height, width)) = outline.canvas {
        let of = taker.picture(picture);
        if (width, height) != (u64::from(of.width_px), u64::from(of.height_px)) {
            let why = format!(
                "the mask is for {width}x{height} pixels and the picture has {}x{}",
                of.width_px, of.height_px
            );
            taker.note(line, AnnotationFault::OtherSize, why)?;
        }
    }
    Ok(Bounds::Box(outline.bounds))
}

fn numbers(value: &Value) -> Option<[f64; 4]> {
    let list = value.as_array()?;
    let number = |at: usize| list.get(at).map(|one| one.as_f64().unwrap_or(f64::NAN));
    (list.len() == 4).then_some([number(0)?, number(1)?, number(2)?, number(3)?])
}
