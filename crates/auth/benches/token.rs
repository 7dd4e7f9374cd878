//! What a token check costs beside the bare HMAC that it cannot do without, in one run.

use std::hint::black_box;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use criterion::{Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use lamina_auth::{KeyId, Secret, TokenPolicy, UnverifiedToken, bearer};
use lamina_model::{Chance, Timestamp};
use sha2::Sha256;

#[derive(Debug)]
struct Counting;

impl Chance for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        for (byte, value) in buffer.iter_mut().zip((0_u8..=255).cycle()) {
            *byte = value.wrapping_mul(37);
        }
    }
}

fn signed(secret: &Secret, header: &str, claims: &str) -> String {
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(header), encode(claims));
    let mut mac = keyed(secret);
    mac.update(signed.as_bytes());
    let mac = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{signed}.{mac}")
}

fn keyed(secret: &Secret) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length")
}

fn checks(c: &mut Criterion) {
    let key_id = KeyId::new(&Counting);
    let secret = Secret::new(&Counting);
    let header = format!(r#"{{"alg":"HS256","kid":"{key_id}","typ":"JWT"}}"#);
    let claims = format!(r#"{{"sub":"{key_id}","iat":1795568400,"exp":1795569000,"iss":"sdk"}}"#);
    let token = signed(&secret, &header, &claims);
    let forged = format!("{}{}", &token[..token.len() - 2], "AA");
    let line = format!("Bearer {token}");
    let now = Timestamp::from_seconds(1_795_568_401);
    let policy = TokenPolicy::default();

    let (text, mac) = token.rsplit_once('.').expect("a token has dots");
    let mac = BASE64_URL_SAFE_NO_PAD.decode(mac).expect("just encoded");
    let prepared = keyed(&secret);
    let mut group = c.benchmark_group("token");
    group.bench_function("bare HMAC, key prepared", |b| {
        b.iter(|| {
            let mut hmac = prepared.clone();
            hmac.update(black_box(text).as_bytes());
            hmac.verify_slice(&mac).expect("it fits");
        });
    });
    group.bench_function("bare HMAC, key and all", |b| {
        b.iter(|| {
            let mut hmac = keyed(&secret);
            hmac.update(black_box(text).as_bytes());
            hmac.verify_slice(&mac).expect("it fits");
        });
    });
    group.bench_function("full check", |b| {
        b.iter(|| {
            let token = bearer(&[black_box(line.as_bytes())])
                .expect("fine")
                .expect("there");
            UnverifiedToken::parse(token)
                .and_then(|token| token.verify_signature(&[&secret]))
                .and_then(|token| token.check_claims(now, &policy))
                .expect("a good token")
        });
    });
    group.bench_function("header line alone", |b| {
        b.iter(|| bearer(&[black_box(line.as_bytes())]).expect("fine"));
    });
    group.bench_function("parse alone", |b| {
        b.iter(|| UnverifiedToken::parse(black_box(&token)).expect("a good token"));
    });
    group.bench_function("bad signature, known key", |b| {
        b.iter(|| {
            UnverifiedToken::parse(black_box(&forged))
                .and_then(|token| token.verify_signature(&[&secret]))
                .expect_err("forged")
        });
    });
    group.bench_function("unknown key", |b| {
        b.iter(|| {
            UnverifiedToken::parse(black_box(&forged))
                .and_then(|token| token.verify_signature(&[]))
                .expect_err("unknown")
        });
    });
    group.finish();
}

criterion_group!(benches, checks);
criterion_main!(benches);
