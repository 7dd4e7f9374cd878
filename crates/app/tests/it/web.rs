//! A small HTTP client, with no more of a browser in it than a test asks for.

use std::time::Duration;

use serde_json::Value;
use ureq::{Agent, http};

use crate::program::PATIENCE;

/// Follows no redirect, keeps no cookie and takes every status for an answer.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A request that is put together step by step.
#[derive(Debug)]
pub(crate) struct Ask {
    client: Client,
    request: http::request::Builder,
    body: Option<Vec<u8>>,
}

impl Client {
    /// A client of the server at a base URL without a slash at the end.
    pub(crate) fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .timeout_connect(Some(Duration::from_secs(30)))
            .max_redirects(0)
            .http_status_as_error(false)
            .proxy(None)
            .build();
        Self {
            agent: config.into(),
            base: base.to_owned(),
        }
    }

    /// The base URL.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// A request of a path, or of a whole URL.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        Ask {
            client: self.clone(),
            request: http::Request::builder().method(method).uri(url),
            body: None,
        }
    }

    pub(crate) fn get(&self, path: &str) -> Ask {
        self.ask("GET", path)
    }

    pub(crate) fn post(&self, path: &str) -> Ask {
        self.ask("POST", path)
    }
}

impl Ask {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub(crate) fn session(self, secret: &str) -> Self {
        self.with("cookie", &format!("SESSION={secret}"))
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn json(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self.with("content-type", "application/json")
    }

    pub(crate) fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let escaped =
            |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02x}")).collect() };
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", escaped(value)))
            .collect();
        self.body = Some(pairs.join("&").into_bytes());
        self.with("content-type", "application/x-www-form-urlencoded")
    }

    /// Sends it.
    pub(crate) fn send(self) -> Answer {
        let answer = match self.body {
            Some(body) => self.client.agent.run(self.request.body(body).unwrap()),
            None => self.client.agent.run(self.request.body(()).unwrap()),
        };
        let mut answer = answer.unwrap_or_else(|cause| panic!("no answer: {cause}"));
        Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer.body_mut().read_to_vec().unwrap(),
        }
    }
}

impl Answer {
    /// A header, or an empty text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The value of a cookie that the answer sets.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.headers
            .get_all("set-cookie")
            .iter()
            .filter_map(|line| {
                let pair = line.to_str().unwrap().split(';').next()?;
                let (found, value) = pair.split_once('=')?;
                (found == name).then(|| value.to_owned())
            })
            .next_back()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|cause| panic!("{cause}: {self}"))
    }

    /// The code in an error's body.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The answer, if it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}\n{}", self.status, self.headers, self.text())
    }
}
