//! A JSON body as a struct.

use axum::extract::{FromRequest, Request};
use hyper::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

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
        let (kind, field, msg) = match cause.classify() {
            serde_json::error::Category::Data => worded(&cause.to_string()),
            _ => {
                let (line, column) = (cause.line(), cause.column());
                let msg = format!("the body is not JSON: line {line}, column {column}");
                ("json_invalid", None, msg)
            }
        };
        let fault = ParameterFault {
            kind: kind.to_owned(),
            loc: std::iter::once("body".to_owned()).chain(field).collect(),
            msg,
            input: serde_json::Value::Null,
        };
        Problem::faults(vec![fault]).into()
    })
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
            let first = wanted.split(' ').next().unwrap_or_default();
            let wanted = match first {
                "struct" => "an object",
                "usize" | "u64" | "u32" | "u16" | "u8" => "a whole number from 0 on",
                "isize" | "i64" | "i32" | "i16" | "i8" => "a whole number",
                "f64" | "f32" => "a number",
                _ if wanted == "a sequence" => "a list",
                _ => wanted,
            };
            format!("{found}, expected {wanted} at line {place}")
        }
    };
    ("value_error", None, msg)
}

/// The parser's words without what stands in double quotes.
fn without_values(text: &str) -> String {
    text.split('"').step_by(2).collect::<Vec<_>>().join("…")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::parse;

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
        let problem = parse::<Wish>(body.to_string().as_bytes()).unwrap_err();
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
        let secret = told(&json!({"name": "x", "count": "a password"}));
        assert!(!secret.to_string().contains("password"), "{secret}");
    }
}
