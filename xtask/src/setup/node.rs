//! Packages for Node.js, as a lock file names them: for the web app's own checks, and for tests that call the product
//! with them.

use std::{path::Path, process::Command, time::SystemTime};

use anyhow::{Context, Result, bail};

use super::{LIMIT, Permission, log};
use crate::{machine, shell};

/// Installs what the lock file names, unless that is there already.
///
/// # Errors
/// No npm, no network, or not permitted to get what is missing.
pub(crate) fn packages(root: &Path, folder: &Path, permission: Permission) -> Result<()> {
    if machine::program("npm").is_none() {
        bail!("there is no npm here");
    }
    if is_installed(folder) {
        return Ok(());
    }
    if permission == Permission::LookOnly {
        bail!("its packages are not installed");
    }
    let name = folder.strip_prefix(root).unwrap_or(folder);
    shell::note(&format!(
        "Installing the packages of {} with npm.",
        name.display()
    ));
    let mut install = npm(folder);
    install.args(["ci", "--no-audit", "--no-fund"]);
    shell::run_logged(&mut install, &log(root), LIMIT).context("npm cannot install its packages")
}

/// npm writes this list last, so one that is no older than the lock file stands for a whole installation of it.
fn is_installed(folder: &Path) -> bool {
    let changed = |file: &str| -> Option<SystemTime> {
        fs_err::metadata(folder.join(file)).ok()?.modified().ok()
    };
    let installed = changed("node_modules/.package-lock.json");
    installed.is_some() && installed >= changed("package-lock.json")
}

/// npm, to be run in a folder.
pub(crate) fn npm(folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_older_than_the_lock_file_are_installed_again() {
        let folder = tempfile::tempdir().unwrap();
        let web = folder.path();
        fs_err::create_dir(web.join("node_modules")).unwrap();
        fs_err::write(web.join("package-lock.json"), "{}").unwrap();
        assert!(!is_installed(web));

        let list = web.join("node_modules/.package-lock.json");
        let age = |file: &Path, seconds| {
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            fs_err::OpenOptions::new()
                .append(true)
                .open(file)
                .and_then(|file| file.set_modified(time))
                .unwrap();
        };
        fs_err::write(&list, "{}").unwrap();
        age(&list, 100);
        age(&web.join("package-lock.json"), 200);
        assert!(!is_installed(web));

        age(&list, 300);
        assert!(is_installed(web));
    }
}
