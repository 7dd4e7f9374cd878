//! Small random datasets, each known twice: as plain facts and as an open index.

use std::collections::BTreeMap;

use lamina_model::{
    ClusterId, ClusterLevel, Generation, ImageFormat, IssueKind, MediaFacts, MediaId,
    MetadataValue, SourcePath, TagId, Timestamp,
};
use lamina_search::{GenerationBuilder, GenerationIndex, MediaRow, Mixture, Overlay};
use proptest::{collection::vec, option, prelude::*, sample::select};
use uuid::Uuid;

pub(crate) const LABELS: [&str; 4] = ["cat", "dog", "old cat", "Zebra"];
pub(crate) const FIELDS: [&str; 2] = ["weather", "score"];

pub(crate) fn tag(number: u128) -> TagId {
    TagId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn media(number: u128) -> MediaId {
    MediaId::from_uuid(Uuid::from_u128(number))
}

/// The id of a cluster of a level; different levels have different clusters.
pub(crate) fn cluster(level: usize, number: u32) -> ClusterId {
    ClusterId::from_uuid(Uuid::from_u128((level as u128) << 64 | u128::from(number)))
}

/// A dataset as plain facts, in the order of paths.
#[derive(Debug, Clone)]
pub(crate) struct Set {
    pub(crate) facts: Vec<MediaFacts>,
    pub(crate) captions: Vec<Vec<String>>,
    /// The labels that the index is written with; what differs from the facts changed since.
    pub(crate) written_labels: Vec<Vec<String>>,
}

impl Set {
    pub(crate) fn overlay(&self) -> Overlay {
        let mut overlay = Overlay::default();
        for (row, facts) in (0..).zip(&self.facts) {
            for tag in &facts.tags {
                overlay.tags.entry(*tag).or_default().insert(row);
            }
            let written = &self.written_labels[row as usize];
            for label in LABELS {
                let is = |labels: &[String]| labels.iter().any(|known| known == label);
                match (is(written), is(&facts.labels)) {
                    (true, false) => overlay.unlabel(label, row),
                    (false, true) => overlay.label(label, row),
                    _ => {}
                }
            }
            for (field, value) in &facts.metadata {
                let values = overlay.fields.entry(field.clone()).or_default();
                std::sync::Arc::make_mut(values).push((row, value.clone()));
            }
        }
        overlay
    }

    pub(crate) fn row(&self, at: usize) -> MediaRow {
        let facts = &self.facts[at];
        MediaRow {
            id: facts.id,
            path: facts.path.clone(),
            format: facts.format,
            width_px: facts.width_px,
            height_px: facts.height_px,
            size_bytes: facts.size_bytes,
            created_at: facts.created_at,
            modified_at: facts.modified_at,
            labels: self.written_labels[at].clone(),
            captions: self.captions[at].clone(),
            issues: facts.issues.clone(),
            duplicate: facts.duplicate_likeness.map(|likeness| (0, likeness)),
            uniqueness: facts.uniqueness,
            clusters: facts.clusters,
            mixture: Mixture::default(),
        }
    }

    pub(crate) fn write(&self, folder: &std::path::Path) {
        let mut builder = GenerationBuilder::create(folder, Generation(7), &[]).unwrap();
        for at in 0..self.facts.len() {
            builder.push(&self.row(at), &[]).unwrap();
        }
        builder.finish().unwrap();
    }

    pub(crate) fn index(&self) -> GenerationIndex {
        let folder = tempfile::tempdir().unwrap();
        self.write(folder.path());
        GenerationIndex::open(folder.path()).unwrap()
    }
}

/// Up to so many pictures, of few kinds, so that filters often mean some and not all of them.
pub(crate) fn sets(most: usize) -> impl Strategy<Value = Set> {
    vec((paths(), pictures()), 0..most).prop_map(|pictures| {
        let by_path: BTreeMap<Vec<u8>, Picture> = pictures.into_iter().collect();
        let (mut facts, mut captions) = (Vec::new(), Vec::new());
        let mut written_labels = Vec::new();
        for (number, (path, (about, found, theirs))) in (1..).zip(by_path) {
            facts.push(facts_of(number, path, about, found, theirs.0, theirs.1));
            captions.push(theirs.2);
            written_labels.push(chosen_labels(theirs.3));
        }
        Set {
            facts,
            captions,
            written_labels,
        }
    })
}

type About = (ImageFormat, u32, u32, u64, i64, i64);
type Found = (Vec<Option<f32>>, Option<f32>, f32, [u32; 5]);
type Theirs = (
    Vec<bool>,
    (Vec<bool>, Vec<(String, MetadataValue)>),
    Vec<String>,
    Vec<bool>,
);
type Picture = (About, Found, Theirs);

fn facts_of(
    number: u128,
    path: Vec<u8>,
    (format, width_px, height_px, size_bytes, created, modified): About,
    (issues, duplicate_likeness, uniqueness, clusters): Found,
    labels: Vec<bool>,
    (tags, metadata): (Vec<bool>, Vec<(String, MetadataValue)>),
) -> MediaFacts {
    let chosen = |there: Vec<bool>| {
        (0..)
            .zip(there)
            .filter(|(_, there)| *there)
            .map(|(at, _)| at)
    };
    MediaFacts {
        // Ids in another order than paths.
        id: media(number * 7919 % 104_729),
        path: SourcePath::from_bytes(path),
        format,
        width_px,
        height_px,
        size_bytes,
        created_at: Timestamp::from_micros(created),
        modified_at: Timestamp::from_micros(modified),
        labels: chosen_labels(labels),
        tags: chosen(tags).map(tag).collect(),
        issues: IssueKind::ALL
            .into_iter()
            .zip(issues)
            .filter_map(|(kind, sure)| Some((kind, sure?)))
            .collect(),
        duplicate_likeness,
        uniqueness,
        clusters: std::array::from_fn(|level| cluster(level, clusters[level])),
        metadata,
    }
}

fn chosen_labels(there: Vec<bool>) -> Vec<String> {
    let chosen = LABELS.iter().zip(there).filter(|(_, there)| *there);
    chosen.map(|(label, _)| (*label).to_owned()).collect()
}

fn paths() -> impl Strategy<Value = Vec<u8>> {
    let folders = select(vec!["", "a", "a/b", "B", "\u{e9}t\u{e9}", "a.b"]);
    let names = select(vec![
        b"cat.jpg".to_vec(),
        b"CAT.jpg".to_vec(),
        b"dog 1.png".to_vec(),
        b"a".to_vec(),
        b"aa".to_vec(),
        b"caf\xe9.jpg".to_vec(),
        "\u{e9}a".as_bytes().to_vec(),
    ]);
    (folders, 0..3_u8, names).prop_map(|(folder, prefix, name)| {
        let mut path = folder.as_bytes().to_vec();
        if !path.is_empty() {
            path.push(b'/');
        }
        if prefix > 0 {
            path.push(b'a' + prefix);
        }
        path.extend(name);
        path
    })
}

fn pictures() -> impl Strategy<Value = Picture> {
    let about = (
        select(ImageFormat::ALL.to_vec()),
        1..5_u32,
        1..5_u32,
        0..2000_u64,
        -5..5_i64,
        select(vec![-1_i64, 0, 86_400_000_000, 864_000_000_000_000]),
    );
    let found = (
        vec(option::of(scores()), IssueKind::ALL.len()),
        option::of(scores()),
        scores(),
        [0..3_u32, 0..3, 0..2, 0..2, 0..1],
    );
    let fields = vec((select(FIELDS.map(str::to_owned).to_vec()), values()), 0..3);
    let theirs = (
        vec(any::<bool>(), LABELS.len()),
        (vec(any::<bool>(), 3), fields),
        vec(captions(), 0..2),
        vec(any::<bool>(), LABELS.len()),
    );
    (about, found, theirs)
}

/// Few values, the ends of bands among them.
pub(crate) fn scores() -> impl Strategy<Value = f32> {
    select(vec![0.0, 0.25, 0.5, 0.75, 1.0])
}

pub(crate) fn values() -> impl Strategy<Value = MetadataValue> {
    prop_oneof![
        select(vec!["rain", "Rainy", "sun"]).prop_map(|text| MetadataValue::Text(text.to_owned())),
        select(vec!["rain", "sun"]).prop_map(|text| MetadataValue::Choice(text.to_owned())),
        select(vec![-1.0, 0.0, 2.5]).prop_map(MetadataValue::Number),
        (-2..2_i64).prop_map(|micros| MetadataValue::Moment(Timestamp::from_micros(micros))),
    ]
}

fn captions() -> impl Strategy<Value = String> {
    let words = select(vec![
        "red", "cars", "car", "black", "cat", "dogs", "running", "42",
    ]);
    vec(words, 0..5).prop_map(|words| words.join(" "))
}

pub(crate) fn level(number: u8) -> ClusterLevel {
    ClusterLevel::new(number).unwrap()
}
