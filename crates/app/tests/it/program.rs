//! Starting the program, and watching it.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use lamina_testkit::Picture;
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take before a test gives up. Builds run beside the tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

/// A folder for data and one for pictures.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        fs_err::create_dir(place.source()).unwrap();
        place
    }

    pub(crate) fn source(&self) -> PathBuf {
        self.folder.path().join("pictures")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn put(&self, name: impl AsRef<OsStr>, bytes: &[u8]) {
        let file = self.source().join(name.as_ref());
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(file, bytes).unwrap();
    }

    /// `up` on the pictures, without serving.
    pub(crate) fn up(&self) -> Command {
        let mut command = self.lamina("up");
        command.arg(self.source()).args(["--no-serve", "--json"]);
        command
    }

    /// The program with the quick embedder, nothing of this machine's settings, and a home of
    /// its own.
    pub(crate) fn lamina(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lamina"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path())
            // By the environment, so that a test may say otherwise by a flag.
            .env("LAMINA_DATA_DIR", self.data())
            .env("LAMINA_EMBEDDER", "fake")
            .env("LAMINA_PROGRESS_INTERVAL_MS", "1")
            .arg(verb)
            .stdin(Stdio::null());
        command
    }

    /// Runs `up` to its end and gives its report.
    pub(crate) fn report(&self) -> Value {
        let output = self.up().output().unwrap();
        assert!(output.status.success(), "{}", told(&output));
        report_of(&output)
    }
}

/// What a finished program said, for the message of a failing test.
pub(crate) fn told(output: &Output) -> String {
    format!(
        "{}\nstdout:\n{}\nstderr:\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The one JSON object on stdout.
pub(crate) fn report_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|cause| panic!("{cause}: {}", told(output)))
}

/// A number of a report.
pub(crate) fn number(report: &Value, name: &str) -> u64 {
    report[name]
        .as_u64()
        .unwrap_or_else(|| panic!("{name} is no number in {report}"))
}

/// Checks that a report adds up, and gives it without what differs from run to run.
pub(crate) fn settled(report: &Value) -> Value {
    let n = |name| number(report, name);
    assert_eq!(
        n("found"),
        n("indexed") + n("rejected") + n("ignored"),
        "{report}"
    );
    let counts = report["rejected_by_reason"].as_object().unwrap().values();
    assert_eq!(
        n("rejected"),
        counts
            .map(|told| told["count"].as_u64().unwrap())
            .sum::<u64>(),
        "{report}"
    );
    let counts = report["ignored_by_reason"].as_object().unwrap().values();
    assert_eq!(
        n("ignored"),
        counts.map(|count| count.as_u64().unwrap()).sum::<u64>(),
        "{report}"
    );
    let mut settled = report.clone();
    let fields = settled.as_object_mut().unwrap();
    for name in [
        "dataset_id",
        "changed",
        "seconds_by_stage",
        "worker_seconds",
        "source",
        "url",
    ] {
        assert!(
            fields.remove(name).is_some(),
            "{name} is missing in {report}"
        );
    }
    settled
}

/// A small picture of its own for each number.
pub(crate) fn picture(number: u64) -> Vec<u8> {
    Picture::scene(number, 72, 48).png()
}

/// A running program, whose lines on stderr can be watched.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    pub(crate) seen: Vec<String>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// Waits for a line on stderr that `is_it` likes; nothing when the program has ended
    /// without one.
    pub(crate) fn line(&mut self, is_it: impl Fn(&str) -> bool) -> Option<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self
                .lines
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if is_it(&line) {
                        return Some(line);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("no such line came; there were {:#?}", self.seen)
                }
            }
        }
    }

    /// Watches for so long, or until the program ends by itself; says whether it did.
    pub(crate) fn ends_within(&mut self, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => return true,
            }
        }
    }

    /// The first line on stdout.
    pub(crate) fn first_result(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        line
    }

    /// SIGKILL: it gets no chance to clear anything up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by name, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> (ExitStatus, Vec<String>) {
        while self.line(|_| false).is_some() {}
        (self.child.wait().unwrap(), std::mem::take(&mut self.seen))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Of a test that failed half-way nothing stays behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Gets an address over HTTP: status, head and body.
pub(crate) fn get(address: &str, path: &str) -> (u16, String, Vec<u8>) {
    let mut socket = TcpStream::connect(address).unwrap();
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html,*/*\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    let end = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    let body = answer.split_off(end + 4);
    let head = String::from_utf8(answer).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, head, body)
}

/// Gets JSON over HTTP.
pub(crate) fn get_json(address: &str, path: &str) -> Value {
    let (status, head, body) = get(address, path);
    assert_eq!(
        status,
        200,
        "{path}: {head}{}",
        String::from_utf8_lossy(&body)
    );
    serde_json::from_slice(&body).unwrap()
}

/// Host and port of a URL.
pub(crate) fn host_of(url: &str) -> String {
    url.strip_prefix("http://")
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_else(|| panic!("no address: {url}"))
        .to_owned()
}

/// Every indexed path with the hash of its content, straight from the store, in order.
pub(crate) fn indexed(data: &Path) -> Vec<(String, [u8; 32])> {
    let threads = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    threads.block_on(async {
        let store = lamina_store::Store::open_sqlite(data).await.unwrap();
        let mut all = Vec::new();
        for dataset in store.datasets().await.unwrap() {
            let facts = store.facts_after(dataset.id, None, 100_000).await.unwrap();
            all.extend(
                facts
                    .into_iter()
                    .map(|row| (row.path.to_string(), row.content_hash)),
            );
        }
        store.close().await;
        all
    })
}
