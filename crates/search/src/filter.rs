//! From a filter to the rows it means.

use std::collections::BTreeSet;

use lamina_model::{
    Band, Clause, Filter, ImageFormat, IssueKind, Presence, SetOp, Span, TextMatch,
};
use roaring::MultiOps;

use crate::{GenerationIndex, Overlay, RowSet};

impl GenerationIndex {
    /// The rows that a filter means, exactly as [`Filter::matches`] would say of each.
    pub fn matching(&self, filter: &Filter, overlay: &Overlay) -> RowSet {
        let mut rows = RowSet::all(self.rows());
        for clause in &filter.clauses {
            if rows.is_empty() {
                break;
            }
            rows.keep(&self.meant_by(clause, overlay));
        }
        rows
    }

    fn meant_by(&self, clause: &Clause, overlay: &Overlay) -> RowSet {
        let columns = &self.columns;
        match clause {
            Clause::Labels { op, names } => {
                self.with_names(*op, names, |name| self.labelled(name, overlay))
            }
            Clause::Unlabelled => self.unlabelled(overlay),
            Clause::Labelled => self.unlabelled(overlay).turned(),
            Clause::Tags { op, ids } => self.with_names(*op, ids, |id| {
                overlay.tags.get(id).map_or_else(
                    || self.none(),
                    |rows| RowSet::from_bitmap(self.rows(), rows),
                )
            }),
            Clause::Untagged => RowSet::from_bitmap(self.rows(), &overlay.tagged()).turned(),
            Clause::Tagged => RowSet::from_bitmap(self.rows(), &overlay.tagged()),
            Clause::Issue {
                kind,
                mode,
                confidence,
            } => turned_if_out(*mode, self.with_issue(*kind, |sure| confidence.holds(sure))),
            Clause::Duplicates { least } => self.each(|row| {
                let most = columns.likeness[row];
                most >= 0.0 && most >= *least
            }),
            Clause::Copied { mode, likeness } => {
                let copied =
                    |row| columns.likeness[row] >= 0.0 && likeness.holds(columns.likeness[row]);
                turned_if_out(*mode, self.each(copied))
            }
            Clause::Normal { mode } => turned_if_out(*mode, self.normal()),
            Clause::Uniqueness { least } => self.each(|row| columns.uniqueness[row] >= *least),
            Clause::Folder(text) => self.in_folders(text),
            Clause::File(text) => self.names.matching(columns, text),
            Clause::Format(formats) => self.packed_as(formats),
            Clause::Width(span) => self.spanning(span, |row| columns.width_px[row]),
            Clause::Height(span) => self.spanning(span, |row| columns.height_px[row]),
            Clause::Area(span) => self.spanning(span, |row| columns.area_px(row)),
            Clause::Aspect(span) => self.spanning(span, |row| {
                f64::from(columns.width_px[row]) / f64::from(columns.height_px[row])
            }),
            Clause::Size(span) => self.spanning(span, |row| columns.size_bytes[row]),
            Clause::Created(span) => self.spanning(&micros(span), |row| columns.created_us[row]),
            Clause::Modified(span) => self.spanning(&micros(span), |row| columns.modified_us[row]),
            Clause::Media { mode, ids } => {
                let mut chosen = self.none();
                for row in ids.iter().filter_map(|id| self.row_of(*id)) {
                    chosen.insert(row);
                }
                turned_if_out(*mode, chosen)
            }
            Clause::Clusters(ids) => {
                let mut inside = self.none();
                for id in ids {
                    for (clusters, members) in columns.clusters.iter().zip(&self.members) {
                        if let Some(cluster) = clusters.find(*id) {
                            let rows = members.of(cluster as usize);
                            inside.insert_all(rows);
                        }
                    }
                }
                inside
            }
            Clause::Metadata { field, test } => {
                let mut passing = self.none();
                for (row, value) in overlay
                    .fields
                    .get(field)
                    .into_iter()
                    .flat_map(|all| all.iter())
                {
                    if test.holds(value) {
                        passing.insert(*row);
                    }
                }
                passing
            }
        }
    }

    /// Rows without an issue that counts and without a copy.
    fn normal(&self) -> RowSet {
        let mut normal = self.each(|row| self.columns.likeness[row] < 0.0);
        for kind in IssueKind::ALL {
            let with = self.with_issue(kind, |sure| Band::COUNTS.holds(sure));
            normal.keep(&with.turned());
        }
        normal
    }

    fn none(&self) -> RowSet {
        RowSet::none(self.rows())
    }

    fn each(&self, holds: impl FnMut(usize) -> bool) -> RowSet {
        RowSet::where_each(self.rows(), holds)
    }

