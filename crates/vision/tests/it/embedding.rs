//! Vectors: of unit length, the same in both runtimes, from several threads at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lamina_testkit::Picture;
use lamina_vision::{
    DecodeLimits, Embedder, FakeEmbedder, ImageTensor, InsideModel, Precision, Runtime,
    RuntimeOptions,
};

use crate::look;

pub(crate) fn pure() -> Arc<dyn Embedder> {
    Runtime::detect(&RuntimeOptions::default())
        .pure_embedder(InsideModel::Default)
        .unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where a test is told of a library that is not in the usual folder"
)]
fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

/// What `cargo xtask` fetches, or the library that the environment names; in single precision.
pub(crate) fn options() -> RuntimeOptions {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools");
    RuntimeOptions {
        onnxruntime: named("LAMINA_ONNXRUNTIME"),
        openvino: named("LAMINA_OPENVINO"),
        tool_dirs: vec![tools.join("onnxruntime"), tools.join("openvino")],
        ..RuntimeOptions::default()
    }
}

/// The same in what else the processor has instructions for and there is a library for.
fn in_other_precisions() -> Vec<(Precision, Runtime)> {
    let here = Precision::here().into_iter();
    let others = here.filter(|precision| *precision != Precision::Single);
    let detected = others.map(|precision| {
        let mut options = RuntimeOptions {
            precisions: vec![precision],
            ..options()
        };
        // Named where it is of no use, it is told of.
        options
            .openvino
            .take_if(|_| precision != Precision::Bfloat16);
        (precision, Runtime::detect(&options))
    });
    let has_library = |(precision, runtime): &(Precision, Runtime)| match precision {
        Precision::Bfloat16 => runtime.has_openvino(),
        _ => runtime.has_onnxruntime(),
    };
    detected.filter(has_library).collect()
}

