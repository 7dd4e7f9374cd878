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

/// What a search finds among the rows of a facet, so that its counts are of what the grid shows.
struct Sought<'a> {
    seen: &'a Seen,
    ranks: &'a [Rank],
    /// All that is wanted, before and after the search.
    asked: RowSet,
    found: RowSet,
}

impl<'a> Sought<'a> {
    fn new(seen: &'a Seen, ranks: &'a [Rank], asked: RowSet) -> Result<Self, Error> {
        let answer = seen.answer_among(asked.clone(), ranks)?;
        let found = answer.rows().clone();
        Ok(Self {
            seen,
            ranks,
            asked,
            found,
        })
    }

    /// Those of these rows that the search finds when it looks among them only. A ranking keeps
    /// the first so many, so what it finds among more rows cannot be cut down to these.
    fn among(&self, rows: RowSet) -> Result<RowSet, Error> {
        if rows == self.asked {
            return Ok(self.found.clone());
        }
        let answer = self.seen.answer_among(rows, self.ranks)?;
        Ok(answer.rows().clone())
    }
}

impl Seen {
    fn facets(&self, wanted: &Wanted, ranks: &[Rank]) -> Result<FacetCounts, Error> {
        let parts = self.parts_of(wanted);
        let sought = Sought::new(self, ranks, parts.all_but(None))?;
        let without = |facet: &RowSet| sought.among(parts.all_but(Some(facet)));
        let copies = without(&parts.copies)?;
        let tiers = without(&parts.tiers)?;
        let formats = without(&parts.formats)?;
        let folders = without(&parts.folders)?;
        let issues = without(&parts.issues)?;
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
        let all = &sought.found;
        let counts = count(all);
        let labels = without(&parts.labels)?;
        let labels = (labels != *all).then(|| count(&labels));
        let tags = without(&parts.tags)?;
        let tags = (tags != *all).then(|| count(&tags));
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
            measures: self.measured(wanted, &sought, &parts.all_but(Some(&parts.ranges)))?,
        })
    }

    /// Where the numbers of pictures lie, each counted under the ranges of all the others.
    fn measured(
        &self,
        wanted: &Wanted,
        sought: &Sought<'_>,
        free: &RowSet,
    ) -> Result<Vec<(Measure, Histogram)>, Error> {
        let counted = |measure| {
            let mut rows = self.in_ranges(wanted, Some(measure));
            rows.keep(free);
            let rows = sought.among(rows)?;
            Ok((measure, self.index.histogram(measure, &rows)))
        };
        Measure::ALL.into_iter().map(counted).collect()
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
