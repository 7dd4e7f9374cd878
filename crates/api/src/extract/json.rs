//! A JSON body as a struct.

use axum::extract::{FromRequest, Request};
use hyper::header::CONTENT_TYPE;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::query_or_form::read_body;
use crate::{
    AppState,
    error::{ApiError, ParameterFault, Problem},
};

/// A JSON body. What does not fit is told in FastAPI's list, as clients of the original expect.
#[derive(Debug)]
pub(crate) struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, ApiError> {
        parse(&read_json(request).await?).map(Self)
    }
}

/// A JSON body, or none, which means nothing out of the ordinary.
#[derive(Debug)]
pub(crate) struct JsonOrNothing<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<AppState> for JsonOrNothing<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, ApiError> {
        let body = read_json(request).await?;
        if body.is_empty() {
            return Ok(Self(T::default()));
        }
        parse(&body).map(Self)
    }
}

async fn read_json(request: Request) -> Result<Vec<u8>, ApiError> {
    let declared = request.headers().get(CONTENT_TYPE).cloned();
    let body = read_body(request.into_body()).await?;
    let is_json = declared.as_ref().is_none_or(|value| {
        let value = value.as_bytes().to_ascii_lowercase();
        value.starts_with(b"application/json") || value.windows(5).any(|part| part == b"+json")
    });
    // A form of another site can be sent without asking it first; JSON cannot.
    if !is_json {
        return Err(Problem::of_status(hyper::StatusCode::UNSUPPORTED_MEDIA_TYPE).into());
    }
    Ok(body)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|cause| {
        let (line, column) = (cause.line(), cause.column());
        let is_json = || serde_json::from_slice::<IgnoredAny>(body).is_ok();
        let (kind, field, mut msg) = match cause.classify() {
            serde_json::error::Category::Data => worded(&cause.to_string()),
            // The parser takes whatever is no word, where one is wanted, for a slip of the pen.
            _ if is_json() => {
                let msg =
                    format!("a value of another kind is expected at line {line} column {column}");
                ("value_error", None, msg)
            }
            _ => {
                let msg = format!("the body is not JSON: line {line}, column {column}");
                ("json_invalid", None, msg)
            }
        };
        if field.is_some() && !is_end(body, line, column) {
            msg = format!("{msg} (line {line}, column {column})");
        }
        let fault = ParameterFault {
            kind: kind.to_owned(),
            loc: std::iter::once("body".to_owned()).chain(field).collect(),
            msg,
            input: serde_json::Value::Null,
        };
        Problem::faults(vec![fault]).into()
    })
}

/// Whether only space follows a place: a field that lacks there is one of the body itself.
fn is_end(body: &[u8], line: usize, column: usize) -> bool {
    let mut lines = body
        .split(|byte| *byte == b'\n')
        .skip(line.saturating_sub(1));
    let rest = lines.next().and_then(|line| line.get(column..));
    let rest = rest.unwrap_or_default().iter();
    rest.chain(lines.flatten()).all(u8::is_ascii_whitespace)
}

/// What the parser found, in words that say nothing of how this program is made: the kind of
/// fault, the field that is missing, a sentence. It never repeats a text: a password may be among
/// them.
fn worded(text: &str) -> (&'static str, Option<String>, String) {
    let missing = text.strip_prefix("missing field `");
    if let Some((field, _)) = missing.and_then(|rest| rest.split_once('`')) {
        let msg = "Field required".to_owned();
        return ("missing", Some(field.to_owned()), msg);
    }
    let text = without_values(text);
    let msg = match text.split_once(", expected ") {
        None => text,
        Some((found, expected)) => {
            let (wanted, place) = expected.split_once(" at line ").unwrap_or((expected, "1"));
            let found = match found {
                "invalid type: map" => "invalid type: object",
                "invalid type: sequence" => "invalid type: list",
                other => other,
            };
            format!("{found}, expected {} at line {place}", in_words(wanted))
        }
    };
    ("value_error", None, msg)
}

/// What the parser wanted.
fn in_words(wanted: &str) -> String {
    let between = |least: i64, most: i64| format!("a whole number from {least} to {most}");
    let words = match wanted.split(' ').next().unwrap_or_default() {
        "struct" | "adjacently" | "internally" => "an object",
        "enum" | "variant" => "one of its words",
        "usize" | "u64" => "a whole number from 0 on",
        "u32" => return between(0, u32::MAX.into()),
        "u16" => return between(0, u16::MAX.into()),
        "u8" => return between(0, u8::MAX.into()),
        "isize" | "i64" => "a whole number",
        "i32" => return between(i32::MIN.into(), i32::MAX.into()),
        "i16" => return between(i16::MIN.into(), i16::MAX.into()),
        "i8" => return between(i8::MIN.into(), i8::MAX.into()),
        "f64" | "f32" => "a number",
        _ if wanted == "a sequence" => "a list",
        _ if wanted == "a map" => "an object",
        _ => wanted,
    };
    words.to_owned()
}

