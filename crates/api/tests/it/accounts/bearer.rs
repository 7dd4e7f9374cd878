//! Tokens in the `Authorization` header, as a client sees what becomes of them.

use hyper::Method;
use serde_json::{Value, json};

use super::server::{Ask, Key, TestServer, ask, get, signed};
use crate::app::Answer;

/// A service, a dataset of the owner's, and a full key of theirs.
pub(super) struct World {
    pub(super) server: TestServer,
    pub(super) session: String,
    pub(super) uri: String,
    pub(super) key: Key,
}

impl World {
    pub(super) async fn new() -> Self {
        let server = TestServer::new().await;
        let session = server.sign_in("owner").await;
        let (dataset, _) = server.make_dataset(&session, "kept").await;
        let key = server.make_key(&session, &json!({"name": "test"})).await;
        Self {
            uri: format!("/api/v1/dataset/{dataset}"),
            server,
            session,
            key,
        }
    }

    pub(super) fn token(&self) -> String {
        self.key.token(self.server.now_s())
    }

    pub(super) fn read(&self) -> Ask {
        get(&self.uri)
    }

    pub(super) async fn send(&self, asked: Ask) -> Answer {
        self.server.send(asked).await
    }

    pub(super) async fn with_header(&self, value: &[u8]) -> Answer {
        self.send(self.read().raw("authorization", value)).await
    }

    pub(super) async fn with_token(&self, token: &str) -> Answer {
        self.send(self.read().bearer(token)).await
    }

    pub(super) async fn change_key(&self, change: &Value) -> Answer {
        let uri = format!("/api/v1/api_credentials/{}", self.key.id);
        self.send(ask(Method::PATCH, &uri).session(&self.session).json(change))
            .await
    }
}

/// Checks that an answer is what every bad token gets, and gives its code.
pub(super) fn refused(answer: &Answer) -> String {
    assert_eq!(answer.status, 401, "{answer:?}");
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge
            .starts_with("Bearer realm=\"lamina\", error=\"invalid_token\", error_description=\""),
        "{challenge}"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.code()
}

#[tokio::test]
async fn the_documented_flow_ends_with_the_dataset_and_its_six_fields() {
    let world = World::new().await;
    let first = world
        .send(get("/api/v1/api_credentials").session(&world.session))
        .await
        .json();
    assert!(
        first["message"]
            .as_str()
            .unwrap()
            .contains("Write down the secret – it's only shown once!")
    );
    let token = Key::of(&first).token(world.server.now_s());
    let answer = world.with_token(&token).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let dataset = answer.json();
    for field in [
        "id",
        "display_name",
        "status",
        "progress",
        "owned_by",
        "created_at",
    ] {
        assert!(!dataset[field].is_null(), "{field} in {dataset}");
    }
    assert_eq!(dataset["owned_by"], "VL");
    assert_eq!(dataset["owner"], "owner@example.org");
    let missing = "/api/v1/dataset/0198c0de-0000-7000-8000-000000000000";
    assert_eq!(world.send(get(missing).bearer(&token)).await.status, 404);
    assert_eq!(
        world
            .with_token("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...")
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn t_01_without_credentials_the_challenge_names_no_error() {
    let world = World::new().await;
    let answer = world.send(world.read()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (401, "credentials_missing")
    );
    assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"lamina\"");
    assert_eq!(
        answer.header("set-cookie"),
        "",
        "no session begins by itself"
    );
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("proxy"), "{detail}");
}

#[tokio::test]
async fn t_02_t_03_headers_without_a_token_or_of_another_scheme_are_named() {
    let world = World::new().await;
    for header in ["", "Bearer", "Bearer   "] {
        assert_eq!(
            refused(&world.with_header(header.as_bytes()).await),
            "token_missing",
            "{header:?}"
        );
    }
    for header in ["Basic b3duZXI6eA==", "Token abc", "Digest x=\"y\""] {
        let answer = world.with_header(header.as_bytes()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (401, "scheme_unsupported")
        );
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer realm=\"lamina\"",
            "{header}"
        );
    }
}

#[tokio::test]
async fn t_04_t_05_the_scheme_in_any_case_and_several_spaces_are_fine() {
    let world = World::new().await;
    let token = world.token();
    for header in [
        format!("bearer {token}"),
        format!("BEARER {token}"),
        format!("BeArEr   {token}"),
        format!("Bearer {token}  "),
    ] {
        assert_eq!(
            world.with_header(header.as_bytes()).await.status,
            200,
            "{header}"
        );
    }
    refused(
        &world
            .with_header(format!("Bearer\t{token}").as_bytes())
            .await,
    );
}

