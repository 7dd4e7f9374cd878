//! Tokens: nothing panics, and nothing is accepted that the library `jsonwebtoken` refuses.
//!
//! The input is used in three ways: as a header line, as a token, and cut in two as the header
//! and claims of a token that is then signed with the right secret. The last way is the one
//! that gets behind the signature.

#![no_main]

use std::sync::{LazyLock, Once};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
    signature::{Error, Verifier},
};
use lamina_auth::{KeyId, Secret, TokenPolicy, UnverifiedToken, VerifiedToken, bearer, challenge_for};
use lamina_model::{Chance, Timestamp};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sha2::Sha256;

/// The same key in every run, so that a corpus keeps its worth. Its id is
/// `vlk_`, 26 zeros and a check, which the files in `seeds` hold.
#[derive(Debug)]
struct Zero;

impl Chance for Zero {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}

static KEY: LazyLock<(KeyId, Secret)> = LazyLock::new(|| (KeyId::new(&Zero), Secret::new(&Zero)));
const NOW: Timestamp = Timestamp::from_seconds(1_795_568_400);

struct Hs256(Vec<u8>);

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        mac(&self.0, message).verify_slice(signature).map_err(|_| Error::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

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

fn mac(key: &[u8], text: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac
}

/// Whether the library accepts the token, its times left out: it asks the system for them.
fn library_accepts(token: &str) -> bool {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| PROVIDER.install_default().expect("installed once"));
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&["sdk"]);
    rules.set_required_spec_claims(&["exp", "iss", "sub"]);
    rules.validate_exp = false;
    let key = DecodingKey::from_secret(KEY.1.expose().as_bytes());
    jsonwebtoken::decode::<Value>(token, &key, &rules).is_ok()
}

/// What a server makes of a token, with everything that it would print about it.
fn judge(token: &str) -> Option<VerifiedToken> {
    let verdict = UnverifiedToken::parse(token)
        .and_then(|token| {
            let known = *token.key_id() == KEY.0;
            let secrets: &[&Secret] = if known { &[&KEY.1] } else { &[] };
            token.verify_signature(secrets)
        })
        .and_then(|token| token.check_claims(NOW, &TokenPolicy::default()));
    match verdict {
        Ok(verified) => {
            assert_eq!(verified.key_id, KEY.0);
            assert!(library_accepts(token), "accepted here, refused by the library: {token}");
            Some(verified)
        }
        Err(problem) => {
            let challenge = challenge_for("lamina", &problem);
            assert!(challenge.is_ascii() && !challenge.contains(['\r', '\n', '\\']));
            assert!(problem.detail().len() < 1000);
            None
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(Some(token)) = bearer(&[bytes]) {
        judge(token);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        judge(text);
    }
    let Some(cut) = bytes.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (header, claims) = (&bytes[..cut], &bytes[cut + 1..]);
    let signed = format!(
        "{}.{}",
        BASE64_URL_SAFE_NO_PAD.encode(header),
        BASE64_URL_SAFE_NO_PAD.encode(claims)
    );
    let signature = mac(KEY.1.expose().as_bytes(), signed.as_bytes()).finalize();
    let token = format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.into_bytes()));
    if let Some(verified) = judge(&token) {
        // What an honest reader of the claims sees is what we saw.
        let claims: Value = serde_json::from_slice(claims).expect("accepted, so it is JSON");
        assert_eq!(claims["sub"], KEY.0.as_str());
        assert_eq!(claims["iss"], "sdk");
        let exp = claims["exp"].as_f64().expect("accepted, so it is a number");
        let ours = verified.expires_at.seconds_since(Timestamp::from_micros(0));
        assert!((exp - ours).abs() < 1e-3, "{exp} {ours}");
    }
});
