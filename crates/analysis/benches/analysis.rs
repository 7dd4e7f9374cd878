//! How long neighbours and a whole analysis take on synthetic sets.
//!
//! `cargo bench -p lamina-analysis`. Vectors lie around a few hundred subjects, as those of real
//! photographs do.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a benchmark: what it makes is small and nobody reads its items"
)]

#[path = "../examples/made/set.rs"]
mod made;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use lamina_analysis::{Settings, Unwatched, analyse};
use made::{COLUMNS, facts, vectors};

fn whole(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("analyse");
    group.sample_size(10);
    for rows in [1_000, 10_000] {
        let (vectors, facts) = (vectors(rows, COLUMNS), facts(rows));
        group.bench_with_input(BenchmarkId::from_parameter(rows), &rows, |bench, _| {
            bench.iter(|| {
                analyse(
                    black_box(&vectors),
                    &facts,
                    &Settings::default(),
                    &Unwatched,
                )
            });
        });
    }
    group.finish();
}

criterion_group!(benches, whole);
criterion_main!(benches);
