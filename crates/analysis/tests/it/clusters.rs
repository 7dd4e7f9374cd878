//! Clusters and uniqueness of pictures known by their vectors.

use crate::analysed;
use crate::pictures::{Drawing, Picture, near};

/// `each` different pictures of each subject.
fn subjects(subjects: std::ops::Range<u64>, each: u64) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for subject in subjects {
        for at in 0..each {
            let seed = 1000 + subject * 100 + at;
            let mut picture = Picture::new(
                &format!("{subject} {at}"),
                &Drawing::photograph(seed),
                subject,
            );
            picture.vector = near(subject, 0.3, seed);
            pictures.push(picture);
        }
    }
    pictures
}

#[test]
fn pictures_of_one_subject_are_one_cluster_and_those_of_others_are_not() {
    let findings = analysed(&subjects(0..6, 7));
    let of = |row: usize| findings.clusters[row][1];
    for row in 0..42 {
        assert_eq!(of(row), of(row / 7 * 7), "{row}");
    }
    assert_eq!(findings.cluster_keys[1].len(), 6);
    assert!(
        findings.cluster_keys[1]
            .iter()
            .all(|cluster| cluster.size == 7)
    );
}

#[test]
fn pictures_whose_vectors_are_equal_are_one_cluster_however_many_there_are() {
    // More than any of them is compared with, in groups of which all are as alike.
    for (groups, each) in [(1, 17), (1, 45), (1, 130), (10, 10), (8, 15), (3, 70)] {
        let mut pictures = Vec::new();
        for (group, at) in (0..groups).flat_map(|group| (0..each).map(move |at| (group, at))) {
            let drawing = Drawing::photograph(5000 + group * 1000 + at);
            let mut picture = Picture::new(&format!("{group} {at}"), &drawing, 70 + group);
            picture.vector = near(70 + group, 0.0, 1);
            pictures.push(picture);
        }
        let findings = analysed(&pictures);
        let mut distances = findings.nearest_distance.iter();
        assert!(distances.all(|distance| (0.0..1e-3).contains(distance)));
        for (level, clusters) in findings.cluster_keys.iter().enumerate().take(4) {
            let sizes: Vec<u32> = clusters.iter().map(|cluster| cluster.size).collect();
            assert_eq!(
                sizes,
                vec![each as u32; groups as usize],
                "level {level}, {groups} of {each}"
            );
        }
    }
}

#[test]
fn clusters_keep_their_keys_when_pictures_of_another_subject_come() {
    let before = analysed(&subjects(0..5, 6));
    let mut more = subjects(0..5, 6);
    more.extend(subjects(5..7, 6));
    let after = analysed(&more);
    for level in 0..2 {
        for cluster in &before.cluster_keys[level] {
            assert!(
                after.cluster_keys[level].contains(cluster),
                "level {level}: {cluster:?}"
            );
        }
    }
}

#[test]
fn in_a_set_that_grows_by_a_tenth_most_clusters_go_on_as_they_were() {
    let old = subjects(0..20, 10);
    let before = analysed(&old);
    let mut grown = old.clone();
    // More of what there is, each a little different, and something new.
    for subject in 0..18 {
        let seed = 90_000 + subject;
        let name = format!("{subject} more");
        let mut picture = Picture::new(&name, &Drawing::photograph(seed), subject);
        picture.vector = near(subject, 0.35, seed);
        grown.push(picture);
    }
    grown.extend(subjects(40..41, 2));
    let after = analysed(&grown);
    for level in 0..5 {
        let mut kept = 0;
        let clusters = before.cluster_keys[level].len();
        for at in 0..clusters {
            let rows: Vec<usize> = (0..old.len())
                .filter(|row| before.clusters[*row][level] == at as u32)
                .collect();
            let mut now: Vec<u32> = rows.iter().map(|row| after.clusters[*row][level]).collect();
            now.sort_unstable();
            let most = now.chunk_by(|a, b| a == b).map(<[u32]>::len).max();
            // What is more than half of it goes on as it.
            kept += usize::from(most.is_some_and(|most| 2 * most > rows.len()));
        }
        assert!(
            kept * 10 >= clusters * 9,
            "level {level}: {kept} of {clusters}"
        );
    }
}

#[test]
fn the_first_k_by_uniqueness_are_one_of_each_of_k_subjects() {
    let findings = analysed(&subjects(0..8, 5));
    let mut rows: Vec<usize> = (0..40).collect();
    rows.sort_by(|a, b| findings.uniqueness[*b].total_cmp(&findings.uniqueness[*a]));
    let mut first: Vec<usize> = rows[..8].iter().map(|row| row / 5).collect();
    first.sort_unstable();
    assert_eq!(first, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert!(
        findings
            .uniqueness
            .iter()
            .all(|value| (0.0..=1.0).contains(value))
    );
}

#[test]
fn the_picture_unlike_all_others_is_an_outlier() {
    let mut pictures = subjects(0..4, 12);
    pictures.extend(subjects(77..78, 1));
    let findings = analysed(&pictures);
    let sure: Vec<u32> = findings
        .issues
        .iter()
        .filter(|issue| issue.kind == lamina_model::IssueKind::Outliers && issue.confidence >= 0.5)
        .map(|issue| issue.row)
        .collect();
    assert_eq!(sure, [48]);
    assert!(findings.nearest_distance[48] > 0.5);
}

#[test]
fn a_handful_of_pictures_has_no_outliers() {
    let findings = analysed(&subjects(0..10, 1));
    let outliers = findings
        .issues
        .iter()
        .filter(|issue| issue.kind == lamina_model::IssueKind::Outliers);
    assert_eq!(outliers.count(), 0);
}
