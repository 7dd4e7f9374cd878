//! Packages of Debian and its relatives, through `apt-get`, where this process is root.

use std::{path::Path, process::Command};

use anyhow::{Result, bail};

use super::{LIMIT, Permission, log};
use crate::{machine, shell};

/// Installs packages, refreshing the package lists only where the first try fails.
///
/// # Errors
/// Not permitted, no `apt-get`, not root, or `apt-get`'s own complaint.
pub(crate) fn install(root: &Path, packages: &[&str], permission: Permission) -> Result<()> {
    let names = packages.join(" ");
    let missing = packages.join(" and no ");
    if permission == Permission::LookOnly {
        bail!("there is no {missing} here");
    }
    if machine::program("apt-get").is_none() {
        bail!("there is no {missing} here (get it with your system's package manager)");
    }
    if machine::user_id() != Some(0) {
        bail!("there is no {missing} here (as root: apt-get install {names})");
    }
    shell::note(&format!("Installing {names} with apt-get."));
    let first = shell::run_logged(&mut apt_get("install", packages), &log(root), LIMIT);
    if first.is_ok() {
        return Ok(());
    }
    shell::run_logged(&mut apt_get("update", &[]), &log(root), LIMIT)
        .and_then(|()| shell::run_logged(&mut apt_get("install", packages), &log(root), LIMIT))
        .map_err(|error| error.context(format!("{names} cannot be installed")))
}

fn apt_get(verb: &str, packages: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["--yes", "--quiet"])
        // Wait for another apt-get rather than fail, and give up soon where there is no network.
        .args(["-o", "DPkg::Lock::Timeout=120"])
        .args([
            "-o",
            "Acquire::Retries=1",
            "-o",
            "Acquire::http::Timeout=20",
        ])
        .arg(verb);
    if verb == "install" {
        command.arg("--no-install-recommends").args(packages);
    }
    command
}

/// Whether the system's loader knows a shared library, such as `libheif.so.1`.
pub(crate) fn has_library(name: &str) -> bool {
    let in_cache = ["ldconfig", "/sbin/ldconfig"].iter().find_map(|program| {
        let output = Command::new(program).arg("-p").output().ok()?;
        Some(
            String::from_utf8_lossy(&output.stdout)
                .lines()
                .any(|line| line.split_whitespace().next() == Some(name)),
        )
    });
    in_cache.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_installed_where_only_looking_is_permitted() {
        let folder = tempfile::tempdir().unwrap();

        let error = install(folder.path(), &["cmake"], Permission::LookOnly).unwrap_err();

        assert_eq!(error.to_string(), "there is no cmake here");
        assert!(!log(folder.path()).exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_c_library_is_known_to_the_loader() {
        assert!(has_library("libc.so.6") || machine::program("ldconfig").is_none());
        assert!(!has_library("libnobody-has-this.so.1"));
    }
}
