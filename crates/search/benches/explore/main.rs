//! How long the questions of the explore page take, on a synthetic generation.
//!
//! `LAMINA_BENCH_ROWS` (100,000 unless told) and `LAMINA_BENCH_DIMENSIONS` (384) choose the set;
//! `LAMINA_BENCH_RANDOM=1` takes vectors without any order, the hardest for codes. The index is
//! written below `target/tmp` on the first run and used again. Every question is asked on one
//! thread. Percentiles and memory are printed first; Criterion's own figures follow, or where
//! `LAMINA_BENCH_PYTHON` is set, those of other databases ([`beside`]).

#![expect(
    clippy::print_stdout,
    reason = "the figures are what this program is for"
)]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    reason = "a benchmark makes its own numbers, and stops where something is wrong"
)]

mod beside;
mod synthetic;

use std::{
    hint::black_box,
    path::PathBuf,
    time::{Duration, Instant},
};

use criterion::Criterion;
use lamina_model::{
    Band, Clause, ClusterLevel, Filter, IssueKind, Presence, SetOp, Span, TagId, TextMatch,
};
use lamina_search::{
    AnchorVector, Answer, ConceptLikeness, FacetLimits, GenerationIndex, MeaningOf, Nearest,
    Overlay, Place, RowSet, Vocabulary,
};
use synthetic::{Dice, Vectors};
use uuid::Uuid;

const QUESTIONS: usize = 200;
const NEAREST: usize = 100;
/// How often each question is asked; the best counts, since others use the machine as well.
const TRIES: usize = 3;

fn main() {
    let rows = setting("LAMINA_BENCH_ROWS", 100_000);
    let dimensions = setting("LAMINA_BENCH_DIMENSIONS", 384) as usize;
    let in_heaps = setting("LAMINA_BENCH_RANDOM", 0) == 0;
    let vectors = Vectors::new(dimensions, in_heaps);
    let kind = if in_heaps { "heaps" } else { "random" };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("explore-{rows}-{dimensions}-{kind}"));
    if !folder.join("index.lamina").exists() {
        let start = Instant::now();
        synthetic::write(&folder, rows, &vectors);
        println!(
            "written in {:.1} s; run again for memory",
            start.elapsed().as_secs_f64()
        );
    }
    println!("{rows} rows × {dimensions} dimensions, {kind}");
    let before = resident_mib();
    let start = Instant::now();
    let index = GenerationIndex::open(&folder).unwrap();
    println!("open: {:.2} s", start.elapsed().as_secs_f64());
    println!(
        "resident: {:.0} MiB more than the {before:.0} MiB before",
        resident_mib() - before
    );

    let bench = Bench {
        overlay: synthetic::overlay(rows),
        index,
        vectors,
        rows,
    };
    bench.print_percentiles();
    bench.print_recall();
    if let Some(python) = beside::python() {
        beside::compare(&bench, &folder, &python);
        return;
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let mut dice = Dice(21);
    let mut filters = (0..).map(move |_| filter(&mut dice));
    criterion.bench_function("filter_to_first_page_with_facets", |bencher| {
        bencher.iter(|| bench.first_page(&filters.next().unwrap()));
    });
    let half = bench.half();
    let mut row = 0;
    criterion.bench_function("nearest_100_under_a_filter", |bencher| {
        bencher.iter(|| {
            row = (row + 7919) % rows;
            bench.nearest(row, &half)
        });
    });
    criterion.final_summary();
}

struct Bench {
    index: GenerationIndex,
    overlay: Overlay,
    vectors: Vectors,
    rows: u64,
}

impl Bench {
    /// Everything that one click on a filter asks for.
    fn first_page(&self, filter: &Filter) -> usize {
        let rows = self.index.matching(filter, &self.overlay);
        let facets = self
            .index
            .facets(&rows, &self.overlay, FacetLimits::default());
        let answer = Answer::unranked(rows);
        let level = ClusterLevel::ALL[facets.total as usize % ClusterLevel::COUNT];
        let order = self.index.cluster_order(&answer, level);
        let page = self
            .index
            .cluster_page(&answer, &order, &Place::default())
            .unwrap();
        let shown = page.items.iter().flat_map(|tile| &tile.previews);
        let tiles: Vec<_> = shown.map(|shown| self.index.tile(shown.row)).collect();
        black_box((facets, tiles)).1.len()
    }

    /// The nearest hundred to a row's own vector, disturbed a little.
    fn nearest(&self, row: u64, among: &RowSet) -> Vec<u32> {
        let anchors = [AnchorVector {
            vector: &self.anchor(row),
            weight: 1.0,
        }];
        let asked = Nearest {
            space: "image",
            anchors: &anchors,
            max_distance: 2.0,
            limit: NEAREST,
        };
        let found = self.index.nearest(&asked, among).unwrap();
        found.hits().iter().map(|hit| hit.row).collect()
    }

    fn anchor(&self, row: u64) -> Vec<f32> {
        let other = self.vectors.of(row * 31 % self.rows);
        let vector = self.vectors.of(row);
        vector.iter().zip(other).map(|(a, b)| a + 0.2 * b).collect()
    }

    fn half(&self) -> RowSet {
        let filter = Filter::everything().and(Clause::Uniqueness { least: 0.5 });
        self.index.matching(&filter, &self.overlay)
    }

