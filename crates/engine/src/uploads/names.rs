//! Which names a file that is sent may have.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt, path::PathBuf};

/// The longest name of one file or folder that file systems take, in bytes.
const LONGEST_PART: usize = 255;
/// The longest path inside a dataset, in bytes.
const LONGEST_PATH: usize = 3_800;

/// The name as a path that stays inside the folder it is joined to; else why not, as a sentence.
pub(super) fn checked_file_name(name: &[u8]) -> Result<PathBuf, String> {
    let shown = || {
        let text = String::from_utf8_lossy(name);
        text.chars().take(80).collect::<String>()
    };
    if name.is_empty() {
        return Err("a file has no name; send it with one".to_owned());
    }
    if name.len() > LONGEST_PATH {
        let length = name.len();
        return Err(format!(
            "the name {}… has {length} bytes; at most {LONGEST_PATH} are taken",
            shown()
        ));
    }
    let mut path = PathBuf::new();
    for part in name.split(|byte| *byte == b'/') {
        let why = match part {
            b"" => "has an empty part or begins or ends with /",
            b"." | b".." => "has a part that leads elsewhere",
            part if part.contains(&0) => "holds a NUL character",
            part if part.len() > LONGEST_PART => "has a part of more than 255 bytes",
            part if part.starts_with(super::merge::PART_PREFIX.as_bytes()) => {
                "begins as Lamina's own unfinished files do"
            }
            part => {
                path.push(OsStr::from_bytes(part));
                continue;
            }
        };
        return Err(format!(
            "the name {:?} {why}; send it under another",
            shown()
        ));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_and_odd_names_are_kept_as_they_are() {
        for name in [
            "a.jpg",
            "a b/ü 🏎️/-i.jpg",
            "100% #1 + ?&;,.jpg",
            "a\nb",
            "…",
            ".hidden",
        ] {
            assert_eq!(checked_file_name(name.as_bytes()).unwrap(), Path::new(name));
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused_with_the_name() {
        for name in [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a//b",
            "a/",
            "./a",
            ".",
            "a\0b",
        ] {
            let why = checked_file_name(name.as_bytes()).unwrap_err();
            assert!(why.contains("name"), "{why}");
        }
        let long = "x".repeat(256);
        assert!(checked_file_name(long.as_bytes()).is_err());
        let deep = "y/".repeat(2_000) + "z";
        assert!(checked_file_name(deep.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn a_name_never_leads_out_of_its_folder(name in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(path) = checked_file_name(&name) {
                let inside = path.components().all(|part| {
                    matches!(part, std::path::Component::Normal(_))
                });
                prop_assert!(inside && path.components().count() > 0);
                prop_assert_eq!(path.as_os_str().as_bytes(), &name[..]);
            }
        }
    }
}
