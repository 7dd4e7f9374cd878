//! Where the index of a generation lies, and taking away what nobody needs.

use std::path::{Path, PathBuf};

use lamina_model::{DatasetId, Generation};

/// Begins the names of folders that are being written.
const WRITING: &str = "writing-";

/// The folder with the indexes of one dataset.
pub(crate) fn of_dataset(indexes: &Path, dataset: DatasetId) -> PathBuf {
    indexes.join(dataset.to_string())
}

/// The folder with the index of one generation. Where it is, it is whole.
pub(crate) fn of_generation(indexes: &Path, dataset: DatasetId, generation: Generation) -> PathBuf {
    of_dataset(indexes, dataset).join(generation.0.to_string())
}

/// A folder to write in, which becomes [`of_generation`] by being renamed. `mark` keeps two
/// processes apart that write the same.
pub(crate) fn for_writing(
    indexes: &Path,
    dataset: DatasetId,
    generation: Generation,
    mark: &str,
) -> PathBuf {
    of_dataset(indexes, dataset).join(format!("{WRITING}{}-{mark}", generation.0))
}

/// A file to put things aside in while a dataset is compared, which no generation needs. `mark`
/// keeps two apart.
pub(crate) fn for_scratch(indexes: &Path, dataset: DatasetId, mark: &str) -> PathBuf {
    of_dataset(indexes, dataset).join(format!("{WRITING}{mark}"))
}

/// Takes away all indexes of a dataset, begun or whole, and what was put aside, but those of these
/// generations. A failure costs disk, not truth.
pub(crate) fn keep_only(indexes: &Path, dataset: DatasetId, generations: &[Generation]) {
    let Ok(entries) = fs_err::read_dir(of_dataset(indexes, dataset)) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let number = match name.strip_prefix(WRITING) {
            Some(rest) => rest.split('-').next().unwrap_or_default(),
            None => &name,
        };
        let wanted = number
            .parse()
            .is_ok_and(|number| generations.contains(&Generation(number)));
        if !wanted {
            remove(&entry.path());
        }
    }
}

/// Takes away all indexes of a dataset that is gone.
pub(crate) fn forget(indexes: &Path, dataset: DatasetId) {
    remove(&of_dataset(indexes, dataset));
}

/// Takes a folder or a file away; says so in the log where that fails.
pub(crate) fn remove(place: &Path) {
    let removed = if place.is_dir() {
        fs_err::remove_dir_all(place)
    } else {
        fs_err::remove_file(place)
    };
    match removed {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(
                error = &cause as &dyn std::error::Error,
                "cannot remove an old index"
            );
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use lamina_testkit::{CountingChance, TickingClock};

    use super::*;

    #[test]
    fn what_no_generation_needs_is_taken_away_whether_a_folder_or_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let indexes = folder.path();
        let dataset = DatasetId::new(&TickingClock::default(), &CountingChance::default());
        let whole = |generation| of_generation(indexes, dataset, Generation(generation));
        let begun = |generation| for_writing(indexes, dataset, Generation(generation), "one");
        for place in [whole(1), whole(2), begun(1), begun(2)] {
            fs_err::create_dir_all(place.join("inside")).unwrap();
        }
        let aside = for_scratch(indexes, dataset, "signatures-two");
        fs_err::write(&aside, b"left by a killed process").unwrap();
        keep_only(indexes, dataset, &[Generation(2)]);
        for (place, stays) in [
            (whole(1), false),
            (begun(1), false),
            (aside, false),
            (whole(2), true),
            (begun(2), true),
        ] {
            assert_eq!(place.exists(), stays, "{}", place.display());
        }
        forget(indexes, dataset);
        assert!(!of_dataset(indexes, dataset).exists());
    }
}
