//! The scores as text, each beside its target, and as JSON.

use std::{fmt::Write as _, path::Path};

use serde_json::{Value, json};

use super::score::{Scores, f1};

/// The kinds of copies that everybody must find.
const CORE: [&str; 5] = ["exact", "reenc60", "resize50", "crop5", "flip"];
/// The same picture in another format.
const FORMATS: [&str; 8] = [
    "png", "webp", "gif", "tiff", "bmp", "cmyk", "png16", "exifrot",
];

/// One thing aimed at, all of them shares of which more is better.
struct Target {
    what: String,
    reached: f64,
    limit: f64,
}

fn targets(scores: &Scores) -> Vec<Target> {
    let mut targets = Vec::new();
    let mut add = |what: &str, reached, limit| {
        targets.push(Target {
            what: what.to_owned(),
            reached,
            limit,
        });
    };
    let has = |kinds: &[&str]| kinds.iter().any(|kind| scores.kinds.contains_key(*kind));
    if has(&CORE) {
        let recall = scores.recall(|kind| CORE.contains(&kind));
        add(
            "recall of exact, re-encoded, resized, cropped, mirrored",
            recall,
            0.995,
        );
    }
    if has(&FORMATS) {
        let recall = scores.recall(|kind| FORMATS.contains(&kind));
        add("recall of the same picture in other formats", recall, 1.0);
    }
    add(
        "precision, overlapping crops set aside",
        scores.precision(),
        0.995,
    );
    add("strict precision", scores.strict_precision(), 0.97);
    for (kind, limit) in [("blur", 0.9), ("dark", 0.99), ("bright", 0.99)] {
        if let Some(score) = scores.issues.get(kind) {
            add(
                &format!("F1 of {kind} at confidence 0.5"),
                score.f1(),
                limit,
            );
        }
    }
    if let Some(score) = scores.issues.get("outliers") {
        add("F1 of outliers at confidence 0.5", score.f1(), 0.9);
    }
    if let Some(labels) = &scores.labels {
        let reached = super::score::share(labels.surest.0, labels.surest.1);
        add(
            &format!("precision of the {} surest mislabels", labels.surest.1),
            reached,
            0.9,
        );
    }
    if !scores.unreadable.is_empty() {
        let all: usize = scores.unreadable.values().map(|(all, _)| all).sum();
        let reported: usize = scores.unreadable.values().map(|(_, told)| told).sum();
        add(
            "unreadable files reported",
            super::score::share(reported, all),
            1.0,
        );
    }
    targets
}

/// Everything as text.
pub(super) fn table(folder: &Path, scores: &Scores) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let mut put = |line: String| {
        let _ = writeln!(text, "{line}");
    };
    put(format!(
        "{}: {} pictures indexed in {:.1} s, {} lost",
        folder.display(),
        scores.indexed,
        scores.seconds,
        scores.lost
    ));
    put(format!(
        "{} pairs told: {} right, {} of crops that may overlap, {} wrong\n",
        scores.pairs, scores.right, scores.overlapping, scores.wrong
    ));
    put(format!(
        "{:<16} {:>6} {:>7} {:>9} {:>6}  {:<8} told as",
        "copies", "there", "recall", "precision", "F1", "likeness"
    ));
    for (kind, score) in &scores.kinds {
        let (recall, precision) = (score.recall(), score.precision());
        let tiers: Vec<String> = score
            .tiers
            .iter()
            .map(|(tier, count)| format!("{tier} {count}"))
            .collect();
        put(format!(
            "{kind:<16} {:>6} {recall:>7.3} {precision:>9.3} {:>6.3}  {:<8.4} {}",
            score.copies,
            f1(precision, recall),
            median(&score.likeness),
            tiers.join(", ")
        ));
    }
    put(format!(
        "\n{:<16} {:>6} {:>7} {:>9} {:>6} {:>6}  best F1 and its cut",
        "issues", "there", "recall", "precision", "F1", "AUC"
    ));
    for (kind, score) in &scores.issues {
        let best = score.best.map_or(String::new(), |(best, cut)| {
            format!("{best:.3} at {cut:.2}")
        });
        put(format!(
            "{kind:<16} {:>6} {:>7.3} {:>9.3} {:>6.3} {:>6.3}  {best}",
            score.truths,
            score.recall(),
            score.precision(),
            score.f1(),
            score.auc.unwrap_or(f64::NAN),
        ));
    }
    if let Some(labels) = &scores.labels {
        put(format!(
            "mislabels        {:>6} there, {} told at 0.5, {} of them right, {} with the true label suggested",
            labels.truths, labels.told, labels.right, labels.suggested
        ));
    }
    for (kind, (all, reported)) in &scores.unreadable {
        put(format!(
            "{kind:<16} {all:>6} there, {reported} reported with a reason"
        ));
    }
    put(String::new());
    for target in targets(scores) {
        put(format!(
            "{:<56} {:>7.4}  target ≥ {:<6} {}",
            target.what,
            target.reached,
            target.limit,
            if target.reached >= target.limit {
                "met"
            } else {
                "not met"
            }
        ));
    }
    text.pop();
    text
}

