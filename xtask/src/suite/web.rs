//! The web app's own checks and tests, where Node.js is here. The program needs none of it: what it embeds is committed
//! in `web/dist`, and the tidy tests hold that it is fresh.

use std::path::Path;

use anyhow::{Context, Result};

use super::{Count, Permission, Runner, judged};
use crate::{count, setup::node, shell};

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
