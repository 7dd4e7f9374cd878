use axum::response::IntoResponse;
use lamina_engine::Error;

use super::{ApiError, Problem};

/// Every variant of the engine's error. A new one does not compile away silently: it falls to
/// 500 in `into_problem`, and this list is where its row belongs.
fn every_variant() -> Vec<Error> {
    vec![
        Error::invalid("name", "the name is empty; give the dataset a name"),
        Error::NotSignedIn,
        Error::Forbidden {
            why: "this API key has the scope read; making datasets takes write".to_owned(),
        },
        Error::Rejected {
            code: "session_expired",
            why: "the session has ended; sign in again".to_owned(),
        },
        Error::Refused {
            code: "password_change_required",
            why: "choose a new password first".to_owned(),
        },
        Error::TooMany {
            why: "too many tries to sign in; wait a minute".to_owned(),
            retry_after_s: 60,
        },
        Error::NotFound {
            what: "dataset",
            id: "0198c0de-0000-7000-8000-000000000000".to_owned(),
        },
        Error::Conflict {
            code: "dataset_exists",
            why: "a dataset of that name is there already; choose another".to_owned(),
        },
        Error::Busy {
            why: "the database is busy with other work; try again".to_owned(),
            retry_after_s: 1,
        },
        Error::internal("the disk is full of secrets"),
    ]
}

#[test]
fn every_error_has_its_status_headers_and_body() {
    let told: Vec<_> = every_variant()
        .into_iter()
        .map(|error| {
            let problem = ApiError::from(error).into_problem();
            let body = String::from_utf8(problem.body("request-1")).unwrap();
            let response = problem.into_response();
            let headers: Vec<_> = response
                .headers()
                .iter()
                .map(|(n, v)| format!("{n}: {}", v.to_str().unwrap()))
                .collect();
            format!("{} {headers:?}\n{body}", response.status().as_u16())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n\n"));
}

#[test]
fn the_cause_of_a_fault_stays_in_the_log() {
    let body = ApiError::from(Error::internal("the disk is full of secrets"))
        .into_problem()
        .body("r");
    assert!(!String::from_utf8(body).unwrap().contains("secrets"));
}

#[test]
fn a_failure_of_process_is_told_both_ways() {
    let problem = ApiError::from(Problem::new(
        hyper::StatusCode::FORBIDDEN,
        "forbidden",
        "no",
    ))
    .told_as_process()
    .into_problem();
    insta::assert_snapshot!(String::from_utf8(problem.body("r")).unwrap());
}
