//! The guide for people, out of `docs/guide` and `docs/reference`: as pages, as Markdown, and as a list for programs.

use axum::{
    extract::{Path, State},
    response::{Html, IntoResponse, Response},
};
use hyper::{
    StatusCode,
    header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue},
};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html::push_html};

use crate::{AppState, error::Problem, pages};

/// A page of the guide.
struct Page {
    /// Its address below `/docs/`, without an ending.
    name: &'static str,
    /// One line for the list of pages.
    about: &'static str,
    /// The page itself.
    markdown: &'static str,
}

macro_rules! page {
    ($name:literal, $about:literal) => {
        page!($name, $about, "guide")
    };
    ($name:literal, $about:literal, $folder:literal) => {
        Page {
            name: $name,
            about: $about,
            markdown: include_str!(concat!("../../../docs/", $folder, "/", $name, ".md")),
        }
    };
}

/// Every page, in the order in which one would read them. A test holds that none is missing.
const PAGES: &[Page] = &[
    page!("index", "What there is to read"),
    page!("getting-started", "From a fresh clone to the first dataset"),
    page!(
        "indexing",
        "What happens to a folder, and what the numbers mean"
    ),
    page!(
        "exploring",
        "Searching, filters, exports and the other pages of the app"
    ),
    page!(
        "sending",
        "Datasets of files that are not on the server: over HTTP, as files or as an archive"
    ),
    page!(
        "rejected",
        "Why a file was left out, and what to do about it"
    ),
    page!(
        "authentication",
        "Sign in, get an API key, sign a token, test it; errors, rotation, proxies"
    ),
    page!(
        "models",
        "Models that make vectors: a quicker one, none, or a CLIP of your own"
    ),
    page!("command-line", "Every verb of the program"),
    page!("configuration", "Every setting and where it can stand"),
    page!(
        "accuracy",
        "How true what is said of pictures is: figures, targets, and how to measure",
        "reference"
    ),
];

const MARKDOWN: HeaderValue = HeaderValue::from_static("text/markdown; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

impl Page {
    fn named(name: &str) -> Option<&'static Self> {
        PAGES.iter().find(|page| page.name == name)
    }

    fn title(&self) -> &'static str {
        let first = self.markdown.lines().next().unwrap_or_default();
        first.trim_start_matches("# ")
    }
}

/// The first page.
pub(crate) async fn show_index() -> Response {
    shown("index")
}

/// A page, or with `.md` behind it what it is made of.
pub(crate) async fn show_page(Path(name): Path<String>) -> Response {
    let Some(name) = name.strip_suffix(".md") else {
        return shown(&name);
    };
    match Page::named(name) {
        Some(page) => ([(CONTENT_TYPE, MARKDOWN)], page.markdown).into_response(),
        None => Problem::of_status(StatusCode::NOT_FOUND).into_response(),
    }
}

/// The list of all pages, in the form of llmstxt.org.
pub(crate) async fn list_pages(State(state): State<AppState>) -> Response {
    let base = if state.mode().has_authentication() {
        state.accounts().public_url.as_str()
    } else {
        ""
    };
    let mut text = "# Lamina\n\n> A self-hosted home for datasets of pictures: index a folder, find copies, outliers \
                    and bad pictures, look at clusters, share, call it over HTTP.\n\n## Guide\n\n"
        .to_owned();
    for page in PAGES {
        text.push_str(&format!(
            "- [{}]({base}/docs/{}.md): {}\n",
            page.title(),
            page.name,
            page.about
        ));
    }
    text.push_str(&format!(
        "\n## API\n\n- [OpenAPI document]({base}/api/v1/openapi.json): every operation, as OpenAPI 3.1\n\
         - [Operations]({base}/api/v1/docs): the same to read\n"
    ));
    ([(CONTENT_TYPE, TEXT)], text).into_response()
}

fn shown(name: &str) -> Response {
    let Some(page) = Page::named(name) else {
        return Problem::of_status(StatusCode::NOT_FOUND).into_response();
    };
    let others: String = PAGES
        .iter()
        .map(|other| {
            let here = if other.name == name {
                " aria-current=\"page\""
            } else {
                ""
            };
            format!(
                "<li><a href=\"/docs/{}\"{here}>{}</a></li>",
                other.name,
                other.title()
            )
        })
        .collect();
    let body = format!(
        "<article class=\"guide\">{}</article><nav aria-label=\"Guide\"><h2>Guide</h2><ul>{others}</ul>\
         <p class=\"quiet\"><a href=\"/docs/{name}.md\">This page as Markdown</a></p></nav>",
        rendered(page.markdown),
    );
    (
        [(CONTENT_SECURITY_POLICY, pages::POLICY)],
        Html(pages::page(page.title(), &body)),
    )
        .into_response()
}

/// Markdown as HTML: headings can be linked to, and links to `page.md` lead to the page.
fn rendered(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES;
    let mut events: Vec<Event<'_>> = Parser::new_ext(markdown, options).collect();
    for at in 0..events.len() {
        match &events[at] {
            Event::Start(Tag::Heading { level, .. }) => {
                let (level, words) = (*level, words_of(&events[at + 1..]));
                events[at] = heading(level, &words);
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let to = page_address(dest_url);
                if let Event::Start(Tag::Link { dest_url, .. }) = &mut events[at] {
                    *dest_url = CowStr::from(to);
                }
            }
            _ => {}
        }
    }
    // Comments name the file that an example is, and raw HTML is not used otherwise.
    events.retain(|event| !matches!(event, Event::Html(_) | Event::InlineHtml(_)));
    let mut html = String::new();
    push_html(&mut html, events.into_iter());
    html
}

fn heading(level: HeadingLevel, words: &str) -> Event<'static> {
    Event::Start(Tag::Heading {
        level,
        id: Some(CowStr::from(anchor(words))),
        classes: Vec::new(),
        attrs: Vec::new(),
    })
}

/// The text of a heading, up to its end.
fn words_of(events: &[Event<'_>]) -> String {
    events
        .iter()
        .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))))
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.to_string()),
            _ => None,
        })
        .collect()
}

/// What a heading is linked to by: `1. Sign in` is `1-sign-in`, as code forges have it.
fn anchor(words: &str) -> String {
    words
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' | '-' => Some('-'),
            c if c.is_alphanumeric() => Some(c),
            _ => None,
        })
        .collect()
}

/// `page.md#part` is `/docs/page#part` here; other addresses stay.
fn page_address(address: &str) -> String {
    let (file, part) = address
        .split_once('#')
        .map_or((address, None), |(f, p)| (f, Some(p)));
    let page = file
        .trim_start_matches("../guide/")
        .trim_start_matches("../reference/")
        .strip_suffix(".md")
        .filter(|name| Page::named(name).is_some());
    match (page, part) {
        (Some(page), Some(part)) => format!("/docs/{page}#{part}"),
        (Some(page), None) => format!("/docs/{page}"),
        (None, _) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests;
