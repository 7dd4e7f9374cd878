//! Judging the labels of a dataset: which seem wrong, and what stands apart from its label.
//!
//! A picture with several labels is neither judged nor heard: which of them would be wrong, nobody
//! could say.

use std::collections::{BTreeMap, HashMap};

use lamina_analysis::{AnalysisError, LabelFindings, Matrix, Settings, Watch, judge_labels};
use lamina_model::{DatasetId, Issue, IssueKind, MediaId};

use crate::{Engine, Error};

/// Pictures whose labels are read at a time.
const PAGE: usize = 4096;

/// The labels of a dataset as they are at one moment.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// Tells these labels from others; empty where there are none.
    pub(super) digest: String,
    names: Vec<String>,
    /// By place in the names, of pictures that have just one.
    of: HashMap<MediaId, u32>,
}

impl Labels {
    /// Reads them all.
    pub(super) async fn load(engine: &Engine, dataset: DatasetId) -> Result<Self, Error> {
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        let mut of: HashMap<MediaId, Option<u32>> = HashMap::new();
        let mut hasher = blake3::Hasher::new();
        let mut last = None;
        loop {
            let page = engine.store().labels_after(dataset, last, PAGE).await?;
            let Some(end) = page.last() else { break };
            last = Some(end.media_id);
            for one in page {
                hasher.update(one.media_id.as_uuid().as_bytes());
                hasher.update(&(one.label.len() as u64).to_le_bytes());
                hasher.update(one.label.as_bytes());
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let number = *numbers.entry(one.label).or_insert(next);
                of.entry(one.media_id)
                    .and_modify(|known| *known = None)
                    .or_insert(Some(number));
            }
        }
        if of.is_empty() {
            return Ok(Self::default());
        }
        let mut names = vec![String::new(); numbers.len()];
        for (name, number) in numbers {
            names[number as usize] = name;
        }
        let one = |(media, number): (MediaId, Option<u32>)| Some((media, number?));
        Ok(Self {
            digest: hasher.finalize().to_hex().to_string(),
            names,
            of: of.into_iter().filter_map(one).collect(),
        })
    }

    /// Whether the labels are those that the generation judged which readers see.
    pub(super) async fn were_judged(engine: &Engine, dataset: DatasetId) -> Result<bool, Error> {
        let seen = engine.store().labels_seen(dataset).await?;
        let now = Self::load(engine, dataset).await?;
        Ok(seen.unwrap_or_default() == now.digest)
    }

    /// Judges them; takes no time where there are none.
    pub(super) fn judge(
        &self,
        ids: &[MediaId],
        vectors: &Matrix,
        watch: &dyn Watch,
    ) -> Result<Vec<Issue>, AnalysisError> {
        if self.of.is_empty() || vectors.columns() == 0 {
            return Ok(Vec::new());
        }
        let labels: Vec<_> = ids.iter().map(|id| self.of.get(id).copied()).collect();
        let found = judge_labels(vectors, &labels, &Settings::default(), watch)?;
        Ok(self.issues(ids, &found))
    }

    fn issues(&self, ids: &[MediaId], found: &LabelFindings) -> Vec<Issue> {
        let mislabels = found.mislabels.iter().map(|told| Issue {
            media_id: ids[told.row as usize],
            kind: IssueKind::Mislabels,
            confidence: told.confidence,
            description: self.names[told.suggested as usize].clone(),
        });
        let outliers = found.class_outliers.iter().map(|told| Issue {
            media_id: ids[told.row as usize],
            kind: IssueKind::LabelOutlier,
            confidence: told.confidence,
            description: String::new(),
        });
        mislabels.chain(outliers).collect()
    }
}
