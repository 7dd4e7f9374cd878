//! A virtual environment with the Python packages that tests call the product with: the scripts in its documentation
//! are Python, and must run as printed.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{LIMIT, Permission, debian, log};
use crate::{machine, shell};

/// The packages, pinned; the virtual environment is made anew when this list changes.
const REQUIREMENTS: &[&str] = &["PyJWT==2.15.1", "requests==2.34.2"];

/// The Python of a virtual environment that has the packages.
///
/// # Errors
/// No Python, no network, or not permitted to get what is missing.
pub(crate) fn interpreter(root: &Path, permission: Permission) -> Result<PathBuf> {
    with_packages(root, &root.join(".venv"), REQUIREMENTS, permission)
}

/// The Python of the virtual environment in `folder`, which has `packages`.
///
/// # Errors
/// No Python, no network, or not permitted to get what is missing.
pub(crate) fn with_packages(
    root: &Path,
    folder: &Path,
    packages: &[&str],
    permission: Permission,
) -> Result<PathBuf> {
    let python = folder.join("bin").join("python");
    let stamp = folder.join("requirements.txt");
    let wanted = packages.join("\n");
    // The stamp is written last, so where it is right the packages are there.
    if python.exists() && fs_err::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    if permission == Permission::LookOnly {
        bail!(
            "there is no virtual environment with {}",
            packages.join(" and ")
        );
    }
    let system = machine::program("python3").context("there is no python3 here")?;
    shell::note(&format!(
        "Making a Python environment in {} with {}.",
        folder.display(),
        packages.join(" and ")
    ));
    if make(root, &system, folder).is_err() {
        // Debian keeps what `venv` needs in a package of its own.
        debian::install(root, &["python3-venv"], permission)?;
        make(root, &system, folder).context("a virtual environment cannot be made")?;
    }
    let mut install = Command::new(&python);
    install
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--retries", "1"])
        .args(packages);
    shell::run_logged(&mut install, &log(root), LIMIT)
        .context("pip cannot install the packages")?;
    fs_err::write(&stamp, wanted)?;
    Ok(python)
}

fn make(root: &Path, system: &Path, folder: &Path) -> Result<()> {
    let mut venv = Command::new(system);
    venv.args(["-m", "venv", "--clear"]).arg(folder);
    shell::run_logged(&mut venv, &log(root), LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_counts_only_once_all_its_packages_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let venv = folder.path().join(".venv");
        fs_err::create_dir_all(venv.join("bin")).unwrap();
        fs_err::write(venv.join("bin").join("python"), "").unwrap();
        assert!(interpreter(folder.path(), Permission::LookOnly).is_err());

        fs_err::write(venv.join("requirements.txt"), "PyJWT==1.0.0").unwrap();
        assert!(interpreter(folder.path(), Permission::LookOnly).is_err());

        fs_err::write(venv.join("requirements.txt"), REQUIREMENTS.join("\n")).unwrap();
        assert!(interpreter(folder.path(), Permission::LookOnly).is_ok());
    }
}
