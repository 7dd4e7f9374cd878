use lamina_model::DatasetId;
use lamina_testkit::{CountingChance, TickingClock};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

/// Every file below a folder with its content.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs_err::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                all.insert(name.to_owned(), fs_err::read(&path).unwrap());
            }
        }
    }
    all
}

fn send(folder: &Path, name: &str, content: &[u8]) {
    fs_err::create_dir_all(folder).unwrap();
    let (_, part) = begin_part(folder).unwrap();
    fs_err::write(&part, content).unwrap();
    place(&part, folder, Path::new(name)).unwrap();
}

#[test]
fn a_name_that_is_taken_gets_a_number_before_its_ending() {
    let numbered = |name: &str| numbered(OsStr::new(name), 2).into_string().unwrap();
    assert_eq!(numbered("a.jpg"), "a (2).jpg");
    assert_eq!(numbered("a.tar.gz"), "a.tar (2).gz");
    assert_eq!(numbered("none"), "none (2)");
    assert_eq!(numbered(".hidden"), ".hidden (2)");
    let long = numbered(&("ü".repeat(125) + ".jpg"));
    assert!(long.len() <= 255 && long.ends_with("ü (2).jpg"), "{long}");
}

#[test]
fn a_file_and_a_folder_of_one_name_both_find_room() {
    let folder = TempDir::new().unwrap();
    send(folder.path(), "x", b"file");
    send(folder.path(), "x/y", b"inner");
    send(folder.path(), "x (2)", b"other");
    let kept = files(folder.path());
    let found: Vec<_> = kept
        .iter()
        .map(|(name, bytes)| (&**name, &**bytes))
        .collect();
    assert_eq!(
        found,
        [
            ("x", &b"file"[..]),
            ("x (2) (2)", b"other"),
            ("x (2)/y", b"inner"),
        ]
    );
}

#[test]
fn a_batch_is_kept_as_a_whole_and_comes_in_the_order_of_its_keeping() {
    let uploads = TempDir::new().unwrap();
    let dataset = DatasetId::new(&TickingClock::default(), &CountingChance::new());
    let transaction = finished(uploads.path(), dataset).join("1");
    fs_err::create_dir_all(&transaction).unwrap();
    let mut last = LastBatches::new();
    // Twelve, so that numbers and not names give the order.
    for number in 0..12 {
        if number == 6 {
            // As after a new start of the program.
            last.clear();
        }
        let draft = begin_draft(&transaction).unwrap();
        for name in ["a/x", "y"] {
            send(&draft, name, format!("{name} of {number}").as_bytes());
        }
        keep_draft(&draft, &transaction, &mut last).unwrap();
    }
    let never_kept = begin_draft(&transaction).unwrap();
    send(&never_kept, "z", b"of a sender who went away");
    assert_eq!(fs_err::read_dir(&transaction).unwrap().count(), 13);
    clear_parts(&transaction).unwrap();
    merge_finished(uploads.path(), dataset).unwrap();
    let kept = files(&kept(uploads.path(), dataset));
    assert_eq!(kept.len(), 24, "{:?}", kept.keys());
    assert_eq!(kept["y"], b"y of 0");
    assert_eq!(kept["y (2)"], b"y of 1");
    assert_eq!(kept["a/x (12)"], b"a/x of 11");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However often names repeat and wherever the merge was stopped, each content is there in
    /// the end, exactly once for each name it was sent under.
    #[test]
    fn no_content_is_lost_or_doubled(
        sent in prop::collection::vec(("[ab](/[ab]){0,2}", 0_u8..3, any::<bool>()), 1..12),
        merged_before in 0_usize..12,
    ) {
        let uploads = TempDir::new().unwrap();
        let dataset = DatasetId::new(&TickingClock::default(), &CountingChance::new());
        let mut wanted: Vec<Vec<u8>> = Vec::new();
        for (number, (name, content, in_a_batch)) in sent.iter().enumerate() {
            let transaction = finished(uploads.path(), dataset).join(number.to_string());
            let content = format!("{name}={content}").into_bytes();
            if *in_a_batch {
                fs_err::create_dir_all(&transaction).unwrap();
                let draft = begin_draft(&transaction).unwrap();
                send(&draft, name, &content);
                keep_draft(&draft, &transaction, &mut LastBatches::new()).unwrap();
            } else {
                send(&transaction, name, &content);
            }
            wanted.push(content);
            if number == merged_before {
                merge_finished(uploads.path(), dataset).unwrap();
            }
        }
        merge_finished(uploads.path(), dataset).unwrap();
        merge_finished(uploads.path(), dataset).unwrap();
        let mut kept: Vec<_> = files(&kept(uploads.path(), dataset)).into_values().collect();
        kept.sort();
        wanted.sort();
        wanted.dedup();
        prop_assert_eq!(kept, wanted);
        let waiting = fs_err::read_dir(finished(uploads.path(), dataset)).unwrap();
        prop_assert_eq!(waiting.count(), 0);
    }
}
