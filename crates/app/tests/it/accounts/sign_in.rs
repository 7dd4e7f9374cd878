//! Many sign-ins at once.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::server::{Home, PASSWORD};

/// What one password hash takes, in KiB.
const HASH_KIB: u64 = 19 * 1024;
const AT_ONCE: usize = 200;

#[test]
fn t_97_two_hundred_sign_ins_at_once_neither_fill_the_memory_nor_stall_the_rest() {
    let home = Home::new();
    home.add("ada", "viewer");
    let server = home.serve();
    server.sign_in("ada");
    let healthy = || {
        let begun = Instant::now();
        server.client.get("/api/v1/healthcheck").send().expect(200);
        begun.elapsed()
    };
    healthy();
    let before_kib = server.peak_kib();
    let (together, over) = (Barrier::new(AT_ONCE + 1), AtomicBool::new(false));
    let (answers, waits, took) = thread::scope(|scope| {
        let tries: Vec<_> = (0..AT_ONCE)
            .map(|at| {
                let (server, together) = (&server.client, &together);
                scope.spawn(move || {
                    // Most of them for people that there are not, which costs the same.
                    let username = match at % 10 {
                        0 => "ada@example.org".to_owned(),
                        _ => format!("nobody{at}@example.org"),
                    };
                    let body = json!({"username": username, "password": PASSWORD});
                    together.wait();
                    server.post("/api/v1/auth").json(&body).send()
                })
            })
            .collect();
        let watch = scope.spawn(|| {
            together.wait();
            let mut waits = Vec::new();
            while !over.load(Ordering::Relaxed) {
                waits.push(healthy());
            }
            waits
        });
        let begun = Instant::now();
        let answers: Vec<_> = tries.into_iter().map(|one| one.join().unwrap()).collect();
        over.store(true, Ordering::Relaxed);
        (answers, watch.join().unwrap(), begun.elapsed())
    });
    let count = |status: u16| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    for answer in &answers {
        assert!([200, 401, 429, 503].contains(&answer.status), "{answer}");
        if [429, 503].contains(&answer.status) {
            assert!(!answer.header("retry-after").is_empty(), "{answer}");
        }
    }
    assert!(count(200) + count(401) > 0, "some got through");
    assert!(
        count(503) > 0,
        "the line is bounded, and whoever does not fit is told to come back"
    );
    let grown_kib = server.peak_kib().saturating_sub(before_kib);
    let cores = thread::available_parallelism().unwrap().get() as u64;
    let bound_kib = (cores + 1) * HASH_KIB + 32 * 1024;
    assert!(
        grown_kib < bound_kib,
        "{grown_kib} KiB more, {bound_kib} KiB at most"
    );
    let worst = waits.iter().max().unwrap();
    assert!(
        waits.len() >= 10,
        "{} health checks in {took:?}",
        waits.len()
    );
    assert!(
        *worst < Duration::from_secs(2).max(took / 2),
        "{worst:?} of {took:?}"
    );
    for answer in answers {
        server.noted(answer);
    }
    server.sign_in("ada");
    server.stop();
}