/// The parser's words without the text that was sent: it may hold quotes itself, so all from the
/// first to the last is left out.
fn without_values(text: &str) -> String {
    let word = text.strip_prefix("unknown variant `");
    if let Some((_, expected)) = word.and_then(|word| word.rsplit_once("`, expected ")) {
        return format!("unknown word, expected {expected}");
    }
    match (text.find('"'), text.rfind('"')) {
        (Some(first), Some(last)) => format!("{}…{}", &text[..first], &text[last + 1..]),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fmt::Debug};

    use serde::{Deserialize, de::DeserializeOwned};
    use serde_json::{Value, json};

    use super::{parse, worded};

    #[derive(Debug, Deserialize)]
    struct Wish {
        #[expect(dead_code, reason = "only read")]
        name: String,
        #[expect(dead_code, reason = "only read")]
        count: Option<usize>,
        #[expect(dead_code, reason = "only read")]
        #[serde(default)]
        tags: Vec<String>,
    }

    fn told(body: &Value) -> Value {
        told_of::<Wish>(&body.to_string())
    }

    fn told_of<T: DeserializeOwned + Debug>(body: &str) -> Value {
        let problem = parse::<T>(body.as_bytes()).unwrap_err();
        let told: Value = serde_json::from_slice(&problem.into_problem().body("x")).unwrap();
        told["detail"][0].clone()
    }

    #[test]
    fn what_does_not_fit_is_told_in_words_of_json() {
        let missing = told(&json!({}));
        assert_eq!(missing["type"], "missing");
        assert_eq!(missing["loc"], json!(["body", "name"]));
        for (body, expected) in [
            (json!([]), "an object"),
            (json!("x"), "an object"),
            (
                json!({"name": "x", "count": "5"}),
                "a whole number from 0 on",
            ),
            (
                json!({"name": "x", "count": -5}),
                "a whole number from 0 on",
            ),
            (json!({"name": "x", "tags": 5}), "a list"),
        ] {
            let msg = told(&body)["msg"].as_str().unwrap().to_owned();
            assert!(
                msg.contains(&format!("expected {expected} at line 1")),
                "{msg}"
            );
        }
        for secret in ["a password", "a\"password\"", "\\\"password"] {
            let told = told(&json!({"name": "x", "count": secret}));
            assert!(!told.to_string().contains("password"), "{told}");
        }
    }

    #[test]
    fn a_field_that_lacks_further_in_is_told_with_its_place() {
        let whole = told_of::<Wish>("{\"count\": 5}\n\n");
        assert_eq!(whole["msg"], "Field required");
        let inner = told_of::<BTreeMap<String, Wish>>("{\"a\":\n{\"count\": 5}}");
        assert_eq!(inner["loc"], json!(["body", "name"]));
        let msg = inner["msg"].as_str().unwrap();
        assert!(
            msg.starts_with("Field required (line 2, column "),
            "{inner}"
        );
    }

    #[test]
    fn the_words_of_the_parser_are_put_into_those_of_json() {
        let told = |text: &str| worded(&format!("{text} at line 1 column 2")).2;
        for (text, expected) in [
            (
                "invalid type: integer `5`, expected adjacently tagged enum Part",
                "invalid type: integer `5`, expected an object",
            ),
            (
                "invalid value: integer `300`, expected u8",
                "invalid value: integer `300`, expected a whole number from 0 to 255",
            ),
            (
                "invalid type: map, expected a sequence",
                "invalid type: object, expected a list",
            ),
            (
                "unknown variant `a`, expected \"b`, expected `media` or `cluster`",
                "unknown word, expected `media` or `cluster`",
            ),
        ] {
            assert_eq!(told(text), format!("{expected} at line 1 column 2"));
        }
        // JSON, though the parser does not see it so.
        let kinds = told_of::<Vec<Result<u8, u8>>>("[5]");
        assert_eq!(kinds["type"], "value_error", "{kinds}");
        let cut = told_of::<Vec<Result<u8, u8>>>("[5");
        assert_eq!(cut["type"], "json_invalid", "{cut}");
    }
}
