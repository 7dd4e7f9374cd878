//! Models of people's own, by a pair that the test writes.

use std::path::Path;

use lamina_testkit::{PAIR_DIMENSIONS, PAIR_SIDE, Picture, write_pair};
use lamina_vision::{DecodeLimits, Embedder, Meaning, Runtime, look};

use crate::embedding::{options, pure};

fn runtime() -> Runtime {
    Runtime::detect(&options())
}

fn vector(embedder: &dyn Embedder, rgb: [u8; 3]) -> Vec<f32> {
    let limits = DecodeLimits {
        tensor_side_px: u32::try_from(embedder.side()).unwrap(),
        ..DecodeLimits::default()
    };
    let look = look(&Picture::flat(40, 30, rgb).png(), None, &limits).unwrap();
    embedder.embed(&[look.tensor]).unwrap().remove(0)
}

fn meaning(embedder: &dyn Embedder, text: &str) -> Vec<f32> {
    match embedder.language().unwrap().meaning(text).unwrap() {
        Some(Meaning::Vector(vector)) => vector,
        other => panic!("a pair has vectors of texts: {other:?}"),
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn a_pair_holds_words_against_pictures_in_both_runtimes() {
    let folder = tempfile::tempdir().unwrap();
    write_pair(folder.path(), "tiny").unwrap();
    let runtime = runtime();
    let embedders = [
        runtime.own_embedder(folder.path()).unwrap(),
        runtime.own_pure_embedder(folder.path()).unwrap(),
    ];
    for embedder in &embedders {
        let embedder = embedder.as_ref();
        assert_eq!(
            (embedder.dimensions(), embedder.side()),
            (PAIR_DIMENSIONS, PAIR_SIDE)
        );
        let red = vector(embedder, [250, 10, 20]);
        let word = meaning(embedder, "a RED thing");
        assert!(cosine(&red, &word) > 0.95, "{red:?} {word:?}");
        assert!(cosine(&red, &meaning(embedder, "blue")) < 0.1);
        assert!((cosine(&word, &word) - 1.0).abs() < 1e-4);
        for nothing in ["", "  \n"] {
            let language = embedder.language().unwrap();
            assert_eq!(language.meaning(nothing).unwrap(), None, "{nothing:?}");
        }
        let long = "green ".repeat(500);
        assert!(cosine(&meaning(embedder, &long), &vector(embedder, [0, 255, 0])) > 0.95);
    }
    let (a, b) = (&embedders[0], &embedders[1]);
    assert_eq!(a.model(), b.model());
    let grey = [90, 120, 200];
    assert!(cosine(&vector(a.as_ref(), grey), &vector(b.as_ref(), grey)) > 0.9999);
}

#[test]
fn a_model_is_another_once_a_file_of_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    write_pair(folder.path(), "tiny").unwrap();
    let before = runtime().own_pure_embedder(folder.path()).unwrap();
    assert!(before.model().as_str().starts_with("tiny/"));
    let tokenizer = folder.path().join("tokenizer.json");
    let text = fs_err::read_to_string(&tokenizer).unwrap();
    fs_err::write(&tokenizer, text + "\n").unwrap();
    let after = runtime().own_pure_embedder(folder.path()).unwrap();
    assert_ne!(before.model(), after.model());
    assert_ne!(before.model(), pure().model());
}

/// The pair with one line of its manifest changed, or one of its files.
fn spoiled(change: impl Fn(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    write_pair(folder.path(), "tiny").unwrap();
    change(folder.path());
    let refused = runtime().own_embedder(folder.path()).unwrap_err();
    let told = refused.to_string();
    told.replace(&*folder.path().to_string_lossy(), "DIR")
}

#[test]
fn what_does_not_fit_is_told_with_its_file() {
    let line = |from: &'static str, to: &'static str| {
        spoiled(move |folder| {
            let path = folder.join("model.toml");
            let text = fs_err::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{from}");
            fs_err::write(&path, text.replacen(from, to, 1)).unwrap();
        })
    };
    for (told, words) in [
        (
            line("dimensions = 3", "dimensions = 4"),
            "DIR/image.onnx: its output has 3 numbers where the manifest says 4",
        ),
        (line("dimensions = 3", "dimensions = 0"), "dimensions is 0"),
        (
            line("dimensions = 3", "dimension = 3"),
            "unknown field `dimension`",
        ),
        (
            line("name = \"tiny\"", "name = \"../x\""),
            "name is \"../x\"",
        ),
        (line("name = \"tiny\"", "name = \"default\""), "taken"),
        (
            line("\"image.onnx\"", "\"../image.onnx\""),
            "image.file is ../image.onnx",
        ),
        (
            line("\"image.onnx\"", "\"gone.onnx\""),
            "image.file names gone.onnx, which is not there",
        ),
        (
            line("input = \"pixels\"", "input = \"picture_s\""),
            "DIR/image.onnx",
        ),
        (
            line("output = \"text\"", "output = \"texts\""),
            "DIR/text.onnx",
        ),
        (line("side = 8", "side = 9"), "DIR/image.onnx"),
        (line("side = 8", "side = 4000"), "image.side is 4000"),
        (
            line("std = [0.5, 0.5, 0.5]", "std = [0.5, 0, 0.5]"),
            "image.std",
        ),
        (
            line(
                "length = 16",
                "length = 2\nbegin = \"[CLS]\"\nend = \"[SEP]\"",
            ),
            "text.length is 2, which leaves no room for a text beside the marks at its ends (2)",
        ),
        (
            line("length = 16", "length = 16\nbegin = \"<|start|>\""),
            "DIR/tokenizer.json: it is no tokenizer that can be read: it has no token \"<|start|>\"",
        ),
        (
            spoiled(|folder| fs_err::remove_file(folder.join("model.toml")).unwrap()),
            "DIR/model.toml: it is missing",
        ),
        (
            spoiled(|folder| fs_err::write(folder.join("text.onnx"), b"no model").unwrap()),
            "DIR/text.onnx: it cannot be loaded as ONNX",
        ),
        (
            spoiled(|folder| fs_err::write(folder.join("tokenizer.json"), b"{}").unwrap()),
            "DIR/tokenizer.json",
        ),
    ] {
        assert!(told.contains(words), "{words:?} not in {told:?}");
    }
}
