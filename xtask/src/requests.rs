//! `cargo xtask requests`: made requests for every operation of the `OpenAPI` document, sent to the running program
//! without accounts and with.
//!
//! The script `tests/requests/made_requests.py` does it; here it gets what it needs.

use std::{ffi::OsString, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    machine,
    metadata::Metadata,
    setup::{self, Permission},
    up,
};

/// What makes the requests and signs the tokens, pinned. No part of the product or of any build of it.
const PACKAGES: &[&str] = &["schemathesis==4.32.5", "PyJWT==2.15.1"];

/// Runs the verb; arguments go to the script.
///
/// # Errors
/// The program does not build, the packages cannot be had, or something was found.
pub(crate) fn run(arguments: &[OsString]) -> Result<std::process::ExitCode> {
    let root = machine::root();
    let folder = Metadata::ours(&root)?.target;
    let (program, arguments) = parted(arguments)?;
    let program = match program {
        Some(program) => program,
        None => up::build(&root, up::Parts::get(&root))?.0,
    };
    let program = fs_err::canonicalize(program)?;
    let python = setup::python::with_packages(
        &root,
        &folder.join("requests-python"),
        PACKAGES,
        Permission::Get,
    )?;
    let script = root.join("tests").join("requests").join("made_requests.py");
    let mut send = Command::new(python);
    // Where Schemathesis keeps what it made, for the next time.
    send.current_dir(&folder)
        .arg(script)
        .arg(program)
        .args(arguments);
    if !send.status()?.success() {
        bail!("what was found is told above; `--only WHO --seed N` asks the same again");
    }
    Ok(std::process::ExitCode::SUCCESS)
}

/// The program that `--program` names, and what is left for the script.
fn parted(arguments: &[OsString]) -> Result<(Option<PathBuf>, Vec<&OsString>)> {
    let mut program = None;
    let mut others = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--program" {
            let named = rest.next().context("--program lacks its value")?;
            program = Some(PathBuf::from(named));
        } else {
            others.push(argument);
        }
    }
    Ok((program, others))
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, path::PathBuf};

    use super::parted;

    #[test]
    fn the_program_may_be_named_anywhere() {
        let words = |line: &str| -> Vec<OsString> { line.split(' ').map(OsString::from).collect() };
        for line in ["--program a --only viewer", "--only viewer --program a"] {
            let line = words(line);
            let (program, others) = parted(&line).unwrap();
            assert_eq!(program, Some(PathBuf::from("a")));
            assert_eq!(others, ["--only", "viewer"]);
        }
        assert_eq!(parted(&words("--seed 5")).unwrap().0, None);
        assert!(parted(&words("--program")).is_err());
    }
}
