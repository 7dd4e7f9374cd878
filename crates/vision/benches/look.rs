//! What looking at one picture and making its vector costs: `cargo bench -p lamina-vision`.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use lamina_testkit::Picture;
use lamina_vision::{DecodeLimits, InsideModel, Precision, Runtime, RuntimeOptions, look};

fn looks(c: &mut Criterion) {
    let small = Picture::scene(1, 640, 480);
    let large = Picture::scene(1, 4000, 3000);
    let files = [
        ("640x480 jpeg", small.jpeg(85)),
        ("640x480 progressive jpeg", small.progressive_jpeg(85)),
        ("640x480 png", small.png()),
        ("640x480 webp", small.webp()),
        ("640x480 gif", small.gif()),
        ("640x480 tiff", small.tiff()),
        ("4000x3000 jpeg", large.jpeg(85)),
    ];
    let limits = DecodeLimits::default();
    let mut group = c.benchmark_group("look");
    group.sample_size(20);
    for (name, bytes) in &files {
        group.bench_function(*name, |b| {
            b.iter(|| look(black_box(bytes), None, &limits).expect("a sound picture"));
        });
    }
    group.finish();
}

fn vectors(c: &mut Criterion) {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools");
    let options = RuntimeOptions {
        tool_dirs: vec![tools.join("onnxruntime"), tools.join("openvino")],
        ..RuntimeOptions::default()
    };
    let runtime = Runtime::detect(&options);
    let file = Picture::scene(1, 640, 480).jpeg(85);
    let tensor = look(&file, None, &DecodeLimits::default())
        .expect("a sound picture")
        .tensor;
    let mut group = c.benchmark_group("embed");
    group.sample_size(20);
    let mut runtimes = vec![("rten", runtime.pure_embedder(InsideModel::Default))];
    if runtime.has_onnxruntime() {
        runtimes.push(("onnxruntime", runtime.embedder(InsideModel::Default)));
    }
    for precision in Precision::here() {
        let quick = Runtime::detect(&RuntimeOptions {
            precisions: vec![precision],
            ..options.clone()
        });
        let name = match precision {
            Precision::Bfloat16 if quick.has_openvino() => "openvino, bfloat16",
            Precision::Int8 if quick.has_onnxruntime() => "onnxruntime, int8",
            _ => continue,
        };
        runtimes.push((name, quick.embedder(InsideModel::Default)));
    }
    for (name, embedder) in runtimes {
        let embedder = embedder.expect("the model inside the program loads");
        group.bench_function(name, |b| {
            b.iter(|| embedder.embed(black_box(std::slice::from_ref(&tensor))));
        });
    }
    group.finish();
}

criterion_group!(benches, looks, vectors);
criterion_main!(benches);
