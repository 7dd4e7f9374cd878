//! The ID token: who the provider says signed in.

use lamina_model::Timestamp;
use subtle::ConstantTimeEq;

use super::jwks::{Jwks, Outcome};
use crate::{
    Part,
    compact::{self, Parts},
    json::{Value, read_members, text},
};

/// An honest one has one or two kilobytes; some providers put groups into it.
const MAX_BYTES: usize = 16 * 1024;
/// A code is exchanged at once, so the token is new. Ten minutes allow for a slow person
/// only where the provider makes the token before asking for consent.
const MAX_AGE_S: f64 = 600.0;
const LEEWAY_S: f64 = 60.0;

/// What an ID token must say.
#[derive(Debug, Clone, Copy)]
pub struct IdTokenRules<'a> {
    /// The configured issuer, exactly.
    pub issuer: &'a str,
    /// This server's client id.
    pub client_id: &'a str,
    /// The nonce of the sign-in in progress.
    pub nonce: &'a str,
}

/// The person, as the provider knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdToken {
    /// The provider's id for the person: unique and lasting within the issuer.
    pub subject: String,
    /// Their address, if given. Link accounts by [`IdToken::verified_email`] only.
    pub email: Option<String>,
    /// Whether the provider vouches for the address.
    pub email_verified: bool,
    /// Their name, if given.
    pub name: Option<String>,
    /// The name they sign in with, if given.
    pub preferred_username: Option<String>,
}

/// Why an ID token is refused. Nothing of the token is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// No compact JWS with JSON objects, or too large.
    #[error("the provider's ID token is malformed")]
    Malformed,
    /// `alg` is neither RS256 nor ES256.
    #[error(
        "the provider signs ID tokens with another algorithm than RS256 or ES256; change it in the provider's client settings"
    )]
    Algorithm,
    /// The key is not in the set. Fetch the set again, once, before giving up.
    #[error("the provider signed with a key that is not in its key set")]
    UnknownKey,
    /// The signature does not fit.
    #[error("the signature of the provider's ID token does not fit")]
    Signature,
    /// `iss` is another provider.
    #[error("the ID token names another issuer than OIDC_ISSUER")]
    Issuer,
    /// `aud` or `azp` is another client.
    #[error("the ID token was made for another client than OIDC_CLIENT_ID")]
    Audience,
    /// `nonce` is not that of this sign-in.
    #[error("the ID token belongs to another sign-in; start again")]
    Nonce,
    /// `exp` or `iat` is missing, passed, or in the future.
    #[error("the ID token's times do not fit this server's clock; sync the clocks of both")]
    Times,
    /// `sub` is missing or unusable.
    #[error("the ID token names nobody")]
    Subject,
}

impl IdToken {
    /// Verifies an ID token: form, algorithm, signature, then claims.
    ///
    /// # Errors
    /// [`IdTokenError`] names the first thing that is wrong.
    pub fn verify(
        token: &str,
        keys: &Jwks,
        rules: &IdTokenRules<'_>,
        now: Timestamp,
    ) -> Result<Self, IdTokenError> {
        const NAMES: [&str; 11] = [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "nonce",
            "azp",
            "email",
            "email_verified",
            "name",
            "preferred_username",
        ];
        let payload = verify_signature(token, keys)?;
        let [
            iss,
            sub,
            aud,
            exp,
            iat,
            nonce,
            azp,
            email,
            vouched,
            name,
            username,
        ] = read_members(&payload, &NAMES).map_err(|_| IdTokenError::Malformed)?;
        if text(iss.as_ref()) != Some(rules.issuer) {
            return Err(IdTokenError::Issuer);
        }
        check_audience(aud.as_ref(), azp.as_ref(), rules.client_id)?;
        check_times(exp.as_ref(), iat.as_ref(), now)?;
        let nonce = text(nonce.as_ref()).unwrap_or("");
        if rules.nonce.is_empty() || !bool::from(nonce.as_bytes().ct_eq(rules.nonce.as_bytes())) {
            return Err(IdTokenError::Nonce);
        }
        let subject = text(sub.as_ref()).ok_or(IdTokenError::Subject)?;
        if subject.is_empty() || subject.len() > 255 || subject.chars().any(char::is_control) {
            return Err(IdTokenError::Subject);
        }
        Ok(Self {
            subject: subject.to_owned(),
            email: text(email.as_ref()).map(str::to_owned),
            email_verified: vouched == Some(Value::Bool(true)),
            name: text(name.as_ref()).map(str::to_owned),
            preferred_username: text(username.as_ref()).map(str::to_owned),
        })
    }

