//! Filters on what pictures are, which the original never published: folders and files, format,
//! size, dates.

use lamina_model::{Clause, ImageFormat, MetadataTest, Presence, Span, TextMatch, Timestamp};
use serde_json::{Map, Value};

use crate::wire::moment::meant_by;

type Body = Map<String, Value>;

/// Names of one text match at most.
const MOST_NAMES: usize = 1000;

/// The clause of a filter with this key; nothing where there is no such key.
pub(super) fn clause(key: &str, op: &str, body: &Body) -> Option<Result<Clause, String>> {
    Some(match key {
        "folders" | "folder" => names(op, body).map(|asked| Clause::Folder(in_folders(asked))),
        "files" | "file" | "file_name" => names(op, body).map(Clause::File),
        "format" | "formats" => format(op, body),
        "width" => whole(op, body).map(Clause::Width),
        "height" => whole(op, body).map(Clause::Height),
        "area" | "pixels" => whole(op, body).map(Clause::Area),
        "file_size" | "size" => whole(op, body).map(Clause::Size),
        "aspect" | "aspect_ratio" => fractional(op, body).map(Clause::Aspect),
        "created" | "created_at" => moments(op, body).map(Clause::Created),
        "modified" | "modified_at" | "date" => moments(op, body).map(Clause::Modified),
        "unlabelled" | "unlabeled" => lacking(op, body, [Clause::Unlabelled, Clause::Labelled]),
        "untagged" => lacking(op, body, [Clause::Untagged, Clause::Tagged]),
        "rejected" => rejected(op, body),
        "metadata" | "custom_metadata" => metadata(op, body),
        _ => return None,
    })
}

/// Folders are named without a slash at the end.
fn in_folders(asked: TextMatch) -> TextMatch {
    match asked {
        TextMatch::OneOf(names) => TextMatch::OneOf(
            names
                .into_iter()
                .map(|name| name.trim_end_matches('/').to_owned())
                .collect(),
        ),
        other => other,
    }
}

fn names(op: &str, body: &Body) -> Result<TextMatch, String> {
    let all = super::names(body)?;
    if all.is_empty() || all.len() > MOST_NAMES {
        return Err(format!("value must have 1 to {MOST_NAMES} texts"));
    }
    let one = || match &all[..] {
        [one] if !one.is_empty() => Ok(one.clone()),
        _ => Err(format!("{op} takes one text that is not empty")),
    };
    match op {
        "one_of" | "is" | "in" => Ok(TextMatch::OneOf(all.into_iter().collect())),
        "starts_with" => one().map(TextMatch::StartsWith),
        "ends_with" => one().map(TextMatch::EndsWith),
        "contains" => one().map(TextMatch::Contains),
        _ => Err("op must be one_of, starts_with, ends_with or contains".to_owned()),
    }
}

fn format(op: &str, body: &Body) -> Result<Clause, String> {
    let known = || ImageFormat::ALL.map(ImageFormat::as_str).join(", ");
    let named = super::names(body)?;
    let formats: Option<std::collections::BTreeSet<_>> = named
        .iter()
        .map(|word| ImageFormat::from_word(&word.to_ascii_lowercase()))
        .collect();
    let formats = formats.ok_or_else(|| format!("value must be of {}", known()))?;
    match op {
        "one_of" | "is" | "in" => Ok(Clause::Format(formats)),
        "is_not" | "not_one_of" | "not_in" => {
            let others = ImageFormat::ALL.into_iter();
            let others = others.filter(|format| !formats.contains(format));
            Ok(Clause::Format(others.collect()))
        }
        _ => Err("op must be one_of or not_one_of".to_owned()),
    }
}

/// Which end of a span a number is, and whether it lies inside itself.
#[derive(Debug, Clone, Copy, PartialEq)]
struct End {
    value: f64,
    inside: bool,
}

/// Both ends of what is asked of a number.
fn ends(op: &str, body: &Body) -> Result<(Option<End>, Option<End>), String> {
    let value = body.get("value").unwrap_or(&Value::Null);
    let number = |value: &Value| {
        let number = value.as_f64().filter(|number| number.is_finite());
        number.ok_or_else(|| "value must be a number".to_owned())
    };
    let end = |inside| number(value).map(|value| Some(End { value, inside }));
    match op {
        "is" | "equals" | "=" => Ok((end(true)?, end(true)?)),
        "above" | "greater_than" | ">" => Ok((end(false)?, None)),
        "at_least" | ">=" => Ok((end(true)?, None)),
        "below" | "less_than" | "<" => Ok((None, end(false)?)),
        "at_most" | "<=" => Ok((None, end(true)?)),
        "between" => {
            let [from, to] = two(value)?;
            let end = |value: &Value| match value {
                Value::Null => Ok(None),
                value => number(value).map(|value| {
                    Some(End {
                        value,
                        inside: true,
                    })
                }),
            };
            let (from, to) = (end(from)?, end(to)?);
            in_order(from.map(|end| end.value), to.map(|end| end.value))?;
            Ok((from, to))
        }
        _ => Err("op must be between, above, at_least, below, at_most or is".to_owned()),
    }
}

