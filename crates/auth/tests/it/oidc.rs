//! Signing in with an OIDC provider.

use std::sync::LazyLock;

use lamina_auth::{
    Callback, CallbackError, Discovery, IdToken, IdTokenError, IdTokenRules, Jwks, PendingSignIn,
    ProviderDocumentError,
};
use p256::ecdsa::signature::{SignatureEncoding, Signer};
use rsa::{BoxedUint, PrivateKey, pkcs1v15, traits::PublicKeyParts};
use sha2::Sha256;

use crate::kit::{Drawn, NOW_S, encoded, hmac, now};

/// The primes of an RSA key made for these tests with `openssl genrsa 2048`. It protects nothing.
const PRIMES: [&str; 2] = [
    "c9c99052d19c6b45aa6905e4dcce25fb77fcf9ee07ba0500f5e747f455c9d5a028235546a81fc3ecd90ee154\
    dcae2d6be9ab6d1820657f67bb32d6aac29715b0a6f03f04d212a8e19e60bacc13f080722ff6f4bbc58aa42b\
    80e99ff9689015623e68ccf74a2d434bbdbe42241f4ec6efcb0a282bc4157436d73bd400058d4e1f",
    "b79e57151866b8ad609286a526ff42a66cc4124aa6c2fb32ea9586b3cd7637bc02bcd6e9e19009cc50b8f06a\
    b116aa99cdc838e596bccfee2a10b43a2f84e31e4a327fadaea8e14532f95cdd8fb676d5d9f0e02610d7c15b\
    3a887182084e71386af0112aeb61e6faa4ed905d4b2618ce48791c9043ff7d8d9b4f658db2918a57",
];
const ISSUER: &str = "https://id.example.org";
const CLIENT: &str = "lamina";
const NONCE: &str = "n-0S6_WzA2Mj";

static RSA: LazyLock<PrivateKey> = LazyLock::new(|| {
    let [p, q] = PRIMES.map(|prime| BoxedUint::from_be_slice_vartime(&unhex(prime)));
    PrivateKey::from_p_q(p, q, BoxedUint::from(65_537_u32)).unwrap()
});
static EC: LazyLock<p256::ecdsa::SigningKey> =
    LazyLock::new(|| p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap());

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&text[place..place + 2], 16).unwrap())
        .collect()
}

fn rsa_jwk(extra: &str) -> String {
    let n = encoded(&RSA.n().to_be_bytes_trimmed_vartime());
    format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB"{extra}}}"#)
}

fn ec_jwk(extra: &str) -> String {
    let point = EC.verifying_key().to_sec1_point(false);
    let bytes = point.as_bytes();
    let (x, y) = (encoded(&bytes[1..33]), encoded(&bytes[33..]));
    format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"{extra}}}"#)
}

