//! Signing in with a real provider on loopback, step by step as a browser does it.

use std::{
    collections::BTreeMap,
    process::{Command, Stdio},
};

use super::server::{Home, Server};
use crate::{
    program::Running,
    tools,
    web::{Answer, Client},
};

const CLIENT_SECRET: &str = "a client secret that only the two servers know";
/// Where the provider sends browsers back to. Nobody listens there: the test carries the answer.
const BACK: &str = "http://lamina.test/api/v1/oidc/callback";
const TIE: &str = "LAMINA_SIGN_IN";

/// The running provider.
struct Provider {
    _running: Running,
    issuer: String,
}

impl Provider {
    fn start() -> Option<Self> {
        let packages = tools::node_packages()?;
        let mut command = Command::new("node");
        command
            .arg(packages.join("provider.mjs"))
            .env("CLIENT_SECRET", CLIENT_SECRET)
            .env("REDIRECT_URI", BACK)
            .stdin(Stdio::null());
        let mut running = Running::start(&mut command);
        let issuer = running.first_result().trim_end().to_owned();
        assert!(issuer.starts_with("http://127.0.0.1:"), "{issuer:?}");
        Some(Self {
            _running: running,
            issuer,
        })
    }
}

fn serve<'a>(home: &'a Home, issuer: &str, more: &[(&str, &str)]) -> Server<'a> {
    home.secrets.add("client secret", CLIENT_SECRET);
    home.serve_with(|command| {
        command
            .env("OIDC_ISSUER", issuer)
            .env("OIDC_CLIENT_ID", "lamina")
            .env("OIDC_CLIENT_SECRET", CLIENT_SECRET)
            .env("OIDC_REDIRECT_URI", BACK)
            .envs(more.iter().copied());
    })
}

/// A browser in the middle of signing in.
struct Browser<'a> {
    server: &'a Server<'a>,
    /// Where the server sent it.
    url: String,
    /// The cookie that ties it to the sign-in.
    tie: String,
}

/// What a provider sends a browser back with: names and values of a query, decoded.
type Query = BTreeMap<String, String>;

impl<'a> Browser<'a> {
    /// Presses the button.
    fn begin(server: &'a Server<'a>) -> Self {
        let answer = server.client.get("/api/v1/oidc/sign_in").send().expect(303);
        let tie = answer.cookie(TIE).expect("a tie to this browser");
        server.home.secrets.add("tie of a sign-in", &tie);
        Self {
            server,
            url: answer.header("location").to_owned(),
            tie,
        }
    }

    /// Puts another value into a field of the address at the provider.
    fn with(mut self, name: &str, value: &str) -> Self {
        let mut query = query_of(&self.url);
        assert!(query.contains_key(name), "{name} is not in {}", self.url);
        query.insert(name.to_owned(), value.to_owned());
        self.url = format!(
            "{}?{}",
            self.url.split('?').next().unwrap(),
            spelled(&query)
        );
        self
    }

    /// Signs in at the provider under a name; gives what it sends the browser back with.
    fn at_provider(&self, name: &str) -> Query {
        let provider = Client::new(self.url.split("/auth").next().unwrap());
        let mut cookies = BTreeMap::new();
        let mut answer = visit(&provider, "GET", &self.url, &[], &mut cookies);
        for _ in 0..8 {
            if answer.status == 200 {
                // The page that asks for a name: its form goes to the address it stands at.
                let page = answer.text();
                let form = page.split("action=\"").nth(1).expect("a form");
                let action = form.split('"').next().unwrap();
                let fields = [("prompt", "login"), ("login", name), ("password", "x")];
                answer = visit(&provider, "POST", action, &fields, &mut cookies);
                continue;
            }
            assert_eq!(answer.status, 303, "{answer}");
            let next = answer.header("location").to_owned();
            if next.starts_with(BACK) {
                return query_of(&next);
            }
            answer = visit(&provider, "GET", &next, &[], &mut cookies);
        }
        panic!("the provider sends the browser about: {answer}")
    }

