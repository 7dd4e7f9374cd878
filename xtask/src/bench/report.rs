//! What the runs say: medians, one table, the targets beside them, and the same as JSON.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};

/// One run from nothing.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) wall_s: f64,
    pub(super) cpu_s: f64,
    pub(super) peak_kib: u64,
    pub(super) indexed: u64,
    pub(super) stages: BTreeMap<String, f64>,
}

/// What makes the vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Model {
    Default,
    /// The same at a smaller size.
    Fast,
    /// Nothing: no vectors.
    None,
}

impl Model {
    /// What it is called on the command line of the program.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Fast => "fast",
            Self::None => "none",
        }
    }
}

/// The longest that a picture of this set may take, milliseconds of processor time.
fn most_cpu_ms(set: &str, model: Model) -> f64 {
    match model {
        Model::Default if set.ends_with(LARGE) => 32.0,
        Model::Default => 10.0,
        Model::Fast => 6.5,
        Model::None => 1.8,
    }
}

/// How the name of a set of pictures of 12 megapixels ends.
pub(super) const LARGE: &str = " of 12 MP";

/// All runs of one set on one number of cores.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) set: String,
    pub(super) model: Model,
    pub(super) cores: usize,
    pub(super) first: Vec<Run>,
    /// Wall seconds of the run after each, with nothing changed.
    pub(super) again_s: Vec<f64>,
}

/// `1 core`, `2 cores`.
pub(super) fn cores_in_words(cores: usize) -> String {
    format!("{cores} core{}", if cores == 1 { "" } else { "s" })
}

impl Row {
    fn place(&self) -> String {
        let with = match self.model {
            Model::Default => String::new(),
            other => format!(", model {}", other.name()),
        };
        format!("{}{with}, {}", self.set, cores_in_words(self.cores))
    }

    fn median(&self, of: impl Fn(&Run) -> f64) -> f64 {
        median(self.first.iter().map(of).collect())
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of pictures are small")]
    fn pictures_per_s(&self) -> f64 {
        self.median(|run| run.indexed as f64 / run.wall_s)
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of pictures are small")]
    fn cpu_ms_per_picture(&self) -> f64 {
        self.median(|run| run.cpu_s * 1000.0 / run.indexed.max(1) as f64)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "memory sizes are far below 2^52 KiB"
    )]
    fn peak_mb(&self) -> f64 {
        self.median(|run| run.peak_kib as f64 * 1024.0 / 1e6)
    }

    fn again(&self) -> f64 {
        median(self.again_s.clone())
    }

    fn stages(&self) -> Vec<(String, f64)> {
        let names: std::collections::BTreeSet<&String> = self
            .first
            .iter()
            .flat_map(|run| run.stages.keys())
            .collect();
        names
            .into_iter()
            .map(|name| {
                let seconds = self.median(|run| run.stages.get(name).copied().unwrap_or(0.0));
                (name.clone(), seconds)
            })
            .collect()
    }
}

/// The middle one, or the mean of the two in the middle; not a number where there are none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// One thing aimed at.
struct Target {
    what: String,
    reached: f64,
    unit: &'static str,
    limit: f64,
    /// Whether less is better.
    at_most: bool,
}

impl Target {
    fn is_met(&self) -> bool {
        if self.at_most {
            self.reached <= self.limit
        } else {
            self.reached >= self.limit
        }
    }
}

/// The targets that the measured rows speak about.
fn targets(rows: &[Row]) -> Vec<Target> {
    let mut all = Vec::new();
    for row in rows {
        let at = row.place();
        let mut at_most = |what: &str, reached, unit, limit| {
            all.push(Target {
                what: format!("{what} ({at})"),
                reached,
                unit,
                limit,
                at_most: true,
            });
        };
        let most = most_cpu_ms(&row.set, row.model);
        at_most("CPU for one picture", row.cpu_ms_per_picture(), "ms", most);
        if row.cores == 2 && row.model == Model::Default && !row.set.ends_with(LARGE) {
            at_most("peak memory", row.peak_mb(), "MB", 250.0);
            at_most("second run, nothing changed", row.again(), "s", 1.5);
        }
    }
    for one in rows.iter().filter(|row| row.cores == 1) {
        let same = |row: &&Row| row.set == one.set && row.model == one.model;
        let two = rows.iter().filter(same).find(|row| row.cores == 2);
        if let Some(two) = two {
            all.push(Target {
                what: format!("two cores over one ({})", one.set),
                reached: two.pictures_per_s() / one.pictures_per_s(),
                unit: "×",
                limit: 1.85,
                at_most: false,
            });
        }
    }
    all
}

/// Everything as text: one line a row, its stages, then the targets.
pub(super) fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<16} {:<8} {:>5} {:>5} {:>11} {:>15} {:>8} {:>10}\n",
        "set", "model", "cores", "runs", "pictures/s", "CPU ms/picture", "peak MB", "again s"
    );
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:<16} {:<8} {:>5} {:>5} {:>11.1} {:>15.2} {:>8.0} {:>10.2}",
            row.set,
            row.model.name(),
            row.cores,
            row.first.len(),
            row.pictures_per_s(),
            row.cpu_ms_per_picture(),
            row.peak_mb(),
            row.again(),
        );
    }
    for row in rows {
        let _ = write!(text, "\n{}, seconds by stage:", row.place());
        for (stage, seconds) in row.stages() {
            let _ = write!(text, " {stage} {seconds:.2}");
        }
    }
    text.push_str("\n\n");
    for target in targets(rows) {
        let _ = writeln!(
            text,
            "{:<58} {:>8.2} {:<2} target {} {} {:<2} {}",
            target.what,
            target.reached,
            target.unit,
            if target.at_most { "≤" } else { "≥" },
            target.limit,
            target.unit,
            if target.is_met() { "met" } else { "not met" },
        );
    }
    text
}

