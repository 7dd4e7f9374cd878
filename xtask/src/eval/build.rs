//! Having a set built by the generator: real photographs, cut and changed, with the truth written beside them.
//!
//! The generator is a Python script that lies outside the repository, for it fetches photographs whose licences do not
//! let us keep them here.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Result, bail};
use sha2::{Digest, Sha256};

use crate::{
    setup::{Permission, python},
    shell,
};

/// A set that is hard by design. What makes it is ours and lies beside this file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hard {
    /// Forty photographs in many guises each, and others that look alike.
    Many,
    /// A thousand photographs with one or two changed copies each, and the same others.
    OneEach,
    /// Pages, screens and other drawings, some with a changed copy, of families that look alike.
    Drawn,
}

impl Hard {
    /// Its short name, and the script that makes it.
    const fn made_by(self) -> (&'static str, &'static str) {
        match self {
            Self::Many => ("hard", "xtask/src/eval/hard_set.py"),
            Self::OneEach => ("each", "xtask/src/eval/hard_each.py"),
            Self::Drawn => ("drawn", "xtask/src/eval/hard_drawn.py"),
        }
    }
}

/// Where the generator is looked for, from the root of the repository.
const BESIDE: &str = "../shared/bench";
/// What makes the hard sets, from the root of the repository: the scripts that are run, and what they read.
const HARD: [&str; 6] = [
    "xtask/src/eval/hard_set.py",
    "xtask/src/eval/hard_each.py",
    "xtask/src/eval/hard_drawn.py",
    "xtask/src/eval/hard_more.py",
    "xtask/src/eval/hard_changes.py",
    "xtask/src/eval/hard_look_alikes.py",
];
/// What it needs; scikit-image and scikit-learn bring photographs of their own.
const PACKAGES: [&str; 5] = [
    "pillow",
    "numpy",
    "opencv-python-headless",
    "scikit-image",
    "scikit-learn",
];

/// The folder of a set and the file of its truth; built unless a former run did.
pub(super) fn set(
    root: &Path,
    scratch: &Path,
    generator: Option<&Path>,
    count: u32,
    seed: u64,
) -> Result<(PathBuf, PathBuf)> {
    let folder = scratch.join(format!("set-{count}-{seed}"));
    let truth = folder.with_extension("csv");
    // The table is written last, so where it is the set is whole.
    if truth.is_file() {
        return Ok((folder, truth));
    }
    let (python, script) = photographs(root, scratch, generator)?;
    shell::note(&format!("Making {count} pictures with seed {seed} (once)."));
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    let mut build = Command::new(&python);
    build.arg(&script).arg("build");
    build.arg("--work").arg(scratch).arg("--out").arg(&folder);
    build.args(["--n", &count.to_string(), "--seed", &seed.to_string()]);
    silently(&mut build, scratch)?;
    Ok((folder, truth))
}

/// The folder of a hard set and the file of its truth. The photographs are those of the other sets.
pub(super) fn hard_set(
    root: &Path,
    scratch: &Path,
    generator: Option<&Path>,
    seed: u64,
    kind: Hard,
) -> Result<(PathBuf, PathBuf)> {
    let (name, script) = kind.made_by();
    let folder = scratch.join(format!("{name}-{seed}-{}", maker(root)?));
    let truth = folder.with_extension("csv");
    if truth.is_file() {
        return Ok((folder, truth));
    }
    let python = match kind {
        Hard::Many | Hard::OneEach => photographs(root, scratch, generator)?.0,
        Hard::Drawn => drawing_tools(root, scratch)?,
    };
    shell::note(&format!("Making a hard set with seed {seed} (once)."));
    let mut build = Command::new(&python);
    build.arg(root.join(script));
    if kind != Hard::Drawn {
        build.arg("--photos").arg(scratch.join("photos"));
    }
    build.arg("--out").arg(&folder);
    build.args(["--seed", &seed.to_string()]);
    silently(&mut build, scratch)?;
    Ok((folder, truth))
}

/// A short name for what makes the hard sets now, so that a set of an older maker is not taken for one of this.
fn maker(root: &Path) -> Result<String> {
    let mut whole = Sha256::new();
    for script in HARD {
        whole.update(fs_err::read(root.join(script))?);
    }
    let sum = whole.finalize();
    let digits = sum.iter().take(4).map(|byte| format!("{byte:02x}"));
    Ok(digits.collect())
}

/// A Python that has what is needed and the script of the generator, once the photographs are there.
fn photographs(
    root: &Path,
    scratch: &Path,
    generator: Option<&Path>,
) -> Result<(PathBuf, PathBuf)> {
    let generator = generator.map_or_else(|| root.join(BESIDE), Path::to_path_buf);
    let script = generator.join("make_dataset.py");
    if !script.is_file() {
        bail!(
            "there is no generator at {}; name a folder with a truth instead, or say --generator FOLDER",
            script.display()
        );
    }
    let python = drawing_tools(root, scratch)?;
    if !scratch.join("photos/photos.csv").is_file() {
        shell::note("Fetching the photographs (once, some hundred megabytes).");
        let mut collect = Command::new(&python);
        collect.arg(&script).arg("collect");
        collect.arg("--work").arg(scratch);
        collect.arg("--list").arg(generator.join("photo_list.csv"));
        silently(&mut collect, scratch)?;
    }
    Ok((python, script))
}

/// A Python that has what is needed.
fn drawing_tools(root: &Path, scratch: &Path) -> Result<PathBuf> {
    fs_err::create_dir_all(scratch)?;
    python::with_packages(root, &scratch.join("venv"), &PACKAGES, Permission::Get)
}

/// Longest time that fetching or making may take.
const LIMIT: Duration = Duration::from_hours(2);

fn silently(command: &mut Command, scratch: &Path) -> Result<()> {
    shell::run_logged(command, &scratch.join("generator.log"), LIMIT)
}
