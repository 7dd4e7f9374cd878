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
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// Where ONNX Runtime's library lies.
    pub onnxruntime: Option<PathBuf>,
    /// Whether libjpeg-turbo is compiled in.
    pub turbo: bool,
}

impl Parts {
    /// Gets what may be got; says in one line each what is missing.
    pub(crate) fn get(root: &Path) -> Self {
        let parts = Self {
            onnxruntime: setup::onnxruntime(root, Permission::Get),
            turbo: setup::turbo(root, Permission::Get),
        };
        setup::heif(root, Permission::Get);
        parts
    }

    /// Tells a command what there is; `off` keeps the program from looking for a library by itself.
    pub(crate) fn apply(&self, command: &mut Command) {
        match &self.onnxruntime {
            Some(library) => command.env("LAMINA_ONNXRUNTIME", library),
            None => command.env("LAMINA_ONNXRUNTIME", "off"),
        };
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
        shell::note(
            "Pure: cargo alone. ONNX Runtime and libjpeg-turbo would make it several times faster.",
        );
        Parts::default()
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
    fn a_program_without_a_library_is_told_not_to_look_for_one() {
        let mut command = Command::new("true");

        Parts::default().apply(&mut command);

        let told: Vec<_> = command.get_envs().collect();
        assert_eq!(
            told,
            [(
                std::ffi::OsStr::new("LAMINA_ONNXRUNTIME"),
                Some(std::ffi::OsStr::new("off"))
            )]
        );
    }
}