/// The same for programs.
pub(super) fn json(rows: &[Row]) -> Value {
    let rows_json: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "set": row.set,
                "model": row.model.name(),
                "cores": row.cores,
                "runs": row.first.len(),
                "indexed": row.first.first().map(|run| run.indexed),
                "pictures_per_s": row.pictures_per_s(),
                "cpu_ms_per_picture": row.cpu_ms_per_picture(),
                "peak_mb": row.peak_mb(),
                "again_s": row.again(),
                "seconds_by_stage": row.stages().into_iter().collect::<BTreeMap<_, _>>(),
            })
        })
        .collect();
    let targets: Vec<Value> = targets(rows)
        .iter()
        .map(|target| {
            json!({
                "what": target.what,
                "reached": target.reached,
                "unit": target.unit,
                "limit": target.limit,
                "is_met": target.is_met(),
            })
        })
        .collect();
    json!({"rows": rows_json, "targets": targets})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cores: usize, wall_s: f64) -> Row {
        let run = |wall_s: f64| Run {
            wall_s,
            cpu_s: 9.0,
            peak_kib: 200_000,
            indexed: 1000,
            stages: BTreeMap::from([("look".to_owned(), wall_s / 2.0)]),
        };
        Row {
            set: "drawn 1000".to_owned(),
            model: Model::Default,
            cores,
            first: vec![run(wall_s), run(wall_s * 10.0), run(wall_s / 10.0)],
            again_s: vec![0.5, 9.0, 0.4],
        }
    }

    #[test]
    fn the_middle_run_speaks() {
        let row = row(1, 10.0);

        assert!((row.pictures_per_s() - 100.0).abs() < 1e-9);
        assert!((row.again() - 0.5).abs() < 1e-9);
        assert_eq!(row.stages(), [("look".to_owned(), 5.0)]);
        assert!((median(vec![4.0, 1.0]) - 2.5).abs() < 1e-9);
        assert!(median(Vec::new()).is_nan());
    }

    #[test]
    fn each_target_stands_beside_what_was_reached() {
        let rows = [row(1, 10.0), row(2, 6.0)];

        let met: Vec<(String, bool)> = targets(&rows)
            .iter()
            .map(|target| (target.what.clone(), target.is_met()))
            .collect();

        let expected = [
            ("CPU for one picture (drawn 1000, 1 core)", true),
            ("CPU for one picture (drawn 1000, 2 cores)", true),
            ("peak memory (drawn 1000, 2 cores)", true),
            ("second run, nothing changed (drawn 1000, 2 cores)", true),
            ("two cores over one (drawn 1000)", false),
        ];
        assert_eq!(
            met,
            expected.map(|(what, is_met)| (what.to_owned(), is_met))
        );
        let mut large = row(2, 6.0);
        large.set.push_str(LARGE);
        let fast = Row {
            model: Model::Fast,
            ..row(2, 6.0)
        };
        let limits = targets(&[large, fast]).into_iter();
        let limits: Vec<(String, f64)> = limits.map(|one| (one.what, one.limit)).collect();
        let expected = [
            ("CPU for one picture (drawn 1000 of 12 MP, 2 cores)", 32.0),
            ("CPU for one picture (drawn 1000, model fast, 2 cores)", 6.5),
        ];
        assert_eq!(
            limits,
            expected.map(|(what, limit)| (what.to_owned(), limit))
        );
        assert!(table(&rows).contains("two cores over one (drawn 1000)"));
        assert_eq!(json(&rows)["targets"][4]["is_met"], false);
    }
}
