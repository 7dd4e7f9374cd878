//! The header of a token.

use lamina_auth::{KeyId, KeyIdError, Malformed, Part, TokenProblem};

use crate::kit::{client, encoded, sign};

#[test]
fn t_32_no_spelling_of_none_is_an_algorithm() {
    let client = client(1);
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let header = format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, client.key_id);
        assert_eq!(
            client.header_problem(&header),
            TokenProblem::AlgorithmNotAllowed
        );
        let (header, payload) = (
            encoded(header.as_bytes()),
            encoded(client.payload().as_bytes()),
        );
        for signature in ["", "AA"] {
            assert!(
                client
                    .check(&format!("{header}.{payload}.{signature}"))
                    .is_err()
            );
        }
    }
}

#[test]
fn c_03_c_12_the_algorithm_is_compared_byte_for_byte_with_one_name() {
    let client = client(1);
    assert_eq!(
        TokenProblem::AlgorithmNotAllowed.code(),
        "algorithm_not_allowed"
    );
    for alg in [
        "hs256",
        "Hs256",
        "HS256 ",
        " HS256",
        "HS256\\u0000",
        "HS-256",
    ] {
        let header = format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, client.key_id);
        assert_eq!(
            client.header_problem(&header),
            TokenProblem::AlgorithmNotAllowed
        );
    }
}

#[test]
fn t_33_other_hmac_algorithms_are_refused() {
    let client = client(1);
    for alg in ["hs256", "HS384", "HS512"] {
        let header = format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, client.key_id);
        assert_eq!(
            client.header_problem(&header),
            TokenProblem::AlgorithmNotAllowed
        );
    }
}

#[test]
fn t_34_public_key_algorithms_are_refused() {
    let client = client(1);
    for alg in [
        "RS256",
        "ES256",
        "PS256",
        "EdDSA",
        "RS512",
        "ES256K",
        "PBES2-HS256+A128KW",
    ] {
        let header = format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, client.key_id);
        assert_eq!(
            client.header_problem(&header),
            TokenProblem::AlgorithmNotAllowed
        );
    }
    // A public key used as an HMAC secret signs nothing here: only stored secrets count.
    let pem = b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQ\n-----END PUBLIC KEY-----\n";
    let token = sign(pem, &client.header(), &client.payload());
    assert_eq!(
        client.check(&token),
        Err(TokenProblem::SignatureInvalid(None))
    );
}

