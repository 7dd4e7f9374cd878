//! A running `lamina serve` with a data folder of its own, that remembers every secret it gave
//! out and looks for them in its logs and files when it ends.

use std::{
    cell::{Ref, RefCell},
    collections::BTreeMap,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::{
    program::{PATIENCE, Place, Running, picture, told},
    web::{Answer, Client},
};

/// The password of everybody here.
pub(crate) const PASSWORD: &str = "seven green lamps at noon";

/// Secrets that were given out, and what each is.
#[derive(Debug, Default)]
pub(crate) struct Secrets(RefCell<BTreeMap<String, String>>);

impl Secrets {
    pub(crate) fn add(&self, what: &str, secret: &str) {
        assert!(secret.len() >= 12, "{what} is too short to be looked for");
        self.0
            .borrow_mut()
            .insert(secret.to_owned(), what.to_owned());
    }

    fn all(&self) -> Ref<'_, BTreeMap<String, String>> {
        self.0.borrow()
    }

    /// Fails where a secret stands in some bytes.
    pub(crate) fn assert_absent(&self, place: &str, bytes: &[u8]) {
        // Every byte that can begin a secret is a letter: most positions are passed over quickly.
        for (secret, what) in self.all().iter() {
            let secret = secret.as_bytes();
            let found = bytes
                .windows(secret.len())
                .any(|window| window[0] == secret[0] && window == secret);
            assert!(!found, "the {what} stands in {place}");
        }
    }
}

/// An API key with its secret.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// A data folder with accounts.
pub(crate) struct Home {
    pub(crate) place: Place,
    pub(crate) secrets: Secrets,
    logs: RefCell<String>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self {
            place: Place::new(),
            secrets: Secrets::default(),
            logs: RefCell::default(),
        };
        home.secrets.add("password", PASSWORD);
        home
    }

    /// The program, telling everything it can.
    pub(crate) fn lamina(&self, verb: &str) -> Command {
        let mut command = self.place.lamina(verb);
        command.env("LAMINA_LOG", "trace");
        command
    }

    /// A finished verb about people or keys, with a line on standard input.
    pub(crate) fn run(&self, verb: &str, arguments: &[&str], input: &str) -> Output {
        let mut child = self
            .lamina(verb)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Verbs that read nothing may be gone already.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let logs = [&output.stdout[..], &output.stderr].concat();
        self.logs
            .borrow_mut()
            .push_str(&String::from_utf8_lossy(&logs));
        output
    }

    /// The same, which must succeed; gives what it printed.
    pub(crate) fn done(&self, verb: &str, arguments: &[&str], input: &str) -> String {
        let output = self.run(verb, arguments, input);
        assert!(output.status.success(), "{}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Makes an account from a shell.
    pub(crate) fn add(&self, name: &str, role: &str) {
        let email = format!("{name}@example.org");
        let arguments = ["add", &email, "--role", role, "--password-stdin"];
        self.done("user", &arguments, &format!("{PASSWORD}\n"));
    }

    /// Starts the server; folders below the place for pictures may be imported.
    pub(crate) fn serve(&self) -> Server<'_> {
        self.serve_with(|_| {})
    }

    /// The same, with more said on its command line or in its environment.
    pub(crate) fn serve_with(&self, more: impl FnOnce(&mut Command)) -> Server<'_> {
        let mut command = self.lamina("serve");
        command.args(["--listen", "127.0.0.1:0", "--import-root"]);
        command.arg(self.place.source());
        more(&mut command);
        let mut running = Running::start(&mut command);
        let line = running
            .line(|line| line.starts_with("Serving "))
            .unwrap_or_else(|| panic!("it does not serve: {:#?}", running.seen));
        let url = line.split(' ').find(|word| word.starts_with("http://"));
        let base = url.unwrap().trim_end_matches('/').to_owned();
        Server {
            home: self,
            client: Client::new(&base),
            running: Some(running),
        }
    }

    /// Looks for every secret in all that was logged and in every file of the data folder.
    pub(crate) fn assert_kept_secrets(&self) {
        self.secrets
            .assert_absent("the log", self.logs.borrow().as_bytes());
        self.assert_absent_below(&self.place.data());
    }

    /// Looks for every secret in every file below a folder.
    pub(crate) fn assert_absent_below(&self, folder: &Path) {
        for entry in fs_err::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.assert_absent_below(&path);
            } else if let Ok(bytes) = fs_err::read(&path) {
                self.secrets
                    .assert_absent(&path.display().to_string(), &bytes);
            }
        }
    }

    /// Everything that was logged so far.
    pub(crate) fn logged(&self) -> String {
        self.logs.borrow().clone()
    }
}

