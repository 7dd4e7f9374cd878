//! The whole of an analysis, step by step.

use std::io::{self, Write};

use lamina_model::IssueKind;
use rayon::prelude::*;

use crate::clusters::{self, Clustering, Divided};
use crate::duplicates::{self, Copies, Exact};
use crate::hashes;
use crate::homes::{Homes, Kept};
use crate::memory::{self, Key, Known, Memory, Writer};
use crate::neighbours::{self, Depth, Neighbours, Question, Rows, Scored};
use crate::progress::Progress;
use crate::set::{Distinct, Set};
use crate::{
    AnalysisError, Compared, Facts, Finding, Findings, Group, Matrix, Pictures, Settings, Watch,
    Work, outliers, quality, sizes, uniqueness,
};

/// Compares all pictures of a set.
///
/// `vectors` has one L2-normalised row for each entry of `facts`, in the same order; a matrix
/// [without vectors](Matrix::without_vectors) is taken too. Runs on the current rayon pool. The
/// findings are the same for any order of the rows and any number of threads.
///
/// # Errors
/// [`AnalysisError::RowCount`] when the two disagree, [`AnalysisError::Cancelled`] when `watch`
/// says so.
pub fn analyse(
    vectors: &Matrix,
    facts: &[Facts],
    pictures: &dyn Pictures,
    settings: &Settings,
    watch: &dyn Watch,
) -> Result<Findings, AnalysisError> {
    let forgotten = &mut io::sink();
    let compared = analyse_after(None, vectors, facts, pictures, settings, watch, forgotten)?;
    Ok(compared.findings)
}

/// The same after an analysis of much the same set: pictures that it knew are compared only with
/// those that it did not know. What the next one is to remember is written to `remember`, for
/// [`Memory::from_bytes()`]: much of it long before there are findings, and of use only with those.
///
/// The findings are those of [`analyse()`], to the last bit, as long as all pictures are compared
/// with all ([`Settings::exact_up_to`]); in a larger set, those of an analysis with the same
/// landmarks. A memory made with other settings, or by another version, is as good as none. Each part
/// of it is let go as soon as it was read, and of what is written as soon as it was. What
/// `pictures` said of those that it knew stays, so they must be those that it was made with.
///
/// # Errors
/// As [`analyse()`].
pub fn analyse_after(
    before: Option<Memory>,
    vectors: &Matrix,
    facts: &[Facts],
    pictures: &dyn Pictures,
    settings: &Settings,
    watch: &dyn Watch,
    remember: &mut dyn Write,
) -> Result<Compared, AnalysisError> {
    if vectors.rows() != facts.len() {
        return Err(AnalysisError::RowCount {
            vectors: vectors.rows(),
            facts: facts.len(),
        });
    }
    let progress = Progress::new(watch);
    progress.stage(0, 0).advance(0)?;
    let set = Set::new(facts, pictures);
    let (exact, keys) = told_apart(&set, vectors);
    let chosen: Vec<u32> = exact
        .distinct
        .iter()
        .map(|at| set.rows[*at as usize])
        .collect();
    let rows = Rows::new(vectors, &chosen);
    let made_by = memory::made_by(settings, vectors.columns());
    let before = before.filter(|memory| memory.is_made_by(&made_by));
    let mut remember = Writer::new(remember, &made_by, &keys);
    let recall = before.as_ref().map(|memory| memory.recall(&keys));
    drop(keys);
    let known = match (before, &recall) {
        (Some(memory), Some(recall)) => memory.known(recall),
        _ => Known::default(),
    };
    let distinct = Distinct {
        set: &set,
        places: &exact.distinct,
    };
    let seen = Seen::new(distinct, rows, settings, known, &mut remember, &progress)?;
    let remembered = remember.finish(seen.work);
    drop(recall);
    progress.let_go();

    let work = seen.work;
    let findings = conclude(vectors, &set, exact, rows, seen, settings, &progress)?;
    progress.stage(1000, 1000).advance(1)?;
    Ok(Compared {
        findings,
        work,
        remembered,
    })
}

