//! Moments in time, in the one form the product stores and the one form it prints.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{
    Date, OffsetDateTime, PrimitiveDateTime,
    format_description::{FormatItem, well_known::Rfc3339},
    macros::format_description,
};

/// A moment: microseconds since 1970-01-01T00:00:00Z. Years 0000 to 9999 can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A text that is no moment in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a moment in time: {0}")]
pub struct TimestampError(String);

/// Six fraction digits and no zone, as the public API prints it.
const NAIVE: &[FormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]");

/// A day.
const DAY: &[FormatItem<'_>] = format_description!("[year]-[month]-[day]");

impl Timestamp {
    /// From microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the Unix epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the Unix epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This moment moved by a number of microseconds, stopping at the ends of the range.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// This moment moved by a number of seconds, stopping at the ends of the range.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Seconds from an earlier moment to this one; negative when `earlier` is later.
    #[expect(
        clippy::cast_precision_loss,
        reason = "spans of microseconds fit a double for centuries"
    )]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        self.0.saturating_sub(earlier.0) as f64 / 1e6
    }

    /// ISO 8601 in UTC with six fraction digits and no zone: `2025-10-30T10:00:00.000000`.
    pub fn to_naive_iso(self) -> String {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000)
            .ok()
            .and_then(|moment| moment.format(NAIVE).ok())
            .unwrap_or_else(|| format!("{}us", self.0))
    }

    /// Reads what [`Timestamp::to_naive_iso`] prints.
    ///
    /// # Errors
    /// [`TimestampError`] when the text has another form or names a day that never was.
    pub fn from_naive_iso(text: &str) -> Result<Self, TimestampError> {
        let moment = PrimitiveDateTime::parse(text, NAIVE)
            .map_err(|cause| TimestampError(format!("{text:?} ({cause})")))?;
        let micros = moment.assume_utc().unix_timestamp_nanos() / 1000;
        i64::try_from(micros)
            .map(Self)
            .map_err(|_| TimestampError(text.to_owned()))
    }
}

impl Timestamp {
    /// Reads a moment as people and programs write it (ISO 8601): `2025-10-30`, which is the first
    /// moment of that day, or `2025-10-30T10:00:00` with a fraction of the second and a zone if
    /// they like. Without a zone it is in UTC; a space may stand for the `T`.
    ///
    /// # Errors
    /// [`TimestampError`] when the text has another form or names a day that never was.
    pub fn from_iso(text: &str) -> Result<Self, TimestampError> {
        let wrong = |cause: &dyn fmt::Display| TimestampError(format!("{text:?} ({cause})"));
        let trimmed = text.trim();
        if trimmed.len() == 10 {
            let day = Date::parse(trimmed, DAY).map_err(|cause| wrong(&cause))?;
            return Self::of(day.midnight().assume_utc()).ok_or_else(|| wrong(&"too far away"));
        }
        let mut whole = trimmed.replacen(' ', "T", 1);
        let has_zone = whole.ends_with(['Z', 'z'])
            || whole
                .get(19..)
                .is_some_and(|rest| rest.contains(['+', '-']));
        if !has_zone {
            whole.push('Z');
        }
        let moment = OffsetDateTime::parse(&whole, &Rfc3339).map_err(|cause| wrong(&cause))?;
        Self::of(moment).ok_or_else(|| wrong(&"too far away"))
    }

    fn of(moment: OffsetDateTime) -> Option<Self> {
        let micros = moment.unix_timestamp_nanos().div_euclid(1000);
        i64::try_from(micros).ok().map(Self)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.to_naive_iso())
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn reads_days_and_moments_with_and_without_a_zone() {
        let second = |text: &str| Timestamp::from_iso(text).unwrap().as_micros();
        let ten = second("2025-10-30T10:00:00Z");
        for same in [
            "2025-10-30T10:00:00",
            "2025-10-30 10:00:00",
            "2025-10-30T12:00:00+02:00",
            "2025-10-30T05:30:00-04:30",
            " 2025-10-30T10:00:00.000000 ",
        ] {
            assert_eq!(second(same), ten, "{same}");
        }
        assert_eq!(second("2025-10-30"), ten - 36_000_000_000);
        assert_eq!(second("2025-10-30T10:00:00.000001Z"), ten + 1);
        for wrong in [
            "",
            "2025-13-01",
            "2025-02-30",
            "yesterday",
            "10:00",
            "2025-10-30T10",
        ] {
            assert!(Timestamp::from_iso(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn prints_six_fraction_digits_and_no_zone() {
        let moment = Timestamp::from_seconds(1_761_818_400);
        assert_eq!(moment.to_naive_iso(), "2025-10-30T10:00:00.000000");
        assert_eq!(
            moment.plus_micros(7).to_naive_iso(),
            "2025-10-30T10:00:00.000007"
        );
    }

    #[test]
    fn reads_back_what_it_prints() {
        for micros in [0, 1, -1, 1_761_818_400_123_456, -62_135_596_800_000_000] {
            let moment = Timestamp::from_micros(micros);
            assert_eq!(
                Timestamp::from_naive_iso(&moment.to_naive_iso()),
                Ok(moment)
            );
        }
    }

    #[test]
    fn refuses_days_that_never_were() {
        assert!(Timestamp::from_naive_iso("2025-02-30T10:00:00.000000").is_err());
        assert!(Timestamp::from_naive_iso("2025-10-30T10:00:00Z").is_err());
    }
}