    fn print_percentiles(&self) {
        let mut dice = Dice(9);
        let filters: Vec<Filter> = (0..QUESTIONS).map(|_| filter(&mut dice)).collect();
        print("no filter, first page with facets", 20, |_| {
            self.first_page(&Filter::everything())
        });
        print("filter, first page with facets", QUESTIONS, |at| {
            self.first_page(&filters[at])
        });
        print("filter alone", QUESTIONS, |at| {
            self.index.matching(&filters[at], &self.overlay)
        });
        let all = RowSet::all(self.index.rows());
        print("facets of all rows", 20, |_| {
            self.index
                .facets(&all, &self.overlay, FacetLimits::default())
        });
        let answer = Answer::unranked(all.clone());
        for level in ClusterLevel::ALL {
            let name = format!("first page of all clusters of level {}", level.number());
            print(&name, 20, |_| {
                let order = self.index.cluster_order(&answer, level);
                self.index
                    .cluster_page(&answer, &order, &Place::default())
                    .unwrap()
            });
        }
        print("words, three of them", 20, |at| {
            self.index
                .in_words(
                    &format!("label{at} picture -outside"),
                    Vocabulary::default(),
                    &all,
                )
                .unwrap()
        });
        let likeness = synthetic::likeness();
        let meaning = MeaningOf::Concepts(ConceptLikeness {
            likeness: &likeness,
            offset: 0.1,
        });
        print("words and meaning", 20, |at| {
            let query = format!("label{at}");
            let most = (0.8, 10_000);
            self.index
                .in_words_and_meaning(&query, Vocabulary::default(), meaning, most, &all)
                .unwrap()
        });
        let sets = [
            ("all rows", all),
            ("half the rows", self.half()),
            ("1 row in 50", self.few()),
        ];
        for (name, among) in &sets {
            print(
                &format!("nearest {NEAREST} of {name}"),
                QUESTIONS / 2,
                |at| self.nearest(at as u64 * 7919 % self.rows, among),
            );
        }
    }

    fn few(&self) -> RowSet {
        RowSet::where_each(self.index.rows(), |row| row.wrapping_mul(7919) % 50 == 1)
    }

    /// How many of the true nearest are found, by comparing with every vector.
    fn print_recall(&self) {
        let among = self.half();
        let anchors: Vec<u64> = (0..20).map(|at| at * 104_729 % self.rows).collect();
        let units: Vec<Vec<f32>> = anchors.iter().map(|row| unit(self.anchor(*row))).collect();
        let mut best: Vec<Vec<(f32, u32)>> = vec![Vec::new(); anchors.len()];
        for row in &among {
            let vector = unit(self.vectors.of(u64::from(row)));
            for (best, anchor) in best.iter_mut().zip(&units) {
                best.push((dot(anchor, &vector), row));
                if best.len() == NEAREST * 20 {
                    keep_nearest(best);
                }
            }
        }
        let mut found = 0;
        for (best, row) in best.iter_mut().zip(&anchors) {
            keep_nearest(best);
            let hits = self.nearest(*row, &among);
            found += best.iter().filter(|(_, row)| hits.contains(row)).count();
        }
        let recall = found as f64 / (anchors.len() * NEAREST) as f64;
        println!(
            "recall at {NEAREST}: {recall:.4} over {} questions",
            anchors.len()
        );
    }
}

fn keep_nearest(best: &mut Vec<(f32, u32)>) {
    best.sort_by(|a, b| b.0.total_cmp(&a.0));
    best.truncate(NEAREST);
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt();
    for value in &mut vector {
        *value /= length;
    }
    vector
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; 16];
    for (a, b) in a.chunks(16).zip(b.chunks(16)) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

/// The filters that people click: one or two of many kinds.
fn filter(dice: &mut Dice) -> Filter {
    (0..=dice.below(2)).fold(Filter::everything(), |filter, _| filter.and(clause(dice)))
}

fn clause(dice: &mut Dice) -> Clause {
    let label = |dice: &mut Dice| format!("label{}", dice.skewed(synthetic::LABELS));
    match dice.below(11) {
        0 => Clause::Labels {
            op: SetOp::Is,
            names: [label(dice)].into(),
        },
        1 => Clause::Labels {
            op: SetOp::NotOneOf,
            names: [label(dice), label(dice)].into(),
        },
        2 => Clause::Issue {
            kind: IssueKind::Blur,
            mode: Presence::Out,
            confidence: Band::COUNTS,
        },
        3 => Clause::Issue {
            kind: IssueKind::Dark,
            mode: Presence::In,
            confidence: Band::COUNTS,
        },
        4 => Clause::Uniqueness { least: dice.even() },
        5 => Clause::Duplicates { least: 0.95 },
        6 => Clause::Folder(TextMatch::StartsWith(format!("batch{}", dice.below(5)))),
        7 => Clause::File(TextMatch::Contains(format!("{}.", dice.below(10)))),
        8 | 9 => Clause::Width(Span::at_least(1024)),
        _ => Clause::Tags {
            op: SetOp::OneOf,
            ids: [TagId::from_uuid(Uuid::from_u128(u128::from(dice.below(5))))].into(),
        },
    }
}

fn print<R>(name: &str, times: usize, mut ask: impl FnMut(usize) -> R) {
    let mut once = |at| {
        let start = Instant::now();
        black_box(ask(at));
        start.elapsed().as_secs_f64() * 1e3
    };
    let mut taken: Vec<f64> = (0..times)
        .map(|at| (0..TRIES).map(|_| once(at)).fold(f64::INFINITY, f64::min))
        .collect();
    taken.sort_by(f64::total_cmp);
    let at = |share: f64| taken[((times - 1) as f64 * share).round() as usize];
    let (half, most, worst) = (at(0.5), at(0.95), at(1.0));
    println!("{name}: median {half:.2} ms, p95 {most:.2} ms, worst {worst:.2} ms");
}

fn resident_mib() -> f64 {
    let status = fs_err::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark is told its size by whoever runs it"
)]
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}
