//! Which pictures are wanted, facet by facet.

use std::collections::BTreeSet;

use lamina_model::{
    Band, Clause, ClusterId, DuplicateTier, Filter, ImageFormat, IssueKind, Measure, Presence,
    SetOp, Span, TagId, TextMatch,
};
use lamina_search::{GenerationIndex, Overlay, RowSet};
use serde::{Deserialize, Serialize};

use super::{map::Area, open::Seen};

/// How a picture stands among copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HasCopies {
    /// It has copies.
    Any,
    /// It has copies and is not the one to keep.
    Extra,
    /// It has none.
    None,
}

/// Which pictures are wanted. Within a field any value will do; all fields must hold; an empty
/// field asks nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// What may be wrong with them, and how sure that is to be.
    pub issues: Vec<(IssueKind, Band)>,
    /// What must not be wrong with them: none of these counts.
    pub without: BTreeSet<IssueKind>,
    /// How they stand among copies.
    pub copies: BTreeSet<HasCopies>,
    /// How they are the same as their copies.
    pub tiers: BTreeSet<DuplicateTier>,
    /// How their files are packed.
    pub formats: BTreeSet<ImageFormat>,
    /// The folders that they stand in or below.
    pub folders: BTreeSet<String>,
    /// What the names of their files hold, in either case.
    pub names: BTreeSet<String>,
    /// The clusters that they lie in, of whatever level.
    pub clusters: BTreeSet<ClusterId>,
    /// The labels that they have.
    pub labels: BTreeSet<String>,
    /// Also those without any label.
    pub unlabelled: bool,
    /// Labels of which they have none.
    pub without_labels: BTreeSet<String>,
    /// The tags that they have.
    pub tags: BTreeSet<TagId>,
    /// Also those without any tag.
    pub untagged: bool,
    /// Tags of which they have none.
    pub without_tags: BTreeSet<TagId>,
    /// The areas of the map that they lie in.
    pub areas: BTreeSet<Area>,
    /// The ranges that their numbers lie in; of several on one measure all must hold.
    pub ranges: Vec<(Measure, Span<f64>)>,
    /// What else must hold.
    pub filter: Filter,
}

impl Wanted {
    /// Whether the answer changes with tags and labels.
    pub(super) fn asks_of_marks(&self) -> bool {
        let of_marks = |clause: &Clause| {
            matches!(
                clause,
                Clause::Labels { .. }
                    | Clause::Unlabelled
                    | Clause::Labelled
                    | Clause::Tags { .. }
                    | Clause::Untagged
                    | Clause::Tagged
                    | Clause::Metadata { .. }
            )
        };
        !self.labels.is_empty()
            || self.unlabelled
            || !self.without_labels.is_empty()
            || !self.tags.is_empty()
            || self.untagged
            || !self.without_tags.is_empty()
            || self.filter.clauses.iter().any(of_marks)
    }
}

/// The rows that each facet of a wish lets through.
pub(super) struct Parts {
    pub issues: RowSet,
    pub copies: RowSet,
    pub tiers: RowSet,
    pub formats: RowSet,
    pub folders: RowSet,
    pub labels: RowSet,
    pub tags: RowSet,
    pub ranges: RowSet,
    pub others: RowSet,
}

impl Parts {
    /// The rows that pass all facets, save one that is left out.
    pub(super) fn all_but(&self, left_out: Option<&RowSet>) -> RowSet {
        let mut rows = self.others.clone();
        let parts = [
            &self.issues,
            &self.copies,
            &self.tiers,
            &self.formats,
            &self.folders,
            &self.labels,
            &self.tags,
            &self.ranges,
        ];
        for part in parts {
            if !left_out.is_some_and(|left_out| std::ptr::eq(left_out, part)) && !part.is_all() {
                rows.keep(part);
            }
        }
        rows
    }
}

impl Seen {
    /// The rows that are wanted.
    pub(super) fn rows_of(&self, wanted: &Wanted) -> RowSet {
        self.parts_of(wanted).all_but(None)
    }

