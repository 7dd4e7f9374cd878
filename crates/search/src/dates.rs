//! Histograms over days, months or years, whichever gives a readable number of bars.

use std::collections::BTreeMap;

use lamina_model::Timestamp;

use crate::{Bucket, RowSet};

/// Up to so many days, a bar is a day.
const MOST_DAYS: i32 = 92;
/// Up to so many days, a bar is a month; above, a year.
const MOST_DAYS_IN_MONTHS: i32 = 20 * 366;
/// Days are counted one by one while they lie no further apart than this; some 700 years.
const MOST_COUNTED: i32 = 1 << 18;
const DAY_SECONDS: i64 = 86_400;

/// The rows of a set by their day, in days since 1970.
pub(crate) fn histogram(rows: &RowSet, day_of: &[i32]) -> Vec<Bucket<Timestamp>> {
    let (mut first, mut last) = (i32::MAX, i32::MIN);
    rows.for_each(|row| {
        first = first.min(day_of[row]);
        last = last.max(day_of[row]);
    });
    let mut bars: BTreeMap<i64, (i64, u64)> = BTreeMap::new();
    if first > last {
        return Vec::new();
    }
    let apart = last.saturating_sub(first);
    let after_first = |day: i32| usize::try_from(day - first).unwrap_or(0);
    let mut add = |day: i32, count: u64| {
        let (from, to) = bar_around(i64::from(day), apart);
        bars.entry(from).or_insert((to, 0)).1 += count;
    };
    if apart < MOST_COUNTED {
        let mut counts = vec![0_u32; after_first(last) + 1];
        rows.for_each(|row| counts[after_first(day_of[row])] += 1);
        for (day, count) in (first..).zip(counts).filter(|(_, count)| *count > 0) {
            add(day, u64::from(count));
        }
    } else {
        rows.for_each(|row| add(day_of[row], 1));
    }
    bars.into_iter()
        .map(|(from, (to, count))| Bucket {
            from: Timestamp::from_seconds(from * DAY_SECONDS),
            to: Timestamp::from_seconds(to * DAY_SECONDS),
            count,
        })
        .collect()
}

/// First day of the bar that holds a day, and first day after it.
fn bar_around(day: i64, apart: i32) -> (i64, i64) {
    if apart <= MOST_DAYS {
        return (day, day + 1);
    }
    let (year, month) = year_and_month(day);
    if apart > MOST_DAYS_IN_MONTHS {
        (first_day(year, 1), first_day(year + 1, 1))
    } else if month == 12 {
        (first_day(year, 12), first_day(year + 1, 1))
    } else {
        (first_day(year, month), first_day(year, month + 1))
    }
}

/// Days from 1970-01-01 to the first of a month in the Gregorian calendar. Years are counted
/// from March, so that the leap day comes last; 400 years have 146,097 days.
fn first_day(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The year and month (1–12) that a day falls into.
fn year_and_month(day: i64) -> (i64, i64) {
    // A guess that is at most a month off, put right by looking.
    let mut year = 1970 + day.div_euclid(366);
    while first_day(year + 1, 1) <= day {
        year += 1 + (day - first_day(year + 1, 1)) / 366;
    }
    while first_day(year, 1) > day {
        year -= 1;
    }
    let month = (1..=12).rev().find(|month| first_day(year, *month) <= day);
    (year, month.unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use lamina_model::Timestamp;

    use super::{first_day, histogram, year_and_month};
    use crate::RowSet;

    #[test]
    fn days_and_months_agree_with_the_calendar() {
        assert_eq!(first_day(1970, 1), 0);
        assert_eq!(first_day(2000, 3), 11_017);
        assert_eq!(first_day(2024, 3) - first_day(2024, 2), 29);
        assert_eq!(first_day(1900, 3) - first_day(1900, 2), 28);
        for (year, month) in [(1, 1), (1599, 12), (1969, 12), (2024, 2), (9999, 12)] {
            assert_eq!(year_and_month(first_day(year, month)), (year, month));
            let next = first_day(year, month) + 27;
            assert_eq!(year_and_month(next), (year, month));
        }
    }

    #[test]
    fn bars_grow_with_the_stretch_of_time() {
        let bars = |days: &[i32]| {
            let rows = RowSet::all(u32::try_from(days.len()).unwrap());
            let bars = histogram(&rows, days);
            bars.iter().map(|bar| bar.count).collect::<Vec<_>>()
        };
        assert_eq!(bars(&[0, 0, 5]), [2, 1]);
        assert_eq!(bars(&[0, 30, 31, 200]), [2, 1, 1]);
        assert_eq!(bars(&[0, 364, 365, 20_000]), [2, 1, 1]);
        assert_eq!(bars(&[-400_000, 3, 400_000]), [1, 1, 1]);
        assert!(bars(&[]).is_empty());
    }

    #[test]
    fn a_bar_says_from_when_to_when_it_goes() {
        let bars = histogram(&RowSet::all(2), &[14, 340]);
        let second = Timestamp::from_seconds(31 * 86_400);
        assert_eq!(
            (bars[0].from, bars[0].to),
            (Timestamp::from_seconds(0), second)
        );
    }
}
