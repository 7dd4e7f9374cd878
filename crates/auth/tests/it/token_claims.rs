//! The claims of a token.

use lamina_auth::{
    ClockSlip, Malformed, Part, TimeClaim, TimeFault, TokenPolicy, TokenProblem, UnverifiedToken,
};
use lamina_model::Timestamp;

use crate::kit::{NOW_S, client, now};

const CAP_S: i64 = 30 * 24 * 3600;

fn exp(value: &str) -> TokenProblem {
    let client = client(1);
    client.problem_of(&client.claims(&format!(r#""exp":{value}"#)))
}

fn invalid(claim: TimeClaim, fault: TimeFault) -> TokenProblem {
    TokenProblem::TimeInvalid { claim, fault }
}

#[test]
fn t_54_the_subject_must_be_the_key_id() {
    let client = client(1);
    let other = crate::kit::client(2).key_id;
    let kid = client.key_id.as_str();
    let claims = |sub: &str| format!(r#"{{{sub}"iss":"sdk","exp":{}}}"#, NOW_S + 600);
    for (sub, is_text) in [
        (String::new(), false),
        (r#""sub":null,"#.to_owned(), false),
        (r#""sub":7,"#.to_owned(), false),
        (format!(r#""sub":["{kid}"],"#), false),
        (format!(r#""sub":"{other}","#), true),
        (format!(r#""sub":"{kid} ","#), true),
        (format!(r#""sub":"{}","#, kid.to_lowercase()), true),
        (r#""sub":"","#.to_owned(), true),
    ] {
        let problem = client.problem_of(&claims(&sub));
        assert_eq!(problem, TokenProblem::SubjectMismatch { is_text }, "{sub}");
        assert_eq!(problem.code(), "sub_mismatch");
    }
    let detail = TokenProblem::SubjectMismatch { is_text: false }.detail();
    assert!(
        detail.contains("must be a string equal to your api_key"),
        "{detail}"
    );
}

#[test]
fn c_08_t_55_the_issuer_is_one_string_exactly() {
    let client = client(1);
    let kid = client.key_id;
    for iss in [
        r#""SDK""#,
        r#""sdk ""#,
        r#""xsdk""#,
        r#""sd""#,
        r#""s""#,
        r#""""#,
        r#"["sdk"]"#,
        r#"["sdk","x"]"#,
        "7",
        "null",
        r#""sdk\u0000""#,
        r#"{"sdk":1}"#,
    ] {
        let claims = format!(r#"{{"sub":"{kid}","iss":{iss},"exp":{}}}"#, NOW_S + 600);
        assert_eq!(
            client.problem_of(&claims),
            TokenProblem::IssuerInvalid,
            "{iss}"
        );
    }
    let missing = format!(r#"{{"sub":"{kid}","exp":{}}}"#, NOW_S + 600);
    assert_eq!(client.problem_of(&missing), TokenProblem::IssuerInvalid);
    assert_eq!(TokenProblem::IssuerInvalid.code(), "issuer_invalid");
}

#[test]
fn t_56_a_token_without_an_end_is_refused() {
    let client = client(1);
    let problem = client.problem_of(&client.claims(&format!(r#""iat":{NOW_S}"#)));
    assert_eq!(problem, TokenProblem::ExpiryMissing);
    assert_eq!(problem.code(), "exp_missing");
}

#[test]
fn c_06_t_57_the_end_must_be_a_number() {
    let text = format!("\"{}\"", NOW_S + 600);
    for value in [
        text.as_str(),
        "true",
        "null",
        "{}",
        "[1795569000]",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
    ] {
        let problem = exp(value);
        assert_eq!(
            problem,
            invalid(TimeClaim::Exp, TimeFault::NotNumber),
            "{value}"
        );
        assert_eq!(problem.code(), "exp_invalid");
    }
}

#[test]
fn t_58_an_end_below_zero_or_in_milliseconds_is_named() {
    assert_eq!(exp("-1"), invalid(TimeClaim::Exp, TimeFault::Negative));
    assert_eq!(exp("-1e300"), invalid(TimeClaim::Exp, TimeFault::Negative));
    assert_eq!(exp("0").code(), "token_expired");
    let millis = exp(&((NOW_S + 600) * 1000).to_string());
    assert_eq!(
        millis,
        invalid(TimeClaim::Exp, TimeFault::Unit { per_second: 1000 })
    );
    assert!(
        millis
            .detail()
            .contains("looks like milliseconds. Use seconds")
    );
    for (value, per_second) in [
        ("1795569000000000", 1_000_000),
        ("1795569000000000000", 1_000_000_000),
    ] {
        assert_eq!(
            exp(value),
            invalid(TimeClaim::Exp, TimeFault::Unit { per_second })
        );
    }
    // Ten minutes as a duration.
    assert!(exp("600").detail().contains("Is exp a duration?"));
}

#[test]
fn t_59_a_fraction_is_fine() {
    let client = client(1);
    for value in ["1795569000.5", "1.795569e9", "1795569000.0", "17955690e2"] {
        assert!(
            client.accepts(&client.claims(&format!(r#""exp":{value}"#))),
            "{value}"
        );
    }
}

#[test]
fn t_60_the_leeway_after_the_end_is_sixty_seconds() {
    let client = client(1);
    let ended = |ago: i64| client.claims(&format!(r#""exp":{}"#, NOW_S - ago));
    assert!(client.accepts(&ended(59)));
    let problem = client.problem_of(&ended(61));
    assert_eq!(problem.code(), "token_expired");
    assert_eq!(
        problem.detail(),
        "Token expired 61 s ago (exp=2026-11-25T00:58:59Z, server time 2026-11-25T01:00:00Z). \
         Create a new token; if your clock is wrong, sync it."
    );
    // RFC 7519: the present must be before the end, so at the very second it is over.
    assert!(!client.accepts(&ended(60)));
}

#[test]
fn t_61_a_life_up_to_the_cap_and_the_leeway_is_fine() {
    let client = client(1);
    let ends_in = |seconds: i64| client.claims(&format!(r#""exp":{}"#, NOW_S + seconds));
    assert!(client.accepts(&ends_in(CAP_S)));
    assert!(client.accepts(&ends_in(CAP_S + 60)));
    let problem = client.problem_of(&ends_in(CAP_S + 61));
    assert_eq!(problem.code(), "lifetime_too_long");
    let detail = problem.detail();
    assert!(
        detail.contains("longest life of 30 days (2592000 s)"),
        "{detail}"
    );
    assert!(detail.contains("61 s beyond"), "{detail}");
}

#[test]
fn a_life_is_counted_from_its_claimed_beginning() {
    let client = client(1);
    let claims = |begun: i64, ends: i64| {
        client.claims(&format!(
            r#""iat":{},"exp":{}"#,
            NOW_S + begun,
            NOW_S + ends
        ))
    };
    assert!(client.accepts(&claims(-CAP_S + 600, 600)));
    let problem = client.problem_of(&claims(-CAP_S, 600));
    assert_eq!(problem.code(), "lifetime_too_long");
}

#[test]
fn the_cap_is_what_the_operator_says() {
    let client = client(1);
    let policy = TokenPolicy {
        lifetime_cap_s: 600,
        ..TokenPolicy::default()
    };
    let token = client.sign(
        &client.header(),
        &client.claims(&format!(r#""exp":{}"#, NOW_S + 3600)),
    );
    let problem = UnverifiedToken::parse(&token)
        .unwrap()
        .verify_signature(&[&client.secret])
        .unwrap()
        .check_claims(now(), &policy)
        .unwrap_err();
    assert_eq!(
        problem,
        TokenProblem::LifetimeTooLong {
            lifetime_s: 3600.0,
            cap_s: 600
        }
    );
}

#[test]
fn t_62_absurd_ends_overflow_nothing() {
    for value in [
        "1e18",
        "9007199254740992",
        "9007199254740993",
        "9223372036854775808",
        "18446744073709551616",
        "1e300",
        "1.7976931348623157e308",
        "99999999999999999999999999",
    ] {
        let code = exp(value).code();
        assert!(
            ["exp_invalid", "lifetime_too_long"].contains(&code),
            "{value}: {code}"
        );
        assert!(exp(value).detail().len() < 400);
    }
}

#[test]
fn c_07_t_63_the_leeway_before_the_beginning_is_sixty_seconds() {
    let client = client(1);
    let begun =
        |ahead: i64| client.claims(&format!(r#""iat":{},"exp":{}"#, NOW_S + ahead, NOW_S + 600));
    assert!(client.accepts(&begun(59)));
    assert!(client.accepts(&begun(60)));
    let problem = client.problem_of(&begun(61));
    assert_eq!(problem.code(), "issued_in_future");
    assert_eq!(
        problem.detail(),
        "The iat claim is 61 s ahead of the server (iat=2026-11-25T01:01:01Z, server time \
         2026-11-25T01:00:00Z; 60 s are allowed). Sync your clock and create a new token."
    );
}

#[test]
fn t_64_times_off_by_a_time_zone_are_named() {
    let client = client(1);
    let shifted = |hours: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "zones are whole seconds")]
        let shift = (hours * 3600.0) as i64;
        let (iat, exp) = (NOW_S + shift - 2, NOW_S + shift + 598);
        client.problem_of(&client.claims(&format!(r#""iat":{iat},"exp":{exp}"#)))
    };
    for hours in [1.0, 2.0, 5.5, 5.75, 14.0] {
        let problem = shifted(hours);
        assert!(
            matches!(problem, TokenProblem::IssuedInFuture { slip: Some(ClockSlip::Zone { hours: h }), .. }
                if (h - hours).abs() < 1e-9),
            "{hours}: {problem:?}"
        );
        assert!(problem.detail().contains("local time taken for UTC"));
        assert!(problem.detail().contains("datetime.now(timezone.utc)"));
    }
    for hours in [-1.0, -5.5, -8.0] {
        let problem = shifted(hours);
        assert_eq!(problem.code(), "token_expired");
        assert!(
            problem.detail().contains("local time taken for UTC"),
            "{problem}"
        );
    }
    // A minute or a day is no zone.
    assert!(!shifted(0.1).detail().contains("local time"));
    assert!(!shifted(24.0).detail().contains("local time"));
}

#[test]
fn t_65_the_beginning_may_be_missing_and_must_be_a_number() {
    let client = client(1);
    let claims = |iat: &str| client.claims(&format!(r#"{iat}"exp":{}"#, NOW_S + 600));
    assert!(client.accepts(&claims("")));
    assert!(client.accepts(&claims(&format!(r#""iat":{NOW_S}.25,"#))));
    for iat in [
        format!("\"{NOW_S}\""),
        "null".to_owned(),
        "[]".to_owned(),
        "true".to_owned(),
    ] {
        assert_eq!(
            client.problem_of(&claims(&format!(r#""iat":{iat},"#))),
            invalid(TimeClaim::Iat, TimeFault::NotNumber)
        );
    }
    assert_eq!(
        client.problem_of(&claims(&format!(r#""iat":{},"#, NOW_S * 1000))),
        invalid(TimeClaim::Iat, TimeFault::Unit { per_second: 1000 })
    );
    let backwards = client.claims(&format!(r#""iat":{NOW_S},"exp":{}"#, NOW_S - 10));
    assert_eq!(
        client.problem_of(&backwards),
        TokenProblem::ExpiresBeforeIssue
    );
    assert_eq!(
        TokenProblem::ExpiresBeforeIssue.code(),
        "expires_before_issue"
    );
}

#[test]
fn t_66_not_before_is_heeded() {
    let client = client(1);
    let claims = |nbf: &str| client.claims(&format!(r#""nbf":{nbf},"exp":{}"#, NOW_S + 600));
    assert!(client.accepts(&claims(&(NOW_S - 5).to_string())));
    assert!(client.accepts(&claims(&(NOW_S + 59).to_string())));
    let problem = client.problem_of(&claims(&(NOW_S + 90).to_string()));
    assert_eq!(problem.code(), "token_not_yet_valid");
    assert!(problem.detail().contains("another 90 s"), "{problem}");
    assert_eq!(
        client.problem_of(&claims("\"1795568400\"")),
        invalid(TimeClaim::Nbf, TimeFault::NotNumber)
    );
}

#[test]
fn c_09_t_67_an_audience_must_be_this_server() {
    let client = client(1);
    let token = |aud: &str| {
        let claims = client.claims(&format!(r#""aud":{aud},"exp":{}"#, NOW_S + 600));
        client.sign(&client.header(), &claims)
    };
    for aud in [r#""else""#, r#"["else"]"#, "null", "7", "[]", r#""""#] {
        assert_eq!(
            client.check(&token(aud)),
            Err(TokenProblem::AudienceInvalid),
            "{aud}"
        );
    }
    let policy = TokenPolicy {
        audience: Some("https://ours".to_owned()),
        ..TokenPolicy::default()
    };
    let accepted = |aud: &str| {
        UnverifiedToken::parse(&token(aud))
            .unwrap()
            .verify_signature(&[&client.secret])
            .unwrap()
            .check_claims(now(), &policy)
            .is_ok()
    };
    assert!(accepted(r#""https://ours""#));
    assert!(accepted(r#"["else","https://ours"]"#));
    for aud in [
        r#""https://our""#,
        r#"["https://ours",7]"#,
        r#"[["https://ours"]]"#,
        "null",
    ] {
        assert!(!accepted(aud), "{aud}");
    }
}

#[test]
fn c_02_t_68_a_claim_twice_is_refused() {
    let client = client(1);
    let kid = client.key_id;
    let duplicate = TokenProblem::Malformed(Malformed::DuplicateMember(Part::Payload));
    let exp = NOW_S + 600;
    for members in [
        format!(r#""exp":{exp},"exp":{exp}"#),
        format!(r#""exp":{exp},"sub":"{kid}""#),
        format!(r#""exp":{exp},"iss":"sdk""#),
        format!(r#""exp":{exp},"x":1,"x":2"#),
        format!(r#""exp":{exp},"\u0065xp":{exp}"#),
    ] {
        assert_eq!(
            client.problem_of(&client.claims(&members)),
            duplicate,
            "{members}"
        );
    }
}

#[test]
fn t_69_further_claims_give_nothing() {
    let client = client(1);
    let claims = client.claims(&format!(
        r#""exp":{},"admin":true,"role":"owner","user_id":1,"scope":"*""#,
        NOW_S + 600
    ));
    let plain = client.claims(&format!(r#""exp":{}"#, NOW_S + 600));
    let check = |claims: &str| {
        client
            .check(&client.sign(&client.header(), claims))
            .unwrap()
    };
    // Nothing of them can be seen in what comes out.
    assert_eq!(check(&claims), check(&plain));
}

#[test]
fn t_70_a_token_may_be_sent_again_until_it_ends() {
    let client = client(1);
    let token = client.token();
    for _ in 0..1000 {
        assert!(client.check(&token).is_ok());
    }
}

#[test]
fn the_id_of_a_token_is_passed_on() {
    let client = client(1);
    let claims = client.claims(&format!(r#""jti":"once","exp":{}"#, NOW_S + 600));
    let verified = client
        .check(&client.sign(&client.header(), &claims))
        .unwrap();
    assert_eq!(verified.token_id.as_deref(), Some("once"));
    for id in ["7", "null", "[\"once\"]", "{}", "true"] {
        let claims = client.claims(&format!(r#""jti":{id},"exp":{}"#, NOW_S + 600));
        let verdict = client.check(&client.sign(&client.header(), &claims));
        assert_eq!(verdict, Err(TokenProblem::TokenIdInvalid), "{id}");
    }
}

#[test]
fn t_131_a_clock_that_jumps_breaks_nothing() {
    let client = client(1);
    let token = client.token();
    for micros in [i64::MIN, -1, 0, 1, i64::MAX] {
        let verdict = client.check_at(&token, Timestamp::from_micros(micros));
        let problem = verdict.expect_err("far from its time");
        assert!(!problem.detail().is_empty());
    }
    let hour = 3600;
    assert_eq!(
        client
            .check_at(&token, now().plus_seconds(hour))
            .unwrap_err()
            .code(),
        "token_expired"
    );
    assert_eq!(
        client
            .check_at(&token, now().plus_seconds(-hour))
            .unwrap_err()
            .code(),
        "issued_in_future"
    );
}