fn tensors(count: u64) -> Vec<ImageTensor> {
    (0..count)
        .map(|seed| look(&Picture::scene(seed, 320, 240).png()).tensor)
        .collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn both_runtimes_give_the_same_vectors() {
    let runtime = Runtime::detect(&options());
    if !runtime.has_onnxruntime() {
        println!("ONNX Runtime is not there, so there is nothing to compare with");
        return;
    }
    let (fast, pure) = (runtime.embedder(InsideModel::Default).unwrap(), pure());
    assert_eq!(fast.model(), pure.model());
    assert_eq!(fast.dimensions(), 1280);
    let tensors = tensors(3);
    let (a, b) = (fast.embed(&tensors).unwrap(), pure.embed(&tensors).unwrap());
    for (a, b) in a.iter().zip(&b) {
        let furthest = a
            .iter()
            .zip(b)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(furthest < 1e-4, "{furthest}");
    }
}

#[test]
fn the_fast_size_gives_vectors_of_its_own_that_say_much_the_same() {
    let runtime = Runtime::detect(&options());
    let files: Vec<Vec<u8>> = (0..3)
        .map(|seed| Picture::scene(seed, 320, 240).png())
        .collect();
    let vectors = |inside: InsideModel| {
        let embedder = runtime.pure_embedder(inside).unwrap();
        let limits = DecodeLimits {
            tensor_side_px: u32::try_from(embedder.side()).unwrap(),
            ..DecodeLimits::default()
        };
        let looked = |file: &Vec<u8>| lamina_vision::look(file, None, &limits).unwrap().tensor;
        let tensors: Vec<ImageTensor> = files.iter().map(looked).collect();
        let quick = runtime.embedder(inside).unwrap().embed(&tensors).unwrap();
        let pure = embedder.embed(&tensors).unwrap();
        for (a, b) in quick.iter().zip(&pure) {
            assert!(cosine(a, b) > 0.999_99, "both runtimes");
        }
        (embedder.model().clone(), pure)
    };
    let (default, usual) = vectors(InsideModel::Default);
    let (fast, quick) = vectors(InsideModel::Fast);
    assert_ne!(default, fast);
    for (at, a) in usual.iter().enumerate() {
        let own = cosine(a, &quick[at]);
        let others = (0..3).filter(|other| *other != at);
        let nearest = others.map(|other| cosine(a, &quick[other]));
        assert!(nearest.fold(0.0, f32::max) < own, "{at}: {own}");
    }
    let wrong = runtime.pure_embedder(InsideModel::Fast).unwrap();
    let refusal = wrong.embed(&tensors(1)).unwrap_err().to_string();
    assert!(
        refusal.contains("160 x 160") && refusal.contains("224 x 224"),
        "{refusal}"
    );
}

#[test]
fn without_vectors_no_pixels_are_made_for_them_and_all_else_is_seen_as_ever() {
    let embedder = Runtime::detect(&options())
        .embedder(InsideModel::None)
        .unwrap();
    let limits = DecodeLimits {
        tensor_side_px: u32::try_from(embedder.side()).unwrap(),
        ..DecodeLimits::default()
    };
    let file = Picture::scene(1, 320, 240).png();
    let mut seen = lamina_vision::look(&file, None, &limits).unwrap();
    let part = lamina_vision::part(&file, None, &limits).unwrap().unwrap();
    assert_eq!((seen.tensor.side(), part.tensor.side()), (0, 0));
    assert_eq!(
        embedder.embed(&[seen.tensor.take(), part.tensor]).unwrap(),
        [[0.0], [0.0]]
    );
    let mut usual = lamina_vision::look(&file, None, &DecodeLimits::default()).unwrap();
    assert_eq!(usual.tensor.take().side(), 224);
    assert_eq!(seen, usual);
}

#[test]
fn other_precisions_give_vectors_of_their_own_that_say_much_the_same() {
    for (precision, runtime) in in_other_precisions() {
        for inside in [InsideModel::Default, InsideModel::Fast] {
            says_much_the_same(precision, &runtime, inside);
        }
    }
}

fn says_much_the_same(precision: Precision, runtime: &Runtime, inside: InsideModel) {
    let (quick, full) = (
        runtime.embedder(inside).unwrap(),
        runtime.pure_embedder(inside).unwrap(),
    );
    assert_eq!(quick.model(), &inside.id_in(precision));
    assert_ne!(quick.model(), full.model());
    assert_eq!(quick.side(), full.side());
    let limits = DecodeLimits {
        tensor_side_px: u32::try_from(quick.side()).unwrap(),
        ..DecodeLimits::default()
    };
    let tensors: Vec<ImageTensor> = (0..5)
        .map(|seed| Picture::scene(seed, 320, 240).png())
        .map(|file| lamina_vision::look(&file, None, &limits).unwrap().tensor)
        .collect();
    let (a, b) = (
        quick.embed(&tensors).unwrap(),
        full.embed(&tensors).unwrap(),
    );
    for (at, vector) in a.iter().enumerate() {
        assert_eq!(vector.len(), quick.dimensions());
        assert!((cosine(vector, vector) - 1.0).abs() < 1e-4);
        let own = cosine(vector, &b[at]);
        assert!(own > 0.97, "{precision:?} {inside:?} {at}: {own}");
        let others = (0..b.len()).filter(|other| *other != at);
        let nearest = others.map(|other| cosine(vector, &b[other]));
        let nearest = nearest.fold(0.0, f32::max);
        assert!(nearest < own, "{precision:?} {inside:?} {at}: {own}");
    }
    assert!(quick.embed(&[]).unwrap().is_empty());
}

#[test]
fn in_other_precisions_each_picture_has_one_vector_whoever_asks_and_after_a_rest() {
    for (precision, runtime) in in_other_precisions() {
        let embedder = runtime.embedder(InsideModel::Default).unwrap();
        let tensors = tensors(2);
        let expected = embedder.embed(&tensors).unwrap();
        // Several threads, and one that lets everything go while the others embed.
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    assert_eq!(embedder.embed(&tensors).unwrap(), expected);
                    assert_eq!(embedder.embed(&tensors[..1]).unwrap(), expected[..1]);
                });
            }
            scope.spawn(|| embedder.rest());
        });
        embedder.rest();
        assert_eq!(embedder.embed(&tensors).unwrap(), expected);
        let wrong = runtime.embedder(InsideModel::Fast).unwrap();
        let refusal = wrong.embed(&tensors).unwrap_err().to_string();
        let library = match precision {
            Precision::Bfloat16 => "OpenVINO",
            _ => "ONNX Runtime",
        };
        assert!(
            refusal.contains("160 x 160") && refusal.contains(library),
            "{refusal}"
        );
    }
}

