//! The splits of a dataset, as its folders name them, and copies across them.

use lamina_analysis::{Group, leaks};
use lamina_model::{Issue, IssueKind, MediaId, SourcePath};

/// What folders of a split are called, by split.
const NAMES: [&[&str]; 3] = [
    &["train", "training", "trainset"],
    &["val", "valid", "validation", "dev"],
    &["test", "testing", "testset", "eval", "evaluation"],
];

/// Pictures of which there is a copy in another split.
pub(super) fn issues(ids: &[MediaId], paths: &[SourcePath], groups: &[Group]) -> Vec<Issue> {
    let splits: Vec<_> = paths.iter().map(split_of).collect();
    leaks(groups, &splits)
        .into_iter()
        .map(|leak| Issue {
            media_id: ids[leak.row as usize],
            kind: IssueKind::Leakage,
            confidence: leak.likeness,
            description: paths[leak.copy as usize].to_string(),
        })
        .collect()
}

/// The split that a file lies in: the first of its folders called after one, whatever number or
/// sign follows the name, as in `train2017` or `test_1`.
fn split_of(path: &SourcePath) -> Option<u32> {
    let bytes = path.as_bytes();
    let folders = &bytes[..bytes.iter().rposition(|byte| *byte == b'/')?];
    let split = |folder: &[u8]| {
        let end = folder.iter().rposition(u8::is_ascii_alphabetic)? + 1;
        let name = folder[..end].to_ascii_lowercase();
        (0..)
            .zip(NAMES)
            .find(|(_, names)| names.iter().any(|known| known.as_bytes() == name))
            .map(|(split, _)| split)
    };
    folders.split(|byte| *byte == b'/').find_map(split)
}

#[cfg(test)]
mod tests {
    use lamina_model::SourcePath;

    use super::split_of;

    #[test]
    fn the_first_folder_called_after_a_split_says_which() {
        let of = |path: &str| split_of(&SourcePath::from_bytes(path.as_bytes().to_vec()));
        assert_eq!(of("train/cat/1.jpg"), Some(0));
        assert_eq!(of("images/Train2017/1.jpg"), Some(0));
        assert_eq!(of("cats/valid/test/1.jpg"), Some(1));
        assert_eq!(of("set/test_2/1.jpg"), Some(2));
        for none in [
            "test.jpg",
            "trains/1.jpg",
            "latest/1.jpg",
            "2017/1.jpg",
            "1.jpg",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
