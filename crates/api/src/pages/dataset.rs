//! One dataset: its numbers, its pictures page by page, its rejected files.

use std::fmt::Write as _;

use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Response},
};
use hyper::header::CONTENT_SECURITY_POLICY;
use lamina_engine::{Need, RejectedFile};
use lamina_model::{Media, Page, Report};
use serde::Deserialize;

use super::{
    POLICY,
    home::state_of,
    html::{escaped, grouped, page},
};
use crate::{
    AppState,
    error::ApiError,
    extract::{Query, caller},
    wire::{media::original_uri, media::thumbnail_uri, paging},
};

/// Pictures on one page.
const TILES: usize = 60;
/// Rejected files on one page.
const REJECTED: usize = 50;

/// Which page of the pictures, and which of the rejected files.
#[derive(Debug, Deserialize)]
pub(crate) struct PageParameters {
    cursor: Option<String>,
    rejected: Option<String>,
}

/// Shows one dataset.
pub(crate) async fn show_dataset(
    State(state): State<AppState>,
    caller::From(caller): caller::From,
    Path(dataset_id): Path<String>,
    Query(parameters): Query<PageParameters>,
) -> Result<Response, ApiError> {
    let engine = state.engine();
    let scope = engine.dataset(&caller, &dataset_id, Need::View).await?;
    let report = engine.report(&scope).await?;
    let pictures = engine
        .media_page(&scope, paging::cursor(parameters.cursor)?.as_ref(), TILES)
        .await?;
    let rejected = engine
        .rejected(
            &scope,
            None,
            paging::cursor(parameters.rejected)?.as_ref(),
            REJECTED,
        )
        .await?;

    let dataset = scope.dataset();
    let mut body = format!(
        "<h1>{}</h1><p class=\"quiet\">{}</p><p>{}</p>",
        escaped(&dataset.display_name),
        escaped(&dataset.source.to_string()),
        state_of(dataset),
    );
    match &report {
        Some(report) => numbers(&mut body, report),
        None => body.push_str(
            "<p>Duplicates, clusters and issues are told when indexing has reached its end.</p>",
        ),
    }
    tiles(&mut body, &pictures);
    rejects(&mut body, &rejected);
    let answer = page(&dataset.display_name, &body);
    Ok(([(CONTENT_SECURITY_POLICY, POLICY)], Html(answer)).into_response())
}

fn numbers(body: &mut String, report: &Report) {
    let figures = [
        ("Files found", report.found),
        ("Indexed", report.indexed),
        ("Rejected", report.rejected),
        ("Ignored", report.ignored),
        ("Exact duplicates", report.exact_duplicates),
        ("Near duplicates", report.near_duplicates),
        ("Blurry", report.blur),
        ("Dark", report.dark),
        ("Bright", report.bright),
        ("Outliers", report.outliers),
    ];
    body.push_str("<h2>What is in it</h2><dl class=\"numbers\">");
    for (name, value) in figures {
        put(
            body,
            format_args!("<div><dt>{name}</dt><dd>{}</dd></div>", grouped(value)),
        );
    }
    body.push_str("</dl>");
    if !report.clusters.is_empty() {
        let levels: Vec<_> = report
            .clusters
            .iter()
            .map(|level| format!("{} at level {}", grouped(level.clusters), level.level))
            .collect();
        put(
            body,
            format_args!("<p>Clusters: {}.</p>", levels.join(", ")),
        );
    }
    if !report.ignored_by_reason.is_empty() {
        let reasons: Vec<_> = report
            .ignored_by_reason
            .iter()
            .map(|(reason, count)| format!("{} ({})", grouped(*count), reason.sentence()))
            .collect();
        put(
            body,
            format_args!("<p class=\"quiet\">Ignored: {}.</p>", reasons.join(", ")),
        );
    }
}

fn tiles(body: &mut String, pictures: &Page<Media>) {
    body.push_str("<h2 id=\"pictures\">Pictures</h2>");
    if pictures.items.is_empty() {
        body.push_str("<p>None on this page.</p>");
        return;
    }
    body.push_str("<ul class=\"tiles\">");
    for media in &pictures.items {
        let name = escaped(&media.path.shown_file_name());
        put(
            body,
            format_args!(
                "<li><a href=\"{original}\"><img src=\"{thumbnail}\" alt=\"{name}\" loading=\"lazy\" width=\"152\" \
                 height=\"152\"><span>{name}</span><span>{width} × {height}</span></a></li>",
                original = original_uri(media.dataset_id, media.id),
                thumbnail = thumbnail_uri(media.dataset_id, media.id, &media.content_hash),
                width = media.width_px,
                height = media.height_px,
            ),
        );
    }
    body.push_str("</ul>");
    if let Some(next) = &pictures.next {
        put(
            body,
            format_args!(
                "<p><a href=\"?cursor={next}#pictures\" rel=\"next\">More pictures</a></p>"
            ),
        );
    }
}

fn rejects(body: &mut String, rejected: &Page<RejectedFile>) {
    if rejected.items.is_empty() {
        return;
    }
    body.push_str(
        "<h2 id=\"rejected\">Rejected files</h2><table><thead><tr><th scope=\"col\">File</th>\
         <th scope=\"col\">Why</th><th scope=\"col\" class=\"n\">Bytes</th></tr></thead><tbody>",
    );
    for file in &rejected.items {
        let note = if file.note.is_empty() {
            String::new()
        } else {
            format!(" ({})", escaped(&file.note))
        };
        put(
            body,
            format_args!(
                "<tr><td>{}</td><td>{}{note}</td><td class=\"n\">{}</td></tr>",
                escaped(&file.path.to_string()),
                file.reason.sentence(),
                grouped(file.size_bytes),
            ),
        );
    }
    body.push_str("</tbody></table>");
    if let Some(next) = &rejected.next {
        put(
            body,
            format_args!(
                "<p><a href=\"?rejected={next}#rejected\" rel=\"next\">More rejected files</a></p>"
            ),
        );
    }
}

fn put(body: &mut String, text: std::fmt::Arguments<'_>) {
    body.write_fmt(text)
        .expect("writing to a string cannot fail");
}