/// The different pictures in the order of their keys, and the keys.
fn told_apart(set: &Set<'_>, vectors: &Matrix) -> (Exact, Vec<Key>) {
    let mut exact = duplicates::exact(set);
    let mut keyed: Vec<(Key, u32)> = exact
        .distinct
        .par_iter()
        .map(|place| {
            let row = set.rows[*place as usize];
            let key = memory::key(
                set.facts[*place as usize],
                &set.signature(*place),
                vectors.row(row as usize),
            );
            (key, *place)
        })
        .collect();
    keyed.par_sort_unstable();
    let (keys, distinct) = keyed.into_iter().unzip();
    exact.distinct = distinct;
    (exact, keys)
}

/// What pairs of pictures are to each other, as far as the set is concerned.
struct Seen {
    nearest: Scored,
    near: Vec<Copies>,
    work: Work,
}

impl Seen {
    fn new(
        pictures: Distinct<'_>,
        rows: Rows<'_>,
        settings: &Settings,
        known: Known<'_>,
        remember: &mut Writer<'_>,
        progress: &Progress<'_>,
    ) -> Result<Self, AnalysisError> {
        let depth = Depth {
            nearest: settings.neighbours,
            alike_from: settings.alike_from,
            alike_at_most: settings.alike_at_most,
        };
        let question = Question {
            depth,
            exact_up_to: settings.exact_up_to,
        };
        let stage = progress.stage(0, 500);
        let (neighbours, asked) = neighbours::find(rows, &question, known.neighbours, &stage)?;
        remember.neighbours(&neighbours);
        let Neighbours {
            lists,
            neighbourhoods,
        } = neighbours;
        drop(neighbourhoods);
        progress.let_go();
        let at_most = settings.near_hashes_at_most;
        let stage = progress.stage(500, 550);
        let hashed = hashes::near(pictures, at_most, known.hashed, &stage)?;
        remember.hashed(&hashed);
        let of_hashes = hashes::depth(at_most, hashed.radius);
        drop(hashed.looks);
        progress.let_go();
        let proposals = duplicates::proposals((&lists, &depth), (&hashed.near, &of_hashes));
        drop(hashed.near);
        let nearest = lists.into_nearest(depth.nearest);
        progress.let_go();
        let stage = progress.stage(550, 800);
        let near = duplicates::near(pictures, proposals, settings, known.laying, &stage)?;
        remember.laying(&near.laying);
        Ok(Self {
            nearest,
            near: near.copies,
            work: Work {
                pictures_compared: asked as u64,
                pairs_laid: near.laid as u64,
            },
        })
    }
}

/// What that means for the set.
fn conclude(
    vectors: &Matrix,
    set: &Set<'_>,
    exact: Exact,
    rows: Rows<'_>,
    seen: Seen,
    settings: &Settings,
    progress: &Progress<'_>,
) -> Result<Findings, AnalysisError> {
    let Seen { near, nearest, .. } = seen;
    let homes = Homes::new(set, &exact, &near);
    let kept = Kept::new(&exact, &homes, &nearest);
    let confidences = outliers::confidences(&kept.nearest);
    let issues = issues(set, &homes, &confidences, settings);
    let chosen_kept: Vec<u32> = kept
        .places
        .iter()
        .map(|place| set.rows[*place as usize])
        .collect();
    let scores = uniqueness::scores(
        Rows::new(vectors, &chosen_kept),
        &kept.nearest,
        &progress.stage(800, 900),
    )?;
    drop(kept);
    progress.let_go();
    let uniqueness = (0..set.len())
        .map(|place| {
            // A copy adds nothing.
            let score = scores[homes.kept_at[place] as usize];
            if homes.is_copy[place] { 0.0 } else { score }
        })
        .collect();
    let together: Vec<Vec<u32>> = near
        .iter()
        .map(|copies| {
            let all = std::iter::once(copies.keep).chain(copies.others.iter().map(|other| other.0));
            all.map(|place| homes.distinct_at[place as usize]).collect()
        })
        .collect();
    let divided = Divided {
        set,
        distinct: &exact.distinct,
        rows,
        together: &together,
        home: &homes.distinct_at,
    };
    let nearest_distance = nearest_distances(&homes, &nearest);
    let stage = progress.stage(900, 1000);
    let clustering = clusters::divide(&divided, nearest, settings, &stage)?;
    let found = Found {
        nearest_distance,
        copies: exact.copies.into_iter().chain(near).collect(),
        issues,
        uniqueness,
        clustering,
    };
    Ok(found.told(set))
}

