//! How many pictures have what, each facet counted under all the others.

use lamina_model::{
    Band, DuplicateTier, Generation, ImageFormat, IssueKind, Measure, SourcePath, TagId, Timestamp,
};
use lamina_search::{Bucket, FacetLimits, Histogram, RowSet};

use super::{
    open::{Seen, kind_number},
    rank::Rank,
    wanted::Wanted,
};
use crate::{DatasetScope, Engine, Error};

/// Bars of a histogram over confidence 0–1.
const BARS: usize = 20;
/// Folders listed.
const FOLDERS: usize = 200;
/// Labels listed.
const LABELS: usize = 500;

/// Counts under a wish. In each facet its own values are left out of the wish, so that one sees
/// what another choice would give.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FacetCounts {
    /// Which generation they are of; nothing before the first.
    pub generation: Option<Generation>,
    /// Pictures that are wanted.
    pub total: u64,
    /// By kind of issue, every kind.
    pub issues: Vec<IssueFacet>,
    /// Pictures that have copies.
    pub with_copies: u64,
    /// Those of them that are not the ones to keep.
    pub extra: u64,
    /// Pictures that have none.
    pub without_copies: u64,
    /// Pictures by the tier of their group; tiers without any are left out.
    pub tiers: Vec<(DuplicateTier, u64)>,
    /// Pictures by format, the most frequent first.
    pub formats: Vec<(ImageFormat, u64)>,
    /// Pictures by folder, the fullest first; the first 200.
    pub folders: Vec<(SourcePath, u64)>,
    /// Pictures by label, the most frequent first; the first 500.
    pub labels: Vec<(String, u64)>,
    /// Pictures without a label.
    pub unlabelled: u64,
    /// Pictures by tag, in the order of the tags' ids; tags without any are listed too.
    pub tags: Vec<(TagId, u64)>,
    /// Pictures without a tag.
    pub untagged: u64,
    /// Pictures by width × height in pixels, each bucket twice as wide as the one before.
    pub areas: Vec<Bucket<u64>>,
    /// Pictures by bytes of the file, each bucket twice as wide as the one before.
    pub sizes: Vec<Bucket<u64>>,
    /// Pictures by when their files last changed: days, months or years, as fits.
    pub modified: Vec<Bucket<Timestamp>>,
    /// Pictures by when they were first indexed: days, months or years, as fits.
    pub created: Vec<Bucket<Timestamp>>,
    /// Where their numbers lie, by measure.
    pub measures: Vec<(Measure, Histogram)>,
}

/// How many pictures have an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueFacet {
    /// The kind.
    pub kind: IssueKind,
    /// Pictures where it counts.
    pub count: u64,
    /// Pictures by confidence, in twenty equal bands from 0 to 1.
    pub histogram: Vec<u64>,
}

