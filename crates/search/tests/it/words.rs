//! Words against a plain reading of captions, labels and file names.

use std::collections::BTreeMap;

use lamina_model::{Filter, Generation, TagId};
use lamina_search::{
    AnchorVector, GenerationBuilder, GenerationIndex, MeaningOf, Nearest, Overlay, RowSet,
    SearchError, Vocabulary,
};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::sets::{Set, sets, tag};

#[derive(Debug, Clone)]
enum Ask {
    Word(&'static str),
    Phrase(&'static str, &'static str),
    And(Vec<Ask>),
    Or(Vec<Ask>),
    Not(Box<Ask>),
}

impl Ask {
    fn typed(&self) -> String {
        let list = |parts: &[Ask], sign: &str| {
            let parts: Vec<String> = parts.iter().map(Ask::typed).collect();
            format!("({})", parts.join(sign))
        };
        match self {
            Ask::Word(word) => (*word).to_owned(),
            Ask::Phrase(a, b) => format!("\"{a} {b}\""),
            Ask::And(parts) => list(parts, " "),
            Ask::Or(parts) => list(parts, " or "),
            Ask::Not(part) => format!("-{}", part.typed()),
        }
    }

    fn holds(&self, texts: &[Vec<String>]) -> bool {
        match self {
            Ask::Word(word) => texts.iter().flatten().any(|there| there == plain(word)),
            Ask::Phrase(a, b) => texts.iter().any(|text| {
                text.windows(2)
                    .any(|pair| pair[0] == plain(a) && pair[1] == plain(b))
            }),
            Ask::And(parts) => parts.iter().all(|part| part.holds(texts)),
            Ask::Or(parts) => parts.iter().any(|part| part.holds(texts)),
            Ask::Not(part) => !part.holds(texts),
        }
    }
}

/// The stem of every word that the datasets of these tests hold.
fn plain(word: &str) -> &str {
    match word {
        "cars" | "CARS" => "car",
        "dogs" | "dog" => "dog",
        "running" | "runs" => "run",
        "Zebra" | "zebra" => "zebra",
        other => other,
    }
}

fn words_of(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(|word| plain(word).to_owned()).collect()
}

/// What the tags of random datasets are called; one has no name, as a hidden one.
fn tag_names() -> BTreeMap<TagId, String> {
    let names = [(0, "old dogs"), (1, "42")];
    names
        .into_iter()
        .map(|(number, name)| (tag(number), name.to_owned()))
        .collect()
}

fn texts_of(set: &Set, at: usize) -> Vec<Vec<String>> {
    let facts = &set.facts[at];
    let name = String::from_utf8_lossy(facts.path.file_name()).into_owned();
    let captions = set.captions[at].iter().map(|caption| words_of(caption));
    let labels = facts.labels.iter().map(|label| words_of(label));
    let tags = facts.tags.iter().filter_map(|tag| tag_names().remove(tag));
    let tags = tags.map(|name| words_of(&name));
    let said = captions.chain(labels).chain(tags);
    said.chain([words_of(&name)]).collect()
}

/// Whether the name of a file holds the whole query.
fn in_name(set: &Set, at: usize, query: &str) -> bool {
    let name = String::from_utf8_lossy(set.facts[at].path.file_name()).to_lowercase();
    let query = query.to_lowercase();
    query.len() >= 3 && !query.starts_with('-') && name.contains(query.trim_matches('"'))
}

fn asks() -> impl Strategy<Value = Ask> {
    let words = || {
        select(vec![
            "red", "cars", "cat", "dog", "runs", "42", "jpg", "old", "zebra",
        ])
    };
    let leaf = prop_oneof![
        words().prop_map(Ask::Word),
        (words(), words()).prop_map(|(a, b)| Ask::Phrase(a, b)),
    ];
    leaf.prop_recursive(3, 12, 3, |inside| {
        prop_oneof![
            vec(inside.clone(), 1..4).prop_map(Ask::And),
            vec(inside.clone(), 1..4).prop_map(Ask::Or),
            inside.prop_map(|part| Ask::Not(Box::new(part))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_index_finds_what_a_plain_reading_finds(set in sets(60), asks in vec(asks(), 8)) {
        let (index, overlay, tags) = (set.index(), set.overlay(), tag_names());
        let vocabulary = Vocabulary {
            overlay: Some(&overlay),
            tags: Some(&tags),
        };
        for ask in asks {
            let found = index.in_words(&ask.typed(), vocabulary, &RowSet::all(index.rows())).unwrap();
            let mut found: Vec<u32> = found.hits().iter().map(|hit| hit.row).collect();
            found.sort_unstable();
            let plain: Vec<u32> = (0..)
                .zip(0..set.facts.len())
                .filter(|(_, at)| {
                    ask.holds(&texts_of(&set, *at)) || in_name(&set, *at, &ask.typed())
                })
                .map(|(row, _)| row)
                .collect();
            prop_assert_eq!(found, plain, "{}", ask.typed());
        }
    }
}

/// Pictures with these paths, labels and captions; each has a vector of its own direction.
fn index(pictures: &[(&str, &[&str], &str)]) -> GenerationIndex {
    use lamina_model::{ImageFormat, SourcePath, Timestamp};
    use lamina_search::{MediaRow, Mixture};

    use crate::sets::{cluster, media};

    let folder = tempfile::tempdir().unwrap();
    let mut builder =
        GenerationBuilder::create(folder.path(), Generation(1), &[("words", 8)]).unwrap();
    for (at, (path, labels, caption)) in pictures.iter().enumerate() {
        let mut vector = [0.1; 8];
        vector[at] = 1.0;
        let row = MediaRow {
            id: media(at as u128),
            path: SourcePath::from_bytes(*path),
            format: ImageFormat::Jpeg,
            width_px: 1,
            height_px: 1,
            size_bytes: 1,
            created_at: Timestamp::from_micros(0),
            modified_at: Timestamp::from_micros(0),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            captions: vec![(*caption).to_owned()],
            issues: vec![],
            duplicate: None,
            uniqueness: 1.0,
            clusters: std::array::from_fn(|level| cluster(level, 0)),
            mixture: Mixture::default(),
        };
        builder.push(&row, &[Some(&vector)]).unwrap();
    }
    builder.finish().unwrap();
    GenerationIndex::open(folder.path()).unwrap()
}

fn found(index: &GenerationIndex, query: &str) -> Vec<u32> {
    let all = index.matching(&Filter::everything(), &Overlay::default());
    let ranked = index.in_words(query, Vocabulary::default(), &all).unwrap();
    assert!(
        ranked
            .hits()
            .iter()
            .all(|hit| (0.0..=1.0).contains(&hit.distance))
    );
    ranked.hits().iter().map(|hit| hit.row).collect()
}

#[test]
fn an_exact_file_name_comes_first() {
    let index = index(&[
        (
            "a/other.jpg",
            &["cat.jpg"],
            "cat.jpg and cat.jpg, all of them cat.jpg",
        ),
        ("b/CAT.jpg", &[], "a dog"),
        ("b/my cat.jpg", &[], ""),
    ]);
    assert_eq!(found(&index, "cat.jpg")[0], 1);
    let all = RowSet::all(3);
    assert_eq!(
        index
            .in_words("cat.jpg", Vocabulary::default(), &all)
            .unwrap()
            .hits()[0]
            .distance,
        0.0
    );
    assert_eq!(found(&index, "\"cat.jpg\"")[0], 1);
}

#[test]
fn a_file_name_that_is_no_query_is_found_all_the_same() {
    let index = index(&[("odd (1.jpg", &[], ""), ("x.jpg", &[], "")]);
    assert_eq!(found(&index, "odd (1.jpg"), [0]);
    let error = index
        .in_words("odd (2.jpg", Vocabulary::default(), &RowSet::all(2))
        .unwrap_err();
    assert!(matches!(error, SearchError::Query(_)), "{error}");
    assert!(error.to_string().contains("`(` is not closed"), "{error}");
}

#[test]
fn more_and_rarer_words_rank_higher() {
    let index = index(&[
        (
            "0.jpg",
            &[],
            "a red car on a long road between green hills and blue lakes",
        ),
        ("1.jpg", &[], "red car"),
        ("2.jpg", &[], "a red bus"),
        ("3.jpg", &["car"], "red car, red car"),
    ]);
    assert_eq!(found(&index, "red car"), [3, 1, 0]);
    assert_eq!(found(&index, "bus or red")[0], 2);
    assert_eq!(found(&index, "red -car"), [2]);
}

#[test]
fn a_phrase_never_spans_two_captions_or_a_caption_and_a_name() {
    let index = index(&[("b.jpg", &[], "red car"), ("car.jpg", &["car"], "red")]);
    assert_eq!(found(&index, "\"red car\""), [0]);
    assert_eq!(found(&index, "red car"), [1, 0]);
}

#[test]
fn words_pull_rows_that_have_them_before_rows_that_only_mean_them() {
    let index = index(&[
        ("0.jpg", &["kitten"], ""),
        ("1.jpg", &["truck"], ""),
        ("2.jpg", &[], "kitten"),
        ("kitten", &["lamp"], ""),
    ]);
    let vector = [1.0, 0.9, 0.8, 0.0, 0.0, 0.0, 0.0, 0.0];
    let anchors = [AnchorVector {
        vector: &vector,
        weight: 1.0,
    }];
    let asked = Nearest {
        space: "words",
        anchors: &anchors,
        max_distance: 2.0,
        limit: 10,
    };
    let all = RowSet::all(4);
    let meaning = MeaningOf::Near(asked);
    let ranked = index
        .in_words_and_meaning("kitten", Vocabulary::default(), meaning, (2.0, 10), &all)
        .unwrap();
    let rows: Vec<u32> = ranked.hits().iter().map(|hit| hit.row).collect();
    assert_eq!(rows, [3, 0, 2, 1]);
    assert_eq!(ranked.hits()[0].distance, 0.0);
}

#[test]
fn a_part_of_a_file_name_finds_it_the_beginning_first() {
    let index = index(&[
        ("20181229_13154.jpg", &[], ""),
        ("20181229_131541.jpg", &[], ""),
        ("IMG_0001 (2).JPG", &[], ""),
        ("my 20181229_131541.jpg", &[], ""),
        ("\u{9ed2}\u{3044}\u{732b}.jpg", &[], ""),
    ]);
    assert_eq!(found(&index, "20181229_131541"), [1, 3]);
    assert_eq!(found(&index, "1229_13"), [0, 1, 3]);
    assert_eq!(found(&index, "0001 (2"), [2]);
    assert_eq!(found(&index, "\u{3044}\u{732b}.j"), [4]);
    assert!(found(&index, "-20181229_1").contains(&2));
}

#[test]
fn tags_and_labels_of_the_moment_are_words_too() {
    let index = index(&[
        ("0.jpg", &["old cat"], ""),
        ("1.jpg", &[], ""),
        ("2.jpg", &[], ""),
    ]);
    let cats = tag(1);
    let mut overlay = Overlay::default();
    overlay.tags.entry(cats).or_default().insert(2);
    overlay.label("cat", 1);
    overlay.unlabel("old cat", 0);
    let tags = [(cats, "Cats of the house".to_owned())].into();
    let vocabulary = Vocabulary {
        overlay: Some(&overlay),
        tags: Some(&tags),
    };
    let rows = |query: &str| {
        let ranked = index.in_words(query, vocabulary, &RowSet::all(3)).unwrap();
        let mut rows: Vec<u32> = ranked.hits().iter().map(|hit| hit.row).collect();
        rows.sort_unstable();
        rows
    };
    assert_eq!(rows("cat"), [1, 2]);
    assert_eq!(rows("\"cats of\""), [2]);
    assert_eq!(rows("old"), [0; 0]);
    assert_eq!(rows("-cat"), [0]);
}