/// What was said wrongly, one line each.
pub(super) fn mistakes(scores: &Scores) -> String {
    let mut lines = vec![format!("\n{} mistakes", scores.mistakes.len())];
    lines.extend(scores.mistakes.iter().map(|mistake| format!("  {mistake}")));
    lines.join("\n")
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The same for programs.
pub(super) fn json(folder: &Path, scores: &Scores) -> Value {
    let copies = scores.kinds.iter().map(|(kind, score)| {
        let (recall, precision) = (score.recall(), score.precision());
        let told = json!({
            "copies": score.copies,
            "found": score.found,
            "recall": recall,
            "precision": precision,
            "f1": f1(precision, recall),
            "median_likeness": score.likeness.first().map(|_| median(&score.likeness)),
            "tiers": score.tiers,
        });
        (kind.clone(), told)
    });
    let issues = scores.issues.iter().map(|(kind, score)| {
        let told = json!({
            "there": score.truths,
            "told": score.told,
            "recall": score.recall(),
            "precision": score.precision(),
            "f1": score.f1(),
            "auc": score.auc,
            "best_f1": score.best.map(|best| best.0),
            "best_cut": score.best.map(|best| best.1),
        });
        (kind.clone(), told)
    });
    let labels = scores.labels.as_ref().map(|labels| {
        json!({
            "there": labels.truths,
            "told": labels.told,
            "right": labels.right,
            "suggested": labels.suggested,
            "surest": labels.surest.1,
            "surest_right": labels.surest.0,
        })
    });
    let unreadable = scores
        .unreadable
        .iter()
        .map(|(kind, (all, reported))| (kind.clone(), json!({"there": all, "reported": reported})));
    let targets = targets(scores).into_iter().map(|target| {
        json!({
            "what": target.what,
            "reached": target.reached,
            "limit": target.limit,
            "is_met": target.reached >= target.limit,
        })
    });
    json!({
        "folder": folder.display().to_string(),
        "indexed": scores.indexed,
        "lost": scores.lost,
        "seconds": scores.seconds,
        "seconds_by_stage": scores.stages,
        "pairs": {
            "told": scores.pairs,
            "right": scores.right,
            "overlapping": scores.overlapping,
            "wrong": scores.wrong,
            "precision": scores.precision(),
            "strict_precision": scores.strict_precision(),
            "recall": scores.recall(|_| true),
        },
        "copies": copies.collect::<serde_json::Map<_, _>>(),
        "issues": issues.collect::<serde_json::Map<_, _>>(),
        "mislabels": labels,
        "unreadable": unreadable.collect::<serde_json::Map<_, _>>(),
        "targets": targets.collect::<Vec<_>>(),
    })
}
