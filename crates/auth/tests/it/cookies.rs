//! Session cookies, form tokens and one-time links.

use lamina_auth::{
    CookieError, CookieScope, SessionEnd, SessionLimits, SessionSecret, Ticket, TicketKind, cookie,
    csrf_matches, csrf_token, session_cookie,
};
use lamina_model::Timestamp;

use crate::kit::{Drawn, now};

fn session(seed: u64) -> SessionSecret {
    SessionSecret::new(&Drawn::from(seed))
}

#[test]
fn the_session_cookie_is_found_among_others_and_lines() {
    let secret = session(1);
    let value = secret.expose();
    for lines in [
        vec![format!("SESSION={}", *value)],
        vec![format!("a=b; SESSION={};c=d", *value)],
        vec!["x=y".to_owned(), format!(" SESSION={} ", *value)],
        vec![format!(
            "SESSION2=x; xSESSION=y; session=z; SESSION={}",
            *value
        )],
    ] {
        let lines: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
        assert_eq!(session_cookie(&lines), Ok(Some(secret.clone())));
    }
    assert_eq!(session_cookie(&[]), Ok(None));
    assert_eq!(session_cookie(&[b"a=b; SESSIO=x; SESSION"]), Ok(None));
}

#[test]
fn t_78_each_sign_in_draws_a_new_secret() {
    // The type has no way to be made from a value chosen by a browser but `parse`, and what
    // is parsed is only looked up.
    let chance = Drawn::from(1);
    assert_ne!(SessionSecret::new(&chance), SessionSecret::new(&chance));
}

#[test]
fn t_79_values_of_another_form_are_refused() {
    let long = "A".repeat(1 << 20);
    let shifted = format!("{}B", "A".repeat(42));
    for value in [
        "",
        "x",
        "../../etc",
        "\"quoted\"",
        &long,
        &shifted,
        &"=".repeat(43),
    ] {
        let line = format!("SESSION={value}");
        assert_eq!(
            session_cookie(&[line.as_bytes()]),
            Err(CookieError::Malformed)
        );
    }
    assert_eq!(
        session_cookie(&[b"SESSION=\xff\xfe"]),
        Err(CookieError::Malformed)
    );
}

#[test]
fn t_80_a_cookie_is_cleared_with_the_attributes_it_was_set_with() {
    for scope in [
        CookieScope::Https,
        CookieScope::PlainHttp,
        CookieScope::HttpsFramed,
    ] {
        let set = scope.set_session(&session(1), 60);
        let clear = scope.clear_session();
        let attributes = |line: &str| {
            let (_, attributes) = line.split_once("; ").unwrap();
            attributes.rsplit_once("; Max-Age").unwrap().0.to_owned()
        };
        assert_eq!(attributes(&set), attributes(&clear));
        assert!(clear.starts_with("SESSION=;") && clear.ends_with("; Max-Age=0"));
    }
}

#[test]
fn t_81_a_session_ends_after_a_pause_and_after_its_longest_life() {
    let limits = SessionLimits {
        idle_s: 100,
        absolute_s: 1000,
        fresh_s: 10,
    };
    let at = |seconds: i64| now().plus_seconds(seconds);
    assert_eq!(limits.check(at(0), at(0), at(99)), Ok(()));
    assert_eq!(limits.check(at(0), at(0), at(100)), Err(SessionEnd::Idle));
    assert_eq!(limits.check(at(0), at(950), at(999)), Ok(()));
    assert_eq!(
        limits.check(at(0), at(950), at(1000)),
        Err(SessionEnd::Absolute)
    );
    assert!(limits.is_fresh(at(0), at(9)));
    assert!(!limits.is_fresh(at(0), at(10)));
    // A clock set back ends no session.
    assert_eq!(
        limits.check(at(0), at(0), Timestamp::from_micros(0)),
        Ok(())
    );
}

#[test]
fn t_83_two_session_cookies_are_refused_even_when_equal() {
    let one = format!("SESSION={}", *session(1).expose());
    let two = format!("SESSION={}", *session(2).expose());
    for lines in [
        vec![format!("{one}; {two}")],
        vec![format!("{one}; {one}")],
        vec![one.clone(), two.clone()],
        vec![format!("{one}; SESSION=")],
        vec!["SESSION=\u{e9}".to_owned(), one.clone()],
        vec![format!("{one}; SESSION =x")],
    ] {
        let lines: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
        assert_eq!(session_cookie(&lines), Err(CookieError::Twice("SESSION")));
    }
}

#[test]
fn t_85_the_attributes_are_exactly_these() {
    let secret = session(1);
    let value = secret.expose();
    assert_eq!(
        CookieScope::Https.set_session(&secret, 3600),
        format!(
            "SESSION={}; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600",
            *value
        )
    );
    assert_eq!(
        CookieScope::PlainHttp.set_session(&secret, 3600),
        format!(
            "SESSION={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600",
            *value
        )
    );
    assert_eq!(
        CookieScope::HttpsFramed.set_session(&secret, 3600),
        format!(
            "SESSION={}; Path=/; HttpOnly; SameSite=None; Secure; Partitioned; Max-Age=3600",
            *value
        )
    );
}

#[test]
fn other_cookies_are_read_by_the_same_rule() {
    assert_eq!(cookie(&[b"VL_AUTH=abc=="], "VL_AUTH"), Ok(Some("abc==")));
    assert_eq!(
        cookie(&[b"VL_AUTH=a; VL_AUTH=b"], "VL_AUTH"),
        Err(CookieError::Twice("VL_AUTH"))
    );
}

#[test]
fn a_form_token_belongs_to_its_session_alone() {
    let (mine, other) = (session(1), session(2));
    let token = csrf_token(&mine);
    assert!(csrf_matches(&mine, &token));
    assert!(!csrf_matches(&other, &token));
    assert!(!csrf_matches(&mine, ""));
    assert!(!csrf_matches(&mine, &token[1..]));
    assert!(!csrf_matches(&mine, &format!("{token}=")));
    assert_ne!(token, *mine.expose());
}

#[test]
fn t_101_a_ticket_is_good_for_its_own_purpose_alone() {
    let ticket = Ticket::new(TicketKind::PasswordReset, &Drawn::from(1));
    let read = Ticket::parse(TicketKind::PasswordReset, ticket.expose()).unwrap();
    assert_eq!(read.storage_hash(), ticket.storage_hash());
    for kind in [TicketKind::SetUp, TicketKind::Invitation] {
        assert!(Ticket::parse(kind, ticket.expose()).is_err());
    }
    for text in [
        "",
        "vlt_r_",
        "vlt_r_short",
        &format!("{}x", ticket.expose()),
    ] {
        assert!(Ticket::parse(TicketKind::PasswordReset, text).is_err());
    }
}

#[test]
fn t_122_what_is_stored_of_a_session_or_ticket_is_a_hash() {
    let secret = session(1);
    let hash = secret.storage_hash();
    assert_eq!(
        hash,
        SessionSecret::parse(&secret.expose())
            .unwrap()
            .storage_hash()
    );
    assert_ne!(hash, session(2).storage_hash());
}