impl Seen {
    fn facets(&self, wanted: &Wanted, ranks: &[Rank]) -> Result<FacetCounts, Error> {
        let mut parts = self.parts_of(wanted);
        if !ranks.is_empty() {
            // What is searched for holds in every facet, so it is asked of what no facet asks.
            let beyond = Wanted {
                names: wanted.names.clone(),
                clusters: wanted.clusters.clone(),
                areas: wanted.areas.clone(),
                filter: wanted.filter.clone(),
                ..Wanted::default()
            };
            parts.others.keep(self.answer(&beyond, ranks)?.rows());
        }
        let copies = parts.all_but(Some(&parts.copies));
        let tiers = parts.all_but(Some(&parts.tiers));
        let formats = parts.all_but(Some(&parts.formats));
        let folders = parts.all_but(Some(&parts.folders));
        let issues = parts.all_but(Some(&parts.issues));
        let limits = FacetLimits {
            labels: LABELS,
            folders: FOLDERS,
        };
        let count = |rows: &RowSet| self.index.facets(rows, &self.marks.overlay, limits);
        let in_folders = count(&folders);
        let formats = if formats == folders {
            in_folders.formats
        } else {
            count(&formats).formats
        };
        let all = parts.all_but(None);
        let counts = count(&all);
        let labels = parts.all_but(Some(&parts.labels));
        let labels = (labels != all).then(|| count(&labels));
        let tags = parts.all_but(Some(&parts.tags));
        let tags = (tags != all).then(|| count(&tags));
        let (labels, tags) = (
            labels.as_ref().unwrap_or(&counts),
            tags.as_ref().unwrap_or(&counts),
        );
        let with_copies = both(&copies, self.copies.members());
        Ok(FacetCounts {
            generation: Some(self.index.generation()),
            total: u64::from(all.len()),
            labels: labels.labels.clone(),
            unlabelled: labels.unlabelled,
            tags: tags.tags.clone(),
            untagged: tags.untagged,
            issues: IssueKind::ALL
                .into_iter()
                .map(|kind| self.issue_facet(kind, &issues))
                .collect(),
            with_copies,
            extra: both(&copies, self.copies.extra()),
            without_copies: u64::from(copies.len()) - with_copies,
            tiers: DuplicateTier::ALL
                .into_iter()
                .map(|tier| (tier, both(&tiers, self.copies.of_tier(tier))))
                .filter(|(_, count)| *count > 0)
                .collect(),
            formats,
            folders: in_folders.folders,
            areas: counts.areas,
            sizes: counts.sizes,
            modified: counts.modified,
            created: counts.created,
            measures: self.measured(wanted, &parts.all_but(Some(&parts.ranges))),
        })
    }

    /// Where the numbers of pictures lie, each counted under the ranges of all the others.
    fn measured(&self, wanted: &Wanted, free: &RowSet) -> Vec<(Measure, Histogram)> {
        let all = Measure::ALL.into_iter();
        if wanted.ranges.is_empty() {
            return all
                .map(|measure| (measure, self.index.histogram(measure, free)))
                .collect();
        }
        all.map(|measure| {
            let mut rows = self.in_ranges(wanted, Some(measure));
            rows.keep(free);
            (measure, self.index.histogram(measure, &rows))
        })
        .collect()
    }

    fn issue_facet(&self, kind: IssueKind, rows: &RowSet) -> IssueFacet {
        let mut histogram = vec![0; BARS];
        let mut count = 0;
        for (row, confidence) in &self.issues[kind_number(kind)] {
            if rows.contains(*row) {
                histogram[bar(*confidence)] += 1;
                count += u64::from(Band::COUNTS.holds(*confidence));
            }
        }
        IssueFacet {
            kind,
            count,
            histogram,
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to the bars there are"
)]
fn bar(confidence: f32) -> usize {
    let bars = BARS as f32;
    (confidence * bars).floor().clamp(0.0, bars - 1.0) as usize
}

/// How many rows two sets share.
fn both(a: &RowSet, b: &RowSet) -> u64 {
    let mut shared = a.clone();
    shared.keep(b);
    u64::from(shared.len())
}

impl Engine {
    /// How many of the pictures that are wanted have what; nothing before the first generation.
    ///
    /// # Errors
    /// [`Error::Busy`] while the index is being made again.
    pub async fn facets(&self, scope: &DatasetScope, wanted: Wanted) -> Result<FacetCounts, Error> {
        self.ranked_facets(scope, wanted, Vec::new()).await
    }

    /// The same of what a search finds as well: words, a meaning, or the ten thousand pictures
    /// most like some.
    ///
    /// # Errors
    /// [`Error::Invalid`] for words that cannot be read; [`Error::Busy`] while the index is being
    /// made again.
    pub async fn ranked_facets(
        &self,
        scope: &DatasetScope,
        wanted: Wanted,
        ranks: Vec<Rank>,
    ) -> Result<FacetCounts, Error> {
        let found = self
            .ask_for(scope, wanted, move |index, wanted| {
                index.facets(wanted, &ranks)
            })
            .await?;
        Ok(found.unwrap_or_else(|| FacetCounts {
            issues: IssueKind::ALL
                .into_iter()
                .map(|kind| IssueFacet {
                    kind,
                    count: 0,
                    histogram: vec![0; BARS],
                })
                .collect(),
            ..FacetCounts::default()
        }))
    }
}