#[tokio::test]
async fn t_06_to_t_20_what_is_no_token_of_ours_is_refused_alike() {
    let world = World::new().await;
    let token = world.token();
    let parts: Vec<&str> = token.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    for (what, text) in [
        ("T-06 quotes", format!("\"{token}\"")),
        ("T-06 bytes", format!("b'{token}'")),
        ("T-07 twice", format!("Bearer {token}")),
        ("T-08 secret", world.key.secret.clone()),
        ("T-08 key", world.key.id.clone()),
        ("T-09 no dot", "abc".to_owned()),
        ("T-09 one dot", format!("{header}.{payload}")),
        ("T-09 three dots", format!("{token}.x")),
        ("T-10 JWE", format!("{token}.x.y")),
        ("T-11 JSON", format!("{{\"payload\":\"{payload}\"}}")),
        ("T-12 empty", format!("{header}.{payload}.")),
        ("T-13 padding", format!("{token}=")),
        (
            "T-14 alphabet",
            format!("{header}.{payload}.+{}", &signature[1..]),
        ),
        ("T-16 space", format!("{header}. {payload}.{signature}")),
        ("T-18 no JSON", format!("YWJj.{payload}.{signature}")),
        (
            "T-20 deep",
            format!("{}.{payload}.{signature}", "W1tb".repeat(700)),
        ),
        ("T-21 long", format!("{token}{}", "A".repeat(8 << 10))),
        ("T-25 dots", ".".repeat(20_000)),
        ("T-28 two", format!("{token}, Bearer {token}")),
    ] {
        let answer = world.with_token(&text).await;
        assert!(
            [400, 401].contains(&answer.status.as_u16()),
            "{what}: {answer:?}"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
        let told = format!("{} {}", answer.text(), answer.header("www-authenticate"));
        assert!(
            !told.contains(&world.key.secret),
            "{what} repeats the secret: {told}"
        );
        assert!(
            !told.contains(signature),
            "{what} repeats the token: {told}"
        );
    }
    assert_eq!(
        refused(&world.with_token(&world.key.secret).await),
        "secret_sent_as_token"
    );
}

#[tokio::test]
async fn t_16_t_17_bytes_outside_ascii_are_refused_and_no_fault_of_ours() {
    let world = World::new().await;
    for bytes in [&b"Bearer \xff\xfe"[..], b"Bearer \xc3\xa9.a.b", b"\xff"] {
        assert_eq!(world.with_header(bytes).await.status, 401, "{bytes:?}");
    }
}

#[tokio::test]
async fn t_26_t_27_two_authorization_lines_are_a_bad_request() {
    let world = World::new().await;
    let token = world.token();
    for (first, second) in [
        (token.as_str(), token.as_str()),
        (&token, "bad"),
        ("bad", &token),
    ] {
        let answer = world.send(world.read().bearer(first).bearer(second)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (400, "invalid_request")
        );
        assert!(
            answer
                .header("www-authenticate")
                .contains("error=\"invalid_request\"")
        );
    }
}

#[tokio::test]
async fn t_29_c_24_a_token_anywhere_else_is_no_token() {
    let world = World::new().await;
    let token = world.token();
    for query in ["token", "access_token", "jwt", "api_key"] {
        let answer = world
            .send(get(&format!("{}?{query}={token}", world.uri)))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (401, "credentials_missing"),
            "{query}"
        );
    }
    let answer = world.send(world.read().with("x-api-key", &token)).await;
    assert_eq!(answer.code(), "credentials_missing");
    let form = ask(Method::POST, "/api/v1/process").form(&[("access_token", &token)]);
    assert_eq!(world.send(form).await.status, 401);
}

#[tokio::test]
async fn t_30_t_31_a_token_decides_and_a_cookie_beside_it_lends_nothing() {
    let world = World::new().await;
    let admin = world.server.sign_in("admin").await;
    let users = "/api/v1/keycloak/admin/users";
    let good = get(users).bearer(&world.token()).session(&admin);
    assert_eq!(
        world.send(good).await.status,
        403,
        "the key is no administrator's"
    );
    let bad = get(users).bearer("bad").session(&admin);
    refused(&world.send(bad).await);
    assert_eq!(world.send(get(users).session(&admin)).await.status, 200);
}