    fn spanning<T: PartialOrd + Copy>(&self, span: &Span<T>, value: impl Fn(usize) -> T) -> RowSet {
        match (span.from, span.to) {
            (None, None) => RowSet::all(self.rows()),
            (Some(least), None) => self.each(|row| value(row) >= least),
            (None, Some(most)) => self.each(|row| value(row) <= most),
            (Some(least), Some(most)) => self.each(|row| {
                let value = value(row);
                least <= value && value <= most
            }),
        }
    }

    /// Rows by names that each stand for a set of rows.
    fn with_names<T>(
        &self,
        op: SetOp,
        names: &BTreeSet<T>,
        rows_of: impl Fn(&T) -> RowSet,
    ) -> RowSet {
        match op {
            SetOp::OneOf => {
                let mut any = self.none();
                for name in names {
                    any.add(&rows_of(name));
                }
                any
            }
            SetOp::Is => {
                let mut all = RowSet::all(self.rows());
                for name in names {
                    all.keep(&rows_of(name));
                }
                all
            }
            SetOp::IsNot => self.with_names(SetOp::Is, names, rows_of).turned(),
            SetOp::NotOneOf => self.with_names(SetOp::OneOf, names, rows_of).turned(),
        }
    }

    /// The rows that bear a label now.
    pub(crate) fn labelled(&self, name: &str, overlay: &Overlay) -> RowSet {
        let mut with = self.none();
        if let Some(label) = self.columns.labels.find(name.as_bytes()) {
            let rows = self.facets.rows_of_label.of(label);
            with.insert_all(rows);
        }
        if let Some(edit) = overlay.labels.get(name) {
            with.add_bitmap(&edit.added);
            with.remove(&RowSet::from_bitmap(self.rows(), &edit.removed));
        }
        with
    }

    /// The rows that bear no label now.
    pub(crate) fn unlabelled(&self, overlay: &Overlay) -> RowSet {
        let mut without = self.each(|row| self.columns.labels_of.of(row).is_empty());
        let taken = overlay.labels.values().map(|edit| &edit.removed).union();
        for row in taken {
            if self.labels_now(row, overlay).is_empty() {
                without.insert(row);
            }
        }
        let given = overlay.labels.values().map(|edit| &edit.added).union();
        without.remove(&RowSet::from_bitmap(self.rows(), &given));
        without
    }

    /// The labels that a row bears now, by name.
    pub fn labels_now(&self, row: u32, overlay: &Overlay) -> Vec<String> {
        let labels = &self.columns.labels;
        let written = self.columns.labels_of.of(row as usize).iter();
        let mut now: Vec<String> = written
            .map(|label| labels.shown(*label as usize).into_owned())
            .filter(|label| {
                let edit = overlay.labels.get(label);
                !edit.is_some_and(|edit| edit.removed.contains(row) || edit.added.contains(row))
            })
            .collect();
        let given = overlay
            .labels
            .iter()
            .filter(|(_, edit)| edit.added.contains(row));
        now.extend(given.map(|(label, _)| label.clone()));
        now.sort_unstable();
        now
    }

    pub(crate) fn with_issue(&self, kind: IssueKind, counts: impl Fn(f32) -> bool) -> RowSet {
        let mut with = self.none();
        let found = IssueKind::ALL
            .iter()
            .zip(&self.columns.issues)
            .find(|(known, _)| **known == kind);
        if let Some((_, issue)) = found {
            for (row, sure) in issue.rows.iter().zip(&issue.confidence) {
                if counts(*sure) {
                    with.insert(*row);
                }
            }
        }
        with
    }

    fn in_folders(&self, text: &TextMatch) -> RowSet {
        let columns = &self.columns;
        let meant: Vec<bool> = columns
            .folders
            .iter()
            .map(|folder| text.matches(folder))
            .collect();
        self.each(|row| meant[columns.folder_of[row] as usize])
    }

    fn packed_as(&self, formats: &BTreeSet<ImageFormat>) -> RowSet {
        let meant = ImageFormat::ALL.map(|format| formats.contains(&format));
        self.each(|row| meant[usize::from(self.columns.format[row])])
    }
}

fn turned_if_out(mode: Presence, rows: RowSet) -> RowSet {
    match mode {
        Presence::In => rows,
        Presence::Out => rows.turned(),
    }
}

fn micros(span: &Span<lamina_model::Timestamp>) -> Span<i64> {
    Span {
        from: span.from.map(lamina_model::Timestamp::as_micros),
        to: span.to.map(lamina_model::Timestamp::as_micros),
    }
}
