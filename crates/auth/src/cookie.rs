//! Cookies in and out (RFC 6265).

use crate::SessionSecret;

/// The name of the session cookie.
pub const SESSION_COOKIE: &str = "SESSION";

/// Why the cookies of a request are unusable. No value is repeated here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CookieError {
    /// The cookie comes twice, so somebody else may have planted one of them.
    #[error("the request carries the {0} cookie twice; clear the cookies of this site")]
    Twice(&'static str),
    /// The value has a form that this server never gives out.
    #[error("the session cookie is malformed; sign in again")]
    Malformed,
}

/// Where a session cookie is to be sent back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieScope {
    /// The public URL is https: `Secure; SameSite=Lax`.
    Https,
    /// The public URL is plain http (loopback): `SameSite=Lax`.
    PlainHttp,
    /// Within frames of other sites, over https only: `Secure; SameSite=None; Partitioned`.
    HttpsFramed,
}

/// The value of one cookie, out of all `Cookie` lines. Lines that are not ASCII are skipped.
///
/// # Errors
/// [`CookieError::Twice`] when the name comes more than once, even with equal values.
pub fn cookie<'a>(lines: &[&'a [u8]], name: &'static str) -> Result<Option<&'a str>, CookieError> {
    let mut found = None;
    for line in lines {
        for pair in line.split(|byte| *byte == b';') {
            let pair = pair.trim_ascii();
            let Some(rest) = pair.strip_prefix(name.as_bytes()) else {
                continue;
            };
            let Some(value) = rest.trim_ascii_start().strip_prefix(b"=") else {
                continue;
            };
            if found.is_some() {
                return Err(CookieError::Twice(name));
            }
            // A value that is no text is kept as an empty one: it counts when it comes
            // twice, and it fits nothing.
            found = Some(std::str::from_utf8(value.trim_ascii()).unwrap_or(""));
        }
    }
    Ok(found)
}

/// The session secret out of all `Cookie` lines.
///
/// # Errors
/// [`CookieError`] when the cookie comes twice or its value has another form.
pub fn session_cookie(lines: &[&[u8]]) -> Result<Option<SessionSecret>, CookieError> {
    cookie(lines, SESSION_COOKIE)?
        .map(SessionSecret::parse)
        .transpose()
}

impl CookieScope {
    /// The `Set-Cookie` value that gives a browser its session.
    pub fn set_session(self, secret: &SessionSecret, max_age_s: u32) -> String {
        self.line(&secret.expose(), max_age_s)
    }

    /// The `Set-Cookie` value that takes the session away, with the same attributes.
    pub fn clear_session(self) -> String {
        self.line("", 0)
    }

    /// No `Domain`: so the cookie goes to this host alone.
    fn line(self, value: &str, max_age_s: u32) -> String {
        let reach = match self {
            Self::Https => "SameSite=Lax; Secure",
            Self::PlainHttp => "SameSite=Lax",
            Self::HttpsFramed => "SameSite=None; Secure; Partitioned",
        };
        format!("{SESSION_COOKIE}={value}; Path=/; HttpOnly; {reach}; Max-Age={max_age_s}")
    }
}
