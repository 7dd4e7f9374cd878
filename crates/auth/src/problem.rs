//! Why a request's API credential was refused: a stable code, and a sentence that names the
//! claim, the numbers and the fix.
//!
//! No text here repeats anything the caller sent except numbers, so it is safe in an answer,
//! a header and a log. Status codes are chosen elsewhere, from [`TokenProblem::kind`].

use lamina_model::Timestamp;

use crate::KeyIdError;

mod wording;

/// Why a token, or the header that should carry it, was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", self.detail())]
pub enum TokenProblem {
    /// Neither a token nor a session came with the request.
    CredentialsMissing,
    /// The `Authorization` header names another scheme than `Bearer`.
    SchemeUnsupported,
    /// More than one credential came in one request.
    SeveralCredentials,
    /// The scheme is there, the token is not.
    TokenMissing,
    /// The token is longer than [`crate::MAX_TOKEN_BYTES`].
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// The text is no compact JWS, or its JSON is not usable.
    Malformed(Malformed),
    /// `alg` is missing or is not `HS256`.
    AlgorithmNotAllowed,
    /// A header member asks for something this server does not do.
    UnsupportedHeader {
        /// `crit`, `b64`, `zip` or `enc`.
        member: &'static str,
    },
    /// `typ` names another kind of token.
    TypeNotAllowed,
    /// `kid` is missing, empty or no string.
    KeyIdMissing,
    /// `kid` cannot be a key id of this server; no key was looked up.
    KeyIdMalformed(KeyIdError),
    /// The key is unknown or the signature does not fit: the two look the same.
    SignatureInvalid(Option<SecretSlip>),
    /// `sub` is not the key id in `kid`.
    SubjectMismatch {
        /// Whether `sub` is a string at all.
        is_text: bool,
    },
    /// `iss` is not the string `sdk`.
    IssuerInvalid,
    /// There is no `exp`.
    ExpiryMissing,
    /// A time claim is not a usable number of seconds.
    TimeInvalid {
        /// Which claim.
        claim: TimeClaim,
        /// What is wrong with it.
        fault: TimeFault,
    },
    /// `exp` has passed.
    Expired {
        /// `exp`, in seconds since 1970.
        exp: f64,
        /// The server's time.
        now: Timestamp,
        /// What probably happened.
        slip: Option<ClockSlip>,
    },
    /// `iat` lies ahead of the server's time.
    IssuedInFuture {
        /// `iat`, in seconds since 1970.
        iat: f64,
        /// The server's time.
        now: Timestamp,
        /// What probably happened.
        slip: Option<ClockSlip>,
    },
    /// `exp` is not after `iat`.
    ExpiresBeforeIssue,
    /// `nbf` lies ahead of the server's time.
    NotYetValid {
        /// `nbf`, in seconds since 1970.
        nbf: f64,
        /// The server's time.
        now: Timestamp,
    },
    /// The token lives longer than the server allows.
    LifetimeTooLong {
        /// How long it would live, in seconds.
        lifetime_s: f64,
        /// The longest life allowed, in seconds.
        cap_s: u32,
    },
    /// `aud` names somebody else.
    AudienceInvalid,
    /// `jti` is there and no string (RFC 7519, section 4.1.7).
    TokenIdInvalid,
    /// Signed with a secret that was replaced, after the time of overlap.
    SecretRotated {
        /// When the secret stopped counting.
        at: Timestamp,
    },
    /// The key was revoked for good.
    KeyRevoked {
        /// When.
        at: Timestamp,
    },
    /// The key is switched off for now.
    KeyDisabled,
    /// The key's own expiry has passed.
    KeyExpired {
        /// When it expired.
        at: Timestamp,
    },
    /// The tokens made before a moment were all ended, and this is one of them.
    TokenRevoked {
        /// Tokens must be issued at or after this moment.
        since: Timestamp,
    },
    /// The owner of the key is disabled or gone.
    UserDisabled,
}

/// What an answer must say about the credential, whatever the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// No usable credential came: 401, and a challenge without an `error` (RFC 6750 section 3.1).
    NotIdentified,
    /// A token came and is no good: 401 with `error="invalid_token"`.
    BadToken,
    /// The request contradicts itself: 400 with `error="invalid_request"`.
    BadRequest,
}

/// Which part of a token a [`Malformed`] speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The first part.
    Header,
    /// The second part.
    Payload,
    /// The third part.
    Signature,
}

