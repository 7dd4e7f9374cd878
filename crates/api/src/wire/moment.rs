//! Moments as people name them: whole days, whole seconds, or to the microsecond.

use lamina_model::{Timestamp, TimestampError};

/// A day and a second are so many microseconds long.
const DAY_US: i64 = 86_400_000_000;
const SECOND_US: i64 = 1_000_000;

/// The first and the last moment that a text in ISO 8601 means: a day means all of it, and a time
/// without a fraction all of its second.
///
/// # Errors
/// [`TimestampError`] for any other text.
pub(crate) fn meant_by(text: &str) -> Result<(Timestamp, Timestamp), TimestampError> {
    let first = Timestamp::from_iso(text)?;
    let length = if text.trim().len() == 10 {
        DAY_US
    } else if text.contains('.') {
        1
    } else {
        SECOND_US
    };
    Ok((first, first.plus_micros(length - 1)))
}

#[cfg(test)]
mod tests {
    use lamina_model::Timestamp;

    use super::meant_by;

    #[test]
    fn a_text_means_all_that_it_leaves_open() {
        let at = |text: &str| Timestamp::from_iso(text).unwrap();
        let last = |text: &str| meant_by(text).unwrap().1;
        assert_eq!(last("2025-10-30"), at("2025-10-30T23:59:59.999999Z"));
        assert_eq!(
            last("2025-10-30T10:00:00+02:00"),
            at("2025-10-30T08:00:00.999999Z")
        );
        for exact in ["2025-10-30T10:00:00.000000", "2025-10-30T10:00:00.5Z"] {
            assert_eq!(meant_by(exact).unwrap(), (at(exact), at(exact)));
        }
        assert!(meant_by("yesterday").is_err() && meant_by("").is_err());
    }
}
