//! What only a real socket can be sent, and what it must not cost.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::server::{Home, Key, Server};
use crate::program::host_of;

/// Sends bytes and reads until the other side closes; gives status and code, or nothing where it
/// closed without an answer.
fn exchange(server: &Server<'_>, bytes: &[u8]) -> Option<(u16, String)> {
    let mut socket = TcpStream::connect(host_of(server.client.base())).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    // It may close before it has taken everything in.
    let _ = socket.write_all(bytes);
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    if answer.is_empty() {
        return None;
    }
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    Some((status, body["code"].as_str().unwrap_or_default().to_owned()))
}

fn request(headers: &str) -> Vec<u8> {
    format!("GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n")
        .into_bytes()
}

#[test]
fn t_22_t_23_t_24_t_25_too_much_of_a_header_is_refused_and_keeps_no_memory() {
    let home = Home::new();
    home.add("ada", "viewer");
    let server = home.serve();
    server.sign_in("ada");
    let before_kib = server.peak_kib();
    let long = |name: &str, of: &str, bytes: usize| {
        request(&format!(
            "{name}: Bearer {}\r\n",
            of.repeat(bytes / of.len())
        ))
    };
    for (what, bytes) in [
        ("64 KiB", long("Authorization", "y", 64 << 10)),
        ("400 KiB", long("Cookie", "SESSION=x; ", 400 << 10)),
        ("1 MiB", long("X-Long", "y", 1 << 20)),
        ("1 MiB of dots", long("Authorization", ".", 1 << 20)),
        (
            "many lines",
            request(
                &(0..101)
                    .map(|at| format!("X-{at}: y\r\n"))
                    .collect::<String>(),
            ),
        ),
    ] {
        for _ in 0..10 {
            let told = exchange(&server, &bytes);
            // Whoever still writes when the answer comes may see no more of it than the end.
            let fine = told.is_none_or(|(status, code)| status == 431 && !code.is_empty());
            assert!(fine || what == "1 MiB", "{what}");
        }
    }
    // Within the limit of headers, and beyond that of tokens.
    let long_token = exchange(&server, &long("Authorization", "y", 8 << 10));
    assert_eq!(long_token, Some((401, "token_too_large".to_owned())));
    let grown_kib = server.peak_kib().saturating_sub(before_kib);
    assert!(grown_kib < 24 * 1024, "{grown_kib} KiB more");
    server.sign_in("ada");
    server.stop();
}

#[test]
fn t_110_t_121_requests_that_two_servers_would_read_differently_are_refused() {
    let home = Home::new();
    home.add("ada", "viewer");
    let server = home.serve();
    let post = |headers: &str, body: &str| {
        format!("POST /api/v1/auth HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{headers}\r\n{body}")
            .into_bytes()
    };
    let get = |line: &str, headers: &str| format!("{line}\r\n{headers}\r\n").into_bytes();
    let smuggled = "GET /api/v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (what, bytes, allowed) in [
        (
            "CL.TE",
            post(
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                &format!("0\r\n\r\n{smuggled}"),
            ),
            &[400, 422][..],
        ),
        (
            "TE.TE",
            post(
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                "0\r\n\r\n",
            ),
            &[400],
        ),
        (
            "TE.x",
            post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
            &[400, 501],
        ),
        (
            "two lengths",
            post("Content-Length: 2\r\nContent-Length: 30\r\n", "{}"),
            &[400],
        ),
        ("no length", post("Content-Length: -1\r\n", "{}"), &[400]),
        (
            "a bad chunk",
            post(
                "Transfer-Encoding: chunked\r\nConnection: close\r\n",
                "zz\r\n{}\r\n0\r\n\r\n",
            ),
            &[400],
        ),
        (
            "a folded header",
            get("GET / HTTP/1.1", "Host: localhost\r\nX-A: b\r\n c: d\r\n"),
            &[400],
        ),
        (
            "a space before the colon",
            get("GET / HTTP/1.1", "Host : localhost\r\n"),
            &[400],
        ),
        (
            "NUL",
            get("GET / HTTP/1.1", "Host: localhost\r\nX-A: \0\r\n"),
            &[400],
        ),
        (
            "another host",
            get(
                "GET / HTTP/1.1",
                "Host: evil.example\r\nConnection: close\r\n",
            ),
            &[421],
        ),
        (
            "two hosts",
            get(
                "GET / HTTP/1.1",
                "Host: localhost\r\nHost: localhost\r\nConnection: close\r\n",
            ),
            &[400],
        ),
        (
            "no host",
            get("GET / HTTP/1.1", "Connection: close\r\n"),
            &[400],
        ),
        (
            "another host as target",
            get(
                "GET http://evil.example/ HTTP/1.1",
                "Host: localhost\r\nConnection: close\r\n",
            ),
            &[400, 421],
        ),
    ] {
        let Some((status, _)) = exchange(&server, &bytes) else {
            continue;
        };
        assert!(allowed.contains(&status), "{what}: {status}");
    }
    // By its chunks alone it is read as an empty body; one answer: nothing that came behind was read as a request of its own.
    let mut socket = TcpStream::connect(host_of(server.client.base())).unwrap();
    let both = post(
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        &format!("0\r\n\r\n{smuggled}"),
    );
    socket.write_all(&both).unwrap();
    let mut answer = String::new();
    let _ = socket.read_to_string(&mut answer);
    assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{answer}");
    server.stop();
}

