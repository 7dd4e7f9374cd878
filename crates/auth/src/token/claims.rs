//! The claims of a token whose signature fits.

use lamina_model::Timestamp;

use super::{SignedToken, TokenPolicy, VerifiedToken, form};
use crate::{
    ClockSlip, Part, TimeClaim, TimeFault, TokenProblem,
    json::{JsonFault, Value, read_members, text},
};

const NAMES: [&str; 7] = ["sub", "iat", "exp", "iss", "nbf", "aud", "jti"];
/// The largest number of seconds that a double holds without gaps.
const MAX_SECONDS: f64 = 9_007_199_254_740_992.0;
/// Later than any honest time in seconds (the year 5138), earlier than any in milliseconds
/// since 1973.
const LEAST_MILLIS: f64 = 1e11;
/// A time below this (ten years) is taken for a duration.
const MOST_DURATION: f64 = 315_360_000.0;

pub(super) fn check(
    token: &SignedToken,
    now: Timestamp,
    policy: &TokenPolicy,
) -> Result<VerifiedToken, TokenProblem> {
    let [sub, iat, exp, iss, nbf, aud, jti] =
        read_members(&token.payload, &NAMES).map_err(broken)?;
    match text(sub.as_ref()) {
        Some(subject) if subject == token.key_id.as_str() => {}
        subject => {
            let is_text = subject.is_some();
            return Err(TokenProblem::SubjectMismatch { is_text });
        }
    }
    if text(iss.as_ref()) != Some("sdk") {
        return Err(TokenProblem::IssuerInvalid);
    }
    let exp = seconds(exp.as_ref(), TimeClaim::Exp)?.ok_or(TokenProblem::ExpiryMissing)?;
    let iat = seconds(iat.as_ref(), TimeClaim::Iat)?;
    let nbf = seconds(nbf.as_ref(), TimeClaim::Nbf)?;
    check_times(exp, iat, nbf, now, policy)?;
    check_audience(aud.as_ref(), policy)?;
    let token_id = text(jti.as_ref());
    if jti.is_some() && token_id.is_none() {
        return Err(TokenProblem::TokenIdInvalid);
    }
    Ok(VerifiedToken {
        key_id: token.key_id,
        secret_index: token.secret_index,
        issued_at: iat.map(timestamp),
        expires_at: timestamp(exp),
        token_id: token_id.map(str::to_owned),
    })
}

/// A payload that is no usable object. Where a time claim breaks the JSON itself (`NaN`,
/// `1e999`), that claim is named.
fn broken(fault: JsonFault) -> TokenProblem {
    let claim = [TimeClaim::Exp, TimeClaim::Iat, TimeClaim::Nbf]
        .into_iter()
        .find(|claim| fault == JsonFault::Syntax(Some(claim.as_str())));
    match claim {
        Some(claim) => TokenProblem::TimeInvalid {
            claim,
            fault: TimeFault::NotNumber,
        },
        None => form::unreadable(fault, Part::Payload),
    }
}

/// A claim as seconds since 1970, if it is there.
fn seconds(value: Option<&Value<'_>>, claim: TimeClaim) -> Result<Option<f64>, TokenProblem> {
    let fault = match value {
        None => return Ok(None),
        Some(Value::Number(seconds)) => match *seconds {
            seconds if !(0.0..=f64::MAX).contains(&seconds) => TimeFault::Negative,
            seconds if seconds < LEAST_MILLIS => return Ok(Some(seconds)),
            seconds => match unit_of(seconds) {
                Some(per_second) => TimeFault::Unit { per_second },
                None if seconds > MAX_SECONDS => TimeFault::TooLarge,
                None => return Ok(Some(seconds)),
            },
        },
        Some(_) => TimeFault::NotNumber,
    };
    Err(TokenProblem::TimeInvalid { claim, fault })
}

/// The unit in which the number would be a moment between 1973 and 2128.
fn unit_of(number: f64) -> Option<u32> {
    [1_000, 1_000_000, 1_000_000_000]
        .into_iter()
        .find(|per_second| (1e8..5e9).contains(&(number / f64::from(*per_second))))
}

fn check_times(
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
    now: Timestamp,
    policy: &TokenPolicy,
) -> Result<(), TokenProblem> {
    let now_s = now.seconds_since(Timestamp::from_micros(0));
    let leeway = f64::from(policy.leeway_s);
    if now_s >= exp + leeway {
        let slip = if exp < MOST_DURATION {
            Some(ClockSlip::Duration)
        } else {
            // Half hours only: a stale token is off by a quarter hour too often by chance.
            zone_slip(iat.unwrap_or(exp) - now_s).filter(|slip| match slip {
                ClockSlip::Zone { hours } => (hours * 2.0).fract() == 0.0,
                ClockSlip::Duration => true,
            })
        };
        return Err(TokenProblem::Expired { exp, now, slip });
    }
    if let Some(iat) = iat {
        if iat > now_s + leeway {
            let slip = zone_slip(iat - now_s);
            return Err(TokenProblem::IssuedInFuture { iat, now, slip });
        }
        if exp <= iat {
            return Err(TokenProblem::ExpiresBeforeIssue);
        }
    }
    if let Some(nbf) = nbf.filter(|nbf| *nbf > now_s + leeway) {
        return Err(TokenProblem::NotYetValid { nbf, now });
    }
    // A life is counted from its claimed beginning, so a token of sixty days does not
    // become acceptable when it is half over.
    let lifetime_s = exp - iat.unwrap_or(now_s).min(now_s);
    if lifetime_s > f64::from(policy.lifetime_cap_s) + leeway {
        return Err(TokenProblem::LifetimeTooLong {
            lifetime_s,
            cap_s: policy.lifetime_cap_s,
        });
    }
    Ok(())
}

/// Whether a difference is a whole number of quarter hours, as time zones are, up to 14 h.
fn zone_slip(difference_s: f64) -> Option<ClockSlip> {
    let quarters = (difference_s / 900.0).round();
    let near = (difference_s - quarters * 900.0).abs() <= 60.0;
    let zone = (1.0..=56.0).contains(&quarters.abs());
    (near && zone).then_some(ClockSlip::Zone {
        hours: quarters / 4.0,
    })
}

fn check_audience(aud: Option<&Value<'_>>, policy: &TokenPolicy) -> Result<(), TokenProblem> {
    let is_ours = |value: &Value<'_>| match (value, &policy.audience) {
        (Value::Text(text), Some(ours)) => text == ours,
        _ => false,
    };
    let fine = match aud {
        None => true,
        Some(Value::Array(several)) => {
            several.iter().all(|one| matches!(one, Value::Text(_))) && several.iter().any(is_ours)
        }
        Some(one) => is_ours(one),
    };
    if fine {
        Ok(())
    } else {
        Err(TokenProblem::AudienceInvalid)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast from a double stops at the ends of the range"
)]
fn timestamp(seconds: f64) -> Timestamp {
    Timestamp::from_micros((seconds * 1e6) as i64)
}
