//! How much of the speed of a bare route is left to one that reads a dataset for a signed token:
//! the same server, in one run, on one thread.
//!
//! `cargo bench -p lamina-api --bench authenticated_read`. Rounds of both take turns, so that
//! whatever else the machine does meets both alike. Two ratios are told: of requests per second,
//! and of the CPU time that the server's threads took per request, which other work on the
//! machine disturbs less. Ends with a failure when the first is below the bound.
//!
//! Each connection asks again as soon as it has its answer, and whoever asks never sleeps: to wake
//! a sleeper costs the server as much as half a request, and only the slower route would pay.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    process::ExitCode,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use lamina_api::{AccountsWire, AppState, AppStateParts, HostRule, Mode, ServeOptions, router};
use lamina_auth::KeyRing;
use lamina_engine::{
    AccountSettings, Caller, CreateFolder, Engine, IngestSettings, NewKey, NewUser, Origin,
    OtherPrecision, Parts, Runner, SourceRoots,
};
use lamina_model::{Chance, Clock, Scope, Timestamp, WorkspaceRole};
use lamina_store::Store;
use lamina_testkit::{CountingChance, Picture};
use lamina_vision::{DecodeLimits, FakeEmbedder};
use serde_json::json;
use sha2::Sha256;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// The least share of the bare route's requests per second.
const BOUND: f64 = 0.55;
const CONNECTIONS: usize = 32;
const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(600);
const PASSWORD: &str = "seven green lamps at noon";

fn main() -> ExitCode {
    let folder = tempfile::tempdir().expect("a folder");
    let (sender, receiver) = std::sync::mpsc::channel();
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let data = folder.path().to_owned();
    let server = thread::spawn(move || {
        let threads = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        threads.block_on(async {
            let world = World::new(&data).await;
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("a port");
            let address = listener.local_addr().expect("an address");
            sender
                .send((address, world.dataset, world.token))
                .expect("somebody waits");
            let state = world.state;
            let options = ServeOptions::default();
            lamina_api::serve(
                listener,
                router(state.clone()),
                state,
                options,
                stopping.cancelled_owned(),
            )
            .await;
        });
    });
    let (address, dataset, token) = receiver.recv().expect("a server");
    let bare = Load::new(address, "/api/v1/healthcheck", None);
    let read = Load::new(address, &format!("/api/v1/dataset/{dataset}"), Some(&token));
    let (mut bare, mut read) = (bare, read);
    bare.round();
    read.round();
    let mut rounds: Vec<(Measured, Measured)> =
        (0..ROUNDS).map(|_| (bare.round(), read.round())).collect();
    stop.cancel();
    drop((bare, read));
    server.join().expect("the server ends well");
    tell(&mut rounds)
}

/// The machine's clock: what is remembered for a second has to be asked again here too.
#[derive(Debug)]
struct Passing;

impl Clock for Passing {
    #[expect(
        clippy::disallowed_methods,
        reason = "a benchmark is a program of its own"
    )]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let micros = since.expect("a clock after 1970").as_micros();
        Timestamp::from_micros(i64::try_from(micros).expect("before the year 290000"))
    }
}

/// The engine with one person, one key and one ready dataset.
struct World {
    state: AppState,
    dataset: String,
    token: String,
}

