//! What this machine has: programs, the user's rights, the environment. The only reader of the environment among the
//! chores.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::Command,
};

/// The arguments after the program's name, as bytes: a path needs not be UTF-8.
pub(crate) fn arguments() -> Vec<OsString> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the chores are a program of their own"
    )]
    std::env::args_os().skip(1).collect()
}

/// One variable of the environment; nothing where it is unset or empty.
pub(crate) fn environment(name: &str) -> Option<OsString> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the chores are a program of their own"
    )]
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The folder of the workspace: the one above this package.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

/// The cargo that runs this chore, so that its children are built by the same one.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(environment("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Where a program is, if it is on the search path.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    program_in(name, &environment("PATH").unwrap_or_default())
}

fn program_in(name: &str, search_path: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(search_path)
        .map(|folder| folder.join(name))
        .find(|candidate| candidate.is_file())
}

/// Whether a subcommand of cargo works here: rustfmt and clippy are components that may be missing.
pub(crate) fn has_cargo_verb(verb: &str) -> bool {
    cargo()
        .args([verb, "--version"])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// The number of the user that this process runs as, asked of `id`.
pub(crate) fn user_id() -> Option<u32> {
    id_of(&["-u"])
}

/// A number out of `id`'s mouth, such as `id -u postgres`.
pub(crate) fn id_of(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_in_the_first_folder_that_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("a"), folder.path().join("b"));
        for place in [&first, &second] {
            fs_err::create_dir(place).unwrap();
        }
        fs_err::write(second.join("tool"), "").unwrap();
        let search = std::env::join_paths([&first, &second]).unwrap();

        assert_eq!(program_in("tool", &search), Some(second.join("tool")));
        assert_eq!(program_in("other", &search), None);
    }

    #[test]
    fn the_root_is_where_the_lock_file_is() {
        assert!(root().join("Cargo.lock").is_file());
    }
}