    /// The same, each facet for itself.
    pub(super) fn parts_of(&self, wanted: &Wanted) -> Parts {
        let index = &self.index;
        let issues = wanted.issues.iter().map(|(kind, band)| {
            matching(
                index,
                Clause::Issue {
                    kind: *kind,
                    mode: Presence::In,
                    confidence: *band,
                },
            )
        });
        let mut issues = any(index, issues);
        for kind in &wanted.without {
            let clause = Clause::Issue {
                kind: *kind,
                mode: Presence::Out,
                confidence: Band::COUNTS,
            };
            issues.keep(&matching(index, clause));
        }
        let copies = wanted.copies.iter().map(|copies| match copies {
            HasCopies::Any => self.copies.members().clone(),
            HasCopies::Extra => self.copies.extra().clone(),
            HasCopies::None => self.copies.members().clone().turned(),
        });
        let tiers = wanted
            .tiers
            .iter()
            .map(|tier| self.copies.of_tier(*tier).clone());
        let formats = if wanted.formats.is_empty() {
            RowSet::all(index.rows())
        } else {
            matching(index, Clause::Format(wanted.formats.clone()))
        };
        let folders = wanted.folders.iter().map(|folder| {
            let folder = folder.trim_end_matches('/');
            let itself = BTreeSet::from([folder.to_owned()]);
            let mut rows = matching(index, Clause::Folder(TextMatch::OneOf(itself)));
            let below = TextMatch::StartsWith(format!("{folder}/"));
            rows.add(&matching(index, Clause::Folder(below)));
            rows
        });
        Parts {
            issues,
            copies: any(index, copies),
            tiers: any(index, tiers),
            formats,
            folders: any(index, folders),
            labels: self.labelled(wanted),
            tags: self.tagged(wanted),
            ranges: self.in_ranges(wanted, None),
            others: self.others_of(wanted),
        }
    }

    /// The rows in all ranges, save those of one measure.
    pub(super) fn in_ranges(&self, wanted: &Wanted, save: Option<Measure>) -> RowSet {
        let mut rows = RowSet::all(self.index.rows());
        for (measure, range) in &wanted.ranges {
            if Some(*measure) != save {
                rows.keep(&self.index.in_range(*measure, range));
            }
        }
        rows
    }

    fn labelled(&self, wanted: &Wanted) -> RowSet {
        let names = |op, names: &BTreeSet<String>| Clause::Labels {
            op,
            names: names.clone(),
        };
        let mut with = Vec::new();
        if !wanted.labels.is_empty() {
            with.push(names(SetOp::OneOf, &wanted.labels));
        }
        if wanted.unlabelled {
            with.push(Clause::Unlabelled);
        }
        let mut rows = any(&self.index, with.into_iter().map(|clause| self.now(clause)));
        if !wanted.without_labels.is_empty() {
            rows.keep(&self.now(names(SetOp::NotOneOf, &wanted.without_labels)));
        }
        rows
    }

    fn tagged(&self, wanted: &Wanted) -> RowSet {
        let ids = |op, ids: &BTreeSet<TagId>| Clause::Tags {
            op,
            ids: ids.clone(),
        };
        let mut with = Vec::new();
        if !wanted.tags.is_empty() {
            with.push(ids(SetOp::OneOf, &wanted.tags));
        }
        if wanted.untagged {
            with.push(Clause::Untagged);
        }
        let mut rows = any(&self.index, with.into_iter().map(|clause| self.now(clause)));
        if !wanted.without_tags.is_empty() {
            rows.keep(&self.now(ids(SetOp::NotOneOf, &wanted.without_tags)));
        }
        rows
    }

    /// The rows that a clause means with the tags and labels of the moment.
    fn now(&self, clause: Clause) -> RowSet {
        let filter = Filter::everything().and(clause);
        self.index.matching(&filter, &self.marks.overlay)
    }

    /// The rows whose place on the map lies in one of these areas. Whoever asks has made sure
    /// that the map is drawn.
    fn rows_in(&self, areas: &BTreeSet<Area>) -> RowSet {
        let mut rows = RowSet::none(self.index.rows());
        for (row, place) in (0..).zip(self.places().unwrap_or_default()) {
            if areas.iter().any(|area| area.holds(*place)) {
                rows.insert(row);
            }
        }
        rows
    }

    fn others_of(&self, wanted: &Wanted) -> RowSet {
        let index = &self.index;
        let mut filter = wanted.filter.clone();
        if !wanted.clusters.is_empty() {
            filter = filter.and(Clause::Clusters(wanted.clusters.clone()));
        }
        let mut rows = index.matching(&filter, &self.marks.overlay);
        let names = wanted
            .names
            .iter()
            .map(|part| matching(index, Clause::File(TextMatch::Contains(part.clone()))));
        rows.keep(&any(index, names));
        if !wanted.areas.is_empty() {
            rows.keep(&self.rows_in(&wanted.areas));
        }
        rows
    }
}

fn matching(index: &GenerationIndex, clause: Clause) -> RowSet {
    index.matching(&Filter::everything().and(clause), &Overlay::default())
}

/// The union of some sets; every row where there are none.
fn any(index: &GenerationIndex, mut sets: impl Iterator<Item = RowSet>) -> RowSet {
    let Some(mut rows) = sets.next() else {
        return RowSet::all(index.rows());
    };
    for set in sets {
        rows.add(&set);
    }
    rows
}