impl World {
    async fn new(data: &std::path::Path) -> Self {
        let pictures = TempDir::new().expect("a folder");
        fs_err::write(
            pictures.path().join("a.png"),
            Picture::scene(1, 32, 24).png(),
        )
        .expect("a picture");
        let clock: Arc<dyn Clock> = Arc::new(Passing);
        let chance: Arc<dyn Chance> = Arc::new(CountingChance::new());
        let store = Store::open_sqlite(data).await.expect("a store");
        let engine = Engine::new(Parts {
            store,
            embedder: Arc::new(FakeEmbedder::new()),
            clock: Arc::clone(&clock),
            chance: Arc::clone(&chance),
            ingest: IngestSettings {
                workers: 1,
                batch_items: 8,
                limits: DecodeLimits::default(),
                own_folders: Vec::new(),
                other_precision: OtherPrecision::Kept,
            },
            roots: SourceRoots::Anywhere,
            accounts: Some((AccountSettings::default(), KeyRing::new(chance.as_ref()))),
            presence_folder: None,
            index_folder: data.join("index"),
            upload_folder: data.join("uploads"),
        });
        let wish = NewUser {
            email: "ada@example.org".to_owned(),
            display_name: String::new(),
            password: Some(PASSWORD.to_owned().into()),
            role: WorkspaceRole::Editor,
            enabled: true,
            must_change_password: false,
        };
        let origin = Origin::default();
        engine
            .add_user(&Caller::Local, wish, &origin)
            .await
            .expect("a user");
        let session = engine
            .sign_in("ada@example.org", PASSWORD, None, &origin)
            .await
            .expect("a session");
        let caller = Caller::User(
            engine
                .caller_of_session(&session.secret, &origin)
                .await
                .expect("a caller"),
        );
        let key = NewKey {
            name: "bench".to_owned(),
            scope: Scope::Read,
            datasets: None,
            expires_at: None,
        };
        let key = engine.make_key(&caller, key, &origin).await.expect("a key");
        let folder = CreateFolder {
            path: pictures.path().to_owned(),
            name: None,
            ..CreateFolder::default()
        };
        let made = engine
            .open_folder(&caller, folder)
            .await
            .expect("a dataset");
        let runner = Runner::start(engine.clone()).await.expect("a runner");
        runner
            .run_until(made.job, CancellationToken::new())
            .await
            .expect("an end");
        let now_s = clock.now().as_micros() / 1_000_000;
        let state = AppState::new(AppStateParts {
            engine,
            mode: Mode::Server,
            accounts: AccountsWire::default(),
            version: "bench",
            hosts: Some(HostRule::default()),
            clock,
            chance,
        });
        Self {
            state,
            dataset: made.dataset.id.to_string(),
            token: signed(&key.info.key_id, key.secret.expose(), now_s),
        }
    }
}

fn signed(key_id: &str, secret: &str, now_s: i64) -> String {
    let encoded = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let header = json!({"alg": "HS256", "typ": "JWT", "kid": key_id});
    let claims = json!({"sub": key_id, "iat": now_s, "exp": now_s + 600, "iss": "sdk"});
    let text = format!(
        "{}.{}",
        encoded(header.to_string().as_bytes()),
        encoded(claims.to_string().as_bytes())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(text.as_bytes());
    format!("{text}.{}", encoded(&mac.finalize().into_bytes()))
}

/// One round of one route.
#[derive(Debug, Clone, Copy)]
struct Measured {
    per_second: f64,
    cpu_us: f64,
}

/// Connections that ask for the same thing over and over.
struct Load {
    connections: Vec<Connection>,
    request: Vec<u8>,
    /// Room for one answer, each of which is as long as the first.
    answer: Vec<u8>,
}

/// One connection, which has asked and has so many bytes of the answer.
struct Connection {
    socket: TcpStream,
    read: usize,
}

impl Load {
    fn new(address: SocketAddr, path: &str, token: Option<&str>) -> Self {
        let credentials = token.map_or_else(String::new, |token| {
            format!("authorization: Bearer {token}\r\n")
        });
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{credentials}\r\n").into_bytes();
        let mut sockets: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let socket = TcpStream::connect(address).expect("a connection");
                socket.set_nodelay(true).expect("an option of sockets");
                socket
            })
            .collect();
        let length = first_answer(&mut sockets[0], &request);
        let connections = sockets
            .into_iter()
            .map(|socket| {
                socket.set_nonblocking(true).expect("an option of sockets");
                Connection { socket, read: 0 }
            })
            .collect();
        Self {
            connections,
            request,
            answer: vec![0; length],
        }
    }

    /// Every connection asks again and again until the time is over, and gets its last answer.
    fn round(&mut self) -> Measured {
        let (cpu, begun) = (servers_cpu(), Instant::now());
        let mut count = 0_u32;
        let mut waiting = 0;
        for connection in &mut self.connections {
            connection.ask(&self.request);
            waiting += 1;
        }
        while waiting > 0 {
            let goes_on = begun.elapsed() < ROUND;
            for connection in &mut self.connections {
                if !connection.has_answer(&mut self.answer) {
                    continue;
                }
                count += 1;
                if goes_on {
                    connection.ask(&self.request);
                } else {
                    waiting -= 1;
                }
            }
        }
        let (cpu, took) = (servers_cpu().saturating_sub(cpu), begun.elapsed());
        Measured {
            per_second: f64::from(count) / took.as_secs_f64(),
            cpu_us: cpu.as_secs_f64() * 1e6 / f64::from(count),
        }
    }
}

