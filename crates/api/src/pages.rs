//! A few plain pages for people, made here and readable without scripts: `/plain` beside the
//! web app, signing in and the account at their own addresses, which the app shares ([`choice`]).

mod accounts;
mod choice;
mod dataset;
mod docs;
mod home;
mod html;

use hyper::header::HeaderValue;

pub(crate) use accounts::{
    act_on_key, change_password, confirm_key, end_other_sessions, end_session, make_key, set_up,
    show_account, show_keys, show_set_up, show_sign_in, sign_in, sign_out,
};
pub(crate) use choice::{app_or_plain, plain_from_now_on};
pub(crate) use dataset::show_dataset;
pub(crate) use docs::docs;
pub(crate) use home::show_home;

use crate::error::Problem;
use html::escaped;
pub(crate) use html::page;

/// What the pages may do in a browser: show pictures of this server and their own style.
pub(crate) const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'",
);

/// Rides on an answer of 400 and above whose page tells by itself what went wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ToldOnPage;

/// A problem as a page.
pub(crate) fn problem(problem: &Problem, request_id: &str) -> String {
    let status = problem.status;
    let title = status.canonical_reason().unwrap_or("Something went wrong");
    let body = format!(
        "<h1>{}</h1><p>{}</p><p class=\"quiet\">Code {} · request {}</p><p><a href=\"/\">All datasets</a></p>",
        escaped(title),
        escaped(&problem.detail.in_words()),
        escaped(&problem.code),
        escaped(request_id),
    );
    page(title, &body)
}
