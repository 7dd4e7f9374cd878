//! ONNX Runtime's library, taken out of its Python package, checked against a pinned sum.
//!
//! The package is only a box here: the library in it needs no Python to run. It is MIT licensed; its licence and the
//! notices of what it contains are kept beside it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::{LIMIT, Permission, log};
use crate::{machine, shell};

/// The version that the index of a dataset is tested with; the API level that `vision` asks for is older.
const VERSION: &str = "1.32.0";

/// One file of the package index, and what it must contain.
struct Wheel {
    platform: &'static str,
    sha256: &'static str,
}

/// The wheel for this machine, if there is a pinned one.
fn wheel() -> Option<Wheel> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return None;
    }
    if cfg!(target_arch = "x86_64") {
        Some(Wheel {
            platform: "manylinux_2_28_x86_64",
            sha256: "5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d",
        })
    } else if cfg!(target_arch = "aarch64") {
        Some(Wheel {
            platform: "manylinux_2_28_aarch64",
            sha256: "2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c",
        })
    } else {
        None
    }
}

/// Where the library lies once it was fetched.
pub(crate) fn place(root: &Path) -> PathBuf {
    root.join("tools")
        .join("onnxruntime")
        .join(VERSION)
        .join(format!("libonnxruntime.so.{VERSION}"))
}

/// The library: the one that `LAMINA_ONNXRUNTIME` names, the one fetched before, or one fetched now.
///
/// # Errors
/// No wheel for this platform, no Python with pip, no network, or a wheel that is not the pinned one.
pub(crate) fn library(root: &Path, permission: Permission) -> Result<PathBuf> {
    if let Some(named) = machine::environment("LAMINA_ONNXRUNTIME") {
        let named = PathBuf::from(named);
        if named.is_file() {
            return Ok(named);
        }
        bail!(
            "LAMINA_ONNXRUNTIME names {}, which is no file",
            named.display()
        );
    }
    let place = place(root);
    if place.is_file() {
        return Ok(place);
    }
    let Some(wheel) = wheel() else {
        bail!("no build of it is pinned for this platform");
    };
    if permission == Permission::LookOnly {
        bail!("it was not fetched yet");
    }
    let python = machine::program("python3")
        .context("its package is fetched with Python's pip, and there is no python3 here")?;
    shell::note(&format!(
        "Fetching ONNX Runtime {VERSION} from its Python package (28 MB, once)."
    ));
    let box_folder = root
        .join("tools")
        .join(format!("fetching-{}", std::process::id()));
    let fetched = fetch(root, &python, &wheel, &box_folder, &place);
    // Whatever came of it, what was fetched is of no more use.
    let _ = fs_err::remove_dir_all(&box_folder);
    fetched.map(|()| place)
}

fn fetch(root: &Path, python: &Path, wheel: &Wheel, box_folder: &Path, place: &Path) -> Result<()> {
    fs_err::create_dir_all(box_folder)?;
    let mut download = Command::new(python);
    download
        .args(["-m", "pip", "download", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--retries", "1"])
        .args(["--no-deps", "--only-binary=:all:"])
        // The wheel of one Python version, whichever is here: only the library in it is wanted.
        .args(["--python-version", "3.11", "--platform", wheel.platform])
        .arg("--dest")
        .arg(box_folder)
        .arg(format!("onnxruntime=={VERSION}"));
    shell::run_logged(&mut download, &log(root), LIMIT)
        .context("pip cannot download its package")?;
    let file = only_wheel_in(box_folder)?;
    check_sum(&file, wheel.sha256)?;

    let opened = box_folder.join("opened");
    let mut unzip = Command::new(python);
    unzip.args(["-m", "zipfile", "-e"]).arg(&file).arg(&opened);
    shell::run_logged(&mut unzip, &log(root), LIMIT).context("its package cannot be opened")?;

    let inside = opened.join("onnxruntime");
    let folder = place.parent().context("the library has a folder")?;
    fs_err::create_dir_all(folder)?;
    for notice in ["LICENSE", "ThirdPartyNotices.txt"] {
        fs_err::rename(inside.join(notice), folder.join(notice))?;
    }
    // Last, and in one step: where the library is, it is whole.
    let name = place.file_name().context("the library has a name")?;
    fs_err::rename(inside.join("capi").join(name), place)?;
    Ok(())
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
    fn the_pins_are_sums() {
        if let Some(wheel) = wheel() {
            assert_eq!(wheel.sha256.len(), 64);
            assert!(wheel.sha256.bytes().all(|b| b.is_ascii_hexdigit()));
        }
    }

    #[test]
    fn a_library_fetched_before_is_used_without_looking_further() {
        if machine::environment("LAMINA_ONNXRUNTIME").is_some() {
            return; // The suite names one for everybody, and it goes first.
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(library(folder.path(), Permission::LookOnly).is_err());
        let place = place(folder.path());
        fs_err::create_dir_all(place.parent().unwrap()).unwrap();
        fs_err::write(&place, "library").unwrap();

        assert_eq!(library(folder.path(), Permission::LookOnly).unwrap(), place);
    }
}