/// Whether the first end is not above the second: such a span would hold nothing.
fn in_order<T: PartialOrd>(from: Option<T>, to: Option<T>) -> Result<(), String> {
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err("the first of the two is above the second".to_owned());
    }
    Ok(())
}

/// The two ends that `between` takes.
fn two(value: &Value) -> Result<[&Value; 2], String> {
    let ends = match value {
        Value::Array(ends) => <&[Value; 2]>::try_from(&ends[..]).ok(),
        _ => None,
    };
    let [from, to] = ends.ok_or("between takes a list of two; null leaves one end open")?;
    Ok([from, to])
}

/// A span of whole numbers from 0 on.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to what the number holds; sizes are far below what a double counts exactly"
)]
fn whole<T: TryFrom<u64> + Ord + Copy>(op: &str, body: &Body) -> Result<Span<T>, String> {
    let most = u64::MAX as f64;
    let held = |number: f64| {
        let number = number.clamp(0.0, most) as u64;
        T::try_from(number).map_err(|_| format!("{number} is more than any picture has"))
    };
    let (from, to) = ends(op, body)?;
    // Nothing is below 0: such a span is empty, which the wrong order of its ends says.
    let is_empty = to.is_some_and(|to| to.value < 0.0 || (to.value == 0.0 && !to.inside));
    if is_empty {
        return Ok(Span::between(held(1.0)?, held(0.0)?));
    }
    let least = |end: End| {
        let up = end.value.ceil();
        let on_it = up.total_cmp(&end.value).is_eq();
        held(if on_it && !end.inside { up + 1.0 } else { up })
    };
    let greatest = |end: End| {
        let down = end.value.floor();
        let on_it = down.total_cmp(&end.value).is_eq();
        held(if on_it && !end.inside {
            down - 1.0
        } else {
            down
        })
    };
    Ok(Span {
        from: from.map(least).transpose()?,
        to: to.map(greatest).transpose()?,
    })
}

fn fractional(op: &str, body: &Body) -> Result<Span<f64>, String> {
    let (from, to) = ends(op, body)?;
    let least = |end: End| {
        if end.inside {
            end.value
        } else {
            end.value.next_up()
        }
    };
    let most = |end: End| {
        if end.inside {
            end.value
        } else {
            end.value.next_down()
        }
    };
    Ok(Span {
        from: from.map(least),
        to: to.map(most),
    })
}

/// A span of moments: each a text as ISO 8601 has it, a day or second meaning all of it, or
/// seconds since 1970.
pub(super) fn moments(op: &str, body: &Body) -> Result<Span<Timestamp>, String> {
    let value = body.get("value").unwrap_or(&Value::Null);
    let open = |value: &Value| match value {
        Value::Null => Ok(None),
        value => moment(value).map(Some),
    };
    let (from, to) = match op {
        "between" | "during" => {
            let [from, to] = two(value)?;
            (open(from)?, open(to)?)
        }
        "is" | "on" => (Some(moment(value)?), Some(moment(value)?)),
        "after" | "at_least" | ">=" | "since" => (Some(moment(value)?), None),
        "before" | "at_most" | "<=" | "until" => (None, Some(moment(value)?)),
        _ => return Err("op must be between, after, before or on".to_owned()),
    };
    let (from, to) = (from.map(|(first, _)| first), to.map(|(_, last)| last));
    in_order(from, to)?;
    Ok(Span { from, to })
}

/// The first and the last moment that are meant.
fn moment(value: &Value) -> Result<(Timestamp, Timestamp), String> {
    if let Some(text) = value.as_str() {
        return meant_by(text).map_err(|cause| format!("value is {cause}"));
    }
    let seconds = value.as_f64().filter(|seconds| seconds.is_finite());
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast of what is too far away stops at the end of the range"
    )]
    let at = seconds.map(|seconds| Timestamp::from_micros((seconds * 1e6) as i64));
    let at = at.ok_or("value must be a date such as \"2025-10-30\", or seconds since 1970")?;
    Ok((at, at))
}

