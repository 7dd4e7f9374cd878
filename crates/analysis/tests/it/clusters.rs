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