/// How a text fails to be a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// A JWT without `Bearer` before it.
    NoScheme,
    /// `Bearer` runs into the token, or is followed by a colon or an equals sign.
    NoSpace,
    /// `Bearer Bearer ...`.
    SchemeTwice,
    /// A tab stands where a space belongs.
    Tab,
    /// A character outside printable ASCII.
    NotAscii,
    /// White space within the token.
    InnerSpace,
    /// Wrapped in quotation marks.
    Quoted,
    /// Python's print of a bytes object, `b'...'`.
    BytesRepr,
    /// The `VL_Token:` label that the example program prints was pasted with the token.
    Label,
    /// A placeholder such as `<jwt_token>`.
    Placeholder,
    /// `null`, `None` or `undefined`: the variable was never filled.
    EmptyVariable,
    /// The api secret itself.
    SecretSent,
    /// The api key itself.
    KeySent,
    /// Another number of parts than three.
    Parts(usize),
    /// Five parts: an encrypted token.
    Encrypted,
    /// The JSON serialisation.
    JsonForm,
    /// A part of no characters.
    EmptyPart(Part),
    /// `=` at the end of a part.
    Padding(Part),
    /// `+` or `/` in a part.
    StandardAlphabet(Part),
    /// Not base64url otherwise, stray trailing bits included.
    Base64(Part),
    /// Not UTF-8.
    NotUtf8(Part),
    /// Not JSON.
    NotJson(Part),
    /// JSON, but no object.
    NotObject(Part),
    /// A member comes twice.
    DuplicateMember(Part),
    /// More members than any honest token has.
    TooManyMembers(Part),
    /// A signature that is not 32 bytes long.
    SignatureLength(usize),
}

/// A time claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeClaim {
    /// `exp`.
    Exp,
    /// `iat`.
    Iat,
    /// `nbf`.
    Nbf,
}

/// How a time claim is unusable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TimeFault {
    /// A string, boolean, null, array or object, or no JSON number at all.
    NotNumber,
    /// Below zero.
    Negative,
    /// Above 2^53, where a double loses whole seconds.
    TooLarge,
    /// So large that it must count this fraction of a second (1000 for milliseconds).
    Unit {
        /// How many make a second.
        per_second: u32,
    },
}

/// What probably went wrong when a signature does not fit. Only ever words a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretSlip {
    /// The signer decoded the secret from base64 first.
    Decoded,
    /// The signer encoded the secret, in base64 or hexadecimal, first.
    Encoded,
    /// A line break or space came along with the secret.
    Whitespace,
    /// Quotation marks came along with the secret.
    Quoted,
    /// The `vls_` at its front was left out.
    PrefixDropped,
    /// The key id was used as the secret.
    KeyId,
    /// The secret was empty.
    Empty,
}

/// What probably went wrong with the clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClockSlip {
    /// Off by a time zone: local time was taken for UTC, or the reverse.
    Zone {
        /// How far `iat` (or, without one, `exp`) lies ahead of the server's time.
        hours: f64,
    },
    /// `exp` is so small that it must be a duration.
    Duration,
}

impl TokenProblem {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CredentialsMissing => "credentials_missing",
            Self::SchemeUnsupported => "scheme_unsupported",
            Self::SeveralCredentials => "invalid_request",
            Self::TokenMissing => "token_missing",
            Self::TooLarge { .. } => "token_too_large",
            Self::Malformed(Malformed::SecretSent) => "secret_sent_as_token",
            Self::Malformed(Malformed::KeySent) => "key_sent_as_token",
            Self::Malformed(_) => "token_malformed",
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::UnsupportedHeader { .. } => "unsupported_header",
            Self::TypeNotAllowed => "type_not_allowed",
            Self::KeyIdMissing => "kid_missing",
            Self::KeyIdMalformed(_) => "kid_malformed",
            Self::SignatureInvalid(_) => "signature_invalid",
            Self::SubjectMismatch { .. } => "sub_mismatch",
            Self::IssuerInvalid => "issuer_invalid",
            Self::ExpiryMissing => "exp_missing",
            Self::TimeInvalid { claim, .. } => match claim {
                TimeClaim::Exp => "exp_invalid",
                TimeClaim::Iat => "iat_invalid",
                TimeClaim::Nbf => "nbf_invalid",
            },
            Self::Expired { .. } => "token_expired",
            Self::IssuedInFuture { .. } => "issued_in_future",
            Self::ExpiresBeforeIssue => "expires_before_issue",
            Self::NotYetValid { .. } => "token_not_yet_valid",
            Self::LifetimeTooLong { .. } => "lifetime_too_long",
            Self::AudienceInvalid => "audience_invalid",
            Self::TokenIdInvalid => "token_id_invalid",
            Self::SecretRotated { .. } => "secret_rotated",
            Self::KeyRevoked { .. } => "key_revoked",
            Self::KeyDisabled => "key_disabled",
            Self::KeyExpired { .. } => "key_expired",
            Self::TokenRevoked { .. } => "token_revoked",
            Self::UserDisabled => "user_disabled",
        }
    }

    /// Which kind of answer the problem asks for.
    pub fn kind(&self) -> ProblemKind {
        if matches!(self, Self::CredentialsMissing | Self::SchemeUnsupported) {
            ProblemKind::NotIdentified
        } else if *self == Self::SeveralCredentials {
            ProblemKind::BadRequest
        } else {
            ProblemKind::BadToken
        }
    }
}

impl From<Malformed> for TokenProblem {
    fn from(reason: Malformed) -> Self {
        Self::Malformed(reason)
    }
}

impl TimeClaim {
    /// The claim's name in the token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::Iat => "iat",
            Self::Nbf => "nbf",
        }
    }
}

impl Part {
    /// The part's name in a sentence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Payload => "payload",
            Self::Signature => "signature",
        }
    }
}
