//! Getting what makes the product fast or lets more be tested, where this machine allows it.
//!
//! Everything here is optional: each part either is here, is got, or is said to be missing together with what that
//! means. Nothing of it ever stops the main job. What is got lies in `tools/` and `.venv/`, which git ignores, and the
//! words of the package managers in `tools/setup.log`.

pub(crate) mod debian;
pub(crate) mod node;
pub(crate) mod onnxruntime;
pub(crate) mod openvino;
pub(crate) mod postgres;
pub(crate) mod python;
mod wheel;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{machine, shell};

/// Whether a chore may change the machine (packages of the system) and use the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Get what is missing.
    Get,
    /// Use only what is here already.
    LookOnly,
}

/// No package that is got here takes longer than this on a slow line.
pub(crate) const LIMIT: Duration = Duration::from_mins(5);

/// Where the words of the package managers go.
pub(crate) fn log(root: &Path) -> PathBuf {
    root.join("tools").join("setup.log")
}

/// ONNX Runtime's library, if it can be had; says so in one line if not.
pub(crate) fn onnxruntime(root: &Path, permission: Permission) -> Option<PathBuf> {
    match onnxruntime::library(root, permission) {
        Ok(library) => Some(library),
        Err(error) => {
            shell::note(&format!(
                "Without ONNX Runtime: {error:#}. Pictures are embedded by the built-in pure-Rust runtime, \
                 5 to 10 times slower."
            ));
            None
        }
    }
}

/// OpenVINO's library, where it is named, or wanted and can be had; says so in one line if it cannot.
pub(crate) fn openvino(root: &Path, permission: Permission, wanted: bool) -> Option<PathBuf> {
    if !wanted && machine::environment("LAMINA_OPENVINO").is_none() {
        return None;
    }
    match openvino::library(root, permission) {
        Ok(library) => Some(library),
        Err(error) => {
            let loss = if openvino::is_of_use() {
                "This processor has AMX, with which pictures would be embedded in less than half the time of 32 bits"
            } else {
                "No vectors are made in bfloat16, nor is that tested"
            };
            shell::note(&format!("Without OpenVINO: {error:#}. {loss}."));
            None
        }
    }
}

/// Whether the turbo JPEG decoder can be built: it needs cmake, and nasm on x86-64; says so in one line if not.
pub(crate) fn turbo(root: &Path, permission: Permission) -> bool {
    let needed: &[&str] = if cfg!(target_arch = "x86_64") {
        &["cmake", "nasm"]
    } else {
        &["cmake"]
    };
    let missing: Vec<&str> = needed
        .iter()
        .copied()
        .filter(|tool| machine::program(tool).is_none())
        .collect();
    if missing.is_empty() {
        return true;
    }
    match debian::install(root, &missing, permission) {
        Ok(()) => true,
        Err(error) => {
            shell::note(&format!(
                "Without libjpeg-turbo: {error:#}. JPEG files are decoded in pure Rust, about twice as slow."
            ));
            false
        }
    }
}

/// Gets libheif, with which HEIC and AVIF files are read; says so in one line if it cannot be had.
pub(crate) fn heif(root: &Path, permission: Permission) {
    if debian::has_library("libheif.so.1") {
        return;
    }
    if let Err(error) = debian::install(root, &["libheif1"], permission) {
        shell::note(&format!(
            "Without libheif: {error:#}. HEIC and AVIF files are listed as rejected, with that reason."
        ));
    }
}
