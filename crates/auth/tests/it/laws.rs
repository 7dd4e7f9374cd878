//! Laws that hold for every token, cookie and id.

use lamina_auth::{
    EmbedKey, KeyId, Password, PasswordCost, PasswordMatch, Secret, SessionSecret, UnverifiedToken,
    bearer, cookie, session_cookie,
};
use proptest::prelude::*;

use crate::kit::{Client, Drawn, NOW_S, client, now};

fn json_string() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap())
}

/// Members that no rule looks at.
fn further_members() -> impl Strategy<Value = String> {
    prop::collection::btree_map("x[a-z]{0,6}", json_string(), 0..6).prop_map(|members| {
        let members: Vec<String> = members
            .iter()
            .map(|(name, value)| format!(r#","{name}":{value}"#))
            .collect();
        members.concat()
    })
}

fn any_client() -> impl Strategy<Value = Client> {
    any::<u32>().prop_map(|seed| client(seed.into()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_token_signed_by_the_rules_verifies(
        client in any_client(),
        life in 1_i64..2_592_000,
        age in 0_i64..60,
        header in further_members(),
        claims in further_members(),
    ) {
        let header = format!(r#"{{"alg":"HS256","typ":"JWT","kid":"{}"{header}}}"#, client.key_id);
        let claims = client.claims(
            &format!(r#""iat":{},"exp":{}{claims}"#, NOW_S - age, NOW_S + life),
        );
        let token = client.sign(&header, &claims);
        let line = format!("Bearer {token}");
        prop_assume!(token.len() <= 4096);
        let found = bearer(&[line.as_bytes()]).unwrap().unwrap();
        let verified = client.check(found).unwrap();
        prop_assert_eq!(verified.key_id, client.key_id);
        prop_assert_eq!(verified.expires_at, now().plus_seconds(life));
    }

    #[test]
    fn one_byte_changed_anywhere_is_refused(
        client in any_client(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let token = client.token();
        let mut bytes = token.clone().into_bytes();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != byte);
        bytes[place] = byte;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert!(client.check(&changed).is_err());
        }
    }

    #[test]
    fn one_byte_left_out_or_put_in_is_refused(
        place in any::<prop::sample::Index>(),
        byte in any::<char>(),
    ) {
        let client = client(1);
        let token = client.token();
        let place = place.index(token.len());
        let mut shorter = token.clone();
        shorter.remove(place);
        prop_assert!(client.check(&shorter).is_err());
        let mut longer = token;
        longer.insert(place, byte);
        prop_assert!(client.check(&longer).is_err());
    }

    #[test]
    fn no_other_key_verifies(seeds in (any::<u32>(), any::<u32>())) {
        prop_assume!(seeds.0 != seeds.1);
        let (ours, other) = (client(seeds.0.into()), client(seeds.1.into()));
        let parsed = UnverifiedToken::parse(&ours.token()).unwrap().key_id().to_owned();
        prop_assert_eq!(parsed, ours.key_id);
        prop_assert!(ours.check(&other.sign(&ours.header(), &ours.payload())).is_err());
    }

    #[test]
    fn nothing_makes_the_parsers_panic(text in any::<String>(), bytes in any::<Vec<u8>>()) {
        let _ = UnverifiedToken::parse(&text);
        let _ = bearer(&[&bytes]);
        let _ = bearer(&[text.as_bytes()]);
        let _ = session_cookie(&[&bytes, text.as_bytes()]);
        let _ = cookie(&[&bytes], "VL_AUTH");
        let _ = KeyId::parse(&text);
        let _ = Secret::parse(&text);
        let _ = Password::new(&text);
    }

    #[test]
    fn signed_nonsense_makes_no_panic(claims in any::<String>(), exp in any::<f64>()) {
        let client = client(1);
        let _ = client.check(&client.sign(&client.header(), &claims));
        let exp = client.claims(&format!(r#""exp":{exp:e}"#));
        if let Err(problem) = client.check(&client.sign(&client.header(), &exp)) {
            prop_assert!(problem.detail().len() < 600);
        }
    }

    #[test]
    fn keys_and_sessions_read_back_what_they_print(seed in any::<u32>()) {
        let chance = Drawn::from(seed.into());
        let id = KeyId::new(&chance);
        prop_assert_eq!(KeyId::parse(id.as_str()), Ok(id));
        let session = SessionSecret::new(&chance);
        prop_assert_eq!(SessionSecret::parse(&session.expose()), Ok(session));
    }

    #[test]
    fn an_embedding_cookie_opens_to_its_name(name in "[^\\p{C}]{1,40}", seed in any::<u32>()) {
        let key = EmbedKey::parse("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=").unwrap();
        let cookie = key.seal(&name, now(), &Drawn::from(seed.into()));
        prop_assert_eq!(key.open(&cookie, now(), 60).unwrap().customer_name, name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_password_matches_itself_alone(one in any::<String>(), other in any::<String>()) {
        let cost = PasswordCost { memory_kib: 16, passes: 1, lanes: 1 };
        let (Ok(first), Ok(second)) = (Password::new(&one), Password::new(&other)) else {
            return Ok(());
        };
        let stored = cost.hash(&first, &Drawn::default());
        prop_assert_eq!(cost.verify(&stored, &first), Ok(PasswordMatch::Right));
        if one != other && one.is_ascii() && other.is_ascii() {
            prop_assert_eq!(cost.verify(&stored, &second), Ok(PasswordMatch::Wrong));
        }
    }
}