#[test]
fn words_are_held_against_vectors_of_other_precisions_as_against_others() {
    let tensors = tensors(3);
    let full = pure().embed(&tensors).unwrap();
    for (precision, runtime) in in_other_precisions() {
        let embedder = runtime.embedder(InsideModel::Default).unwrap();
        let vectors = embedder.embed(&tensors).unwrap();
        let language = embedder.language().unwrap();
        let mixing = language.mixing().unwrap();
        let (own, other) = (
            mixing(&vectors.concat()).unwrap(),
            mixing(&full.concat()).unwrap(),
        );
        for (own, other) in own.iter().zip(&other) {
            let share_of = |class| own.shares.iter().find(|(one, _)| *one == class);
            let in_common = other.shares.iter().filter_map(|(class, share)| {
                let (_, own) = share_of(*class)?;
                Some(share.min(*own))
            });
            let in_common: f32 = in_common.sum();
            assert!(in_common > 0.6, "{precision:?}: {own:?} {other:?}");
        }
        assert!(language.meaning("a dog").unwrap().is_some());
    }
}

#[test]
fn what_the_processor_cannot_or_nobody_wished_for_is_left_alone() {
    let made_with = |precisions: &[Precision]| {
        let runtime = Runtime::detect(&RuntimeOptions {
            precisions: precisions.to_vec(),
            ..options()
        });
        let embedder = runtime.embedder(InsideModel::Default).unwrap();
        (runtime, embedder.model().clone())
    };
    let id = |precision| InsideModel::Default.id_in(precision);
    for wished in [
        &[][..],
        &[Precision::Single],
        &[Precision::Single, Precision::Int8],
    ] {
        assert_eq!(made_with(wished).1, id(Precision::Single), "{wished:?}");
    }
    let (runtime, made) = made_with(&[Precision::Int8]);
    // Others would cut off sums that are too large.
    let can = Precision::here().contains(&Precision::Int8) && runtime.has_onnxruntime();
    let expected = if can {
        Precision::Int8
    } else {
        Precision::Single
    };
    assert_eq!(made, id(expected));
    assert_eq!(runtime.lines()[0].contains("integers of 8 bits"), can);
}

#[test]
fn vectors_have_length_one_and_copies_come_closer_than_others() {
    let embedder = pure();
    let picture = Picture::scene(40, 640, 480);
    let files = [
        picture.jpeg(90),
        picture.resized(320, 240).jpeg(70),
        Picture::scene(41, 640, 480).jpeg(90),
    ];
    let batch: Vec<ImageTensor> = files.iter().map(|file| look(file).tensor).collect();
    let vectors = embedder.embed(&batch).unwrap();
    assert_eq!(vectors.len(), 3);
    for vector in &vectors {
        assert_eq!(vector.len(), embedder.dimensions());
        assert!((cosine(vector, vector) - 1.0).abs() < 1e-4);
    }
    let copy = cosine(&vectors[0], &vectors[1]);
    let other = cosine(&vectors[0], &vectors[2]);
    assert!(copy > 0.95 && copy > other + 0.1, "{copy} {other}");
    assert!(embedder.embed(&[]).unwrap().is_empty());
}

