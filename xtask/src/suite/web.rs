//! The web app's own checks and tests, where Node.js is here. The program needs none of it: what it embeds is committed
//! in `web/dist`, and the tidy tests hold that it is fresh.

use std::{path::Path, process::Command, time::SystemTime};

use anyhow::{Context, Result, bail};

use super::{Count, Permission, Runner, judged};
use crate::{count, machine, setup, shell};

/// Types, lints and tests of the web app; adds to `count`.
pub(super) fn check(root: &Path, permission: Permission, count: &mut Count) -> Result<()> {
    let web = root.join("web");
    if !web.join("package.json").is_file() {
        return Ok(());
    }
    if let Err(error) = packages(root, &web, permission) {
        shell::note(&format!(
            "Without Node.js: {error:#}. Not tested: the web app by itself."
        ));
        return Ok(());
    }
    shell::run(npm(&web).args(["run", "--silent", "check"]))?;
    let mut here = Count::default();
    let mut tests = npm(&web);
    tests.args(["run", "--silent", "test"]);
    let status = shell::run_watched(&mut tests, |line| {
        if let Some(found) = count::read(Runner::Vitest, line) {
            here.add(found);
        }
    })?;
    count.add(judged(here, status).context("the tests of the web app")?);
    Ok(())
}

/// Installs what the lock file names, unless that is there already.
fn packages(root: &Path, web: &Path, permission: Permission) -> Result<()> {
    if machine::program("npm").is_none() {
        bail!("there is no npm here");
    }
    if is_installed(web) {
        return Ok(());
    }
    if permission == Permission::LookOnly {
        bail!("its packages are not installed");
    }
    shell::note("Installing the packages of the web app with npm.");
    let mut install = npm(web);
    install.args(["ci", "--no-audit", "--no-fund"]);
    shell::run_logged(&mut install, &setup::log(root), setup::LIMIT)
        .context("npm cannot install its packages")
}

/// npm writes this list last, so one that is no older than the lock file stands for a whole installation of it.
fn is_installed(web: &Path) -> bool {
    let changed = |file: &str| -> Option<SystemTime> {
        fs_err::metadata(web.join(file)).ok()?.modified().ok()
    };
    let installed = changed("node_modules/.package-lock.json");
    installed.is_some() && installed >= changed("package-lock.json")
}

fn npm(web: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(web);
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