#[test]
fn t_44_c_16_c_24_nothing_that_a_token_names_is_ever_fetched() {
    let home = Home::new();
    home.add("ada", "editor");
    let server = home.serve();
    let key = server.first_key(&server.sign_in("ada"));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}/keys", listener.local_addr().unwrap());
    for name in ["jku", "x5u", "kid", "jwk", "url"] {
        let mut parts = key.token();
        let (_, rest) = parts.split_once('.').unwrap();
        let mut header = json!({"alg": "HS256", "typ": "JWT", "kid": key.id});
        header[name] = json!(address);
        parts = format!(
            "{}.{rest}",
            BASE64_URL_SAFE_NO_PAD.encode(header.to_string())
        );
        server
            .client
            .get("/api/v1/me")
            .bearer(&parts)
            .send()
            .expect(401);
    }
    assert!(listener.accept().is_err(), "somebody called");
    server.stop();
}

#[test]
fn t_115_t_116_t_119_ids_and_addresses_that_are_none_are_not_found_by_who_may_ask() {
    let home = Home::new();
    home.add("ada", "editor");
    let server = home.serve();
    let session = server.sign_in("ada");
    let dataset = server.make_dataset(&session, "kept");
    let status = |path: &str, known: bool| {
        let asked = server.client.get(path);
        let asked = if known {
            asked.session(&session)
        } else {
            asked
        };
        asked.send().status
    };
    let uri = |id: &str| format!("/api/v1/dataset/{id}");
    assert_eq!(status(&uri(&dataset), true), 200);
    assert_eq!(status(&uri(&dataset.to_uppercase()), true), 200);
    let long = "a".repeat(10 << 10);
    for id in [
        &dataset.replace('-', ""),
        &format!("%7B{dataset}%7D"),
        &format!("urn:uuid:{dataset}"),
        "00000000-0000-0000-0000-000000000000",
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "%27%20OR%201=1--",
        "%F0%9F%94%91",
        &long,
    ] {
        assert_eq!(status(&uri(id), true), 404, "{id}");
        // Who is nobody is asked who they are before anything else is told.
        assert_eq!(status(&uri(id), false), 401, "{id}");
    }
    assert_eq!(
        (
            status("/api/v1/nowhere", false),
            status("/api/v1/nowhere", true)
        ),
        (401, 404)
    );
    server.stop();
}

/// Medians of several requests that take turns, so that other work meets all alike.
fn medians<const N: usize>(rounds: usize, asks: [&dyn Fn() -> u16; N]) -> [f64; N] {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    for _ in 0..rounds {
        for (ask, times) in asks.iter().zip(&mut times) {
            let begun = Instant::now();
            ask();
            times.push(begun.elapsed().as_secs_f64());
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}

#[track_caller]
fn assert_alike(medians: &[f64]) {
    let (least, most) = medians
        .iter()
        .fold((f64::MAX, 0.0_f64), |(least, most), time| {
            (least.min(*time), most.max(*time))
        });
    assert!(most < 1.5 * least, "{medians:?}");
}

#[test]
fn t_52_t_76_t_96_time_tells_nobody_what_there_is() {
    let home = Home::new();
    for name in ["ada", "bob"] {
        home.add(name, "editor");
    }
    let server = home.serve_with(|command| {
        command.env("LAMINA_LOG", "warn");
    });
    let (ada, bob) = (server.sign_in("ada"), server.sign_in("bob"));
    let foreign = format!("/api/v1/dataset/{}", server.make_dataset(&bob, "foreign"));
    let key = server.first_key(&ada);
    let token = key.token();
    let read = |path: &str, token: &str| server.client.get(path).bearer(token).send().status;
    assert_eq!(read(&foreign, &token), 404);

    // Somebody else's dataset, and none.
    let absent = "/api/v1/dataset/0198c0de-0000-7000-8000-000000000000";
    assert_alike(&medians(
        150,
        [&|| read(&foreign, &token), &|| read(absent, &token)],
    ));

    // A key that there is with a bad signature, and one that there is not.
    let forged = Key {
        secret: "vls_of-somebody-else".to_owned(),
        ..key.clone()
    }
    .token();
    // Well-formed, and made by nobody.
    let id = lamina_auth::KeyId::new(&lamina_testkit::CountingChance::new());
    let unknown = Key {
        id: id.as_str().to_owned(),
        ..key.clone()
    }
    .token();
    let codes = [&forged, &unknown]
        .map(|token| server.client.get("/api/v1/me").bearer(token).send().code());
    assert_eq!(codes, ["signature_invalid", "signature_invalid"]);
    assert_alike(&medians(
        150,
        [&|| read("/api/v1/me", &forged), &|| {
            read("/api/v1/me", &unknown)
        }],
    ));
    server.stop();
}

#[test]
fn t_96_an_unknown_person_takes_as_long_as_a_wrong_password() {
    let home = Home::new();
    home.add("ada", "editor");
    let server = home.serve_with(|command| {
        command.env("LAMINA_LOG", "warn");
    });
    // Few enough that nobody is slowed down.
    let medians = medians(
        7,
        [
            &|| server.try_sign_in("ada", "a password that is wrong").status,
            &|| {
                server
                    .try_sign_in("nobody", "a password that is wrong")
                    .status
            },
        ],
    );
    assert_alike(&medians);
    server.stop();
}
