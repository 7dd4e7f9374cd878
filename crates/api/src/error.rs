//! What went wrong → status and body. The only place that pairs the two.

use axum::response::{IntoResponse, Response};
use hyper::{
    HeaderMap, StatusCode,
    header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE},
};
use lamina_auth::{ProblemKind, challenge_for, challenge_for_scope};
use lamina_engine::Error;
use serde::Serialize;

/// What the challenges name as the place one signs in to.
const REALM: &str = "lamina";

fn challenge(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("challenges are made of the characters that RFC 6750 allows")
}

/// What a handler answers with when it cannot do what was asked.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// A verb refused or failed.
    Engine(Error),
    /// The request itself is at fault, or the way it came.
    Wire(Problem),
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::Wire(problem)
    }
}

/// One thing wrong with one parameter, as FastAPI tells it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ParameterFault {
    /// The kind of fault, in pydantic's words, such as `missing` or `int_parsing`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where: `["query", "limit"]`.
    pub loc: Vec<String>,
    /// A sentence.
    pub msg: String,
    /// What was sent; null when nothing was.
    pub input: serde_json::Value,
}

/// The `detail` of an error: a sentence, except for malformed parameters.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Detail {
    /// A sentence for a person.
    Sentence(String),
    /// One entry a fault, in the shape that clients of the original parse.
    Faults(Vec<ParameterFault>),
}

impl Detail {
    /// The detail as one sentence.
    pub(crate) fn in_words(&self) -> String {
        match self {
            Self::Sentence(sentence) => sentence.clone(),
            Self::Faults(faults) => faults
                .iter()
                .map(|fault| format!("{}: {}", fault.loc.join("."), fault.msg))
                .collect::<Vec<_>>()
                .join("; "),
        }
    }
}

/// Everything an error answer says. It rides in the response's extensions until
/// [`crate::middleware::envelope`], which knows the request's id, writes the body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    pub status: StatusCode,
    pub code: String,
    pub detail: Detail,
    /// Headers that belong to the answer.
    pub headers: HeaderMap,
    /// Whether `status: "error"` and `message` stand beside the detail, as `/process` tells
    /// its failures.
    pub as_process: bool,
}

impl Problem {
    /// A problem told in a sentence.
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            detail: Detail::Sentence(detail.into()),
            headers: HeaderMap::new(),
            as_process: false,
        }
    }

    /// Malformed parameters: 422 with a list.
    pub(crate) fn faults(faults: Vec<ParameterFault>) -> Self {
        Self {
            detail: Detail::Faults(faults),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_parameters", "")
        }
    }

    /// What to say of an answer that nobody worded: the router's and the libraries' own.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::BAD_REQUEST => ("bad_request", "the request is not well-formed HTTP"),
            StatusCode::NOT_FOUND => (
                "route_not_found",
                "there is nothing at this address; /api/v1/docs lists what there is",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method_not_allowed",
                "this address does not take that method; the Allow header lists those it takes",
            ),
            StatusCode::REQUEST_TIMEOUT => (
                "request_timeout",
                "the request did not arrive in time; send it again",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "the request body is too large"),
            StatusCode::URI_TOO_LONG => ("uri_too_long", "the address of the request is too long"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "unsupported_media_type",
                "the Content-Type of the body is not one that this address takes",
            ),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => (
                "headers_too_large",
                "the headers are too large or too many; send fewer or smaller ones",
            ),
            StatusCode::INTERNAL_SERVER_ERROR => ("internal", "something went wrong inside Lamina"),
            other => (
                "error",
                other
                    .canonical_reason()
                    .unwrap_or("the request could not be answered"),
            ),
        };
        Self::new(status, code, detail)
    }

    /// The JSON body.
    pub(crate) fn body(&self, request_id: &str) -> Vec<u8> {
        #[derive(Serialize)]
        struct Body<'a> {
            detail: &'a Detail,
            code: &'a str,
            request_id: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            status: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            message: Option<String>,
        }
        let body = Body {
            detail: &self.detail,
            code: &self.code,
            request_id,
            status: self.as_process.then_some("error"),
            message: self.as_process.then(|| self.detail.in_words()),
        };
        serde_json::to_vec(&body).expect("strings and lists of strings are always JSON")
    }
}

impl ApiError {
    /// The same, told as `/process` tells its failures.
    pub(crate) fn told_as_process(self) -> Self {
        let mut problem = self.into_problem();
        problem.as_process = true;
        Self::Wire(problem)
    }

    pub(crate) fn into_problem(self) -> Problem {
        let error = match self {
            Self::Wire(problem) => return problem,
            Self::Engine(error) => error,
        };
        if let Error::Internal(cause) = &error {
            tracing::error!(cause = %Chain(cause.as_ref()), "a verb failed");
        }
        if let Error::Invalid {
            field: "password",
            why,
        } = &error
        {
            let fault = ParameterFault {
                kind: "value_error".to_owned(),
                loc: vec!["body".to_owned(), "password".to_owned()],
                msg: why.clone(),
                input: serde_json::Value::Null,
            };
            return Problem {
                code: error.code(),
                ..Problem::faults(vec![fault])
            };
        }
        if let Error::Invalid {
            field: "metadata",
            why,
        } = &error
        {
            let fault = ParameterFault {
                kind: "value_error".to_owned(),
                loc: ["query", "vql", "metadata"].map(str::to_owned).to_vec(),
                msg: format!("Value error, {why}"),
                input: serde_json::Value::Null,
            };
            return Problem::faults(vec![fault]);
        }
        let mut headers = HeaderMap::new();
        let status = match &error {
            Error::Invalid { .. } => StatusCode::BAD_REQUEST,
            // Without `error`: nothing was shown that could be wrong, or it was no token.
            Error::NotSignedIn | Error::Rejected { .. } => {
                headers.insert(
                    WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"lamina\""),
                );
                StatusCode::UNAUTHORIZED
            }
            Error::Token(problem) => {
                headers.insert(WWW_AUTHENTICATE, challenge(&challenge_for(REALM, problem)));
                match problem.kind() {
                    ProblemKind::NotIdentified | ProblemKind::BadToken => StatusCode::UNAUTHORIZED,
                    ProblemKind::BadRequest => StatusCode::BAD_REQUEST,
                }
            }
            Error::Scope { needed, why } => {
                let told = challenge_for_scope(REALM, needed.as_str(), why);
                headers.insert(WWW_AUTHENTICATE, challenge(&told));
                StatusCode::FORBIDDEN
            }
            Error::Forbidden { .. } | Error::Refused { .. } => StatusCode::FORBIDDEN,
            Error::NotFound { .. } => StatusCode::NOT_FOUND,
            Error::Conflict { .. } => StatusCode::CONFLICT,
            Error::TooMany { retry_after_s, .. } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*retry_after_s));
                StatusCode::TOO_MANY_REQUESTS
            }
            Error::Busy { retry_after_s, .. } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*retry_after_s));
                StatusCode::SERVICE_UNAVAILABLE
            }
            Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Error::NoSpace { .. } => StatusCode::INSUFFICIENT_STORAGE,
            // `Internal`, and whatever a later engine adds before this table learns of it.
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Problem {
            headers,
            ..Problem::new(status, error.code(), error.to_string())
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.into_problem().into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.headers_mut().extend(self.headers.clone());
        response.extensions_mut().insert(self);
        response
    }
}

/// An error and its causes, for the log.
struct Chain<'a>(&'a (dyn std::error::Error + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
