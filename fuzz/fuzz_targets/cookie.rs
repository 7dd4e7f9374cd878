//! Cookies: nothing panics, one session cookie means one, and what is read is what was sent.

#![no_main]

use lamina_auth::{
    EmbedKey, SESSION_COOKIE, SessionSecret, cookie, csrf_matches, csrf_token, session_cookie,
};
use lamina_model::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // A line break parts two header lines, as it would on the wire.
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    if let Ok(Some(secret)) = session_cookie(&lines) {
        let value = secret.expose();
        let text = String::from_utf8_lossy(bytes);
        assert!(text.contains(value.as_str()), "read what was not sent");
        let names = text
            .split(['\n', ';'])
            .filter(|pair| {
                // As the reader trims: a vertical tab is part of a name.
                let name = pair.split_once('=').map(|(name, _)| name);
                name.is_some_and(|name| name.as_bytes().trim_ascii() == SESSION_COOKIE.as_bytes())
            })
            .count();
        assert_eq!(names, 1, "one of several was chosen");
        assert_eq!(SessionSecret::parse(&value).expect("just printed"), secret);
        assert!(csrf_matches(&secret, &csrf_token(&secret)));
    }
    if let Ok(Some(value)) = cookie(&lines, "VL_AUTH") {
        let key = EmbedKey::parse("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=").expect("a key");
        // Nobody makes an HMAC by chance.
        assert!(key.open(value, Timestamp::from_seconds(1_795_568_400), 60).is_err());
    }
});
