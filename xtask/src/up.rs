//! The main job from a fresh clone: set up what makes it fast, build the release, hand over to `lamina up`.

use std::{
    ffi::OsString,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result};

use crate::{
    machine,
    metadata::Metadata,
    setup::{self, Permission},
    shell,
};

/// What a release is built and started with.
#[derive(Debug)]
pub(crate) struct Parts {
    /// Where ONNX Runtime's library lies, if it could be had.
    onnxruntime: Option<PathBuf>,
    /// Where OpenVINO's library lies, where it is of use and could be had.
    openvino: Option<PathBuf>,
    /// Whether libjpeg-turbo is compiled in.
    turbo: bool,
    /// Whether the program is kept from using a library that it finds by itself.
    pure: bool,
}

impl Parts {
    /// Gets what may be got; says in one line each what is missing.
    pub(crate) fn get(root: &Path) -> Self {
        let parts = Self {
            onnxruntime: setup::onnxruntime(root, Permission::Get),
            openvino: setup::openvino(root, Permission::Get, setup::openvino::is_of_use()),
            turbo: setup::turbo(root, Permission::Get),
            pure: false,
        };
        setup::heif(root, Permission::Get);
        parts
    }

    /// Nothing but what cargo builds.
    pub(crate) fn pure() -> Self {
        shell::note(
            "Pure: cargo alone. ONNX Runtime and libjpeg-turbo would make it several times faster.",
        );
        Self {
            onnxruntime: None,
            openvino: None,
            turbo: false,
            pure: true,
        }
    }

    /// Tells the program what there is.
    pub(crate) fn apply(&self, command: &mut Command) {
        if let Some(library) = &self.onnxruntime {
            command.env("LAMINA_ONNXRUNTIME", library);
        }
        if let Some(library) = &self.openvino {
            command.env("LAMINA_OPENVINO", library);
        }
        if self.pure {
            command
                .env_remove("LAMINA_ONNXRUNTIME")
                .env_remove("LAMINA_OPENVINO")
                .env("LAMINA_EMBEDDER", "pure");
        }
    }
}

/// Runs the verb; on success this process becomes `lamina`, so that signals and the exit code are its own.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode> {
    let (pure, arguments) = split(arguments);
    if arguments.is_empty() {
        shell::note(
            "Say which folder: cargo xtask up ~/Pictures (or --sample, to draw some pictures first).",
        );
        return Ok(ExitCode::from(2));
    }
    let root = machine::root();
    let parts = if pure {
        Parts::pure()
    } else {
        Parts::get(&root)
    };
    let (program, parts) = build(&root, parts)?;

    let mut lamina = Command::new(&program);
    lamina.arg("up").args(arguments);
    parts.apply(&mut lamina);
    let error = lamina.exec();
    Err(error).with_context(|| format!("cannot start {}", program.display()))
}

/// Takes our own switch out of the arguments; the others are for `lamina up`, as they are.
fn split(arguments: &[OsString]) -> (bool, Vec<OsString>) {
    let (ours, others): (Vec<OsString>, Vec<OsString>) = arguments
        .iter()
        .cloned()
        .partition(|argument| argument == "--pure");
    let asked = machine::environment("LAMINA_PURE").is_some();
    (asked || !ours.is_empty(), others)
}

/// Builds the release; without libjpeg-turbo where it does not build with it.
pub(crate) fn build(root: &Path, mut parts: Parts) -> Result<(PathBuf, Parts)> {
    if parts.turbo && cargo_build(root, &["--features", "turbo"]).is_err() {
        shell::note(
            "libjpeg-turbo does not build here; going on without it (JPEG files decode about twice as slow).",
        );
        parts.turbo = false;
    } else if parts.turbo {
        return Ok((program(root)?, parts));
    }
    cargo_build(root, &[])?;
    Ok((program(root)?, parts))
}

fn cargo_build(root: &Path, features: &[&str]) -> Result<()> {
    shell::note("Building the release (some minutes the first time, then a moment).");
    let mut build = machine::cargo();
    build
        .args(["build", "--release", "--package", "lamina-app"])
        .args(features)
        .current_dir(root);
    shell::run(&mut build)
}

fn program(root: &Path) -> Result<PathBuf> {
    Ok(Metadata::ours(root)?.target.join("release").join("lamina"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_switch_is_taken_out_and_all_else_is_passed_on() {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();

        let (pure, rest) = split(&words(&["/a b", "--pure", "--no-serve", "--json"]));

        assert!(pure);
        assert_eq!(rest, words(&["/a b", "--no-serve", "--json"]));
    }

    #[test]
    fn a_pure_program_is_told_to_use_no_library_it_finds() {
        let mut command = Command::new("true");

        Parts::pure().apply(&mut command);

        let told: Vec<_> = command
            .get_envs()
            .map(|(name, value)| (name.to_owned(), value.map(OsString::from)))
            .collect();
        let expected = [
            ("LAMINA_EMBEDDER", Some("pure".into())),
            ("LAMINA_ONNXRUNTIME", None),
            ("LAMINA_OPENVINO", None),
        ];
        assert_eq!(told, expected.map(|(name, value)| (name.into(), value)));
    }
}
