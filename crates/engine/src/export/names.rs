//! Names in an archive: the pictures' own, but never outside of it and never the same twice,
//! also where files that differ in upper and lower case only are one.

use std::collections::HashSet;

use lamina_model::SourcePath;

use super::ask::ExportFormat;

/// Names given out so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: HashSet<String>,
    /// Whether also names that differ only in what follows the last dot clash.
    by_stem: bool,
}

impl Names {
    /// Names for an archive in this format. Boxes of YOLO stand under the name of the picture
    /// without its end.
    pub(super) fn of(format: ExportFormat) -> Self {
        Self {
            by_stem: format == ExportFormat::Yolo,
            ..Self::default()
        }
    }

    /// The name of a file below a folder of the archive.
    pub(super) fn give(&mut self, path: &SourcePath) -> String {
        let shown = path.to_string();
        let parts: Vec<String> = shown
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
            .map(plain)
            .collect();
        let whole = if parts.is_empty() {
            "unnamed".to_owned()
        } else {
            parts.join("/")
        };
        let (stem, end) = split(&whole);
        let mut name = whole.clone();
        for number in 2.. {
            let key = if self.by_stem { split(&name).0 } else { &name };
            if self.given.insert(key.to_lowercase()) {
                break;
            }
            name = format!("{stem} ({number}){end}");
        }
        name
    }
}

/// The part before the last dot of the file's name, and the rest.
pub(super) fn split(name: &str) -> (&str, &str) {
    let file = name.rfind('/').map_or(0, |at| at + 1);
    match name[file..].rfind('.') {
        Some(at) if at > 0 => name.split_at(file + at),
        _ => (name, ""),
    }
}

/// A part of a path that every system takes.
fn plain(part: &str) -> String {
    if part == ".." {
        return "__".to_owned();
    }
    let odd = |c: char| c.is_control() || "\\:*?\"<>|".contains(c);
    let mut name: String = part.chars().map(|c| if odd(c) { '_' } else { c }).collect();
    if name.ends_with(['.', ' ']) {
        name.pop();
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    use lamina_model::SourcePath;

    use proptest::prelude::*;

    use super::Names;

    #[test]
    fn names_stay_their_own_where_they_can() {
        let mut names = Names::default();
        let mut give = |path: &str| names.give(&SourcePath::from_bytes(path));
        assert_eq!(give("a/b.jpg"), "a/b.jpg");
        assert_eq!(give("a/B.JPG"), "a/B (2).JPG");
        assert_eq!(give("A/b.jpg"), "A/b (3).jpg");
        assert_eq!(give("../../etc/passwd"), "__/__/etc/passwd");
        assert_eq!(give("c:\\x. "), "c__x._");
        assert_eq!(give(".hidden"), ".hidden");
    }

    proptest! {
        #[test]
        fn no_name_leads_outside_and_none_is_given_twice(
            paths in prop::collection::vec("[aA./\\\\: \u{0}\u{e9}\u{c9}]{0,6}", 1..40),
        ) {
            let mut names = Names::default();
            let mut seen = std::collections::HashSet::new();
            for path in paths {
                let name = names.give(&SourcePath::from_bytes(path));
                prop_assert!(!name.starts_with('/') && !name.contains(['\\', '\0', ':']));
                prop_assert!(name.split('/').all(|part| !part.is_empty() && part != "." && part != ".."));
                prop_assert!(seen.insert(name.to_lowercase()), "{}", name);
            }
        }
    }
}