    /// Comes back to the server.
    fn come_back(&self, query: &Query) -> Answer {
        if let Some(code) = query.get("code") {
            self.server.home.secrets.add("code of the provider", code);
        }
        let asked = self
            .server
            .client
            .get(&format!("/api/v1/oidc/callback?{}", spelled(query)))
            .with("cookie", &format!("{TIE}={}", self.tie));
        self.server.noted(asked.send())
    }
}

/// One request of a browser that keeps cookies.
fn visit(
    client: &Client,
    method: &str,
    address: &str,
    fields: &[(&str, &str)],
    cookies: &mut BTreeMap<String, String>,
) -> Answer {
    let line: Vec<_> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut ask = client.ask(method, address).with("cookie", &line.join("; "));
    if !fields.is_empty() {
        ask = ask.form(fields);
    }
    let answer = ask.send();
    for line in answer.headers.get_all("set-cookie") {
        let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
        let value = rest.split(';').next().unwrap();
        cookies.insert(name.to_owned(), value.to_owned());
    }
    answer
}

fn query_of(url: &str) -> Query {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(bytes).unwrap()
}

fn spelled(query: &Query) -> String {
    let escaped =
        |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02x}")).collect() };
    let pairs: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value)))
        .collect();
    pairs.join("&")
}

/// Checks that nobody was signed in, and gives the reason.
#[track_caller]
fn refused(answer: Answer) -> String {
    let answer = answer.expect(401);
    assert_eq!(answer.cookie("SESSION"), None, "{answer}");
    assert_eq!(answer.code(), "sign_in_refused", "{answer}");
    answer.json()["detail"].as_str().unwrap().to_owned()
}

/// Who a session belongs to.
fn owner(server: &Server<'_>, answer: &Answer) -> String {
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/"),
        "{answer}"
    );
    let session = answer.cookie("SESSION").expect("a session");
    let me = server
        .client
        .get("/api/v1/me")
        .session(&session)
        .send()
        .expect(200);
    me.json()["email"].as_str().unwrap().to_owned()
}

#[test]
fn a_person_signs_in_with_the_provider_and_finds_the_same_account_again() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let home = Home::new();
    home.add("admin", "admin");
    let server = serve(&home, &provider.issuer, &[]);
    let page = server.client.get("/login").send().expect(200).text();
    assert!(
        page.contains("/api/v1/oidc/sign_in"),
        "the page has a button"
    );

    let browser = Browser::begin(&server);
    let asked = query_of(&browser.url);
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["redirect_uri"], BACK);
    for name in ["state", "nonce", "code_challenge"] {
        assert!(asked[name].len() >= 43, "{name} is hard to guess");
    }
    let first = browser.come_back(&browser.at_provider("ada"));
    assert_eq!(owner(&server, &first), "ada@example.org");
    assert_eq!(first.cookie(TIE).as_deref(), Some(""), "the tie is gone");

    let browser = Browser::begin(&server);
    let again = browser.come_back(&browser.at_provider("ada"));
    assert_eq!(owner(&server, &again), "ada@example.org");
    assert_ne!(again.cookie("SESSION"), first.cookie("SESSION"));
    server.stop();
    let people = home.done("user", &["list"], "");
    assert_eq!(
        people.matches("ada@example.org  viewer").count(),
        1,
        "{people}"
    );
}

#[test]
fn t_102_a_callback_counts_once_and_in_the_browser_that_began() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let home = Home::new();
    let server = serve(&home, &provider.issuer, &[]);

    // Whoever caught the answer has another browser. It is spent then: somebody else had it.
    let browser = Browser::begin(&server);
    let query = browser.at_provider("ada");
    refused(Browser::begin(&server).come_back(&query));
    refused(browser.come_back(&query));
    let browser = Browser::begin(&server);
    let query = browser.at_provider("ada");
    let without_tie = server
        .client
        .get(&format!("/api/v1/oidc/callback?{}", spelled(&query)));
    refused(without_tie.send());
    assert_eq!(
        owner(&server, &browser.come_back(&query)),
        "ada@example.org"
    );
    let twice = refused(browser.come_back(&query));
    assert!(twice.contains("used already"), "{twice}");

    // The code by itself is worth nothing in a sign-in of its thief's own.
    let thief = Browser::begin(&server);
    let mut stolen = thief.at_provider("mallory");
    stolen.insert("code".to_owned(), query["code"].clone());
    refused(thief.come_back(&stolen));
    server.stop();
}