#[test]
fn t_35_a_missing_or_odd_algorithm_is_refused() {
    let client = client(1);
    let kid = client.key_id;
    for header in [
        format!(r#"{{"kid":"{kid}"}}"#),
        format!(r#"{{"alg":null,"kid":"{kid}"}}"#),
        format!(r#"{{"alg":256,"kid":"{kid}"}}"#),
        format!(r#"{{"alg":["HS256"],"kid":"{kid}"}}"#),
        format!(r#"{{"alg":{{"HS256":1}},"kid":"{kid}"}}"#),
        format!(r#"{{"Alg":"HS256","kid":"{kid}"}}"#),
    ] {
        assert_eq!(
            client.header_problem(&header),
            TokenProblem::AlgorithmNotAllowed
        );
    }
}

#[test]
fn t_36_the_algorithm_twice_is_refused_in_either_order() {
    let client = client(1);
    let kid = client.key_id;
    for algs in [
        r#""alg":"none","alg":"HS256""#,
        r#""alg":"HS256","alg":"none""#,
        r#""alg":"HS256","alg":"HS256""#,
        r#""alg":"HS256","\u0061lg":"none""#,
    ] {
        assert_eq!(
            client.header_problem(&format!(r#"{{{algs},"kid":"{kid}"}}"#)),
            TokenProblem::Malformed(Malformed::DuplicateMember(Part::Header))
        );
    }
}

#[test]
fn t_37_a_key_id_that_is_missing_or_no_string_is_refused() {
    let client = client(1);
    for kid in [
        "",
        r#","kid":null"#,
        r#","kid":7"#,
        r#","kid":"""#,
        r#","kid":["a"]"#,
    ] {
        assert_eq!(
            client.header_problem(&format!(r#"{{"alg":"HS256"{kid}}}"#)),
            TokenProblem::KeyIdMissing
        );
    }
    assert_eq!(TokenProblem::KeyIdMissing.code(), "kid_missing");
}

#[test]
fn t_38_the_key_id_twice_is_refused() {
    let client = client(1);
    let kid = client.key_id;
    assert_eq!(
        client.header_problem(&format!(r#"{{"alg":"HS256","kid":"{kid}","kid":"{kid}"}}"#)),
        TokenProblem::Malformed(Malformed::DuplicateMember(Part::Header))
    );
}

#[test]
fn t_39_an_unknown_key_looks_like_a_bad_signature() {
    let (ours, stranger) = (client(1), client(2));
    let unknown = ours.check(&stranger.token()).unwrap_err();
    let forged = ours
        .check(&stranger.sign(&ours.header(), &ours.payload()))
        .unwrap_err();
    assert_eq!(unknown, forged);
    assert_eq!(unknown.code(), forged.code());
    assert_eq!(unknown.detail(), forged.detail());
    assert_eq!(unknown.code(), "signature_invalid");
    // And whatever the claims are: they are not looked at before the signature fits.
    let odd = ours
        .check(&stranger.sign(&stranger.header(), "no json"))
        .unwrap_err();
    assert_eq!(odd, forged);
}

#[test]
fn c_15_t_40_a_hostile_key_id_is_refused_before_any_lookup() {
    let client = client(1);
    let long = "k".repeat(2_900);
    for kid in [
        "' OR 1=1--",
        "../../dev/null",
        "\\u0000",
        "a\\nb",
        "${jndi:ldap://x}",
        &long,
        "https://evil.example/key",
        "vlk_../../../../../../etc/passwd.....",
        "*",
        "%00",
        "vlk_\u{ff21}\u{ff22}aaaaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        let problem = client.header_problem(&format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#));
        assert_eq!(problem.code(), "kid_malformed", "{kid}");
        // One line, and nothing of it repeated.
        for text in [
            problem.detail(),
            problem.to_string(),
            format!("{problem:?}"),
        ] {
            assert!(!text.contains('\n') && !text.contains("jndi") && !text.contains("evil"));
        }
    }
    // Too long for a token at all.
    let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(10_240));
    assert_eq!(client.header_problem(&header).code(), "token_too_large");
}

#[test]
fn t_41_a_key_id_in_another_case_is_refused() {
    let client = client(1);
    let swapped: String = client
        .key_id
        .as_str()
        .char_indices()
        .map(|(i, c)| {
            if i < 4 || !c.is_ascii_lowercase() {
                c
            } else {
                c.to_ascii_uppercase()
            }
        })
        .collect();
    let header = format!(r#"{{"alg":"HS256","kid":"{swapped}"}}"#);
    assert_eq!(
        client.header_problem(&header),
        TokenProblem::KeyIdMalformed(KeyIdError::Check)
    );
}

#[test]
fn t_42_the_key_id_of_somebody_else_does_not_fit_ones_own_secret() {
    let (victim, thief) = (client(1), client(2));
    let token = thief.sign(&victim.header(), &victim.payload());
    assert_eq!(
        victim.check(&token),
        Err(TokenProblem::SignatureInvalid(None))
    );
}

#[test]
fn c_04_t_43_extensions_are_refused_whatever_they_say() {
    let client = client(1);
    let kid = client.key_id;
    for (extra, member) in [
        (r#""crit":["exp"]"#, "crit"),
        (r#""crit":[]"#, "crit"),
        (r#""crit":null"#, "crit"),
        (r#""crit":["b64"],"b64":false"#, "crit"),
        (r#""b64":false"#, "b64"),
        (r#""b64":true"#, "b64"),
        (r#""zip":"DEF""#, "zip"),
        (r#""enc":"A256GCM""#, "enc"),
    ] {
        assert_eq!(
            client.header_problem(&format!(r#"{{"alg":"HS256","kid":"{kid}",{extra}}}"#)),
            TokenProblem::UnsupportedHeader { member }
        );
    }
    assert_eq!(
        TokenProblem::UnsupportedHeader { member: "crit" }.code(),
        "unsupported_header"
    );
}

#[test]
fn c_16_t_44_keys_and_addresses_in_the_header_are_never_used() {
    let client = client(1);
    let kid = client.key_id;
    for extra in [
        r#""jku":"http://127.0.0.1:9/keys""#,
        r#""x5u":"http://127.0.0.1:9/cert""#,
        r#""x5c":["MIIB"]"#,
        r#""jwk":{"kty":"oct","k":"c2VjcmV0"}"#,
    ] {
        let header = format!(r#"{{"alg":"HS256","kid":"{kid}",{extra}}}"#);
        assert!(client.accepts_header(&header), "{extra}");
        // The key in the header does not verify what it signed.
        let forged = sign(b"secret", &header, &client.payload());
        assert_eq!(
            client.check(&forged),
            Err(TokenProblem::SignatureInvalid(None))
        );
    }
}

#[test]
fn c_05_t_45_the_type_is_absent_or_a_jwt() {
    let client = client(1);
    let kid = client.key_id;
    let header = |typ: &str| format!(r#"{{"alg":"HS256","kid":"{kid}"{typ}}}"#);
    for typ in [
        "",
        r#","typ":"JWT""#,
        r#","typ":"jwt""#,
        r#","typ":"application/jwt""#,
    ] {
        assert!(client.accepts_header(&header(typ)), "{typ}");
    }
    for typ in [
        r#""at+jwt""#,
        r#""JWE""#,
        "7",
        "null",
        r#""""#,
        r#"["JWT"]"#,
        r#""JWT ""#,
    ] {
        assert_eq!(
            client.header_problem(&header(&format!(r#","typ":{typ}"#))),
            TokenProblem::TypeNotAllowed
        );
    }
}

#[test]
fn t_46_an_unknown_member_is_ignored_once_and_refused_twice() {
    let client = client(1);
    let kid = client.key_id;
    let header = |extra: &str| format!(r#"{{"alg":"HS256","kid":"{kid}",{extra}}}"#);
    assert!(client.accepts_header(&header(r#""x":1,"cty":"whatever""#)));
    for extra in [r#""x":1,"x":1"#, r#""x":1,"\u0078":2"#] {
        assert_eq!(
            client.header_problem(&header(extra)),
            TokenProblem::Malformed(Malformed::DuplicateMember(Part::Header))
        );
    }
}

#[test]
fn a_header_of_hundreds_of_members_is_refused_early() {
    let client = client(1);
    let many: Vec<String> = (0..300).map(|i| format!(r#""{i}":1"#)).collect();
    assert_eq!(
        client.header_problem(&format!("{{{}}}", many.join(","))),
        TokenProblem::Malformed(Malformed::TooManyMembers(Part::Header))
    );
}

#[test]
fn a_secret_in_place_of_the_key_id_is_named() {
    let client = client(1);
    let header = format!(r#"{{"alg":"HS256","kid":"{}"}}"#, client.secret.expose());
    let problem = client.header_problem(&header);
    assert_eq!(problem, TokenProblem::KeyIdMalformed(KeyIdError::Secret));
    assert!(problem.detail().contains("api_secret"));
    assert!(KeyId::parse(client.key_id.as_str()).is_ok());
}