/// What is asked of a field that people declared. Whether it is of the kind that is asked so shows
/// when the field is looked up.
fn metadata(op: &str, body: &Body) -> Result<Clause, String> {
    let field = ["field", "field_name", "name"]
        .iter()
        .find_map(|name| body.get(*name)?.as_str());
    let field = field.filter(|name| !name.is_empty());
    let field = field.ok_or("field must be the name of a metadata field")?;
    let value = body.get("value").unwrap_or(&Value::Null);
    let text = || {
        let text = value.as_str().map(str::to_owned);
        text.ok_or_else(|| format!("{op} takes a text"))
    };
    let number = value.as_f64().filter(|number| number.is_finite());
    let test = match (op, number) {
        ("contains", _) => MetadataTest::Contains(text()?),
        ("is" | "equals" | "=", Some(number)) => MetadataTest::Is(number),
        ("is" | "equals" | "=", None) => MetadataTest::Equals(text()?),
        ("one_of" | "in", _) => MetadataTest::OneOf(super::names(body)?.into_iter().collect()),
        ("above" | "greater_than" | ">", Some(number)) => MetadataTest::Above(number),
        ("below" | "less_than" | "<", Some(number)) => MetadataTest::Below(number),
        ("between" | "during" | "after" | "since" | "before" | "until" | "on", _) => {
            MetadataTest::During(moments(op, body)?)
        }
        ("above" | "greater_than" | ">" | "below" | "less_than" | "<", None) => {
            return Err(format!("{op} takes a number"));
        }
        _ => {
            return Err(
                "op must be contains, is, one_of, above, below, between, after or before"
                    .to_owned(),
            );
        }
    };
    Ok(Clause::Metadata {
        field: field.to_owned(),
        test,
    })
}

/// Whether those with something that has no value are meant, or all others: `is` or `is_not`, and
/// as a value nothing, true or false.
fn presence(op: &str, body: &Body) -> Result<Presence, String> {
    let meant = match op {
        "" | "is" | "in" => true,
        "is_not" | "out" => false,
        _ => return Err("op must be is or is_not".to_owned()),
    };
    let said = match body.get("value") {
        None | Some(Value::Null | Value::Bool(true)) => true,
        Some(Value::Bool(false)) => false,
        Some(_) => return Err("value must be true or false, or left out".to_owned()),
    };
    Ok(if meant == said {
        Presence::In
    } else {
        Presence::Out
    })
}

/// The first of two, or the second where the op or value turns it round.
fn lacking(op: &str, body: &Body, clauses: [Clause; 2]) -> Result<Clause, String> {
    let [without, with] = clauses;
    Ok(match presence(op, body)? {
        Presence::In => without,
        Presence::Out => with,
    })
}

