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