fn issues(set: &Set<'_>, homes: &Homes, outliers: &[f32], settings: &Settings) -> Vec<Finding> {
    let odd_sizes = sizes::odd_sizes(&set.facts);
    let mut issues: Vec<Finding> = (0..set.len())
        .into_par_iter()
        .flat_map_iter(|place| {
            let outlier = outliers[homes.kept_at[place] as usize];
            quality::confidences(set.facts[place], &|| set.signature(place as u32))
                .into_iter()
                .chain([
                    (IssueKind::Outliers, outlier),
                    (IssueKind::OddSize, odd_sizes[place]),
                    (
                        IssueKind::OddAspectRatio,
                        sizes::odd_shape(set.facts[place]),
                    ),
                ])
                .filter(|(_, confidence)| *confidence >= settings.least_confidence)
                .map(move |(kind, confidence)| Finding {
                    row: place as u32,
                    kind,
                    confidence,
                })
        })
        .collect();
    issues.sort_by_key(|issue| (issue.kind, issue.row));
    issues
}

fn nearest_distances(homes: &Homes, nearest: &Scored) -> Vec<f32> {
    let places = homes.distinct_at.iter().zip(&homes.has_equal);
    places
        .map(|(at, has_equal)| match nearest.of(*at as usize).next() {
            _ if *has_equal => 0.0,
            Some((_, cosine)) => 1.0 - cosine,
            None => 2.0,
        })
        .collect()
}

/// Everything found, by place.
struct Found {
    copies: Vec<Copies>,
    issues: Vec<Finding>,
    uniqueness: Vec<f32>,
    nearest_distance: Vec<f32>,
    clustering: Clustering,
}

impl Found {
    /// From places back to rows.
    fn told(mut self, set: &Set<'_>) -> Findings {
        let row = |place: u32| set.rows[place as usize];
        self.copies
            .sort_by_key(|copies| (!copies.tier.is_exact(), copies.keep, copies.tier));
        let groups = self.copies.iter().map(|copies| Group {
            tier: copies.tier,
            keep: row(copies.keep),
            others: copies
                .others
                .iter()
                .map(|(place, value)| (row(*place), *value))
                .collect(),
        });
        for issue in &mut self.issues {
            issue.row = row(issue.row);
        }
        for cluster in self.clustering.levels.iter_mut().flatten() {
            cluster.representative = row(cluster.representative);
        }
        Findings {
            groups: groups.collect(),
            issues: self.issues,
            clusters: by_row(set, &self.clustering.of),
            cluster_keys: self.clustering.levels,
            uniqueness: by_row(set, &self.uniqueness),
            nearest_distance: by_row(set, &self.nearest_distance),
        }
    }
}

/// The same values in the order of the rows.
fn by_row<T: Copy>(set: &Set<'_>, by_place: &[T]) -> Vec<T> {
    let mut place_of = vec![0; set.len()];
    for (place, row) in set.rows.iter().enumerate() {
        place_of[*row as usize] = place;
    }
    place_of.into_iter().map(|place| by_place[place]).collect()
}
