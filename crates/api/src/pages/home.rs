//! The list of datasets.

use std::fmt::Write as _;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use hyper::header::CONTENT_SECURITY_POLICY;
use lamina_engine::Caller;
use lamina_model::{Dataset, DatasetStatus};

use super::{
    POLICY,
    html::{escaped, grouped, page},
};
use crate::{AppState, error::ApiError, extract::caller, wire::dataset::status_new};

/// Shows every dataset that the caller may see.
pub(crate) async fn show_home(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
) -> Result<Response, ApiError> {
    if caller == Caller::Anonymous {
        return Ok(Redirect::to("/login").into_response());
    }
    let datasets = state.engine().datasets(&caller).await?;
    let mut body = "<h1>Datasets</h1>".to_owned();
    if !state.mode().has_authentication() {
        body.push_str(
            "<p class=\"quiet\">Authentication is off: whoever reaches this address may do everything.</p>",
        );
    }
    if datasets.is_empty() {
        body.push_str("<p>There are none yet. Make one with <code>lamina up FOLDER</code>.</p>");
    } else {
        body.push_str(
            "<table><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">State</th>\
             <th scope=\"col\" class=\"n\">Pictures</th><th scope=\"col\">Source</th>\
             <th scope=\"col\">Made</th></tr></thead><tbody>",
        );
        for dataset in &datasets {
            write!(
                body,
                "<tr><td><a href=\"/plain/dataset/{}\">{}</a></td><td>{}</td><td class=\"n\">{}</td>\
                 <td>{}</td><td>{}</td></tr>",
                dataset.id,
                escaped(&dataset.display_name),
                state_of(dataset),
                grouped(dataset.image_count),
                escaped(&dataset.source.to_string()),
                &dataset.created_at.to_naive_iso()[..16].replace('T', " "),
            )
            .expect("writing to a string cannot fail");
        }
        body.push_str("</tbody></table>");
    }
    Ok((
        [(CONTENT_SECURITY_POLICY, POLICY)],
        Html(page("Datasets", &body)),
    )
        .into_response())
}

/// The state in a few words, with a bar while something runs.
pub(super) fn state_of(dataset: &Dataset) -> String {
    let word = status_new(dataset.status);
    match dataset.status {
        DatasetStatus::New | DatasetStatus::Indexing | DatasetStatus::Updating => format!(
            "{word}, {percent} % <progress max=\"100\" value=\"{percent}\" aria-label=\"Progress\"></progress>",
            percent = dataset.progress_percent,
        ),
        DatasetStatus::Ready => word.to_owned(),
        DatasetStatus::Failed => {
            let why = dataset
                .fatal_error
                .as_deref()
                .unwrap_or("no reason is known");
            format!("<span class=\"bad\">{word}</span>: {}", escaped(why))
        }
    }
}
