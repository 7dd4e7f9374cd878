//! The sentences. Plain ASCII without double quotes and backslashes, so that the same text
//! fits a JSON answer and the `error_description` of a challenge (RFC 6750 section 3).

use lamina_model::Timestamp;

use super::{ClockSlip, Malformed, SecretSlip, TimeFault, TokenProblem};
use crate::MAX_TOKEN_BYTES;

const WANTED: &str = "Send the header 'Authorization: Bearer <token>' with a JWT signed by your \
                      api_secret.";
const RAW_SECRET: &str = "Use the api_secret as it is: the UTF-8 bytes of the whole text, vls_ \
                          included.";

impl TokenProblem {
    /// What happened and what to do about it, as sentences for people.
    pub fn detail(&self) -> String {
        match self {
            Self::CredentialsMissing => format!(
                "No credentials were sent. {WANTED} If you did send it, a proxy on the way may \
                 have removed the Authorization header."
            ),
            Self::SchemeUnsupported => {
                format!("The Authorization header uses a scheme other than Bearer. {WANTED}")
            }
            Self::SeveralCredentials => "The request carries more than one Authorization \
                 credential. Send exactly one Authorization header with one Bearer token."
                .to_owned(),
            Self::TokenMissing => {
                format!("The Authorization header holds no token. {WANTED}")
            }
            Self::TooLarge { bytes } => format!(
                "The token is {bytes} bytes long and the limit is {MAX_TOKEN_BYTES}. A token needs \
                 only kid, sub, iss, iat and exp; leave other claims out."
            ),
            Self::Malformed(reason) => malformed(*reason),
            Self::AlgorithmNotAllowed => "The token header must say 'alg': 'HS256', in exactly \
                 that spelling. Sign with HS256."
                .to_owned(),
            Self::UnsupportedHeader { member } => format!(
                "The token header holds '{member}', which this server does not support. Leave it \
                 out; the header needs only alg, typ and kid."
            ),
            Self::TypeNotAllowed => "The token header's typ must be 'JWT' or be left out. This \
                 looks like another kind of token."
                .to_owned(),
            Self::KeyIdMissing => "The token header has no kid. Put your api_key there as a \
                 string, for example jwt.encode(..., headers={'kid': api_key})."
                .to_owned(),
            Self::KeyIdMalformed(why) => format!(
                "The token header's kid cannot be an api_key of this server: {why}. Put your \
                 api_key there exactly as it was shown."
            ),
            Self::SignatureInvalid(slip) => signature(*slip),
            Self::SubjectMismatch { is_text: true } => "The sub claim differs from the kid in the \
                 header. Both must be your api_key, exactly as it was shown."
                .to_owned(),
            Self::SubjectMismatch { is_text: false } => "The sub claim must be a string equal to \
                 your api_key, the same as the kid in the header."
                .to_owned(),
            Self::IssuerInvalid => "The iss claim must be the string 'sdk', exactly.".to_owned(),
            Self::ExpiryMissing => "The exp claim is missing. Set exp to the time the token ends, \
                 in seconds since 1970 (UTC), for example the present time plus 600."
                .to_owned(),
            Self::TimeInvalid { claim, fault } => {
                format!("The {} claim {}", claim.as_str(), time_fault(*fault))
            }
            Self::Expired { exp, now, slip } => format!(
                "Token expired {} ago (exp={}, server time {}). {}",
                span(seconds(*now) - exp),
                moment(*exp),
                moment(seconds(*now)),
                slip.map_or_else(
                    || "Create a new token; if your clock is wrong, sync it.".to_owned(),
                    clock
                )
            ),
            Self::IssuedInFuture { iat, now, slip } => format!(
                "The iat claim is {} ahead of the server (iat={}, server time {}; 60 s are \
                 allowed). {}",
                span(iat - seconds(*now)),
                moment(*iat),
                moment(seconds(*now)),
                slip.map_or_else(
                    || "Sync your clock and create a new token.".to_owned(),
                    clock
                )
            ),
            Self::ExpiresBeforeIssue => "The exp claim is not later than the iat claim. Set exp \
                 to iat plus the lifetime you want, in seconds."
                .to_owned(),
            Self::NotYetValid { nbf, now } => format!(
                "The nbf claim says the token is not valid for another {} (nbf={}, server time \
                 {}; 60 s are allowed). Wait, or leave nbf out.",
                span(nbf - seconds(*now)),
                moment(*nbf),
                moment(seconds(*now)),
            ),
            Self::LifetimeTooLong { lifetime_s, cap_s } => format!(
                "The token would live {}, {} beyond the longest life of {} ({cap_s} s) that this \
                 server allows. Set exp nearer and create tokens more often.",
                span(*lifetime_s),
                span(lifetime_s - f64::from(*cap_s)),
                span(f64::from(*cap_s)),
            ),
            Self::AudienceInvalid => "The aud claim names another audience than this server. \
                 Leave aud out."
                .to_owned(),
            Self::TokenIdInvalid => {
                "The jti claim must be a string. Write the token's id in quotes, \
                                     or leave it out."
                    .into()
            }
            Self::SecretRotated { at } => format!(
                "The token is signed with a secret that was replaced and stopped counting at {}. \
                 Sign with the new api_secret of this key.",
                moment(seconds(*at))
            ),
            Self::KeyRevoked { at } => format!(
                "The API key was revoked at {}. Create a new key and sign with it.",
                moment(seconds(*at))
            ),
            Self::KeyDisabled => "The API key is disabled. Its owner or an administrator can \
                 enable it again on the API keys page."
                .to_owned(),
            Self::KeyExpired { at } => format!(
                "The API key expired at {}. Create a new key and sign with it.",
                moment(seconds(*at))
            ),
            Self::TokenRevoked { since } => format!(
                "All tokens of this key issued before {} were ended. Create a new token with an \
                 iat claim.",
                moment(seconds(*since))
            ),
            Self::UserDisabled => "The account this API key belongs to is disabled or was \
                 removed. Ask an administrator of this server."
                .to_owned(),
        }
    }
}