impl Connection {
    fn ask(&mut self, request: &[u8]) {
        self.read = 0;
        self.socket
            .write_all(request)
            .expect("it takes the request");
    }

    /// Reads what is there; whether the answer is whole now.
    fn has_answer(&mut self, answer: &mut [u8]) -> bool {
        match self.socket.read(&mut answer[self.read..]) {
            Ok(0) => panic!("the server closed a connection, or answered already"),
            Ok(count) => {
                let head = b"HTTP/1.1 200 ";
                assert!(
                    self.read > 0 || answer.starts_with(&head[..count.min(head.len())]),
                    "{}",
                    String::from_utf8_lossy(answer)
                );
                self.read += count;
                self.read == answer.len()
            }
            Err(cause) if cause.kind() == ErrorKind::WouldBlock => false,
            Err(cause) => panic!("no answer: {cause}"),
        }
    }
}

/// Asks once; gives the length of the whole answer.
fn first_answer(socket: &mut TcpStream, request: &[u8]) -> usize {
    socket.write_all(request).expect("it takes the request");
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).expect("it answers");
        answer.push(byte[0]);
    }
    let head = String::from_utf8(answer).expect("a head is text");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .expect("a length");
    let length: usize = length.parse().expect("a number");
    let mut body = vec![0; length];
    socket.read_exact(&mut body).expect("a body");
    head.len() + length
}

/// CPU time of all threads but this one.
fn servers_cpu() -> Duration {
    let own = fs_err::read_link("/proc/thread-self").expect("Linux");
    let mut total_ns = 0;
    for entry in fs_err::read_dir("/proc/self/task").expect("Linux") {
        let Ok(entry) = entry else { continue };
        if own.file_name() == Some(&entry.file_name()) {
            continue;
        }
        // A thread may end between the list and the look.
        let text = fs_err::read_to_string(entry.path().join("schedstat")).unwrap_or_default();
        let first = text
            .split(' ')
            .next()
            .and_then(|text| text.parse::<u64>().ok());
        total_ns += first.unwrap_or(0);
    }
    Duration::from_nanos(total_ns)
}

#[expect(clippy::print_stdout, reason = "the result of a benchmark")]
fn tell(rounds: &mut [(Measured, Measured)]) -> ExitCode {
    let median = |of: fn(&(Measured, Measured)) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let ratio = median(|(bare, read)| read.per_second / bare.per_second);
    println!(
        "authenticated dataset read, one server thread, {CONNECTIONS} connections, medians of {ROUNDS} rounds"
    );
    println!(
        "  bare route   {:>8.0} requests/s, {:>6.1} us of CPU each",
        median(|(bare, _)| bare.per_second),
        median(|(bare, _)| bare.cpu_us)
    );
    println!(
        "  dataset read {:>8.0} requests/s, {:>6.1} us of CPU each",
        median(|(_, read)| read.per_second),
        median(|(_, read)| read.cpu_us)
    );
    println!(
        "  ratio {ratio:.2} by requests/s (bound {BOUND}), {:.2} by CPU",
        median(|(bare, read)| bare.cpu_us / read.cpu_us)
    );
    if ratio < BOUND {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