/// The running server.
pub(crate) struct Server<'a> {
    pub(crate) home: &'a Home,
    pub(crate) client: Client,
    running: Option<Running>,
}

impl Server<'_> {
    /// The link that the server printed on standard output.
    pub(crate) fn set_up_link(&mut self) -> String {
        let running = self.running.as_mut().expect("it runs");
        let link = running.first_result().trim_end().to_owned();
        let (_, ticket) = link.split_once('#').expect("a ticket behind a #");
        self.home.secrets.add("set-up ticket", ticket);
        link
    }

    /// Notes the secrets in an answer, and gives it back.
    pub(crate) fn noted(&self, answer: Answer) -> Answer {
        let secrets = &self.home.secrets;
        if let Some(session) = answer.cookie("SESSION").filter(|value| !value.is_empty()) {
            secrets.add("session", &session);
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if let Some(secret) = body["api_secret"].as_str() {
            secrets.add("API secret", secret);
        }
        answer
    }

    /// Tries to sign in.
    pub(crate) fn try_sign_in(&self, name: &str, password: &str) -> Answer {
        let body = json!({"username": format!("{name}@example.org"), "password": password});
        self.noted(self.client.post("/api/v1/auth").json(&body).send())
    }

    /// Signs in; gives the value of the cookie.
    pub(crate) fn sign_in(&self, name: &str) -> String {
        let answer = self.try_sign_in(name, PASSWORD).expect(200);
        answer.cookie("SESSION").expect("a session")
    }

    /// Visits the key page for the first time.
    pub(crate) fn first_key(&self, session: &str) -> Key {
        let asked = self.client.get("/api/v1/api_credentials").session(session);
        self.key_of(asked.send().expect(200))
    }

    /// Makes another key.
    pub(crate) fn make_key(&self, session: &str, wish: &Value) -> Key {
        let asked = self.client.post("/api/v1/api_credentials");
        self.key_of(asked.session(session).json(wish).send().expect(201))
    }

    pub(crate) fn key_of(&self, answer: Answer) -> Key {
        let body = self.noted(answer).json();
        let text = |name: &str| body[name].as_str().expect(name).to_owned();
        Key {
            id: text("api_key"),
            secret: text("api_secret"),
        }
    }

    /// Makes a dataset of a few pictures and waits until it is ready; gives its id.
    pub(crate) fn make_dataset(&self, session: &str, name: &str) -> String {
        let place = &self.home.place;
        for at in 0..2 {
            place.put(format!("{name}/{at}.png"), &picture(at));
        }
        let folder = place.source().join(name);
        let made = self
            .client
            .post("/api/v1/process")
            .session(session)
            .form(&[("path", folder.to_str().unwrap()), ("name", name)]);
        let id = made.send().expect(200).json()["dataset_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            let asked = self.client.get(&format!("/api/v1/dataset/{id}"));
            let dataset = asked.session(session).send().expect(200).json();
            if dataset["status"] == "READY" {
                return id;
            }
            assert!(std::time::Instant::now() < deadline, "{dataset}");
            std::thread::yield_now();
        }
    }

    /// The peak of its memory so far, in KiB.
    pub(crate) fn peak_kib(&self) -> u64 {
        let id = self.running.as_ref().expect("it runs").id();
        let status = fs_err::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .expect("a peak");
        line.trim()
            .trim_end_matches(" kB")
            .trim()
            .parse()
            .expect("a number")
    }

    /// Tells it to stop, which it must do well, and looks for secrets in what it left.
    pub(crate) fn stop(mut self) {
        let running = self.running.take().expect("it runs");
        running.signal("TERM");
        let (status, lines) = running.end();
        assert_eq!(status.code(), Some(0), "{lines:#?}");
        self.home.logs.borrow_mut().push_str(&lines.join("\n"));
        self.home.assert_kept_secrets();
    }
}
