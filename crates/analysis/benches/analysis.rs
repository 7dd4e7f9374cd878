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
use std::io;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use lamina_analysis::{Matrix, Memory, Settings, Unwatched, analyse, analyse_after};
use made::{Drawn, Shape, facts, vectors};

fn whole(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("analyse");
    group.sample_size(10);
    for rows in [1_000, 10_000] {
        let (vectors, facts) = (vectors(rows, Shape::default()), facts(rows));
        group.bench_with_input(BenchmarkId::from_parameter(rows), &rows, |bench, _| {
            bench.iter(|| {
                analyse(
                    black_box(&vectors),
                    &facts,
                    &Drawn,
                    &Settings::default(),
                    &Unwatched,
                )
            });
        });
    }
    group.finish();
}

/// One picture in a hundred is new: to be held against `analyse` of as many.
fn adding(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("adding 1 %");
    group.sample_size(10);
    let settings = Settings::default();
    for rows in [1_000, 10_000] {
        let (vectors, facts) = (vectors(rows, Shape::default()), facts(rows));
        let known = rows - rows / 100;
        let values = (0..known).flat_map(|row| vectors.row(row)).copied();
        let fewer = Matrix::from_vec(vectors.columns(), values.collect()).expect("whole rows");
        let mut bytes = Vec::new();
        let few = &facts[..known];
        analyse_after(None, &fewer, few, &Drawn, &settings, &Unwatched, &mut bytes)
            .expect("nobody cancels");
        let before = Memory::from_bytes(&bytes).expect("it was just written");
        group.bench_with_input(BenchmarkId::from_parameter(rows), &rows, |bench, _| {
            bench.iter_batched(
                || before.clone(),
                |before| {
                    analyse_after(
                        Some(before),
                        black_box(&vectors),
                        &facts,
                        &Drawn,
                        &settings,
                        &Unwatched,
                        &mut io::sink(),
                    )
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, whole, adding);
criterion_main!(benches);
