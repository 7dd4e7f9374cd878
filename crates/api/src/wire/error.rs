//! The error body, for the OpenAPI document. `crate::error::Problem` writes it.

use serde::Serialize;
use utoipa::ToSchema;

/// Every answer of 400 and above.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// What is wrong, and what would be right.
    #[schema(example = "dataset not found: 0198c0de-0000-7000-8000-000000000000")]
    detail: String,
    /// A stable word for scripts.
    #[schema(example = "dataset_not_found")]
    code: String,
    /// The id of this request, also in the `x-request-id` header and in the server's log.
    request_id: String,
}

/// Answer to malformed parameters.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValidationErrorBody {
    /// One entry a fault.
    detail: Vec<ValidationFault>,
    /// A stable word for scripts.
    #[schema(example = "invalid_parameters")]
    code: String,
    /// The id of this request.
    request_id: String,
}

/// One thing wrong with one parameter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValidationFault {
    /// The kind of fault.
    #[serde(rename = "type")]
    #[schema(example = "int_parsing")]
    kind: String,
    /// Where it is.
    #[schema(example = json!(["query", "limit"]))]
    loc: Vec<String>,
    /// A sentence.
    msg: String,
    /// What was sent, whatever it was; null when nothing was.
    #[schema(value_type = serde_json::Value)]
    input: Option<String>,
}
