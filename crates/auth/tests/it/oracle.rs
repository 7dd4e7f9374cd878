//! The `jsonwebtoken` library as a second opinion. It is laxer by design, so: whatever we
//! accept it accepts, and for tokens of the plain shape both agree.

use std::sync::Once;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
    signature::{Error, Verifier},
};
use lamina_auth::TokenProblem;
use proptest::prelude::*;
use serde_json::Value;
use sha2::Sha256;

use crate::kit::{Client, client};

/// HMAC-SHA256 for the library, which brings none without further features.
struct Hs256(Vec<u8>);

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap();
        mac.update(message);
        mac.verify_slice(signature).map_err(|_| Error::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the library asks for this signature"
)]
fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the library asks for this signature"
)]
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    if *algorithm != Algorithm::HS256 {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    Ok(Box::new(Hs256(key.try_get_as_bytes()?.to_vec())))
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: no_signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Whether the library accepts the token. Times are left out, because it asks the system for
/// the present moment; whether `exp` is there is not.
fn library_accepts(client: &Client, token: &str) -> bool {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| PROVIDER.install_default().expect("installed once"));
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&["sdk"]);
    rules.set_required_spec_claims(&["exp", "iss", "sub"]);
    rules.validate_exp = false;
    let key = DecodingKey::from_secret(client.secret.expose().as_bytes());
    jsonwebtoken::decode::<Value>(token, &key, &rules).is_ok()
}

#[test]
fn both_accept_the_token_of_the_documentation() {
    let client = client(1);
    assert!(library_accepts(&client, &client.token()));
    assert!(client.check(&client.token()).is_ok());
}

#[test]
fn both_refuse_a_foreign_signature() {
    let (ours, other) = (client(1), client(2));
    let token = other.sign(&ours.header(), &ours.payload());
    assert!(!library_accepts(&ours, &token));
    assert!(ours.check(&token).is_err());
}

/// One of a few values for each part of the plain shape, good and bad.
fn plain_shape() -> impl Strategy<Value = (String, String)> {
    let kid = client(1).key_id;
    let alg = prop::sample::select(vec!["HS256", "HS384", "none", "hs256", ""]);
    let iss = prop::sample::select(vec!["\"sdk\"", "\"SDK\"", "7", "null", "\"\""]);
    let sub = prop::sample::select(vec![format!("\"{kid}\""), String::new()]);
    let end = prop::sample::select(vec!["", ",\"exp\":1795569000", ",\"exp\":1795569000.5"]);
    let tail = prop::sample::select(vec!["", "x", ","]);
    (alg, iss, sub, end, tail).prop_map(move |(alg, iss, sub, end, tail)| {
        let sub = if sub.is_empty() {
            sub
        } else {
            format!(",\"sub\":{sub}")
        };
        (
            format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"{kid}"}}"#),
            format!(r#"{{"iss":{iss}{sub}{end}}}{tail}"#),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn in_the_plain_shape_both_agree((header, claims) in plain_shape()) {
        let client = client(1);
        let token = client.sign(&header, &claims);
        prop_assert_eq!(client.check(&token).is_ok(), library_accepts(&client, &token));
    }

    #[test]
    fn what_we_accept_the_library_accepts(
        place in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..4),
        signed in any::<bool>(),
    ) {
        // Damage a good token, or damage its claims and sign them.
        let client = client(1);
        let damage = |text: &str| {
            let mut damaged = text.as_bytes().to_vec();
            let place = place.index(damaged.len());
            damaged.splice(place..(place + 1).min(damaged.len()), bytes.iter().copied());
            String::from_utf8(damaged).ok()
        };
        let token = if signed {
            damage(&client.payload()).map(|claims| client.sign(&client.header(), &claims))
        } else {
            damage(&client.token())
        };
        if let Some(token) = token
            && client.check(&token).is_ok()
        {
            prop_assert!(library_accepts(&client, &token), "{}", token);
        }
    }
}

#[test]
fn we_refuse_what_the_library_lets_pass() {
    let client = client(1);
    let kid = client.key_id;
    let exp = "\"exp\":1795569000";
    let good = client.claims(exp);
    let headers = [
        format!(r#"{{"alg":"HS256","kid":"{kid}","crit":["x"]}}"#),
        format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"at+jwt"}}"#),
        format!(r#"{{"alg":"HS256","kid":"{kid}","zip":"DEF"}}"#),
    ];
    let claims = [
        format!(r#"{{"sub":"{kid}","iss":["sdk","x"],{exp}}}"#),
        client.claims(&format!(r#"{exp},"iat":1895569000"#)),
        client.claims(&format!(r#"{exp},"nbf":1895569000"#)),
        client.claims("\"exp\":2195569000"),
    ];
    for (header, claims) in headers
        .iter()
        .map(|header| (header.clone(), good.clone()))
        .chain(
            claims
                .iter()
                .map(|claims| (client.header(), claims.clone())),
        )
    {
        let token = client.sign(&header, &claims);
        assert!(library_accepts(&client, &token), "{header} {claims}");
        let problem: TokenProblem = client.check(&token).unwrap_err();
        assert_ne!(problem.code(), "signature_invalid");
    }
}
