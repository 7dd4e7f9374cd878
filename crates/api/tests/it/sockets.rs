//! What really goes over a socket, where the parser below the router answers by itself.

use std::{net::SocketAddr, time::Duration};

use lamina_api::{ServeOptions, router, serve};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;

/// The service on a port of its own.
struct Served {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<()>,
    app: TestApp,
}

impl Served {
    async fn new(options: ServeOptions) -> Self {
        let app = TestApp::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let serving = serve(
            listener,
            router(app.state.clone()),
            app.state.clone(),
            options,
            stop.clone().cancelled_owned(),
        );
        #[expect(clippy::disallowed_methods, reason = "`stop` waits for it")]
        let ended = tokio::spawn(serving);
        Self {
            address,
            stop,
            ended,
            app,
        }
    }

    /// Sends bytes, and reads until the other side closes.
    async fn exchange(&self, bytes: &[u8]) -> String {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        // The other side may close before it has taken everything in.
        let _ = socket.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(20), socket.read_to_end(&mut answer))
            .await
            .expect("an end");
        String::from_utf8(answer).unwrap()
    }

    async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(20), self.ended)
            .await
            .expect("an end")
            .unwrap();
    }
}

/// The status and the code of an answer, after checking that it is told as every error is.
fn told(answer: &str) -> (u16, String) {
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .next()
            .unwrap_or("")
    };
    assert_eq!(header("content-type"), "application/json", "{answer}");
    assert_eq!(header("content-length"), body.len().to_string(), "{answer}");
    let body: Value =
        serde_json::from_str(body).unwrap_or_else(|cause| panic!("{cause}: {answer}"));
    assert_eq!(body["request_id"], header("x-request-id"), "{answer}");
    assert!(body["detail"].is_string(), "{answer}");
    (status, body["code"].as_str().unwrap().to_owned())
}

fn request(line: &str, headers: &str) -> Vec<u8> {
    format!("{line}\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

#[tokio::test]
async fn every_refusal_carries_the_json_body_on_the_wire() {
    let served = Served::new(ServeOptions::default()).await;
    let lines = |count: usize| {
        (0..count)
            .map(|at| format!("X-{at}: y\r\n"))
            .collect::<String>()
    };
    let long = |bytes: usize| format!("X-Long: {}\r\n", "y".repeat(bytes));
    for (what, bytes, expected) in [
        (
            "unknown route",
            request("GET /nowhere HTTP/1.1", ""),
            (404, "route_not_found"),
        ),
        (
            "wrong method",
            request("PUT /api/v1/datasets HTTP/1.1", ""),
            (405, "method_not_allowed"),
        ),
        (
            "bad percent",
            request("GET /api/v1/dataset/%zz HTTP/1.1", ""),
            (400, "invalid_encoding"),
        ),
        (
            "not UTF-8",
            request("GET /api/v1/dataset/%ff HTTP/1.1", ""),
            (400, "invalid_encoding"),
        ),
        (
            "no host",
            b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_vec(),
            (400, "invalid_host"),
        ),
        (
            "no HTTP",
            b"hello there\r\n\r\n".to_vec(),
            (400, "bad_request"),
        ),
        (
            "bad header",
            b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n".to_vec(),
            (400, "bad_request"),
        ),
        (
            "folded header",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n".to_vec(),
            (400, "bad_request"),
        ),
        (
            "large body",
            request(
                "POST /api/v1/process HTTP/1.1",
                "Content-Length: 9999999\r\n",
            ),
            (413, "too_large"),
        ),
        (
            "64 KiB of headers",
            request("GET / HTTP/1.1", &long(64 << 10)),
            (431, "headers_too_large"),
        ),
        (
            "400 KiB of headers",
            request("GET / HTTP/1.1", &long(400 << 10)),
            (431, "headers_too_large"),
        ),
        (
            "1 MiB of headers",
            request("GET / HTTP/1.1", &long(1 << 20)),
            (431, "headers_too_large"),
        ),
        (
            "150 headers",
            request("GET / HTTP/1.1", &lines(150)),
            (431, "headers_too_large"),
        ),
        (
            "1 MiB of dots in a token",
            request(
                "GET / HTTP/1.1",
                &format!("Authorization: Bearer {}\r\n", ".".repeat(1 << 20)),
            ),
            (431, "headers_too_large"),
        ),
        (
            "20 KiB of address",
            request(&format!("GET /{} HTTP/1.1", "a".repeat(20_000)), ""),
            (414, "uri_too_long"),
        ),
        (
            "70 KiB of address",
            request(&format!("GET /{} HTTP/1.1", "a".repeat(70_000)), ""),
            (431, "headers_too_large"),
        ),
    ] {
        let answer = served.exchange(&bytes).await;
        assert_eq!(told(&answer), (expected.0, expected.1.to_owned()), "{what}");
    }
    served.stop().await;
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request_and_refusals_come_in_order() {
    let served = Served::new(ServeOptions::default()).await;
    let mut bytes = b"GET /api/v1/healthcheck HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2);
    bytes.extend(b"nonsense\r\n\r\n");
    let answer = served.exchange(&bytes).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2, "{answer}");
    let last = answer.rfind("HTTP/1.1 400").expect("a refusal at the end");
    assert!(last > answer.rfind("HTTP/1.1 200").unwrap(), "{answer}");
    served.stop().await;
}

#[tokio::test]
async fn a_request_that_does_not_arrive_in_time_is_told_so() {
    let options = ServeOptions {
        header_time: Duration::from_millis(300),
        ..ServeOptions::default()
    };
    let served = Served::new(options).await;
    let answer = served.exchange(b"GET / HTTP/1.1\r\nHost: loc").await;
    assert_eq!(told(&answer), (408, "request_timeout".to_owned()));
    // Nothing was asked on this one, so nothing is answered.
    assert_eq!(served.exchange(b"").await, "");
    served.stop().await;
}

#[tokio::test]
async fn a_stop_ends_idle_connections_at_once() {
    let served = Served::new(ServeOptions::default()).await;
    let mut socket = TcpStream::connect(served.address).await.unwrap();
    socket
        .write_all(b"GET /api/v1/healthcheck HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut first = vec![0; 16];
    socket.read_exact(&mut first).await.unwrap();
    served.stop().await;
    let mut rest = Vec::new();
    socket.read_to_end(&mut rest).await.unwrap();
}

#[tokio::test]
async fn events_are_told_while_work_goes_on_and_end_when_the_server_stops() {
    let served = Served::new(ServeOptions::default()).await;
    served
        .app
        .put("a.png", &lamina_testkit::Picture::scene(1, 32, 32).png());
    let (_, job) = served.app.open().await;
    let mut socket = TcpStream::connect(served.address).await.unwrap();
    socket
        .write_all(&request("GET /api/v1/tasks/events HTTP/1.1", ""))
        .await
        .unwrap();
    let mut heard = String::new();
    let mut until = async |word: &str| {
        let mut part = [0; 4096];
        while !heard.contains(word) {
            let reading = tokio::time::timeout(Duration::from_secs(20), socket.read(&mut part));
            let read = reading.await.expect("an event").unwrap();
            assert!(read > 0, "ended before {word}: {heard}");
            heard.push_str(std::str::from_utf8(&part[..read]).unwrap());
        }
    };
    until("INITIALIZING").await;
    served.app.run(job).await;
    until("COMPLETED").await;
    until("event: idle").await;
    served.stop().await;
}
