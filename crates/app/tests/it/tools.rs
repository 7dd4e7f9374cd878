//! Programs of the machine that tests call the server with, the way its users do.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::program::told;

/// A Python with `PyJWT` and `requests`.
pub(crate) fn python() -> Option<PathBuf> {
    given(
        "LAMINA_TEST_PYTHON",
        "a Python with PyJWT and requests, to run scripts as printed",
    )
}

/// The folder whose `node_modules` hold `jose` and `oidc-provider`.
pub(crate) fn node_packages() -> Option<PathBuf> {
    given(
        "LAMINA_TEST_NODE",
        "Node.js packages, to run scripts as printed and a sign-in provider",
    )
}

fn given(name: &str, what: &str) -> Option<PathBuf> {
    let found = variable(name).map(PathBuf::from);
    if found.is_none() {
        not_run(&format!(
            "{name} is not set, so there is no {what}; `cargo xtask test` sets it"
        ));
    }
    found
}

/// Whether a program is here; said where it is not.
pub(crate) fn has(program: &str, question: &str) -> bool {
    let here = Command::new(program)
        .arg(question)
        .output()
        .is_ok_and(|output| output.status.success());
    if !here {
        not_run(&format!("there is no {program} here"));
    }
    here
}

/// Says why a test does without what it is about.
#[expect(clippy::print_stdout, reason = "shown with the test's name")]
pub(crate) fn not_run(why: &str) {
    println!("not run: {why}");
}

/// A variable of the environment that the tests run in.
#[expect(
    clippy::disallowed_methods,
    reason = "where the machine's parts are is told to tests by the environment"
)]
pub(crate) fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

/// The file in the repository.
pub(crate) fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// Runs a script for a shell; gives what it printed.
pub(crate) fn shell(script: &str, folder: &Path, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new("sh");
    command.args(["-eu", "-c", script]);
    run(command, folder, variables)
}

/// Runs a script in Python, where every warning is an error.
pub(crate) fn in_python(python: &Path, script: &str, folder: &Path) -> Output {
    let mut command = Command::new(python);
    command.args(["-W", "error", "-c", script]);
    run(command, folder, &[])
}

/// Runs a program in a folder with few variables.
pub(crate) fn run(mut command: Command, folder: &Path, variables: &[(&str, &str)]) -> Output {
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", variable("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("PYTHONIOENCODING", "utf-8")
        .envs(
            variables
                .iter()
                .copied()
                .map(|(name, value)| (AsRef::<OsStr>::as_ref(name), AsRef::<OsStr>::as_ref(value))),
        );
    command.output().unwrap()
}

/// What a program that succeeded printed, without the line break at its end.
#[track_caller]
pub(crate) fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", told(output));
    String::from_utf8(output.stdout.clone())
        .unwrap()
        .trim_end()
        .to_owned()
}
