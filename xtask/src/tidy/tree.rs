//! The source files of the workspace, read once.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use anyhow::Result;

/// One source file of ours.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// From the root of the workspace, with `/` between the parts.
    pub path: String,
    pub text: String,
}

impl Source {
    /// The room it belongs to: `vision` for `crates/vision/src/…`, `xtask` for `xtask/…`.
    pub(crate) fn room(&self) -> &str {
        let mut parts = self.path.split('/');
        match (parts.next(), parts.next()) {
            (Some("crates"), Some(room)) => room,
            (Some(first), _) => first,
            (None, _) => "",
        }
    }

    pub(crate) fn is_rust(&self) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|found| found == "rs")
    }

    /// Its lines with their numbers, from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
    }
}

/// All Rust files of `crates/` and `xtask/`, and the TypeScript files of `web/src/`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    pub sources: Vec<Source>,
}

impl Tree {
    /// Reads them, in the order of their paths.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        for (folder, extensions) in [
            ("crates", &["rs"][..]),
            ("xtask", &["rs"]),
            ("web/src", &["ts", "tsx"]),
        ] {
            let mut files = Vec::new();
            walk(&root.join(folder), &may_hold_sources, &mut files)?;
            for file in files {
                let known = file
                    .extension()
                    .is_some_and(|found| extensions.iter().any(|one| found == *one));
                if known {
                    tree.sources.push(Source {
                        path: file
                            .strip_prefix(root)?
                            .to_string_lossy()
                            .replace('\\', "/"),
                        text: fs_err::read_to_string(&file)?,
                    });
                }
            }
        }
        tree.sources.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    /// A tree made by a test.
    #[cfg(test)]
    pub(crate) fn of(sources: &[(&str, &str)]) -> Self {
        Self {
            sources: sources
                .iter()
                .map(|(path, text)| Source {
                    path: (*path).to_owned(),
                    text: (*text).to_owned(),
                })
                .collect(),
        }
    }
}

/// Every file below a folder, in no order. Only folders and files whose name `is_wanted` says yes to.
pub(crate) fn walk(
    folder: &Path,
    is_wanted: &dyn Fn(&OsStr) -> bool,
    into: &mut Vec<PathBuf>,
) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        if !is_wanted(&entry.file_name()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), is_wanted, into)?;
        } else {
            into.push(entry.path());
        }
    }
    Ok(())
}

/// What is built or hidden is no source.
fn may_hold_sources(name: &OsStr) -> bool {
    name != "target" && name != "node_modules" && !name.as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_knows_its_room() {
        let tree = Tree::of(&[
            ("crates/vision/src/lib.rs", ""),
            ("xtask/src/main.rs", ""),
            ("web/src/app.tsx", ""),
        ]);
        let rooms: Vec<_> = tree.sources.iter().map(Source::room).collect();

        assert_eq!(rooms, ["vision", "xtask", "web"]);
    }

    #[test]
    fn what_is_built_or_hidden_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "crates/a/src/lib.rs",
            "crates/a/target/x.rs",
            "crates/.b/y.rs",
            "crates/a/README.md",
            "web/src/app.tsx",
            "web/node_modules/z.ts",
        ] {
            let path = folder.path().join(path);
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(path, "//! Text.").unwrap();
        }

        let tree = Tree::read(folder.path()).unwrap();

        let paths: Vec<_> = tree.sources.iter().map(|s| s.path.as_str()).collect();
        assert_eq!(paths, ["crates/a/src/lib.rs", "web/src/app.tsx"]);
    }
}