fn malformed(reason: Malformed) -> String {
    let what = match reason {
        Malformed::NoScheme => "The token stands alone: write Bearer and a space before it.",
        Malformed::NoSpace => {
            "One space must follow Bearer, and nothing else: no colon, no \
             equals sign."
        }
        Malformed::SchemeTwice => {
            "The header says Bearer twice. Your client adds it by itself; \
             pass it the token alone."
        }
        Malformed::Tab => "A tab stands between Bearer and the token. Use one space.",
        Malformed::NotAscii => {
            "The header holds a character outside printable ASCII. Copy the \
             token again, without line breaks or typographic characters."
        }
        Malformed::InnerSpace => {
            "There is white space inside the token. Send it in one piece on \
             one line."
        }
        Malformed::Quoted => "The token is wrapped in quotation marks. Send it without them.",
        Malformed::BytesRepr => {
            "The token is wrapped in b'...', which is how Python prints \
             bytes: decode it to str first, token.decode()."
        }
        Malformed::Label => {
            "The text VL_Token: was sent along. It is a label that the example \
             prints; send what follows it."
        }
        Malformed::Placeholder => {
            "A placeholder was sent instead of a token. Put your token in \
             its place, without the brackets."
        }
        Malformed::EmptyVariable => {
            "The word for an empty variable was sent instead of a token. \
             Check that your program fills the variable before the call."
        }
        Malformed::SecretSent => {
            "This is the api_secret, not a JWT. Sign a JWT with it and send \
             that. The secret has now travelled over the wire: rotate it."
        }
        Malformed::KeySent => {
            "This is the api_key, not a JWT. Sign a JWT with your api_secret, \
             put the api_key into kid and sub, and send that."
        }
        Malformed::Parts(parts) => {
            return format!(
                "A token has three parts joined by dots, and this text has {parts}. It may have \
                 been cut off or pasted incompletely."
            );
        }
        Malformed::Encrypted => {
            "This is an encrypted token (JWE, five parts). Send a signed one \
             (HS256, three parts)."
        }
        Malformed::JsonForm => {
            "This is JSON. Send the compact form: three base64url parts \
             joined by dots."
        }
        Malformed::EmptyPart(part) => {
            return format!("The {} part of the token is empty.", part.as_str());
        }
        Malformed::Padding(part) => {
            return format!(
                "The {} part of the token is padded with '='. JWTs use base64url without padding.",
                part.as_str()
            );
        }
        Malformed::StandardAlphabet(part) => {
            return format!(
                "The {} part of the token is in standard base64 ('+' or '/'). JWTs use base64url, \
                 with '-' and '_' instead.",
                part.as_str()
            );
        }
        Malformed::Base64(part) => {
            return format!(
                "The {} part of the token is not base64url. It may have been cut off or altered.",
                part.as_str()
            );
        }
        Malformed::NotUtf8(part) => {
            return format!("The {} part of the token is not UTF-8.", part.as_str());
        }
        Malformed::NotJson(part) => {
            return format!("The {} part of the token is not JSON.", part.as_str());
        }
        Malformed::NotObject(part) => {
            return format!(
                "The {} part of the token is not a JSON object.",
                part.as_str()
            );
        }
        Malformed::DuplicateMember(part) => {
            return format!(
                "A member of the token's {} comes twice. Each may come once.",
                part.as_str()
            );
        }
        Malformed::TooManyMembers(part) => {
            return format!(
                "The token's {} has more than {} members.",
                part.as_str(),
                crate::json::MAX_MEMBERS
            );
        }
        Malformed::SignatureLength(bytes) => {
            return format!(
                "The signature is {bytes} bytes long and an HS256 signature has 32. The token may \
                 have been cut off or altered."
            );
        }
    };
    what.to_owned()
}

