//! What pictures show against what a text means.

use lamina_model::{Generation, ImageFormat, SourcePath, Timestamp};
use lamina_search::{
    ConceptLikeness, GenerationBuilder, GenerationIndex, MeaningOf, MediaRow, Mixture, RowSet,
    SearchError, Vocabulary,
};
use proptest::{collection::vec, prelude::*};

use crate::sets::{cluster, media};

/// Pictures named `p0`, `p1` and so on that are these mixtures of as many concepts as there are
/// names.
fn index(names: &[&str], mixtures: &[Mixture]) -> GenerationIndex {
    let folder = tempfile::tempdir().unwrap();
    let mut builder = GenerationBuilder::create(folder.path(), Generation(1), &[]).unwrap();
    builder.name_concepts(names.iter().copied()).unwrap();
    for (at, mixture) in (0_u8..).zip(mixtures) {
        let row = MediaRow {
            id: media(u128::from(at)),
            path: SourcePath::from_bytes([b'p', b'0' + at]),
            format: ImageFormat::Jpeg,
            width_px: 1,
            height_px: 1,
            size_bytes: 1,
            created_at: Timestamp::from_micros(0),
            modified_at: Timestamp::from_micros(0),
            labels: vec![],
            captions: if at == 2 {
                vec!["a cat".to_owned()]
            } else {
                vec![]
            },
            issues: vec![],
            duplicate: None,
            uniqueness: 1.0,
            clusters: std::array::from_fn(|level| cluster(level, 0)),
            mixture: mixture.clone(),
        };
        builder.push(&row, &[]).unwrap();
    }
    builder.finish().unwrap();
    GenerationIndex::open(folder.path()).unwrap()
}

fn mixture(shares: &[(u16, f32)]) -> Mixture {
    Mixture {
        shares: shares.to_vec(),
        length: 1.0,
    }
}

#[test]
fn what_a_picture_shows_comes_back_by_name() {
    let index = index(
        &["tabby", "moped"],
        &[mixture(&[(1, 0.75), (0, 0.25)]), mixture(&[])],
    );
    let told = index.concepts_of(0);
    assert_eq!((&*told[0].0, &*told[1].0), ("moped", "tabby"));
    assert!((told[0].1 - 0.75).abs() < 1e-4);
    assert!(index.concepts_of(1).is_empty());
}

#[test]
fn words_come_before_meaning_and_what_is_far_is_left_out() {
    let index = index(
        &["tabby", "moped"],
        &[
            mixture(&[(1, 1.0)]),
            mixture(&[(0, 1.0)]),
            mixture(&[(1, 1.0)]),
            mixture(&[]),
        ],
    );
    let meaning = MeaningOf::Concepts(ConceptLikeness {
        likeness: &[0.7, -0.1],
        offset: 0.0,
    });
    let ask = |query: &str| {
        let all = RowSet::all(4);
        let found =
            index.in_words_and_meaning(query, Vocabulary::default(), meaning, (0.8, 9), &all);
        let found = found.unwrap();
        let hits = found.hits().iter();
        hits.map(|hit| (hit.row, hit.distance)).collect::<Vec<_>>()
    };
    let found = ask("cat");
    assert_eq!(
        found.iter().map(|(row, _)| *row).collect::<Vec<_>>(),
        [2, 1]
    );
    assert!(found[0].1 < 0.5, "{found:?}");
    assert!((found[1].1 - 0.3).abs() < 1e-4, "{found:?}");
    // What is no query in words still means something.
    assert_eq!(ask("cat (").len(), 1);
    let wrong = ConceptLikeness {
        likeness: &[0.5],
        offset: 0.0,
    };
    let error = index
        .in_meaning(wrong, (2.0, 9), &RowSet::all(4))
        .unwrap_err();
    assert!(matches!(
        error,
        SearchError::Concepts {
            given: 1,
            expected: 2
        }
    ));
}

proptest! {
    /// The cosine of the vectors themselves, computed plainly.
    #[test]
    fn a_distance_is_that_of_the_vectors(
        concepts in vec(vec(-1.0_f32..1.0, 6), 5),
        shares in vec(vec(0.05_f32..1.0, 5), 1..9),
        text in vec(-1.0_f32..1.0, 6),
    ) {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let length = dot(&text, &text).sqrt();
        prop_assume!(length > 0.1);
        let text: Vec<f32> = text.iter().map(|value| value / length).collect();
        let middle: Vec<f32> = (0..6)
            .map(|at| concepts.iter().map(|row| row[at]).sum::<f32>() / 5.0)
            .collect();
        let mut mixtures = Vec::new();
        let mut expected = Vec::new();
        for shares in &shares {
            let total: f32 = shares.iter().sum();
            let mut way: Vec<f32> = middle.iter().map(|value| -value).collect();
            for (share, concept) in shares.iter().zip(&concepts) {
                for (way, value) in way.iter_mut().zip(concept) {
                    *way += share / total * value;
                }
            }
            let length = dot(&way, &way).sqrt();
            prop_assume!(length > 0.1);
            expected.push(1.0 - dot(&way, &text) / length);
            mixtures.push(Mixture {
                shares: (0..).zip(shares.iter().map(|share| share / total)).collect(),
                length,
            });
        }
        let index = index(&["a", "b", "c", "d", "e"], &mixtures);
        let likeness: Vec<f32> = concepts.iter().map(|concept| dot(concept, &text)).collect();
        let asked = ConceptLikeness { likeness: &likeness, offset: dot(&middle, &text) };
        let found = index.in_meaning(asked, (2.0, 99), &RowSet::all(index.rows())).unwrap();
        prop_assert_eq!(found.hits().len(), expected.len());
        for hit in found.hits() {
            let plain = expected[hit.row as usize];
            prop_assert!((hit.distance - plain).abs() < 2e-3, "{} {}", hit.distance, plain);
        }
    }
}
