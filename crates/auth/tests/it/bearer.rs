//! The `Authorization` header.

use lamina_auth::{Malformed, ProblemKind, TokenProblem, bearer};

use crate::kit::client;

fn read(line: &str) -> Result<Option<String>, TokenProblem> {
    bearer(&[line.as_bytes()]).map(|token| token.map(str::to_owned))
}

fn slip(line: &str) -> Malformed {
    match read(line) {
        Err(TokenProblem::Malformed(reason)) => reason,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn t_01_no_header_is_no_token_and_no_problem() {
    assert_eq!(bearer(&[]), Ok(None));
    assert_eq!(
        TokenProblem::CredentialsMissing.code(),
        "credentials_missing"
    );
    assert_eq!(
        TokenProblem::CredentialsMissing.kind(),
        ProblemKind::NotIdentified
    );
    let detail = TokenProblem::CredentialsMissing.detail();
    assert!(
        detail.contains("a proxy on the way may have removed"),
        "{detail}"
    );
}

#[test]
fn t_02_an_empty_header_or_a_scheme_alone_is_a_missing_token() {
    for line in [
        "",
        "  ",
        "\t",
        "Bearer",
        "bearer",
        "Bearer    ",
        "Bearer \t ",
    ] {
        assert_eq!(read(line), Err(TokenProblem::TokenMissing), "{line:?}");
    }
    assert_eq!(TokenProblem::TokenMissing.kind(), ProblemKind::BadToken);
    assert_eq!(TokenProblem::TokenMissing.code(), "token_missing");
}

#[test]
fn t_03_another_scheme_is_told_which_one_is_wanted() {
    for line in [
        "Basic YTpi",
        "Token abc",
        "Digest username=\"x\"",
        "Basic",
        "JWT a.b.c",
    ] {
        assert_eq!(read(line), Err(TokenProblem::SchemeUnsupported), "{line}");
    }
    assert_eq!(
        TokenProblem::SchemeUnsupported.kind(),
        ProblemKind::NotIdentified
    );
    assert!(
        TokenProblem::SchemeUnsupported
            .detail()
            .contains("Authorization: Bearer <token>")
    );
}

#[test]
fn t_04_the_scheme_is_case_insensitive() {
    for scheme in ["Bearer", "bearer", "BEARER", "BeArEr"] {
        assert_eq!(
            read(&format!("{scheme} a.b.c")),
            Ok(Some("a.b.c".to_owned()))
        );
    }
}

#[test]
fn t_05_several_spaces_are_fine_and_a_tab_is_not() {
    for line in ["Bearer  a.b.c", "Bearer a.b.c  ", "  Bearer    a.b.c \t"] {
        assert_eq!(read(line), Ok(Some("a.b.c".to_owned())), "{line:?}");
    }
    assert_eq!(slip("Bearer\ta.b.c"), Malformed::Tab);
    assert_eq!(slip("Bearer \ta.b.c"), Malformed::Tab);
}

#[test]
fn t_06_quotes_and_the_print_of_python_bytes_are_named() {
    assert_eq!(slip("Bearer \"a.b.c\""), Malformed::Quoted);
    assert_eq!(slip("Bearer 'a.b.c'"), Malformed::Quoted);
    assert_eq!(slip("Bearer b'a.b.c'"), Malformed::BytesRepr);
    assert_eq!(slip("Bearer b\"a.b.c\""), Malformed::BytesRepr);
    let detail = TokenProblem::Malformed(Malformed::BytesRepr).detail();
    assert!(detail.contains("wrapped in b'...'") && detail.contains("decode it to str"));
}

#[test]
fn t_07_a_scheme_twice_is_named() {
    assert_eq!(slip("Bearer Bearer a.b.c"), Malformed::SchemeTwice);
    assert_eq!(slip("Bearer bearer a.b.c"), Malformed::SchemeTwice);
}

#[test]
fn t_08_a_secret_or_a_key_sent_as_token_is_named_and_never_repeated() {
    let client = client(1);
    let secret = client.secret.expose();
    for line in [format!("Bearer {secret}"), secret.to_owned()] {
        assert_eq!(slip(&line), Malformed::SecretSent);
    }
    for line in [
        format!("Bearer {}", client.key_id),
        client.key_id.to_string(),
    ] {
        assert_eq!(slip(&line), Malformed::KeySent);
    }
    let problem = TokenProblem::Malformed(Malformed::SecretSent);
    assert_eq!(problem.code(), "secret_sent_as_token");
    assert!(problem.detail().contains("not a JWT"));
    assert!(!format!("{problem:?} {problem}").contains(secret));
}

#[test]
fn other_slips_of_the_hand_are_named() {
    assert_eq!(slip("eyJhbGciOiJIUzI1NiJ9.e30.x"), Malformed::NoScheme);
    assert_eq!(slip("Bearer: a.b.c"), Malformed::NoSpace);
    assert_eq!(slip("BearereyJhbGci"), Malformed::NoSpace);
    assert_eq!(slip("Bearer VL_Token:a.b.c"), Malformed::Label);
    assert_eq!(slip("Bearer <jwt_token>"), Malformed::Placeholder);
    assert_eq!(slip("Bearer {jwt_token}"), Malformed::Placeholder);
    assert_eq!(slip("Bearer $TOKEN"), Malformed::Placeholder);
    for word in ["null", "None", "undefined"] {
        assert_eq!(slip(&format!("Bearer {word}")), Malformed::EmptyVariable);
    }
}

#[test]
fn t_11_the_json_form_is_named_in_the_header() {
    assert_eq!(
        slip(r#"Bearer {"payload":"a","protected":"b","signature":"c"}"#),
        Malformed::JsonForm
    );
}

#[test]
fn t_16_white_space_inside_the_token_is_refused() {
    assert_eq!(slip("Bearer a.b c"), Malformed::InnerSpace);
    assert_eq!(slip("Bearer a.b\tc"), Malformed::InnerSpace);
    for line in [
        &b"Bearer a.\0b.c"[..],
        b"Bearer a.b\rc",
        b"Bearer a.b\nc",
        b"Bearer a.b\x7fc",
    ] {
        assert_eq!(
            bearer(&[line]),
            Err(TokenProblem::Malformed(Malformed::NotAscii))
        );
    }
    assert_eq!(slip("Bearer a.\u{200b}b.c"), Malformed::NotAscii);
}

#[test]
fn t_17_bytes_outside_ascii_are_refused_not_overlooked() {
    for line in [&b"Bearer \xff.b.c"[..], b"\xffearer a.b.c", b"\xff"] {
        assert_eq!(
            bearer(&[line]),
            Err(TokenProblem::Malformed(Malformed::NotAscii))
        );
    }
}

#[test]
fn t_21_a_token_above_four_kibibytes_is_refused_before_it_is_decoded() {
    let line = format!("Bearer {}", "a".repeat(8192));
    assert_eq!(read(&line), Err(TokenProblem::TooLarge { bytes: 8192 }));
    assert_eq!(
        TokenProblem::TooLarge { bytes: 8192 }.code(),
        "token_too_large"
    );
    assert!(read(&format!("Bearer {}", "a".repeat(4096))).is_ok());
}

#[test]
fn t_26_two_lines_are_refused_even_when_equal() {
    let lines = [&b"Bearer a.b.c"[..], b"Bearer a.b.c"];
    assert_eq!(bearer(&lines), Err(TokenProblem::SeveralCredentials));
    assert_eq!(TokenProblem::SeveralCredentials.code(), "invalid_request");
    assert_eq!(
        TokenProblem::SeveralCredentials.kind(),
        ProblemKind::BadRequest
    );
}

#[test]
fn t_27_two_lines_are_refused_in_either_order() {
    let token = client(1).token();
    let good = format!("Bearer {token}");
    for lines in [
        [good.as_bytes(), b"Basic YTpi"],
        [b"Basic YTpi", good.as_bytes()],
        [good.as_bytes(), b""],
    ] {
        assert_eq!(bearer(&lines), Err(TokenProblem::SeveralCredentials));
    }
}

#[test]
fn t_28_two_credentials_in_one_line_are_refused() {
    for line in ["Bearer a.b.c, Bearer d.e.f", "Bearer a.b.c,d.e.f"] {
        assert_eq!(read(line), Err(TokenProblem::SeveralCredentials));
    }
}