fn keys() -> Jwks {
    let (rsa, ec) = (
        rsa_jwk(r#","kid":"r1","use":"sig","alg":"RS256""#),
        ec_jwk(r#","kid":"e1""#),
    );
    let odd = r#"{"kty":"oct","k":"AAAA"},{"kty":"OKP","crv":"Ed25519","x":"AA"},{"kty":7}"#;
    Jwks::parse(format!(r#"{{"keys":[{odd},{rsa},{ec}]}}"#).as_bytes()).unwrap()
}

fn claims(changes: &[(&str, &str)]) -> String {
    let (iat, exp) = (NOW_S.to_string(), (NOW_S + 300).to_string());
    let mut members = vec![
        ("iss", format!("\"{ISSUER}\"")),
        ("aud", format!("\"{CLIENT}\"")),
        ("sub", "\"person-1\"".to_owned()),
        ("nonce", format!("\"{NONCE}\"")),
        ("iat", iat),
        ("exp", exp),
        ("email", "\"a@example.org\"".to_owned()),
        ("email_verified", "true".to_owned()),
    ];
    for (name, value) in changes {
        members.retain(|(known, _)| known != name);
        if !value.is_empty() {
            members.push((name, (*value).to_owned()));
        }
    }
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("\"{name}\":{value}"))
        .collect();
    format!("{{{}}}", members.join(","))
}

fn es256(header: &str, claims: &str) -> String {
    let signed = format!(
        "{}.{}",
        encoded(header.as_bytes()),
        encoded(claims.as_bytes())
    );
    let signature: p256::ecdsa::Signature = EC.sign(signed.as_bytes());
    format!("{signed}.{}", encoded(&signature.to_bytes()))
}

fn rs256(header: &str, claims: &str) -> String {
    let signed = format!(
        "{}.{}",
        encoded(header.as_bytes()),
        encoded(claims.as_bytes())
    );
    let key = pkcs1v15::SigningKey::<Sha256>::new(RSA.clone());
    format!(
        "{signed}.{}",
        encoded(&key.sign(signed.as_bytes()).to_vec())
    )
}

fn verify(token: &str) -> Result<IdToken, IdTokenError> {
    let rules = IdTokenRules {
        issuer: ISSUER,
        client_id: CLIENT,
        nonce: NONCE,
    };
    IdToken::verify(token, &keys(), &rules, now())
}

fn with(changes: &[(&str, &str)]) -> Result<IdToken, IdTokenError> {
    verify(&es256(r#"{"alg":"ES256","kid":"e1"}"#, &claims(changes)))
}

#[test]
fn an_id_token_signed_with_rs256_or_es256_names_its_person() {
    let rsa = verify(&rs256(
        r#"{"alg":"RS256","kid":"r1","typ":"JWT"}"#,
        &claims(&[]),
    ))
    .unwrap();
    let ec = verify(&es256(r#"{"alg":"ES256","kid":"e1"}"#, &claims(&[]))).unwrap();
    assert_eq!(rsa, ec);
    assert_eq!(rsa.subject, "person-1");
    assert_eq!(rsa.verified_email(), Some("a@example.org"));
    // Without a key id, every key of the algorithm is tried.
    assert!(verify(&es256(r#"{"alg":"ES256"}"#, &claims(&[]))).is_ok());
}

#[test]
fn t_102_unsigned_and_confused_id_tokens_are_refused() {
    let none = format!(
        "{}.{}.AA",
        encoded(br#"{"alg":"none"}"#),
        encoded(claims(&[]).as_bytes())
    );
    assert_eq!(verify(&none), Err(IdTokenError::Algorithm));
    // The public modulus as an HMAC key.
    let signed = format!(
        "{}.{}",
        encoded(br#"{"alg":"HS256","kid":"r1"}"#),
        encoded(claims(&[]).as_bytes())
    );
    let mac = hmac(&RSA.n().to_be_bytes_trimmed_vartime(), signed.as_bytes());
    let confused = format!("{signed}.{}", encoded(&mac));
    assert_eq!(verify(&confused), Err(IdTokenError::Algorithm));
    // An EC signature under the id of the RSA key, and the reverse.
    let crossed = es256(r#"{"alg":"ES256","kid":"r1"}"#, &claims(&[]));
    assert_eq!(verify(&crossed), Err(IdTokenError::UnknownKey));
    let crossed = es256(r#"{"alg":"RS256","kid":"r1"}"#, &claims(&[]));
    assert_eq!(verify(&crossed), Err(IdTokenError::Signature));
    let unknown = es256(r#"{"alg":"ES256","kid":"e9"}"#, &claims(&[]));
    assert_eq!(verify(&unknown), Err(IdTokenError::UnknownKey));
    for header in [
        r#"{"alg":"ES256","kid":"e1","crit":["x"]}"#,
        r#"{"alg":"ES256","kid":"e1","typ":"at+jwt"}"#,
        r#"{"alg":"ES256","kid":7}"#,
        r#"{"alg":"ES256","alg":"ES256","kid":"e1"}"#,
    ] {
        assert_eq!(
            verify(&es256(header, &claims(&[]))),
            Err(IdTokenError::Malformed),
            "{header}"
        );
    }
}

#[test]
fn t_102_a_changed_id_token_is_refused() {
    let good = es256(r#"{"alg":"ES256","kid":"e1"}"#, &claims(&[]));
    let other = es256(
        r#"{"alg":"ES256","kid":"e1"}"#,
        &claims(&[("sub", "\"person-2\"")]),
    );
    let (signed, _) = other.rsplit_once('.').unwrap();
    let (_, signature) = good.rsplit_once('.').unwrap();
    assert_eq!(
        verify(&format!("{signed}.{signature}")),
        Err(IdTokenError::Signature)
    );
}

#[test]
fn t_102_claims_of_another_issuer_client_or_sign_in_are_refused() {
    use IdTokenError::{Audience, Issuer, Nonce, Subject, Times};
    let past = (NOW_S - 61).to_string();
    let ahead = (NOW_S + 61).to_string();
    let stale = (NOW_S - 700).to_string();
    for (claim, value, error) in [
        ("iss", "\"https://id.example.org/\"", Issuer),
        ("iss", "\"https://evil.example\"", Issuer),
        ("iss", "", Issuer),
        ("aud", "\"other\"", Audience),
        ("aud", "[\"other\"]", Audience),
        ("aud", "[]", Audience),
        ("aud", "", Audience),
        ("aud", "[\"lamina\",\"other\"]", Audience),
        ("azp", "\"other\"", Audience),
        ("azp", "7", Audience),
        ("nonce", "\"another\"", Nonce),
        ("nonce", "", Nonce),
        ("nonce", "7", Nonce),
        ("exp", &past, Times),
        ("exp", "", Times),
        ("exp", "\"1795568700\"", Times),
        ("iat", &ahead, Times),
        ("iat", &stale, Times),
        ("iat", "", Times),
        ("sub", "", Subject),
        ("sub", "\"\"", Subject),
        ("sub", "7", Subject),
    ] {
        assert_eq!(with(&[(claim, value)]), Err(error), "{claim}: {value}");
    }
    let party = [("aud", "[\"other\",\"lamina\"]"), ("azp", "\"lamina\"")];
    assert!(with(&party).is_ok());
}

#[test]
fn t_103_an_address_the_provider_does_not_vouch_for_is_not_verified() {
    for verified in ["false", "", "\"true\"", "1", "null"] {
        let token = with(&[("email_verified", verified)]).unwrap();
        assert_eq!(token.verified_email(), None, "{verified}");
        assert_eq!(token.email.as_deref(), Some("a@example.org"));
    }
}

#[test]
fn key_sets_without_a_usable_key_are_refused() {
    for text in [
        r#"{"keys":[]}"#.to_owned(),
        r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#.to_owned(),
        format!(r#"{{"keys":[{}]}}"#, rsa_jwk(r#","use":"enc""#)),
        format!(r#"{{"keys":[{}]}}"#, ec_jwk(r#","alg":"RS256""#)),
        // A modulus of 1024 bits.
        format!(
            r#"{{"keys":[{{"kty":"RSA","n":"{}","e":"AQAB"}}]}}"#,
            encoded(&[0xff; 128])
        ),
        // No point of the curve.
        format!(
            r#"{{"keys":[{{"kty":"EC","crv":"P-256","x":"{0}","y":"{0}"}}]}}"#,
            encoded(&[1; 32])
        ),
    ] {
        assert_eq!(
            Jwks::parse(text.as_bytes()).unwrap_err(),
            ProviderDocumentError::NoKeys
        );
    }
    for text in ["", "[]", "{}", "{\"keys\":7}"] {
        assert!(matches!(
            Jwks::parse(text.as_bytes()),
            Err(ProviderDocumentError::Unreadable(..))
        ));
    }
}

fn discovery_text(issuer: &str, base: &str) -> String {
    format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"{base}/auth",
            "token_endpoint":"{base}/token","jwks_uri":"{base}/jwks","further":[1]}}"#
    )
}

fn discovery() -> Discovery {
    Discovery::parse(discovery_text(ISSUER, ISSUER).as_bytes(), ISSUER).unwrap()
}

#[test]
fn a_provider_must_be_the_one_configured_and_use_https() {
    assert_eq!(
        Discovery::url_for("https://id.example.org/"),
        "https://id.example.org/.well-known/openid-configuration"
    );
    assert_eq!(discovery().token_endpoint, "https://id.example.org/token");
    let slash = Discovery::parse(
        discovery_text(ISSUER, ISSUER).as_bytes(),
        "https://id.example.org/",
    );
    assert!(matches!(slash, Err(ProviderDocumentError::Issuer { .. })));
    let loopback = "http://127.0.0.1:4455";
    assert!(Discovery::parse(discovery_text(loopback, loopback).as_bytes(), loopback).is_ok());
    for (issuer, base) in [
        ("http://id.example.org", "http://id.example.org"),
        (ISSUER, "http://id.example.org"),
        (ISSUER, "http://127.0.0.1:1"),
        (
            "http://localhost.evil.example",
            "http://localhost.evil.example",
        ),
        (
            "http://localhost@evil.example",
            "http://localhost@evil.example",
        ),
        (
            "http://localhost:1@evil.example",
            "http://localhost:1@evil.example",
        ),
    ] {
        assert!(
            matches!(
                Discovery::parse(discovery_text(issuer, base).as_bytes(), issuer),
                Err(ProviderDocumentError::NotHttps(_))
            ),
            "{issuer} {base}"
        );
    }
}

#[test]
fn the_browser_is_sent_off_with_state_nonce_and_challenge() {
    let pending = PendingSignIn::new(&Drawn::from(1), now());
    let url = pending.authorization_url(&discovery(), "la mina", "https://x/api/v1/oidc/callback");
    assert_eq!(
        url,
        format!(
            "https://id.example.org/auth?response_type=code&scope=openid%20profile%20email\
             &client_id=la%20mina&redirect_uri=https%3A%2F%2Fx%2Fapi%2Fv1%2Foidc%2Fcallback\
             &state={}&nonce={}&code_challenge={}&code_challenge_method=S256",
            *pending.state,
            *pending.nonce,
            pending.challenge()
        )
    );
    assert!(pending.state != pending.nonce && pending.nonce != pending.verifier);
    assert!(!url.contains(pending.verifier.as_str()));
    assert!(!format!("{pending:?}").contains(pending.state.as_str()));
}

#[test]
fn the_challenge_is_that_of_rfc_7636() {
    let mut pending = PendingSignIn::new(&Drawn::from(1), now());
    // Appendix B of the RFC.
    *pending.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
    assert_eq!(
        pending.challenge(),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    let body = pending.token_request("c/1", CLIENT, "https://x/cb");
    assert_eq!(
        *body,
        "grant_type=authorization_code&code=c%2F1&client_id=lamina&redirect_uri=https%3A%2F%2Fx%2Fcb\
         &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    assert_eq!(
        *PendingSignIn::client_basic("a:b", "c"),
        "Basic YSUzQWI6Yw=="
    );
}

#[test]
fn t_102_a_callback_must_belong_to_the_sign_in() {
    let pending = PendingSignIn::new(&Drawn::from(1), now());
    let state = pending.state.as_str();
    let good = Callback {
        state: Some(state),
        code: Some("code-1"),
        ..Callback::default()
    };
    let check = |callback: &Callback<'_>, provider: &Discovery| {
        pending.check(callback, provider, now()).map(str::to_owned)
    };
    let plain = discovery();
    assert_eq!(check(&good, &plain), Ok("code-1".to_owned()));
    for (callback, error) in [
        (
            Callback {
                state: None,
                ..good
            },
            CallbackError::State,
        ),
        (
            Callback {
                state: Some("x"),
                ..good
            },
            CallbackError::State,
        ),
        (
            Callback {
                state: Some(""),
                ..good
            },
            CallbackError::State,
        ),
        (
            Callback {
                iss: Some("https://evil"),
                ..good
            },
            CallbackError::Issuer,
        ),
        (
            Callback {
                error: Some("denied"),
                ..good
            },
            CallbackError::Refused,
        ),
        (Callback { code: None, ..good }, CallbackError::NoCode),
        (
            Callback {
                code: Some(""),
                ..good
            },
            CallbackError::NoCode,
        ),
    ] {
        assert_eq!(check(&callback, &plain), Err(error), "{callback:?}");
    }
    // A provider that says it names itself must do so.
    let naming = Discovery {
        authorization_response_iss_parameter_supported: true,
        ..plain
    };
    assert_eq!(check(&good, &naming), Err(CallbackError::Issuer));
    assert!(
        check(
            &Callback {
                iss: Some(ISSUER),
                ..good
            },
            &naming
        )
        .is_ok()
    );
    let late = now().plus_seconds(600);
    assert_eq!(
        pending.check(&good, &naming, late),
        Err(CallbackError::TooLate)
    );
}
