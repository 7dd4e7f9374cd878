//! What cargo knows about the workspace and everything it is built from.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{machine, shell};

/// One package: a room of ours, or a dependency.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub name: String,
    pub version: String,
    /// An SPDX expression, where the package gives one.
    pub licence: Option<String>,
    /// Whether it is a member of this workspace.
    pub is_ours: bool,
    pub dependencies: Vec<Dependency>,
}

/// One line of a manifest's dependency tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub name: String,
    pub is_dev: bool,
}

/// Everything that `cargo metadata` was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Metadata {
    pub target: PathBuf,
    pub packages: Vec<Package>,
}

impl Metadata {
    /// Our own packages only; asks nobody and needs no network.
    pub(crate) fn ours(root: &Path) -> Result<Self> {
        read(root, &["--no-deps"])
    }

    /// Our packages and all that they are built from on this platform.
    pub(crate) fn everything(root: &Path) -> Result<Self> {
        let platform = platform()?;
        read(root, &["--filter-platform", &platform])
    }
}

/// The triple that rustc builds for here.
fn platform() -> Result<String> {
    let rustc = machine::environment("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = std::process::Command::new(rustc).arg("-vV").output()?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("rustc -vV names no host")
}

fn read(root: &Path, options: &[&str]) -> Result<Metadata> {
    let mut command = machine::cargo();
    command
        .args(["metadata", "--format-version", "1", "--quiet"])
        .args(options)
        .current_dir(root);
    let output = command.output()?;
    if !output.status.success() {
        bail!(
            "{} failed: {}",
            shell::spelled(&command),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    parse(&serde_json::from_slice(&output.stdout)?)
}

fn parse(answer: &Value) -> Result<Metadata> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ours: Vec<String> = list(&answer["workspace_members"])
        .iter()
        .map(text)
        .collect();
    // With `--filter-platform` the packages are still all that the lock file has; the graph holds those really used.
    let used: Option<Vec<String>> = answer["resolve"]["nodes"]
        .as_array()
        .map(|nodes| nodes.iter().map(|node| text(&node["id"])).collect());
    let packages = list(&answer["packages"])
        .iter()
        .filter(|package| {
            let id = text(&package["id"]);
            used.as_ref().is_none_or(|used| used.contains(&id))
        })
        .map(|package| Package {
            name: text(&package["name"]),
            version: text(&package["version"]),
            licence: package["license"].as_str().map(str::to_owned),
            is_ours: ours.contains(&text(&package["id"])),
            dependencies: list(&package["dependencies"])
                .iter()
                .map(|dependency| Dependency {
                    name: text(&dependency["name"]),
                    is_dev: dependency["kind"] == "dev",
                })
                .collect(),
        })
        .collect();
    let target = answer["target_directory"]
        .as_str()
        .context("cargo metadata names no target directory")?;
    Ok(Metadata {
        target: PathBuf::from(target),
        packages,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn packages_that_this_platform_does_not_use_are_left_out() {
        let package = |id: &str| {
            json!({
                "id": id, "name": id, "version": "1.0.0", "license": "MIT",
                "dependencies": [{"name": "dep", "kind": "dev"}, {"name": "other", "kind": null}],
            })
        };
        let answer = json!({
            "packages": [package("a"), package("windows")],
            "workspace_members": ["a"],
            "resolve": {"nodes": [{"id": "a"}]},
            "target_directory": "/t",
        });

        let metadata = parse(&answer).unwrap();

        assert_eq!(metadata.packages.len(), 1);
        let a = &metadata.packages[0];
        assert!(a.is_ours && a.licence.as_deref() == Some("MIT"));
        let (dev, plain) = (&a.dependencies[0], &a.dependencies[1]);
        assert!(dev.is_dev && dev.name == "dep");
        assert!(!plain.is_dev && plain.name == "other");
    }
}
