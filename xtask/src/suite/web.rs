//! The web app's own checks and tests, where Node.js is here. The program needs none of it: what it embeds is committed
//! in `web/dist`, and the tidy tests hold that it is fresh.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Count, Permission, Runner, judged};
use crate::{count, machine, setup::node, shell};

/// Types, lints and tests of the web app; adds to `count`.
pub(super) fn check(root: &Path, permission: Permission, count: &mut Count) -> Result<()> {
    let web = root.join("web");
    if !web.join("package.json").is_file() {
        return Ok(());
    }
    if let Err(error) = node::packages(root, &web, permission) {
        shell::note(&format!(
            "Without Node.js: {error:#}. Not tested: the web app by itself."
        ));
        return Ok(());
    }
    shell::run(node::npm(&web).args(["run", "--silent", "check"]))?;
    let mut here = Count::default();
    let mut tests = node::npm(&web);
    tests.args(["run", "--silent", "test"]);
    let status = shell::run_watched(&mut tests, |line| {
        if let Some(found) = count::read(Runner::Vitest, line) {
            here.add(found);
        }
    })?;
    count.add(judged(here, status).context("the tests of the web app")?);
    Ok(())
}

/// The whole product in a browser without a window, from its first start to signing out: where the program was built,
/// the packages are installed and Chromium is here. Adds to `count`.
pub(super) fn walk(root: &Path, count: &mut Count) -> Result<()> {
    let web = root.join("web");
    let target =
        machine::environment("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let program = target.join("debug").join("lamina");
    let packages = web.join("node_modules").join("playwright-core");
    let browser = machine::environment("CHROMIUM")
        .map(PathBuf::from)
        .or_else(|| machine::program("chromium"));
    let (Some(node), Some(browser)) = (machine::program("node"), browser) else {
        shell::note("Without Node.js and Chromium: not tested: the web app on the real program.");
        return Ok(());
    };
    if !program.is_file() || !packages.is_dir() {
        shell::note("Without the program and the packages of web: not tested: the two together.");
        return Ok(());
    }
    let mut here = Count::default();
    let mut walk = std::process::Command::new(node);
    walk.current_dir(&web)
        .env("CHROMIUM", browser)
        .arg("scripts/whole.mjs")
        .arg(program);
    let status = shell::run_watched(&mut walk, |line| {
        if let Some(found) = count::read(Runner::Walk, line) {
            here.add(found);
        }
    })?;
    count.add(judged(here, status).context("the walk through the web app")?);
    Ok(())
}