#[test]
fn t_102_a_wrong_state_issuer_nonce_or_verifier_signs_nobody_in() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let home = Home::new();
    let server = serve(&home, &provider.issuer, &[]);
    for (name, value) in [
        ("state", "0".repeat(64)),
        ("iss", "http://127.0.0.1:1".to_owned()),
        ("code", "no-code-of-the-providers".to_owned()),
    ] {
        let browser = Browser::begin(&server);
        let mut query = browser.at_provider("ada");
        assert!(query.insert(name.to_owned(), value).is_some(), "{name}");
        refused(browser.come_back(&query));
        // What was spent by the wrong answer does not come back to life with the right one,
        // save where the wrong one was never this sign-in's own.
        query = browser.at_provider("ada");
        if name == "state" {
            assert_eq!(
                owner(&server, &browser.come_back(&query)),
                "ada@example.org"
            );
        } else {
            refused(browser.come_back(&query));
        }
    }
    let mut query = Browser::begin(&server).at_provider("ada");
    query.remove("iss");
    refused(Browser::begin(&server).come_back(&query));

    // The provider puts what it was asked with into the token, and into its check of the code.
    let browser = Browser::begin(&server).with("nonce", &"n".repeat(64));
    let why = refused(browser.come_back(&browser.at_provider("ada")));
    assert!(why.contains("another sign-in"), "{why}");
    let browser = Browser::begin(&server).with("code_challenge", &"c".repeat(43));
    let why = refused(browser.come_back(&browser.at_provider("ada")));
    assert!(why.contains("status 400"), "{why}");
    server.stop();
}

#[test]
fn a_provider_that_is_down_or_another_one_is_told_and_passwords_go_on() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let home = Home::new();
    home.add("ada", "viewer");
    // Another name than the provider has for itself.
    let server = serve(&home, &format!("{}/", provider.issuer), &[]);
    let why = refused(server.client.get("/api/v1/oidc/sign_in").send());
    assert!(why.contains("OIDC_ISSUER"), "{why}");
    server.stop();

    let server = serve(&home, &provider.issuer, &[]);
    let browser = Browser::begin(&server);
    let query = browser.at_provider("ada");
    drop(provider);
    for answer in [
        browser.come_back(&query),
        server.client.get("/api/v1/oidc/sign_in").send(),
    ] {
        let why = refused(answer);
        assert!(why.contains("did not answer"), "{why}");
    }
    server.sign_in("ada");
    server.stop();
}

#[test]
fn t_103_an_account_is_entered_through_the_provider_only_where_that_is_allowed() {
    let Some(provider) = Provider::start() else {
        return;
    };
    let home = Home::new();
    home.add("ada", "editor");
    let signed_in = |server: &Server<'_>, name: &str| {
        let browser = Browser::begin(server);
        browser.come_back(&browser.at_provider(name))
    };
    let server = serve(&home, &provider.issuer, &[]);
    let why = refused(signed_in(&server, "ada"));
    assert!(why.contains("not linked"), "{why}");
    let why = refused(signed_in(&server, "unverified-bob"));
    assert!(why.contains("does not vouch"), "{why}");
    server.stop();

    let closed = [
        ("LAMINA_OIDC_NEW_PEOPLE", "none"),
        ("LAMINA_OIDC_LINK_BY_EMAIL", "true"),
    ];
    let server = serve(&home, &provider.issuer, &closed);
    let why = refused(signed_in(&server, "carol"));
    assert!(why.contains("no account here yet"), "{why}");
    assert_eq!(
        owner(&server, &signed_in(&server, "ada")),
        "ada@example.org"
    );
    home.done("user", &["disable", "ada@example.org"], "");
    let why = refused(signed_in(&server, "ada"));
    assert!(why.contains("disabled"), "{why}");
    server.stop();
}