#[test]
fn a_batch_gives_what_its_pictures_give_alone() {
    let embedder = pure();
    let tensors = tensors(2);
    let together = embedder.embed(&tensors).unwrap();
    for (tensor, vector) in tensors.iter().zip(&together) {
        let alone = embedder.embed(std::slice::from_ref(tensor)).unwrap();
        assert!(cosine(&alone[0], vector) > 0.999_99);
    }
}

#[test]
fn threads_may_share_an_embedder() {
    let runtime = Runtime::detect(&options());
    let embedder = runtime.embedder(InsideModel::Default).unwrap();
    let tensors = tensors(2);
    let expected = embedder.embed(&tensors).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let got = embedder.embed(&tensors).unwrap();
                for (a, b) in got.iter().zip(&expected) {
                    assert!(cosine(a, b) > 0.999_99);
                }
            });
        }
    });
}

#[test]
fn a_library_that_is_none_is_told_and_done_without() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("libonnxruntime.so");
    fs_err::write(&text, "not a library").unwrap();
    // Libraries are taken out of folders of folders only where these are the program's own tools.
    let tools = tempfile::tempdir().unwrap();
    for folder in [folder.path(), tools.path()] {
        for version in ["1.9.0", "1.32.0"] {
            let inner = folder.join(version).join("libonnxruntime.so");
            fs_err::create_dir(inner.parent().unwrap()).unwrap();
            fs_err::write(&inner, "not a library").unwrap();
        }
    }
    let missing = folder.path().join("gone.so");
    let runtime = Runtime::detect(&RuntimeOptions {
        onnxruntime: Some(missing.clone()),
        search_dirs: vec![
            folder.path().to_owned(),
            folder.path().join("no such folder"),
        ],
        tool_dirs: vec![tools.path().to_owned()],
        ..RuntimeOptions::default()
    });
    let lines = runtime.lines();
    if runtime.has_onnxruntime() {
        // Another test of this process has loaded the real one, which then serves all.
        return;
    }
    assert!(lines[0].contains("pure Rust"), "{lines:?}");
    assert!(lines[0].contains(&*missing.to_string_lossy()), "{lines:?}");
    assert!(lines[0].contains(&*text.to_string_lossy()), "{lines:?}");
    let at = |path: &Path| lines[0].find(&*path.to_string_lossy());
    let (old, new) = (tools.path().join("1.9.0"), tools.path().join("1.32.0"));
    assert!(at(&new) < at(&old) && at(&new).is_some(), "{lines:?}");
    assert!(at(&old) < at(&text), "{lines:?}");
    assert_eq!(at(&folder.path().join("1.32.0")), None, "{lines:?}");
    let vectors = runtime
        .embedder(InsideModel::Default)
        .unwrap()
        .embed(&tensors(1))
        .unwrap();
    assert_eq!(vectors[0].len(), 1280);
}

#[test]
fn what_is_used_is_said_in_sentences() {
    let lines = Runtime::detect(&options()).lines();
    assert_eq!(lines.len(), 3);
    for line in lines {
        assert!(line.ends_with('.') && line.len() > 20, "{line}");
    }
    for (precision, quick) in in_other_precisions() {
        let said = match precision {
            Precision::Bfloat16 => "in bfloat16.",
            _ => "in integers of 8 bits.",
        };
        assert!(quick.lines()[0].ends_with(said), "{:?}", quick.lines());
    }
}

#[test]
fn the_fake_embedder_tells_copies_from_others() {
    let fake = FakeEmbedder::new();
    let picture = Picture::scene(50, 320, 240);
    let files = [
        picture.png(),
        picture.jpeg(70),
        Picture::scene(51, 320, 240).png(),
    ];
    let batch: Vec<ImageTensor> = files.iter().map(|file| look(file).tensor).collect();
    let vectors = fake.embed(&batch).unwrap();
    assert_eq!(vectors, fake.embed(&batch).unwrap());
    assert!(cosine(&vectors[0], &vectors[1]) > 0.99);
    assert!(cosine(&vectors[0], &vectors[2]) < 0.95);
}