fn signature(slip: Option<SecretSlip>) -> String {
    let hint = match slip {
        None => {
            return "The signature does not fit: the api_key is unknown or the token was not \
                    signed with its api_secret. Check that both come from this server and belong \
                    together."
                .to_owned();
        }
        Some(SecretSlip::Decoded) => "it fits the secret decoded from base64. Do not decode it.",
        Some(SecretSlip::Encoded) => {
            "it fits the secret encoded once more, in base64 or hexadecimal. Do not encode it."
        }
        Some(SecretSlip::Whitespace) => {
            "it fits the secret with a line break or space at its end. Strip it when you read it."
        }
        Some(SecretSlip::Quoted) => "it fits the secret inside quotation marks. Remove them.",
        Some(SecretSlip::PrefixDropped) => "it fits the secret without its vls_ prefix.",
        Some(SecretSlip::KeyId) => {
            "it was made with the api_key. Sign with the api_secret (vls_...)."
        }
        Some(SecretSlip::Empty) => {
            "it was made with an empty secret. Check that your program reads it."
        }
    };
    format!("The signature does not fit the api_secret, but {hint} {RAW_SECRET}")
}

fn time_fault(fault: TimeFault) -> String {
    match fault {
        TimeFault::NotNumber => "must be a number of seconds since 1970 (UTC), not a string, \
             null or another type. In Python: int(datetime.now(timezone.utc).timestamp())."
            .to_owned(),
        TimeFault::Negative => {
            "is negative. It must be a number of seconds since 1970 (UTC).".to_owned()
        }
        TimeFault::TooLarge => {
            "is above 2^53. It must be a number of seconds since 1970 (UTC).".to_owned()
        }
        TimeFault::Unit { per_second } => {
            let unit = match per_second {
                1_000 => "milliseconds",
                1_000_000 => "microseconds",
                _ => "nanoseconds",
            };
            format!("looks like {unit}. Use seconds: divide by {per_second}.")
        }
    }
}

fn clock(slip: ClockSlip) -> String {
    match slip {
        ClockSlip::Zone { hours } => format!(
            "Create a new token. If this one is new, its times are {} h off: was local time taken \
             for UTC? In Python use datetime.now(timezone.utc), not datetime.utcnow().",
            hours.abs()
        ),
        ClockSlip::Duration => "Is exp a duration? It must be the time at which the token ends: \
             the present time in seconds plus the lifetime."
            .to_owned(),
    }
}

/// A span in whole units that a person can take in: `42 s`, `90 min`, `26 h`, `400 days`.
fn span(seconds: f64) -> String {
    let seconds = seconds.abs();
    if seconds < 600.0 {
        format!("{seconds:.0} s")
    } else if seconds < 7_200.0 {
        format!("{:.0} min", seconds / 60.0)
    } else if seconds < 172_800.0 {
        format!("{:.0} h", seconds / 3_600.0)
    } else {
        format!("{:.0} days", seconds / 86_400.0)
    }
}

/// A moment to the second, or plain seconds where no calendar reaches.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast from a double stops at the ends of the range, which is what is wanted"
)]
fn moment(seconds: f64) -> String {
    let text = Timestamp::from_seconds(seconds.floor() as i64).to_naive_iso();
    match text.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => format!("{seconds:.0} s after 1970"),
    }
}

fn seconds(moment: Timestamp) -> f64 {
    moment.seconds_since(Timestamp::from_micros(0))
}
