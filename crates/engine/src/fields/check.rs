//! Whether a value is what its field takes.

use lamina_model::{FieldKind, MetadataField, MetadataValue, Timestamp};
use serde_json::Value;

/// The longest text or link, in characters.
const LONGEST: usize = 10_000;

/// The values in a row: one, or several of an enum that takes several.
///
/// # Errors
/// What was expected, in the original's words where it has some.
pub(super) fn checked(field: &MetadataField, value: &Value) -> Result<Vec<MetadataValue>, String> {
    match field.kind {
        FieldKind::String => {
            let text = value.as_str().ok_or("Expected String")?;
            short(text).map(|text| vec![MetadataValue::Text(text)])
        }
        FieldKind::Float => {
            let number = value.as_f64().filter(|number| number.is_finite());
            Ok(vec![MetadataValue::Number(number.ok_or("Expected Float")?)])
        }
        FieldKind::Datetime => {
            let moment = value.as_str().map(Timestamp::from_iso).and_then(Result::ok);
            Ok(vec![MetadataValue::Moment(moment.ok_or(
                "Expected Datetime, such as 2025-10-30T10:00:00Z",
            )?)])
        }
        FieldKind::Link => {
            let link = value.as_str().filter(|text| is_link(text));
            let link = link.ok_or("Expected Link, such as https://example.org/page")?;
            short(link).map(|link| vec![MetadataValue::Link(link)])
        }
        FieldKind::Enum => options(field, value),
    }
}

fn short(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    if length > LONGEST {
        return Err(format!(
            "Expected at most {LONGEST} characters, not {length}"
        ));
    }
    Ok(text.to_owned())
}

/// Whether a text is an address: a scheme, `://`, and something behind it.
fn is_link(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(plain)
        && !rest.is_empty()
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn options(field: &MetadataField, value: &Value) -> Result<Vec<MetadataValue>, String> {
    let one = |value: &Value| {
        let word = value.as_str().ok_or("Expected Enum")?;
        if field.options.iter().any(|option| option == word) {
            Ok(MetadataValue::Choice(word.to_owned()))
        } else {
            Err(format!(
                "Expected one of the declared options, not {word:?}"
            ))
        }
    };
    match value {
        Value::Array(values) if field.is_multi && !values.is_empty() => {
            let mut all: Vec<MetadataValue> = Vec::new();
            for value in values {
                let value = one(value)?;
                if !all.contains(&value) {
                    all.push(value);
                }
            }
            Ok(all)
        }
        Value::Array(_) if field.is_multi => Err("Expected at least one option".to_owned()),
        Value::Array(_) => Err("Expected one option, not a list".to_owned()),
        value => one(value).map(|value| vec![value]),
    }
}

#[cfg(test)]
mod tests {
    use lamina_model::{FieldId, FieldState};
    use serde_json::json;

    use super::*;

    fn field(kind: FieldKind, is_multi: bool) -> MetadataField {
        MetadataField {
            id: FieldId::from_uuid(uuid::Uuid::nil()),
            name: "f".to_owned(),
            kind,
            options: vec!["rain".to_owned(), "sun".to_owned()],
            is_multi,
            state: FieldState::Declared,
            inserted: 0,
            errors: 0,
            sample_errors: Vec::new(),
            created_by: None,
            created_at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn each_kind_takes_its_own_values() {
        let choice = |word: &str| MetadataValue::Choice(word.to_owned());
        for (kind, is_multi, value, expected) in [
            (
                FieldKind::String,
                false,
                json!("a"),
                vec![MetadataValue::Text("a".to_owned())],
            ),
            (
                FieldKind::Float,
                false,
                json!(2),
                vec![MetadataValue::Number(2.0)],
            ),
            (
                FieldKind::Datetime,
                false,
                json!("1970-01-01T00:00:01Z"),
                vec![MetadataValue::Moment(Timestamp::from_seconds(1))],
            ),
            (
                FieldKind::Link,
                false,
                json!("s3://bucket/a"),
                vec![MetadataValue::Link("s3://bucket/a".to_owned())],
            ),
            (FieldKind::Enum, false, json!("sun"), vec![choice("sun")]),
            (FieldKind::Enum, true, json!("sun"), vec![choice("sun")]),
            (
                FieldKind::Enum,
                true,
                json!(["sun", "rain", "sun"]),
                vec![choice("sun"), choice("rain")],
            ),
        ] {
            assert_eq!(
                checked(&field(kind, is_multi), &value),
                Ok(expected),
                "{value}"
            );
        }
    }

    #[test]
    fn what_is_of_another_kind_is_told_in_words() {
        for (kind, is_multi, value, why) in [
            (FieldKind::String, false, json!(7), "Expected String"),
            (FieldKind::Float, false, json!("7"), "Expected Float"),
            (FieldKind::Float, false, json!(null), "Expected Float"),
            (
                FieldKind::Datetime,
                false,
                json!("soon"),
                "Expected Datetime",
            ),
            (
                FieldKind::Link,
                false,
                json!("javascript:alert(1)"),
                "Expected Link",
            ),
            (FieldKind::Link, false, json!("http://"), "Expected Link"),
            (FieldKind::Enum, false, json!("snow"), "declared options"),
            (FieldKind::Enum, false, json!(["sun"]), "not a list"),
            (FieldKind::Enum, true, json!(["sun", 1]), "Expected Enum"),
            (FieldKind::Enum, true, json!([]), "at least one"),
        ] {
            let told = checked(&field(kind, is_multi), &value).unwrap_err();
            assert!(told.contains(why), "{value}: {told}");
        }
    }
}
