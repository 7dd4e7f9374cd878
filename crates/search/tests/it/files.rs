//! What is written is read back, and what is not as it was written is refused.

use std::{collections::BTreeMap, path::Path};

use lamina_model::{Filter, Generation};
use lamina_search::{
    AnchorVector, GenerationBuilder, GenerationIndex, Nearest, Overlay, SearchError,
};
use proptest::prelude::*;

use crate::sets::sets;

/// An index of a dozen pictures, each with a vector of 70 dimensions.
fn with_vectors(folder: &Path) {
    let (set, _) = sample();
    let mut builder =
        GenerationBuilder::create(folder, Generation(3), &[("image", 70), ("words", 5)]).unwrap();
    for at in 0..set.facts.len() {
        let image: Vec<f32> = (0..70)
            .map(|d| ((d * 31 + at * 17) % 13) as f32 - 6.0)
            .collect();
        let words = [1.0, at as f32, 0.0, 0.0, -1.0];
        let words = (at % 3 > 0).then_some(&words[..]);
        builder.push(&set.row(at), &[Some(&image), words]).unwrap();
    }
    builder.finish().unwrap();
}

fn sample() -> (crate::sets::Set, usize) {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    loop {
        let set = sets(40).new_tree(&mut runner).unwrap().current();
        if set.facts.len() > 11 {
            let many = set.facts.len();
            return (set, many);
        }
    }
}

fn bytes_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs_err::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs_err::read(entry.path()).unwrap())
        })
        .collect()
}

/// Everything that an index can be asked that touches all of its files.
fn ask_everything(folder: &Path) -> Result<(), SearchError> {
    let index = GenerationIndex::open(folder)?;
    let all = index.matching(&Filter::everything(), &Overlay::default());
    for (space, dimensions) in [("image", 70), ("words", 5)] {
        let vector = vec![1.0; dimensions];
        let anchors = [AnchorVector {
            vector: &vector,
            weight: 1.0,
        }];
        let asked = Nearest {
            space,
            anchors: &anchors,
            max_distance: 2.0,
            limit: 1000,
        };
        index.nearest(&asked, &all)?;
    }
    index.verify()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_fact_is_read_back(set in sets(40)) {
        let index = set.index();
        prop_assert_eq!(index.generation(), Generation(7));
        prop_assert_eq!(index.rows() as usize, set.facts.len());
        for (row, facts) in (0..).zip(&set.facts) {
            let tile = index.tile(row);
            prop_assert_eq!(index.row_of(facts.id), Some(row));
            prop_assert_eq!(tile.id, facts.id);
            prop_assert_eq!(&tile.path, &facts.path);
            prop_assert_eq!(tile.format, facts.format);
            prop_assert_eq!((tile.width_px, tile.height_px), (facts.width_px, facts.height_px));
            prop_assert_eq!(tile.size_bytes, facts.size_bytes);
            prop_assert_eq!(tile.created_at, facts.created_at);
            prop_assert_eq!(tile.modified_at, facts.modified_at);
            let mut written = set.written_labels[row as usize].clone();
            written.sort();
            prop_assert_eq!(&tile.labels, &written);
            let mut labels = facts.labels.clone();
            labels.sort();
            prop_assert_eq!(index.labels_now(row, &set.overlay()), labels);
            prop_assert_eq!(&tile.captions, &set.captions[row as usize]);
            prop_assert_eq!(tile.uniqueness, facts.uniqueness);
            prop_assert_eq!(tile.duplicate.map(|(_, likeness)| likeness), facts.duplicate_likeness);
            prop_assert_eq!(index.issues(row), facts.issues.clone());
            for (level, cluster) in lamina_model::ClusterLevel::ALL.into_iter().zip(facts.clusters) {
                prop_assert_eq!(index.cluster_of(level, row), cluster);
                prop_assert_eq!(index.level_of(cluster), Some(level));
            }
        }
    }
}

#[test]
fn the_same_pictures_give_the_same_bytes() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    with_vectors(one.path());
    with_vectors(two.path());
    assert_eq!(bytes_of(one.path()), bytes_of(two.path()));
    with_vectors(two.path());
    assert_eq!(bytes_of(one.path()), bytes_of(two.path()));
}

#[test]
fn any_changed_byte_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    with_vectors(folder.path());
    ask_everything(folder.path()).unwrap();
    for (name, bytes) in bytes_of(folder.path()) {
        let path = folder.path().join(&name);
        for at in (0..bytes.len()).step_by(bytes.len() / 97 + 1) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x40;
            fs_err::write(&path, &changed).unwrap();
            match ask_everything(folder.path()) {
                Err(SearchError::Damaged { file, .. } | SearchError::OtherFormat { file, .. }) => {
                    assert_eq!(file, name);
                }
                // Bytes between sections mean nothing.
                Ok(()) => assert!(bytes[at] == 0 && !name.contains(".rows"), "{name} at {at}"),
                other => panic!("{name} at {at}: {other:?}"),
            }
        }
        fs_err::write(&path, &bytes).unwrap();
    }
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    with_vectors(folder.path());
    for (name, bytes) in bytes_of(folder.path()) {
        let path = folder.path().join(&name);
        for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            fs_err::write(&path, &bytes[..length]).unwrap();
            let error = ask_everything(folder.path()).unwrap_err();
            assert!(
                matches!(&error, SearchError::Damaged { file, .. } if *file == name),
                "{error}"
            );
        }
        fs_err::write(&path, &bytes).unwrap();
    }
}

#[test]
fn vectors_of_another_index_are_refused() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    with_vectors(one.path());
    let (set, many) = sample();
    let mut builder =
        GenerationBuilder::create(two.path(), Generation(3), &[("image", 70)]).unwrap();
    for at in 0..many {
        builder.push(&set.row(at), &[Some(&[0.5; 70])]).unwrap();
    }
    builder.finish().unwrap();
    let [from, to] = [&two, &one].map(|folder| folder.path().join("image.codes"));
    fs_err::copy(from, to).unwrap();
    let error = GenerationIndex::open(one.path()).unwrap_err().to_string();
    assert!(
        error.contains("image.codes") && error.contains("other vectors"),
        "{error}"
    );
}

#[test]
fn an_index_that_was_not_finished_cannot_be_opened() {
    let folder = tempfile::tempdir().unwrap();
    with_vectors(folder.path());
    let (set, _) = sample();
    let mut again = GenerationBuilder::create(folder.path(), Generation(4), &[]).unwrap();
    again.push(&set.row(0), &[]).unwrap();
    drop(again);
    let error = GenerationIndex::open(folder.path()).unwrap_err();
    assert!(matches!(error, SearchError::Io(_)), "{error}");
}

#[test]
fn pictures_out_of_order_and_vectors_of_another_length_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (set, _) = sample();
    let mut builder =
        GenerationBuilder::create(folder.path(), Generation(1), &[("image", 8)]).unwrap();
    let short = builder.push(&set.row(1), &[Some(&[1.0; 7])]);
    assert!(matches!(
        short,
        Err(SearchError::Dimensions {
            given: 7,
            expected: 8,
            ..
        })
    ));
    builder.push(&set.row(1), &[Some(&[1.0; 8])]).unwrap();
    for at in [0, 1] {
        let refused = builder.push(&set.row(at), &[None]);
        assert!(matches!(refused, Err(SearchError::OutOfOrder { .. })));
    }
}