/// Files that could not be read are no pictures, and so never among them.
fn rejected(op: &str, body: &Body) -> Result<Clause, String> {
    match presence(op, body)? {
        Presence::Out => Ok(Clause::Media {
            mode: Presence::Out,
            ids: std::collections::BTreeSet::new(),
        }),
        Presence::In => Err(
            "files that could not be read are not among pictures: list them at \
             /api/v1/dataset/{dataset_id}/rejected, or leave them out with op is_not"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::{Clause, ImageFormat, Span, TextMatch, Timestamp};
    use serde_json::{Value, json};

    fn read(filter: &Value) -> Result<Clause, String> {
        let text = json!([filter]).to_string();
        let read = super::super::read(&text);
        read.map(|mut filter| filter.clauses.remove(0))
            .map_err(|problem| problem.detail.in_words())
    }

    fn ask(key: &str, op: &str, value: Value) -> Result<Clause, String> {
        read(&json!({key: {"op": op, "value": value}}))
    }

    #[test]
    fn names_are_asked_for_in_four_ways() {
        let one_of = |names: &[&str]| {
            TextMatch::OneOf(names.iter().map(|name| (*name).to_owned()).collect())
        };
        assert_eq!(
            ask("folders", "one_of", json!(["a/", "b"])),
            Ok(Clause::Folder(one_of(&["a", "b"])))
        );
        assert_eq!(
            ask("files", "ends_with", json!(".PNG")),
            Ok(Clause::File(TextMatch::EndsWith(".PNG".to_owned())))
        );
        for wrong in [
            ask("files", "like", json!("x")),
            ask("files", "contains", json!("")),
            ask("files", "starts_with", json!(["a", "b"])),
            ask("folders", "one_of", json!([])),
            ask("folders", "one_of", json!([7])),
        ] {
            assert!(wrong.unwrap_err().starts_with("query.vql.0: "));
        }
    }

    #[test]
    fn what_is_above_is_not_the_number_itself() {
        assert_eq!(
            ask("width", "above", json!(640)),
            Ok(Clause::Width(Span::at_least(641)))
        );
        assert_eq!(
            ask("width", "above", json!(640.5)),
            Ok(Clause::Width(Span::at_least(641)))
        );
        assert_eq!(
            ask("width", "at_least", json!(640)),
            Ok(Clause::Width(Span::at_least(640)))
        );
        assert_eq!(
            ask("area", "below", json!(100)),
            Ok(Clause::Area(Span::at_most(99)))
        );
        assert_eq!(
            ask("file_size", "between", json!([null, 5e3])),
            Ok(Clause::Size(Span::at_most(5000)))
        );
        assert_eq!(
            ask("aspect", "between", json!([1, 1.5])),
            Ok(Clause::Aspect(Span::between(1.0, 1.5)))
        );
        let Ok(Clause::Aspect(span)) = ask("aspect", "below", json!(1)) else {
            panic!("a span");
        };
        assert!(!span.holds(1.0) && span.holds(0.999_999_9));
        // Nothing has a width below 0.
        let Ok(Clause::Width(span)) = ask("width", "below", json!(0)) else {
            panic!("a span");
        };
        assert!(!span.holds(0) && !span.holds(1));
        for wrong in [
            ask("width", "between", json!([1])),
            ask("width", "between", json!(1)),
            ask("width", "above", json!("wide")),
            ask("width", "near", json!(1)),
            ask("width", "above", json!(1e30)),
            ask("width", "between", json!([5, 1])),
            ask("aspect", "between", json!([2, 0.5])),
        ] {
            assert!(wrong.is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_day_means_all_of_it() {
        let at = |text: &str| Timestamp::from_iso(text).unwrap();
        let whole = Span::between(at("2025-10-30"), at("2025-10-31").plus_micros(-1));
        assert_eq!(
            ask("modified", "on", json!("2025-10-30")),
            Ok(Clause::Modified(whole))
        );
        assert_eq!(
            ask("created", "between", json!(["2025-10-30T10:00:00Z", null])),
            Ok(Clause::Created(Span::at_least(at("2025-10-30T10:00:00"))))
        );
        assert_eq!(
            ask("date", "before", json!(60)),
            Ok(Clause::Modified(Span::at_most(Timestamp::from_seconds(60))))
        );
        let turned = json!(["2025-10-31", "2025-10-30"]);
        assert!(ask("created", "between", turned).is_err());
        assert!(ask("date", "on", json!("soon")).is_err());
        assert!(ask("date", "on", json!(true)).is_err());
    }

    #[test]
    fn formats_what_has_no_label_and_what_was_rejected() {
        assert_eq!(
            ask("format", "one_of", json!(["PNG"])),
            Ok(Clause::Format([ImageFormat::Png].into()))
        );
        let Ok(Clause::Format(others)) = ask("format", "not_one_of", json!(["png"])) else {
            panic!("formats");
        };
        assert_eq!(others.len(), ImageFormat::ALL.len() - 1);
        assert!(ask("format", "is", json!("psd")).is_err());
        assert_eq!(
            read(&json!({"labels": {"op": "unlabelled"}})),
            Ok(Clause::Unlabelled)
        );
        assert_eq!(read(&json!({"unlabelled": {}})), Ok(Clause::Unlabelled));
        assert_eq!(
            read(&json!({"tags": {"op": "untagged"}})),
            Ok(Clause::Untagged)
        );
        for (filter, means) in [
            (
                json!({"unlabelled": {"op": "is", "value": true}}),
                Clause::Unlabelled,
            ),
            (json!({"unlabelled": {"op": "is_not"}}), Clause::Labelled),
            (json!({"unlabeled": {"value": false}}), Clause::Labelled),
            (
                json!({"unlabelled": {"op": "is_not", "value": false}}),
                Clause::Unlabelled,
            ),
            (json!({"labels": {"op": "labelled"}}), Clause::Labelled),
            (json!({"untagged": {"op": "is_not"}}), Clause::Tagged),
            (json!({"tags": {"op": "tagged"}}), Clause::Tagged),
        ] {
            assert_eq!(read(&filter), Ok(means), "{filter}");
        }
        for wrong in [
            json!({"unlabelled": {"op": "one_of"}}),
            json!({"unlabelled": {"op": "is", "value": "cat"}}),
            json!({"untagged": {"op": "maybe"}}),
            json!({"rejected": {"op": "maybe"}}),
        ] {
            let told = read(&wrong).unwrap_err();
            assert!(told.starts_with("query.vql.0: "), "{told}");
        }
        let rejected = ask("rejected", "is", json!(true)).unwrap_err();
        assert!(rejected.contains("/rejected"), "{rejected}");
        assert!(ask("rejected", "is_not", json!(true)).is_ok());
    }
}
