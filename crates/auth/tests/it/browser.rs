//! Where a browser says that a request comes from.

use lamina_auth::{BrowserHints, Refusal, Verdict, judge_change, judge_key_page};

const OWN: &str = "https://lamina.example.org";

fn key_page(hints: &BrowserHints<'_>) -> Verdict {
    judge_key_page(hints, OWN)
}

/// What a browser sends when the person types the address.
fn visit() -> BrowserHints<'static> {
    BrowserHints {
        site: Some(b"none"),
        mode: Some(b"navigate"),
        dest: Some(b"document"),
        accept: Some(b"text/html,application/xhtml+xml"),
        ..BrowserHints::default()
    }
}

#[test]
fn curl_and_a_visit_and_the_web_app_may_open_the_key_page() {
    assert_eq!(key_page(&BrowserHints::default()), Verdict::Allow);
    assert_eq!(key_page(&visit()), Verdict::Allow);
    let link = BrowserHints {
        site: Some(b"same-origin"),
        ..visit()
    };
    assert_eq!(key_page(&link), Verdict::Allow);
    let fetch = BrowserHints {
        site: Some(b"same-origin"),
        mode: Some(b"cors"),
        dest: Some(b"empty"),
        origin: Some(OWN.as_bytes()),
        accept: Some(b"application/json"),
        ..BrowserHints::default()
    };
    assert_eq!(key_page(&fetch), Verdict::Allow);
}

#[test]
fn t_105_a_link_from_another_site_must_be_confirmed() {
    for site in [&b"cross-site"[..], b"same-site"] {
        let link = BrowserHints {
            site: Some(site),
            ..visit()
        };
        assert_eq!(key_page(&link), Verdict::ConfirmPage);
        let script = BrowserHints {
            accept: Some(b"*/*"),
            mode: Some(b"cors"),
            ..link
        };
        assert_eq!(key_page(&script), Verdict::Refuse(Refusal::OtherSite));
        // A script that asks for HTML would read the page for the person.
        let sly = BrowserHints {
            mode: Some(b"cors"),
            ..link
        };
        assert_eq!(key_page(&sly), Verdict::Refuse(Refusal::OtherSite));
    }
}

#[test]
fn t_105_images_frames_scripts_and_prefetch_open_nothing() {
    for dest in [
        "iframe", "frame", "object", "embed", "image", "script", "style", "worker", "",
    ] {
        for site in [&b"cross-site"[..], b"same-origin", b"none"] {
            let hints = BrowserHints {
                site: Some(site),
                dest: Some(dest.as_bytes()),
                ..visit()
            };
            assert_eq!(
                key_page(&hints),
                Verdict::Refuse(Refusal::Embedded),
                "{dest}"
            );
        }
    }
    let image = BrowserHints {
        mode: Some(b"no-cors"),
        ..visit()
    };
    assert_eq!(key_page(&image), Verdict::Refuse(Refusal::Embedded));
    for purpose in [
        &b"prefetch"[..],
        b"prefetch;prerender",
        b"Prefetch",
        b"prerender",
    ] {
        let hints = BrowserHints {
            purpose: Some(purpose),
            ..visit()
        };
        assert_eq!(key_page(&hints), Verdict::Refuse(Refusal::Prefetch));
    }
}

#[test]
fn t_105_old_browsers_are_judged_by_origin_and_referer() {
    let with = |origin: Option<&'static str>, referer: Option<&'static str>| {
        key_page(&BrowserHints {
            origin: origin.map(str::as_bytes),
            referer: referer.map(str::as_bytes),
            ..BrowserHints::default()
        })
    };
    assert_eq!(with(Some(OWN), None), Verdict::Allow);
    assert_eq!(
        with(None, Some("https://lamina.example.org/keys")),
        Verdict::Allow
    );
    for (origin, referer) in [
        (Some("https://evil.example"), None),
        (Some("null"), None),
        (Some("https://lamina.example.org.evil.example"), None),
        (Some("http://lamina.example.org"), None),
        (None, Some("https://evil.example/")),
        (None, Some("https://lamina.example.org.evil.example/")),
        (None, Some("https://lamina.example.org@evil.example/")),
        (
            Some("https://evil.example"),
            Some("https://lamina.example.org/"),
        ),
    ] {
        let verdict = with(origin, referer);
        assert_eq!(
            verdict,
            Verdict::Refuse(Refusal::OtherSite),
            "{origin:?} {referer:?}"
        );
    }
}

#[test]
fn t_104_t_108_a_change_asked_for_by_another_site_is_refused() {
    let own = BrowserHints {
        site: Some(b"same-origin"),
        origin: Some(OWN.as_bytes()),
        ..BrowserHints::default()
    };
    assert_eq!(judge_change(&own, OWN), Verdict::Allow);
    assert_eq!(judge_change(&BrowserHints::default(), OWN), Verdict::Allow);
    for hints in [
        BrowserHints {
            site: Some(b"cross-site"),
            ..own
        },
        BrowserHints {
            site: Some(b"same-site"),
            ..own
        },
        BrowserHints {
            origin: Some(b"https://evil.example"),
            ..own
        },
        BrowserHints {
            origin: Some(b"null"),
            site: None,
            ..own
        },
        // Two lines of one header, joined, fit nothing.
        BrowserHints {
            site: Some(b"same-origin, cross-site"),
            ..own
        },
    ] {
        assert_eq!(
            judge_change(&hints, OWN),
            Verdict::Refuse(Refusal::OtherSite),
            "{hints:?}"
        );
    }
}
