//! What holds of every set.

use std::collections::BTreeSet;

use lamina_analysis::{Findings, Matrix, Settings, Unwatched, analyse};
use proptest::prelude::*;

use crate::analysed;
use crate::pictures::{Dice, Drawing, Picture};

/// A set in which something of everything happens.
fn mixed(seed: u64) -> Vec<Picture> {
    let mut dice = Dice::new(seed);
    let mut pictures = Vec::new();
    for subject in 0..14 {
        let scene = Drawing::photograph(seed * 100 + subject);
        let name = |what: &str| format!("{seed} {subject} {what}");
        let original = Picture::new(&name("original"), &scene, subject / 3);
        match dice.next() % 7 {
            0 => pictures.push(original.clone()),
            1 => pictures.push(Picture::new(
                &name("recoded"),
                &scene.noisy(2.0, subject),
                subject / 3,
            )),
            2 => pictures.push(Picture::new(&name("mirror"), &scene.turned(1), subject / 3)),
            3 => {
                let part = scene.window([0.0, 0.0, 0.93, 0.93]);
                pictures.push(Picture::new(&name("part"), &part, subject / 3));
            }
            4 => {
                let view = scene.window([0.3, 0.3, 1.0, 1.0]);
                pictures.push(Picture::new(&name("view"), &view, subject / 3));
            }
            // Copies of the original that are no copies of each other.
            5 => {
                let left = scene.window([0.0, 0.0, 0.75, 1.0]);
                let left = Picture::new(&name("left"), &left, subject / 3);
                pictures.push(left.sized(700, 700));
                let right = scene.window([0.28, 0.0, 1.0, 1.0]);
                let right = Picture::new(&name("right"), &right, subject / 3);
                pictures.push(right.sized(461, 480));
                let framed = scene.turned(4).framed(0.06, 250.0);
                pictures.push(Picture::new(&name("framed"), &framed, subject / 3));
            }
            _ => {}
        }
        pictures.push(original);
    }
    pictures
}

fn run(pictures: &[Picture], order_of: &[u32], threads: usize) -> Findings {
    let mut facts: Vec<_> = pictures
        .iter()
        .map(|picture| picture.facts.clone())
        .collect();
    for (facts, order) in facts.iter_mut().zip(order_of) {
        facts.order = *order;
    }
    let rows: Vec<_> = pictures.iter().map(|picture| &picture.vector[..]).collect();
    let vectors = Matrix::from_rows(&rows).unwrap();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let signatures = pictures.iter().map(|picture| picture.signature.clone());
    let signatures: Vec<_> = signatures.collect();
    let settings = Settings::default();
    pool.install(|| analyse(&vectors, &facts, &signatures, &settings, &Unwatched))
        .unwrap()
}

/// The same findings told of rows in another order: row `at` of the new set was `was[at]`.
fn relabelled(mut findings: Findings, was: &[u32]) -> Findings {
    let row = |row: &mut u32| *row = was[*row as usize];
    for group in &mut findings.groups {
        row(&mut group.keep);
        group.others.iter_mut().for_each(|other| row(&mut other.0));
    }
    findings
        .issues
        .iter_mut()
        .for_each(|issue| row(&mut issue.row));
    for cluster in findings.cluster_keys.iter_mut().flatten() {
        row(&mut cluster.representative);
    }
    let back = |at: u32| was.iter().position(|row| *row == at).unwrap();
    let count = was.len() as u32;
    findings.clusters = (0..count).map(|at| findings.clusters[back(at)]).collect();
    findings.uniqueness = (0..count).map(|at| findings.uniqueness[back(at)]).collect();
    findings.nearest_distance = (0..count)
        .map(|at| findings.nearest_distance[back(at)])
        .collect();
    findings
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn neither_the_order_of_rows_nor_the_number_of_threads_matters(seed in 0_u64..1000) {
        let pictures = mixed(seed);
        let count = pictures.len() as u32;
        let straight: Vec<u32> = (0..count).collect();
        let mut was = straight.clone();
        let mut dice = Dice::new(seed);
        was.sort_by_cached_key(|_| dice.next());
        let shuffled: Vec<Picture> = was.iter().map(|at| pictures[*at as usize].clone()).collect();
        let one = run(&pictures, &straight, 1);
        let other = relabelled(run(&shuffled, &was, 3), &was);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn removing_a_picture_that_is_in_no_group_changes_no_group(seed in 0_u64..1000) {
        let pictures = mixed(seed);
        let all = analysed(&pictures);
        let members: BTreeSet<u32> = all
            .groups
            .iter()
            .flat_map(|group| group.others.iter().map(|other| other.0).chain([group.keep]))
            .collect();
        let lone = (0..pictures.len() as u32).filter(|row| !members.contains(row));
        for gone in lone.take(3) {
            let mut fewer = pictures.clone();
            fewer.remove(gone as usize);
            let mut left = analysed(&fewer).groups;
            for group in &mut left {
                let row = |row: &mut u32| *row += u32::from(*row >= gone);
                row(&mut group.keep);
                group.others.iter_mut().for_each(|other| row(&mut other.0));
            }
            prop_assert_eq!(&all.groups, &left, "without {}", gone);
        }
    }

    #[test]
    fn every_level_lies_inside_the_next_and_clusters_are_what_they_say(seed in 0_u64..1000) {
        let pictures = mixed(seed);
        let findings = analysed(&pictures);
        for level in 0..5 {
            let clusters = &findings.cluster_keys[level];
            for (at, cluster) in clusters.iter().enumerate() {
                let members: Vec<usize> = (0..pictures.len())
                    .filter(|row| findings.clusters[*row][level] == at as u32)
                    .collect();
                prop_assert_eq!(members.len(), cluster.size as usize);
                prop_assert!(members.contains(&(cluster.representative as usize)));
                let key = members.iter().map(|row| pictures[*row].facts.content_hash).min();
                prop_assert_eq!(key, Some(cluster.key));
                if level < 4 {
                    let above: BTreeSet<u32> =
                        members.iter().map(|row| findings.clusters[*row][level + 1]).collect();
                    prop_assert_eq!(above.len(), 1);
                }
            }
        }
        for group in &findings.groups {
            for (other, _) in &group.others {
                let home = findings.clusters[group.keep as usize];
                prop_assert_eq!(home, findings.clusters[*other as usize]);
            }
        }
    }

    #[test]
    fn what_is_kept_is_no_near_copy_and_nothing_is_twice_a_copy_of_the_same(seed in 0_u64..1000) {
        let findings = analysed(&mixed(seed));
        let mut exact = BTreeSet::new();
        let mut near = BTreeSet::new();
        for group in &findings.groups {
            for (other, likeness) in &group.others {
                prop_assert!((0.96..=1.0).contains(likeness));
                prop_assert_eq!(findings.uniqueness[*other as usize], 0.0);
                let is_new = if group.tier.is_exact() {
                    exact.insert(*other)
                } else {
                    near.insert((*other, group.keep))
                };
                prop_assert!(is_new, "{:?}", group);
            }
        }
        let kept = findings.groups.iter().filter(|group| !group.tier.is_exact());
        for group in kept {
            prop_assert!(near.iter().all(|(other, _)| *other != group.keep), "{:?}", group);
        }
    }
}
