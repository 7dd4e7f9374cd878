//! The OpenAPI 3.1 document, made from the code.

use utoipa::openapi::{
    Info, KnownFormat, License, OpenApi, OpenApiBuilder, RefOr, Schema, SchemaFormat,
    path::Parameter,
};

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
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.patch,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter {
                    say_what_it_takes(parameter);
                }
            }
        }
    }
    document
}

/// Puts right what deriving says of some parameters.
fn say_what_it_takes(parameter: &mut Parameter) {
    let Some(RefOr::T(schema)) = &mut parameter.schema else {
        return;
    };
    // A word of an enum with a default is told as a text that is an object as well.
    if let Schema::AllOf(all) = schema
        && let [
            RefOr::T(Schema::Object(word)),
            RefOr::T(Schema::Object(usual)),
        ] = &all.items[..]
        && usual.default.is_some()
    {
        let mut word = word.clone();
        word.default.clone_from(&usual.default);
        *schema = Schema::Object(word);
    }
    // A number from 0 on of 32 bits is told as one with a sign, which ends at half of what it is.
    if let Schema::Object(number) = schema
        && number.format == Some(SchemaFormat::KnownFormat(KnownFormat::Int32))
        && number.minimum.is_some()
        && number.maximum.is_none()
    {
        number.format = Some(SchemaFormat::KnownFormat(KnownFormat::Int64));
        number.maximum = Some(u32::MAX.into());
    }
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
