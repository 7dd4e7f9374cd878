//! ONNX Runtime's library, taken out of its Python package.
//!
//! It is MIT licensed; its licence and the notices of what it contains are kept beside it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{
    Permission,
    wheel::{self, Wheel},
};
use crate::machine;

/// The version that the index of a dataset is tested with; the API level that `vision` asks for is older.
const VERSION: &str = "1.32.0";

/// The wheel for this machine, if there is a pinned one.
fn wheel() -> Option<Wheel> {
    let (platform, sha256) = if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return None;
    } else if cfg!(target_arch = "x86_64") {
        (
            "manylinux_2_28_x86_64",
            "5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d",
        )
    } else if cfg!(target_arch = "aarch64") {
        (
            "manylinux_2_28_aarch64",
            "2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c",
        )
    } else {
        return None;
    };
    Some(Wheel {
        package: "onnxruntime",
        title: "ONNX Runtime",
        version: VERSION,
        megabytes: 28,
        platform,
        sha256,
    })
}

/// The library's name, which says its version.
fn name() -> String {
    format!("libonnxruntime.so.{VERSION}")
}

/// Where the library lies once it was fetched.
pub(crate) fn place(root: &Path) -> PathBuf {
    let tools = root.join("tools").join("onnxruntime");
    tools.join(VERSION).join(name())
}

/// The library: the one that `LAMINA_ONNXRUNTIME` names, the one fetched before, or one fetched now.
///
/// # Errors
/// No wheel for this platform, no Python with pip, no network, or a wheel that is not the pinned one.
pub(crate) fn library(root: &Path, permission: Permission) -> Result<PathBuf> {
    if let Some(named) = machine::environment("LAMINA_ONNXRUNTIME") {
        return wheel::named("LAMINA_ONNXRUNTIME", named);
    }
    let place = place(root);
    if place.is_file() {
        return Ok(place);
    }
    let Some(wheel) = wheel() else {
        bail!("no build of it is pinned for this platform");
    };
    wheel::fetch(root, &wheel, permission, |opened| {
        let inside = opened.join("onnxruntime");
        let folder = place.parent().context("the library has a folder")?;
        for notice in ["LICENSE", "ThirdPartyNotices.txt"] {
            fs_err::rename(inside.join(notice), folder.join(notice))?;
        }
        // Last, and in one step: where the library is, it is whole.
        fs_err::rename(inside.join("capi").join(name()), &place)?;
        Ok(())
    })?;
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;

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
