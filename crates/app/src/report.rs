//! What was found, for people and for scripts.

use std::fmt::Write as _;

use lamina_model::{Dataset, IssueKind, Report};
use serde_json::{Value, json};

use crate::{
    progress,
    terminal::{plain, shortened},
};

/// Longest shown name of an example, in characters.
const NAME_LENGTH: usize = 48;

/// The report as text.
pub(crate) fn text(dataset: &Dataset, report: &Report) -> String {
    let mut text = String::new();
    let mut put = |line: std::fmt::Arguments<'_>| {
        text.write_fmt(line)
            .expect("writing to a string cannot fail");
        text.push('\n');
    };
    put(format_args!("{}", plain(&dataset.display_name)));
    put(format_args!("  dataset     {}", dataset.id));
    put(format_args!(
        "  source      {}",
        plain(&dataset.source.to_string())
    ));
    put(format_args!(
        "  files       {} found = {} indexed + {} rejected + {} ignored",
        report.found, report.indexed, report.rejected, report.ignored
    ));
    put(format_args!("  this run    {}", changed(report)));
    for (reason, counted) in &report.rejected_by_reason {
        let names: Vec<_> = counted
            .examples
            .iter()
            .map(|name| shortened(name, NAME_LENGTH))
            .collect();
        let more = if counted.count > names.len() as u64 {
            ", …"
        } else {
            ""
        };
        put(format_args!(
            "  rejected    {:>7}  {} ({}{more})",
            counted.count,
            reason.sentence(),
            names.join(", ")
        ));
    }
    for (reason, count) in &report.ignored_by_reason {
        put(format_args!(
            "  ignored     {count:>7}  {}",
            reason.sentence()
        ));
    }
    put(format_args!(
        "  exact       {:>7}  copies, in {} groups (same bytes or same pixels)",
        report.exact_duplicates, report.exact_duplicate_groups
    ));
    put(format_args!(
        "  near        {:>7}  copies, in {} groups (re-encoded, resized, cropped, mirrored)",
        report.near_duplicates, report.near_duplicate_groups
    ));
    for kind in IssueKind::ALL {
        // A report of an earlier version tells of four kinds.
        let count = report.issues.get(&kind).copied().unwrap_or(match kind {
            IssueKind::Blur => report.blur,
            IssueKind::Dark => report.dark,
            IssueKind::Bright => report.bright,
            IssueKind::Outliers => report.outliers,
            _ => continue,
        });
        put(format_args!(
            "  {:<12}{count:>7}  {}",
            named(kind),
            meant(kind)
        ));
    }
    if report.annotation_rows > 0 {
        put(format_args!(
            "  annotations {:>7}  rows, {} of them left out",
            report.annotation_rows, report.annotation_rows_left_out
        ));
    }
    for level in &report.clusters {
        put(format_args!(
            "  level {}     {:>7}  clusters, the largest of {} pictures",
            level.level, level.clusters, level.largest
        ));
    }
    let stages: Vec<_> = report
        .seconds_by_stage
        .0
        .iter()
        .map(|(phase, seconds)| format!("{} {seconds:.1} s", progress::name(*phase)))
        .collect();
    put(format_args!("  time        {}", stages.join(" · ")));
    text.pop();
    text
}

const fn named(kind: IssueKind) -> &'static str {
    match kind {
        IssueKind::Blur => "blurry",
        IssueKind::Dark => "dark",
        IssueKind::Bright => "bright",
        IssueKind::Outliers => "outliers",
        IssueKind::Mislabels => "mislabels",
        IssueKind::LabelOutlier => "odd label",
        IssueKind::LowInformation => "one colour",
        IssueKind::OddSize => "odd size",
        IssueKind::OddAspectRatio => "odd aspect",
        IssueKind::Leakage => "leakage",
    }
}

const fn meant(kind: IssueKind) -> &'static str {
    match kind {
        IssueKind::Blur => "pictures with nothing sharp in them",
        IssueKind::Dark => "pictures too dark",
        IssueKind::Bright => "pictures too bright",
        IssueKind::Outliers => "pictures unlike all others",
        IssueKind::Mislabels => "pictures whose label seems to be another",
        IssueKind::LabelOutlier => "pictures unlike the others of their label",
        IssueKind::LowInformation => "pictures of next to one colour",
        IssueKind::OddSize => "pictures much larger or smaller than the others",
        IssueKind::OddAspectRatio => "pictures very long or very tall",
        IssueKind::Leakage => "pictures with a copy in another split",
    }
}

fn changed(report: &Report) -> String {
    match report.changed {
        0 => "nothing new, changed or gone".to_owned(),
        1 => "1 file new, changed or gone".to_owned(),
        count => format!("{count} files new, changed or gone"),
    }
}

/// The report as one JSON object. `url` is the page of the dataset, where it is served.
pub(crate) fn json(
    dataset: &Dataset,
    report: &Report,
    url: Option<&str>,
    drawn: Option<Value>,
) -> Value {
    let mut object = serde_json::to_value(report).expect("a report is plain numbers and texts");
    let fields = object.as_object_mut().expect("a report is an object");
    fields.insert("display_name".to_owned(), json!(dataset.display_name));
    fields.insert("source".to_owned(), json!(dataset.source.to_string()));
    fields.insert("url".to_owned(), json!(url));
    if let Some(drawn) = drawn {
        fields.insert("drawn".to_owned(), drawn);
    }
    object
}
