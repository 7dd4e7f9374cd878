//! OpenVINO's libraries, taken out of their Python package, for processors that multiply tiles of bfloat16 (AMX).
//!
//! Of the package's 180 MB only what runs an ONNX model on the processor is kept. It is Apache-2.0 licensed; its licence
//! and the notices of what it contains are kept beside it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{
    Permission,
    wheel::{self, Wheel},
};
use crate::machine;

/// The version that `vision` is tested with.
const VERSION: &str = "2026.4.1";

/// The library that is loaded; it finds the others beside it.
const ENTRY: &str = "libopenvino_c.so.2641";

/// What it needs: itself, the processor's part, the reader of ONNX files, and threads.
const OTHERS: [&str; 4] = [
    "libopenvino.so.2641",
    "libopenvino_intel_cpu_plugin.so",
    "libopenvino_onnx_frontend.so.2641",
    "libtbb.so.12",
];

const WHEEL: Wheel = Wheel {
    package: "openvino",
    title: "OpenVINO",
    version: VERSION,
    megabytes: 59,
    platform: "manylinux_2_28_x86_64",
    sha256: "2d22b1da03f7caf74df30e9f6417d0ab2f637e4a38e08e1dcd294d2c37407aaf",
};

/// Whether there is a build of it with which this machine is quicker: it has tiles of bfloat16 (AMX). Others are quicker
/// in integers of 8 bits.
pub(crate) fn is_of_use() -> bool {
    has("amx_bf16")
}

/// Whether it runs in bfloat16 here, be it of use or not: so much can be tested.
pub(crate) fn runs() -> bool {
    has("avx512_bf16")
}

fn has(instructions: &str) -> bool {
    let is_built = cfg!(all(
        target_os = "linux",
        target_env = "gnu",
        target_arch = "x86_64"
    ));
    let processor = || fs_err::read_to_string("/proc/cpuinfo").unwrap_or_default();
    is_built
        && processor()
            .split_whitespace()
            .any(|flag| flag == instructions)
}

/// Where the library lies once it was fetched.
fn place(root: &Path) -> PathBuf {
    let tools = root.join("tools").join("openvino");
    tools.join(VERSION).join(ENTRY)
}

/// The library: the one that `LAMINA_OPENVINO` names, the one fetched before, or one fetched now.
///
/// # Errors
/// No Python with pip, no network, or a wheel that is not the pinned one.
pub(crate) fn library(root: &Path, permission: Permission) -> Result<PathBuf> {
    if let Some(named) = machine::environment("LAMINA_OPENVINO") {
        return wheel::named("LAMINA_OPENVINO", named);
    }
    let place = place(root);
    if place.is_file() {
        return Ok(place);
    }
    wheel::fetch(root, &WHEEL, permission, |opened| {
        let libraries = opened.join("openvino").join("libs");
        let notices = opened
            .join(format!("openvino-{VERSION}.dist-info"))
            .join("licenses");
        let folder = place.parent().context("the library has a folder")?;
        for notice in fs_err::read_dir(&notices)? {
            let notice = notice?;
            fs_err::rename(notice.path(), folder.join(notice.file_name()))?;
        }
        // The one that is looked for comes last: where it is, all are.
        for library in OTHERS.into_iter().chain([ENTRY]) {
            fs_err::rename(libraries.join(library), folder.join(library))?;
        }
        Ok(())
    })?;
    Ok(place)
}
