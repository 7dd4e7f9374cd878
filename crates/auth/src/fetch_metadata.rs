//! What a browser says about where a request comes from (Fetch Metadata, Origin, Referer).
//!
//! A session cookie travels along with requests that the person never meant to send. These
//! two rules refuse such requests before anything changes. Programs like curl send none of
//! the headers and pass: they hold the cookie because somebody gave it to them.

/// The headers of one request that tell where it comes from; absent ones are `None`. When a
/// header comes in several lines, give the lines joined with a comma, so that it fits nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct BrowserHints<'a> {
    /// `Sec-Fetch-Site`.
    pub site: Option<&'a [u8]>,
    /// `Sec-Fetch-Mode`.
    pub mode: Option<&'a [u8]>,
    /// `Sec-Fetch-Dest`.
    pub dest: Option<&'a [u8]>,
    /// `Sec-Purpose`, or the older `Purpose`.
    pub purpose: Option<&'a [u8]>,
    /// `Origin`.
    pub origin: Option<&'a [u8]>,
    /// `Referer`.
    pub referer: Option<&'a [u8]>,
    /// `Accept`.
    pub accept: Option<&'a [u8]>,
}

/// What to do with the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Allow,
    /// Answer 403.
    Refuse(Refusal),
    /// Show a page that asks the person to confirm, and that posts with a form token.
    ConfirmPage,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another site caused the request.
    #[error("the request comes from another site; open the page directly")]
    OtherSite,
    /// The browser fetches ahead without anybody asking.
    #[error("the page cannot be prefetched; open it directly")]
    Prefetch,
    /// The answer would go into a frame, an image or a script.
    #[error("the page cannot be embedded; open it directly")]
    Embedded,
}

/// Judges `GET /api/v1/api_credentials`, which makes a key on the first visit.
/// `own_origin` is the server's public origin, such as `https://lamina.example.org`.
pub fn judge_key_page(hints: &BrowserHints<'_>, own_origin: &str) -> Verdict {
    if hints.purpose.is_some_and(says_prefetch) {
        return Verdict::Refuse(Refusal::Prefetch);
    }
    let mode_fits = one_of(hints.mode, &[b"navigate", b"cors", b"same-origin"]);
    // `empty` is what a script's fetch says, `document` a visit. Frames, images and the
    // rest are refused by not being listed.
    let dest_fits = one_of(hints.dest, &[b"document", b"empty"]);
    if !mode_fits || !dest_fits {
        return Verdict::Refuse(Refusal::Embedded);
    }
    if comes_from_here(hints, own_origin) {
        return Verdict::Allow;
    }
    // Only a visit by a person can be asked; a script would read the answer for them.
    let visit = hints.mode.is_none_or(|mode| mode == b"navigate");
    if visit && hints.accept.is_some_and(wants_html) {
        Verdict::ConfirmPage
    } else {
        Verdict::Refuse(Refusal::OtherSite)
    }
}

/// Judges a request that changes something (POST, PUT, PATCH, DELETE) under a session.
pub fn judge_change(hints: &BrowserHints<'_>, own_origin: &str) -> Verdict {
    if comes_from_here(hints, own_origin) {
        Verdict::Allow
    } else {
        Verdict::Refuse(Refusal::OtherSite)
    }
}

/// Whether the person's own act on this site caused the request, or no browser sent it.
/// `same-site` is another site: a sibling subdomain may belong to somebody else.
fn comes_from_here(hints: &BrowserHints<'_>, own_origin: &str) -> bool {
    let origin_fits = hints
        .origin
        .is_none_or(|origin| origin.eq_ignore_ascii_case(own_origin.as_bytes()));
    match hints.site {
        Some(site) => matches!(site, b"same-origin" | b"none") && origin_fits,
        // An old browser. `Origin: null` is foreign; without `Origin`, `Referer` decides.
        None if hints.origin.is_some() => origin_fits,
        None => hints
            .referer
            .is_none_or(|referer| is_within(referer, own_origin)),
    }
}

fn is_within(referer: &[u8], own_origin: &str) -> bool {
    referer
        .split_at_checked(own_origin.len())
        .is_some_and(|(start, rest)| {
            start.eq_ignore_ascii_case(own_origin.as_bytes())
                && matches!(rest.first(), None | Some(b'/'))
        })
}

fn one_of(header: Option<&[u8]>, words: &[&[u8]]) -> bool {
    header.is_none_or(|value| words.contains(&value))
}

fn says_prefetch(purpose: &[u8]) -> bool {
    contains(purpose, b"prefetch") || contains(purpose, b"prerender")
}

fn wants_html(accept: &[u8]) -> bool {
    contains(accept, b"text/html")
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window.eq_ignore_ascii_case(needle))
}
