//! Histograms over days, months or years, whichever gives a readable number of bars.

use lamina_model::Timestamp;

use crate::Bucket;

/// Up to so many days, a bar is a day.
const MOST_DAYS: i32 = 92;
/// Up to so many days, a bar is a month; above, a year.
const MOST_DAYS_IN_MONTHS: i32 = 20 * 366;
const DAY_SECONDS: i64 = 86_400;

/// The days that moments (microseconds since 1970) fall on, in ascending order, in days since
/// 1970; and for each moment the position of its day among them.
pub(crate) fn days_of(moments_us: &[i64]) -> (Vec<i32>, Vec<u32>) {
    let day = |moment: &i64| moment.div_euclid(DAY_SECONDS * 1_000_000);
    let each: Vec<i32> = moments_us
        .iter()
        .map(|moment| i32::try_from(day(moment)).unwrap_or(i32::MAX))
        .collect();
    let mut days = each.clone();
    days.sort_unstable();
    days.dedup();
    let place = |day: &i32| days.partition_point(|known| known < day);
    let places = each
        .iter()
        .map(|day| u32::try_from(place(day)).unwrap_or(u32::MAX))
        .collect();
    (days, places)
}

/// Counts by day, put together to bars.
pub(crate) fn histogram(days: &[i32], counts: &[u32]) -> Vec<Bucket<Timestamp>> {
    let there = || days.iter().zip(counts).filter(|(_, count)| **count > 0);
    let (Some((first, _)), Some((last, _))) = (there().next(), there().next_back()) else {
        return Vec::new();
    };
    let apart = last.saturating_sub(*first);
    let mut bars: Vec<Bucket<Timestamp>> = Vec::new();
    for (day, count) in there() {
        let start = Timestamp::from_seconds(i64::from(*day) * DAY_SECONDS);
        if let Some(bar) = bars.last_mut().filter(|bar| start < bar.to) {
            bar.count += u64::from(*count);
            continue;
        }
        let (from, to) = bar_around(i64::from(*day), apart);
        bars.push(Bucket {
            from: Timestamp::from_seconds(from * DAY_SECONDS),
            to: Timestamp::from_seconds(to * DAY_SECONDS),
            count: u64::from(*count),
        });
    }
    bars
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
            let bars = histogram(days, &vec![1; days.len()]);
            bars.iter().map(|bar| bar.count).collect::<Vec<_>>()
        };
        assert_eq!(bars(&[0, 5]), [1, 1]);
        assert_eq!(bars(&[0, 30, 31, 200]), [2, 1, 1]);
        assert_eq!(bars(&[0, 364, 365, 20_000]), [2, 1, 1]);
        assert_eq!(bars(&[-400_000, 3, 400_000]), [1, 1, 1]);
        assert!(bars(&[]).is_empty());
    }

    #[test]
    fn a_bar_says_from_when_to_when_it_goes() {
        let bars = histogram(&[14, 20, 340], &[1, 0, 1]);
        let second = Timestamp::from_seconds(31 * 86_400);
        assert_eq!(
            (bars[0].from, bars[0].to),
            (Timestamp::from_seconds(0), second)
        );
    }
}
