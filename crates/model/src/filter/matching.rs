//! What each clause means.

use std::collections::BTreeSet;

use super::{Band, Clause, MediaFacts, Presence, SetOp, TextMatch};

impl Clause {
    /// Whether a picture with these facts is meant.
    pub fn matches(&self, facts: &MediaFacts) -> bool {
        match self {
            Self::Labels { op, names } => op.holds(names, &facts.labels),
            Self::Unlabelled => facts.labels.is_empty(),
            Self::Labelled => !facts.labels.is_empty(),
            Self::Tags { op, ids } => op.holds(ids, &facts.tags),
            Self::Untagged => facts.tags.is_empty(),
            Self::Tagged => !facts.tags.is_empty(),
            Self::Issue {
                kind,
                mode,
                confidence,
            } => mode.means(
                facts
                    .issues
                    .iter()
                    .any(|(found, sure)| found == kind && confidence.holds(*sure)),
            ),
            Self::Duplicates { least } => {
                facts.duplicate_likeness.is_some_and(|most| most >= *least)
            }
            Self::Copied { mode, likeness } => {
                let most = facts.duplicate_likeness;
                mode.means(most.is_some_and(|most| likeness.holds(most)))
            }
            Self::Normal { mode } => {
                let mut issues = facts.issues.iter();
                let has_issue = issues.any(|(_, sure)| Band::COUNTS.holds(*sure));
                mode.means(!has_issue && facts.duplicate_likeness.is_none())
            }
            Self::Uniqueness { least } => facts.uniqueness >= *least,
            Self::Folder(text) => text.matches(facts.path.folder()),
            Self::File(text) => text.matches(facts.path.file_name()),
            Self::Format(formats) => formats.contains(&facts.format),
            Self::Width(span) => span.holds(facts.width_px),
            Self::Height(span) => span.holds(facts.height_px),
            Self::Area(span) => span.holds(facts.area_px()),
            Self::Aspect(span) => span.holds(facts.aspect()),
            Self::Size(span) => span.holds(facts.size_bytes),
            Self::Created(span) => span.holds(facts.created_at),
            Self::Modified(span) => span.holds(facts.modified_at),
            Self::Media { mode, ids } => mode.means(ids.contains(&facts.id)),
            Self::Clusters(ids) => facts.clusters.iter().any(|id| ids.contains(id)),
            Self::Metadata { field, test } => facts
                .metadata
                .iter()
                .any(|(name, value)| name == field && test.holds(value)),
        }
    }
}

impl SetOp {
    /// Whether the names that are there answer to the names that are asked for.
    pub fn holds<T: Ord>(self, asked: &BTreeSet<T>, there: &[T]) -> bool {
        match self {
            Self::OneOf => there.iter().any(|name| asked.contains(name)),
            Self::Is => asked.iter().all(|name| there.contains(name)),
            Self::IsNot => !Self::Is.holds(asked, there),
            Self::NotOneOf => !Self::OneOf.holds(asked, there),
        }
    }
}

impl Presence {
    /// Whether something is meant that has it (`there`) or has it not.
    pub const fn means(self, there: bool) -> bool {
        match self {
            Self::In => there,
            Self::Out => !there,
        }
    }
}

impl TextMatch {
    /// Whether a name, given in raw bytes, is meant.
    pub fn matches(&self, name: &[u8]) -> bool {
        let shown = String::from_utf8_lossy(name);
        match self {
            Self::OneOf(names) => names.contains(shown.as_ref()),
            Self::StartsWith(head) => folded(&shown).starts_with(&folded(head)),
            Self::EndsWith(tail) => folded(&shown).ends_with(&folded(tail)),
            Self::Contains(part) => folded(&shown).contains(&folded(part)),
        }
    }
}

/// The text with ASCII letters in lower case.
fn folded(text: &str) -> String {
    text.to_ascii_lowercase()
}
