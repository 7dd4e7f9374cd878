//! What orders an answer, as it is asked for: words, and pictures with their parts.
//!
//! The query language of the original knows one anchor. Its words are taken, and these beside
//! them: `value` may be a list, each a text or `{"id", "type", "bounding_box"}`; `less_like`
//! names in the same way what the pictures wanted are to be unlike.

use lamina_engine::{AnchorOf, AnchorWish};
use lamina_model::{Pull, Region, RegionUnit};
use serde_json::{Map, Value};

use crate::error::{ParameterFault, Problem};

/// Anchors of one question at most.
pub(crate) const MOST_ANCHORS: usize = 32;

/// What orders an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Asked {
    /// Words.
    Words {
        /// What is typed.
        query: String,
        /// The greatest distance that counts, 0–1.
        max_distance: f32,
    },
    /// What words mean.
    Meaning {
        /// What is typed.
        query: String,
        /// The greatest distance that counts, 0–1.
        max_distance: f32,
        /// Whether only meaning will do; else words alone are asked about where the model knows
        /// no meaning.
        only: bool,
    },
    /// Pictures.
    Like {
        /// The pictures.
        anchors: Vec<AskedAnchor>,
        /// The greatest cosine distance that counts, 0–2.
        max_distance: f32,
    },
}

/// A picture to search with, and where it stands in the request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AskedAnchor {
    /// What is asked for.
    pub wish: AnchorWish,
    /// Where, for telling what is wrong with it.
    pub loc: Vec<String>,
}

/// The greatest distance in meaning that counts where nobody says: the original's middle way.
/// With class names asked of 196 photographs, 0.70 of what is right comes within it, and 0.91 of
/// what comes within it is right.
pub(crate) const MEANING_COUNTS: f32 = 0.8;

/// Words of a `text` filter.
pub(super) fn words(op: &str, body: &Map<String, Value>) -> Result<Asked, String> {
    let query = body.get("value").and_then(Value::as_str);
    let query = query.filter(|query| !query.trim().is_empty());
    let said = || {
        let query = query.map(str::to_owned);
        query.ok_or_else(|| "value must be a text".to_owned())
    };
    match op {
        "fts" => Ok(Asked::Words {
            query: said()?,
            max_distance: 1.0,
        }),
        "semantic" => Ok(Asked::Meaning {
            query: said()?,
            max_distance: super::fraction(body, "threshold")?.unwrap_or(MEANING_COUNTS),
            only: true,
        }),
        _ => Err("op must be \"fts\" or \"semantic\"".to_owned()),
    }
}

/// A `similarity` filter that stands at `loc`.
pub(super) fn likeness(
    op: &str,
    body: &Map<String, Value>,
    loc: &[&str],
) -> Result<Asked, Problem> {
    let whole = || Value::Object(body.clone());
    let of = match (op, anchor_type(op)) {
        (_, Some(of)) => of,
        ("any", None) => AnchorOf::Either,
        _ => {
            let msg = "op must be \"media\", \"upload\" or \"any\"";
            return Err(fault(loc, msg, whole()));
        }
    };
    let max_distance = super::fraction(body, "threshold");
    let max_distance = max_distance.map_err(|why| fault(loc, &why, whole()))?;
    let mut all = Vec::new();
    for (name, pull) in [("value", Pull::Towards), ("less_like", Pull::Away)] {
        let value = body.get(name).filter(|value| !value.is_null());
        if let Some(value) = value {
            all.extend(anchors(value, of, pull, &under(loc, name))?);
        }
    }
    if let Some(area) = body.get("bounding_box").filter(|area| !area.is_null()) {
        let loc = under(loc, "bounding_box");
        let [one] = &mut all[..] else {
            let msg = "it belongs to one picture; of several each has its own";
            return Err(fault(&loc, msg, area.clone()));
        };
        one.wish.region = Some(read_region(area, &loc)?);
    }
    if all.is_empty() || all.len() > MOST_ANCHORS {
        let msg = format!("it takes the ids of 1 to {MOST_ANCHORS} pictures");
        return Err(fault(&under(loc, "value"), &msg, whole()));
    }
    Ok(Asked::Like {
        anchors: all,
        max_distance: max_distance.unwrap_or(2.0),
    })
}

/// Anchors as an id or a list of ids and objects; those that say nothing else are of kind `of`.
pub(crate) fn anchors(
    value: &Value,
    of: AnchorOf,
    pull: Pull,
    loc: &[impl AsRef<str>],
) -> Result<Vec<AskedAnchor>, Problem> {
    match value {
        Value::Array(values) => values
            .iter()
            .enumerate()
            .map(|(at, value)| anchor(value, of, pull, under(loc, &at.to_string())))
            .collect(),
        one => Ok(vec![anchor(one, of, pull, under(loc, ""))?]),
    }
}