    /// The address, if the provider vouches for it.
    pub fn verified_email(&self) -> Option<&str> {
        self.email.as_deref().filter(|_| self.email_verified)
    }
}

fn verify_signature(token: &str, keys: &Jwks) -> Result<Vec<u8>, IdTokenError> {
    const NAMES: [&str; 6] = ["alg", "kid", "typ", "crit", "b64", "zip"];
    if token.len() > MAX_BYTES {
        return Err(IdTokenError::Malformed);
    }
    let decode = |text, part| compact::decode(text, part).map_err(|_| IdTokenError::Malformed);
    let parts = Parts::split(token).map_err(|_| IdTokenError::Malformed)?;
    let header = decode(parts.header, Part::Header)?;
    let payload = decode(parts.payload, Part::Payload)?;
    let signature = decode(parts.signature, Part::Signature)?;
    let [alg, kid, typ, extensions @ ..] =
        read_members(&header, &NAMES).map_err(|_| IdTokenError::Malformed)?;
    let foreign = extensions.iter().any(Option::is_some);
    let typ_fits = typ.as_ref().is_none_or(|typ| {
        typ.as_text()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("JWT"))
    });
    let kid = match &kid {
        None => None,
        Some(kid) => Some(kid.as_text().ok_or(IdTokenError::Malformed)?),
    };
    if foreign || !typ_fits {
        return Err(IdTokenError::Malformed);
    }
    let alg = text(alg.as_ref())
        .filter(|alg| matches!(*alg, "RS256" | "ES256"))
        .ok_or(IdTokenError::Algorithm)?;
    match keys.verify(alg, kid, parts.signed, &signature) {
        Outcome::Good => Ok(payload),
        Outcome::BadSignature => Err(IdTokenError::Signature),
        Outcome::NoSuchKey => Err(IdTokenError::UnknownKey),
    }
}

/// `aud` holds this client; where it holds others too, `azp` says that this one is meant.
fn check_audience(
    aud: Option<&Value<'_>>,
    azp: Option<&Value<'_>>,
    client_id: &str,
) -> Result<(), IdTokenError> {
    let (named, several) = match aud {
        Some(Value::Text(one)) => (one == client_id, false),
        Some(Value::Array(all)) => (
            all.iter()
                .any(|one| matches!(one, Value::Text(text) if text == client_id)),
            all.len() > 1,
        ),
        _ => (false, false),
    };
    let party_fits = match azp {
        None => !several,
        Some(Value::Text(party)) => party == client_id,
        Some(_) => false,
    };
    if named && party_fits {
        Ok(())
    } else {
        Err(IdTokenError::Audience)
    }
}

fn check_times(
    exp: Option<&Value<'_>>,
    iat: Option<&Value<'_>>,
    now: Timestamp,
) -> Result<(), IdTokenError> {
    let now_s = now.seconds_since(Timestamp::from_micros(0));
    let (Some(Value::Number(exp)), Some(Value::Number(iat))) = (exp, iat) else {
        return Err(IdTokenError::Times);
    };
    let fits =
        now_s < exp + LEEWAY_S && *iat <= now_s + LEEWAY_S && *iat >= now_s - MAX_AGE_S - LEEWAY_S;
    if fits {
        Ok(())
    } else {
        Err(IdTokenError::Times)
    }
}
