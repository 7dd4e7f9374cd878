//! Words and pictures: the text model, the names of classes, and what pictures show.

use lamina_testkit::Picture;
use lamina_vision::{CLASSES, InsideModel, Language, Meaning, Runtime, class_name, name_classes};

use crate::embedding::{options, pure};

fn likeness(language: &dyn Language, text: &str) -> Vec<f32> {
    match language.meaning(text).unwrap() {
        Some(Meaning::Concepts { likeness, .. }) => likeness,
        Some(Meaning::Vector(_)) | None => panic!("the default model has no vectors of texts"),
    }
}

#[test]
fn a_text_is_most_like_the_class_of_that_name() {
    let embedder = pure();
    let language = embedder.language().unwrap();
    assert_eq!(language.concepts().len(), CLASSES);
    for name in ["espresso", "sports car", "goldfish", "violin", "lighthouse"] {
        let likeness = likeness(language, name);
        let best = (0..CLASSES).max_by(|a, b| likeness[*a].total_cmp(&likeness[*b]));
        let class = best.and_then(class_name).unwrap();
        assert!(class.contains(name) || class == "beacon", "{name}: {class}");
    }
    let dog = likeness(language, "a photo of my dog");
    let class = |name: &str| language.concepts().iter().position(|known| known == name);
    let (beagle, teapot) = (class("Beagle").unwrap(), class("teapot").unwrap());
    assert!(
        dog[beagle] > dog[teapot] + 0.2,
        "{} {}",
        dog[beagle],
        dog[teapot]
    );
}

#[test]
fn both_runtimes_understand_the_same() {
    let runtime = Runtime::detect(&options());
    if !runtime.has_onnxruntime() {
        println!("ONNX Runtime is not there, so there is nothing to compare with");
        return;
    }
    let (fast, pure) = (runtime.embedder(InsideModel::Default).unwrap(), pure());
    let (fast, pure) = (fast.language().unwrap(), pure.language().unwrap());
    for text in [
        "dog",
        "Ein Café am Meer, 2 Stühle!",
        &"very long ".repeat(400),
        "",
    ] {
        let (a, b) = (likeness(fast, text), likeness(pure, text));
        let furthest = a
            .iter()
            .zip(&b)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(furthest < 0.01, "{furthest} for {text:.20}");
    }
}

#[test]
fn the_vectors_of_names_are_those_of_the_text_model() {
    let some = || (0..CLASSES).step_by(83);
    let fresh = name_classes(some()).unwrap();
    let file = include_bytes!("../../models/imagenet-classes.vectors");
    let (numbers, rest) = file.as_chunks::<2>();
    assert_eq!((numbers.len(), rest.len()), (CLASSES * 384, 0));
    for (class, fresh) in some().zip(fresh) {
        let kept = numbers[class * 384..][..384].iter();
        let kept: Vec<f64> = kept
            .map(|bytes| f64::from(i16::from_le_bytes(*bytes)))
            .collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let fresh: Vec<f64> = fresh.iter().map(|number| f64::from(*number)).collect();
        let cosine = dot(&kept, &fresh) / (dot(&kept, &kept) * dot(&fresh, &fresh)).sqrt();
        assert!(cosine > 0.999, "{}: {cosine}", class_name(class).unwrap());
    }
}

#[test]
fn a_picture_is_a_mixture_of_a_few_classes() {
    let embedder = pure();
    let tensors = [1, 2].map(|seed| crate::look(&Picture::scene(seed, 320, 240).png()).tensor);
    let vectors = embedder.embed(&tensors).unwrap();
    let language = embedder.language().unwrap();
    let mixtures = language.mixing().unwrap()(&vectors.concat()).unwrap();
    assert_eq!(mixtures.len(), 2);
    assert_ne!(mixtures[0], mixtures[1]);
    for mixture in &mixtures {
        let total: f32 = mixture.shares.iter().map(|(_, share)| share).sum();
        assert!((total - 1.0).abs() < 1e-4 && mixture.shares.len() <= 20);
        // The index of a set holds those of all its pictures at once.
        assert!(mixture.shares.capacity() <= 20);
        assert!(mixture.shares.is_sorted_by(|a, b| a.1 >= b.1));
        assert!(
            mixture.length > 0.1 && mixture.length < 2.0,
            "{}",
            mixture.length
        );
    }
    // Alone it is the same.
    assert_eq!(
        language.mixing().unwrap()(&vectors[1]).unwrap()[0].shares[0].0,
        mixtures[1].shares[0].0
    );
    assert!(language.mixing().unwrap()(&[]).unwrap().is_empty());
}