fn anchor(
    value: &Value,
    of: AnchorOf,
    pull: Pull,
    loc: Vec<String>,
) -> Result<AskedAnchor, Problem> {
    let wish = |id: &str, of, region| AnchorWish {
        id: id.to_owned(),
        of,
        region,
        pull,
    };
    let wish = match value {
        Value::String(id) => wish(id, of, None),
        Value::Object(fields) => {
            let id = fields.get("id").or_else(|| fields.get("media_id"));
            let id = id.and_then(Value::as_str);
            let id = id.ok_or_else(|| fault(&loc, "it has no id", value.clone()))?;
            let of = match fields.get("type").filter(|kind| !kind.is_null()) {
                None => of,
                Some(kind) => anchor_type(kind.as_str().unwrap_or_default())
                    .ok_or_else(|| fault(&loc, "type must be MEDIA or UPLOAD", value.clone()))?,
            };
            let area = fields.get("bounding_box").filter(|area| !area.is_null());
            let region = area
                .map(|area| read_region(area, &under(&loc, "bounding_box")))
                .transpose()?;
            wish(id, of, region)
        }
        other => return Err(fault(&loc, "it is not the id of an anchor", other.clone())),
    };
    Ok(AskedAnchor { wish, loc })
}

/// `MEDIA` or `UPLOAD`, also in small letters.
pub(crate) fn anchor_type(word: &str) -> Option<AnchorOf> {
    match word {
        "MEDIA" | "media" => Some(AnchorOf::Media),
        "UPLOAD" | "upload" => Some(AnchorOf::Upload),
        _ => None,
    }
}

/// A region: `X,Y,WIDTH,HEIGHT` in pixels, a list of these four, or an object with `x`, `y`,
/// `width` and `height`. Where no number is above 1, an object is in fractions of the picture,
/// and so is a text or list that has a number that is not whole. Any other is in pixels, and none
/// where its width or height is less than one. What reaches beyond the picture is cut off later.
pub(crate) fn read_region(value: &Value, loc: &[impl AsRef<str>]) -> Result<Region, Problem> {
    let region = four_numbers(value).and_then(|(numbers, is_object)| region(numbers, is_object));
    region.ok_or_else(|| {
        let msg = "it takes X,Y,WIDTH,HEIGHT in pixels, or an object with x, y, width and height \
                   from 0 to 1; width and height are above 0";
        fault(loc, msg, value.clone())
    })
}

/// The numbers of a region, and whether they stood in an object.
fn four_numbers(value: &Value) -> Option<([f64; 4], bool)> {
    let (numbers, is_object): (Option<Vec<f64>>, bool) = match value {
        Value::Object(fields) => {
            let mut names = ["x", "y", "width", "height"].iter();
            let number = |name: &&str| fields.get(*name)?.as_f64();
            (names.by_ref().map(number).collect(), true)
        }
        Value::Array(list) => (list.iter().map(Value::as_f64).collect(), false),
        Value::String(text) => match serde_json::from_str(text) {
            Ok(inside @ (Value::Object(_) | Value::Array(_))) => return four_numbers(&inside),
            _ => {
                let parts = text.split(',');
                (parts.map(|part| part.trim().parse().ok()).collect(), false)
            }
        },
        _ => return None,
    };
    Some((numbers?.try_into().ok()?, is_object))
}

fn region(numbers: [f64; 4], is_object: bool) -> Option<Region> {
    let [x, y, width, height] = numbers;
    let sound = x >= 0.0 && y >= 0.0 && width > 0.0 && height > 0.0;
    if !sound || numbers.iter().any(|number| !number.is_finite()) {
        return None;
    }
    let small = numbers.iter().all(|number| *number <= 1.0);
    // With a number above 1 it is in pixels, and less than one of them is nothing. Fractions that
    // only add up to more than 1 are sound: what reaches beyond the picture is cut off.
    if !small && (width < 1.0 || height < 1.0) {
        return None;
    }
    let ragged = numbers.iter().any(|number| number.fract() > 0.0);
    let unit = if small && (is_object || ragged) {
        RegionUnit::Fractions
    } else {
        RegionUnit::Pixels
    };
    Some(Region {
        unit,
        x,
        y,
        width,
        height,
    })
}

/// `loc` and one step further, where that has a name.
fn under(loc: &[impl AsRef<str>], name: &str) -> Vec<String> {
    let mut all: Vec<String> = loc.iter().map(|step| step.as_ref().to_owned()).collect();
    all.extend((!name.is_empty()).then(|| name.to_owned()));
    all
}

fn fault(loc: &[impl AsRef<str>], msg: &str, input: Value) -> Problem {
    Problem::faults(vec![ParameterFault {
        kind: "value_error".to_owned(),
        loc: under(loc, ""),
        msg: format!("Value error, {msg}"),
        input,
    }])
}

#[cfg(test)]
mod tests;
