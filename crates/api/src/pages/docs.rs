//! Every operation of the API, from the OpenAPI document itself.

use std::fmt::Write as _;

use utoipa::openapi::{OpenApi, RefOr, path::Operation};

use super::html::{escaped, page};

/// The page.
pub(crate) fn docs(document: &OpenApi) -> String {
    let mut body = "<h1>API</h1><p>As a document for programs: \
                    <a href=\"/api/v1/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>"
        .to_owned();
    for (path, item) in &document.paths.paths {
        let operations = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                describe(&mut body, method, path, operation);
            }
        }
    }
    page("API", &body)
}

fn describe(body: &mut String, method: &str, path: &str, operation: &Operation) {
    let mut put = |text: String| {
        body.write_str(&text)
            .expect("writing to a string cannot fail");
    };
    put(format!("<h2><code>{method} {}</code></h2>", escaped(path)));
    if let Some(summary) = operation
        .summary
        .as_deref()
        .or(operation.description.as_deref())
    {
        put(format!("<p>{}</p>", escaped(summary)));
    }
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    if !parameters.is_empty() {
        put("<ul>".to_owned());
        for parameter in parameters {
            // The document is made here, without references among parameters.
            let RefOr::T(parameter) = parameter else {
                continue;
            };
            put(format!(
                "<li><code>{}</code> {}</li>",
                escaped(&parameter.name),
                escaped(parameter.description.as_deref().unwrap_or_default()),
            ));
        }
        put("</ul>".to_owned());
    }
    let answers: Vec<_> = operation
        .responses
        .responses
        .iter()
        .map(|(status, response)| match response {
            RefOr::T(response) => {
                format!("{}: {}", escaped(status), escaped(&response.description))
            }
            RefOr::Ref(_) => escaped(status),
        })
        .collect();
    put(format!("<p class=\"quiet\">{}</p>", answers.join(" · ")));
}