#[tokio::test]
async fn t_39_an_unknown_key_and_a_bad_signature_look_the_same() {
    let world = World::new().await;
    let header = json!({"alg": "HS256", "typ": "JWT", "kid": world.key.id});
    let claims = json!({"sub": world.key.id, "exp": world.server.now_s() + 600, "iss": "sdk"});
    let bad = world
        .with_token(&signed(b"another secret altogether", &header, &claims))
        .await;
    let stranger = TestServer::new().await;
    let unknown = stranger.key_of("admin").await;
    let nobody = world.with_token(&unknown.token(world.server.now_s())).await;
    let settle = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        let mut body = answer.json();
        body["request_id"] = Value::Null;
        (answer.status, headers, body)
    };
    assert_eq!(settle(&bad), settle(&nobody));
    assert_eq!(refused(&bad), "signature_invalid");
}

#[tokio::test]
async fn t_40_a_hostile_key_id_is_refused() {
    let world = World::new().await;
    for kid in [
        "' OR 1=1--",
        "../../dev/null",
        "a\0b",
        "a\nb",
        "${jndi:ldap://x}",
        "https://evil.example/jwks",
    ] {
        let header = json!({"alg": "HS256", "kid": kid});
        let answer = world.with_token(&signed(b"x", &header, &json!({}))).await;
        refused(&answer);
        assert!(!answer.text().contains(kid), "{kid} is repeated");
    }
}

#[tokio::test]
async fn t_51_a_replaced_secret_counts_on_with_a_note_and_then_is_named() {
    let world = World::new().await;
    let old = world.token();
    let rotate = format!("/api/v1/api_credentials/{}/rotate", world.key.id);
    let rotated = ask(Method::POST, &rotate)
        .session(&world.session)
        .json(&json!({"overlap_s": 300}));
    let rotated = world.send(rotated).await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    let new = Key::of(&rotated.json()).token(world.server.now_s());
    let noted = world.with_token(&old).await;
    assert_eq!(noted.status, 200);
    assert!(
        noted
            .header("lamina-secret-expires")
            .starts_with("2025-10-30T10:05:00"),
        "{noted:?}"
    );
    let fresh = world.with_token(&new).await;
    assert_eq!(
        (fresh.status.as_u16(), fresh.header("lamina-secret-expires")),
        (200, "")
    );
    world.server.clock.advance_seconds(301);
    assert_eq!(refused(&world.with_token(&old).await), "secret_rotated");
    assert_eq!(world.with_token(&new).await.status, 200);
}

#[tokio::test]
async fn t_60_an_expired_token_is_told_by_how_much_and_what_time_it_is_here() {
    let world = World::new().await;
    let now = world.server.now_s();
    let claims =
        |exp: i64| json!({"sub": world.key.id, "iat": now - 700, "exp": exp, "iss": "sdk"});
    assert_eq!(
        world
            .with_token(&world.key.sign(&claims(now - 59)))
            .await
            .status,
        200
    );
    let late = world.with_token(&world.key.sign(&claims(now - 102))).await;
    assert_eq!(refused(&late), "token_expired");
    let detail = late.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("102 s") && detail.contains("2025-10-30T10:00:00"),
        "{detail}"
    );
}

#[tokio::test]
async fn t_69_claims_that_ask_for_more_give_nothing_more() {
    let world = World::new().await;
    let now = world.server.now_s();
    let claims = json!({"sub": world.key.id, "iat": now, "exp": now + 600, "iss": "sdk",
        "admin": true, "role": "admin", "user_id": 1, "scope": "*"});
    let token = world.key.sign(&claims);
    assert_eq!(world.with_token(&token).await.status, 200);
    assert_eq!(
        world
            .send(get("/api/v1/keycloak/admin/users").bearer(&token))
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn t_70_a_token_may_be_sent_again_until_it_ends() {
    let world = World::new().await;
    let token = world.token();
    for _ in 0..50 {
        assert_eq!(world.with_token(&token).await.status, 200);
    }
    world.server.clock.advance_seconds(661);
    assert_eq!(refused(&world.with_token(&token).await), "token_expired");
}

#[tokio::test]
async fn t_71_all_tokens_signed_so_far_can_be_ended_at_once() {
    let world = World::new().await;
    let old = world.token();
    assert_eq!(world.with_token(&old).await.status, 200);
    world.server.clock.advance_seconds(2);
    assert_eq!(
        world.change_key(&json!({"end_tokens": true})).await.status,
        200
    );
    assert_eq!(refused(&world.with_token(&old).await), "token_revoked");
    assert_eq!(world.with_token(&world.token()).await.status, 200);
}
