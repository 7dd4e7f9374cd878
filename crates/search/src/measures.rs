//! The numbers that every picture has: which rows lie in a range, and how many lie where.
//!
//! The bar of each row is worked out when a measure is first asked for and kept, a byte a row, so
//! that counting a million rows reads a megabyte.

use std::sync::OnceLock;

use lamina_model::{Measure, Span};

use crate::{GenerationIndex, RowSet, columns::Columns};

/// Bars of a histogram.
const BARS: u8 = 100;

/// How many rows lie where between the least and the greatest value of all pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Where the first bar begins.
    pub least: f64,
    /// Where the last bar ends.
    pub most: f64,
    /// Whether each bar is a factor wider than the one before, rather than as wide.
    pub is_logarithmic: bool,
    /// Rows by bar.
    pub bars: Vec<u64>,
}

/// What was worked out so far, by measure.
#[derive(Debug, Default)]
pub(crate) struct Measured([OnceLock<Bars>; Measure::ALL.len()]);

#[derive(Debug)]
struct Bars {
    least: f64,
    most: f64,
    bar_of: Vec<u8>,
}

impl Columns {
    fn measure(&self, measure: Measure, row: usize) -> f64 {
        match measure {
            Measure::Uniqueness => f64::from(self.uniqueness[row]),
            Measure::Size => lossy(self.size_bytes[row]),
            Measure::Pixels => lossy(self.area_px(row)),
            Measure::Width => f64::from(self.width_px[row]),
            Measure::Height => f64::from(self.height_px[row]),
            Measure::Aspect => {
                f64::from(self.width_px[row]) / f64::from(self.height_px[row].max(1))
            }
            Measure::Modified => seconds(self.modified_us[row]),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no file and no picture has 2^53 bytes or pixels"
)]
fn lossy(number: u64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds are exact for centuries"
)]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// Where a value lies on the scale of its measure.
fn scaled(measure: Measure, value: f64) -> f64 {
    if measure.is_spread_wide() {
        value.max(1e-3).log2()
    } else {
        value
    }
}

impl Bars {
    fn of(columns: &Columns, measure: Measure) -> Self {
        let rows = 0..columns.ids.len();
        let (least, most) = if measure == Measure::Uniqueness {
            (0.0, 1.0)
        } else {
            let values = rows.clone().map(|row| columns.measure(measure, row));
            let ends = values.fold(
                (f64::INFINITY, f64::NEG_INFINITY),
                |(least, most), value| (least.min(value), most.max(value)),
            );
            if rows.is_empty() { (0.0, 0.0) } else { ends }
        };
        let from = scaled(measure, least);
        let width = scaled(measure, most) - from;
        let bar = |row| {
            let part = (scaled(measure, columns.measure(measure, row)) - from) / width;
            bar_at(part)
        };
        Self {
            least,
            most,
            bar_of: rows.map(bar).collect(),
        }
    }
}

/// The bar at a part of the whole width, 0–1; the first where all values are equal.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the bars there are; what is no number becomes 0"
)]
fn bar_at(part: f64) -> u8 {
    (part * f64::from(BARS))
        .floor()
        .clamp(0.0, f64::from(BARS - 1)) as u8
}

impl GenerationIndex {
    /// The rows whose value lies in a range.
    pub fn in_range(&self, measure: Measure, range: &Span<f64>) -> RowSet {
        RowSet::where_each(self.rows(), |row| {
            range.holds(self.columns.measure(measure, row))
        })
    }

    /// How many rows of a set lie where.
    pub fn histogram(&self, measure: Measure, rows: &RowSet) -> Histogram {
        let known = &self.measured.0[measure as usize];
        let measured = known.get_or_init(|| Bars::of(&self.columns, measure));
        let mut bars = vec![0; usize::from(BARS)];
        rows.for_each(|row| bars[usize::from(measured.bar_of[row])] += 1);
        Histogram {
            least: measured.least,
            most: measured.most,
            is_logarithmic: measure.is_spread_wide(),
            bars,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BARS, bar_at};

    #[test]
    fn every_value_has_a_bar() {
        assert_eq!(bar_at(0.0), 0);
        assert_eq!(bar_at(0.999), BARS - 1);
        assert_eq!(bar_at(1.0), BARS - 1);
        assert_eq!(bar_at(-0.1), 0);
        // All values alike: 0 divided by 0.
        assert_eq!(bar_at(f64::NAN), 0);
    }
}
