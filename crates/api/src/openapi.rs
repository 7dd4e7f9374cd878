//! The OpenAPI 3.1 document, made from the code.

use utoipa::openapi::{Info, License, OpenApi, OpenApiBuilder};

use crate::routes;

/// The document. `openapi/openapi.json` is this as pretty JSON; a test holds it fresh.
pub fn document() -> OpenApi {
    let (_, routes) = routes::api().split_for_parts();
    let mut info = Info::new("Lamina", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Datasets of pictures: index, look, find duplicates and bad pictures.\n\nEvery answer of 400 and above is \
         JSON: `{\"detail\": \"<sentence>\", \"code\": \"<word>\", \"request_id\": \"…\"}`; for malformed parameters \
         (422) `detail` is a list with one entry a fault. Every answer carries `x-request-id`."
            .to_owned(),
    );
    info.license = Some(License::new("Apache-2.0"));
    let mut document = OpenApiBuilder::new().info(info).build();
    document.merge(routes);
    document
}

/// The document as pretty JSON, its keys in alphabetical order. `serde_json` keeps another order
/// as soon as any crate of the build asks it to, and the text would change with it.
pub fn document_text() -> String {
    let value = serde_json::to_value(document()).expect("the document is plain texts and lists");
    let mut text = serde_json::to_string_pretty(&in_order(value)).expect("JSON is JSON");
    text.push('\n');
    text
}

fn in_order(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.into_iter().collect();
            fields.sort_by(|(one, _), (other, _)| one.cmp(other));
            let fields = fields.into_iter();
            Value::Object(
                fields
                    .map(|(name, value)| (name, in_order(value)))
                    .collect(),
            )
        }
        Value::Array(items) => Value::Array(items.into_iter().map(in_order).collect()),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}
