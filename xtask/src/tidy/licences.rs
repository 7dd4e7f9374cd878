//! The licence of every dependency stands in `deny.toml`'s list, held without any tool but cargo.

use std::path::Path;

use anyhow::{Context, Result};

use super::spdx;
use crate::metadata::Package;

/// Packages whose licence is missing or not allowed.
pub(crate) fn complaints(root: &Path, packages: &[Package]) -> Result<Vec<String>> {
    let allowed = allowed(&fs_err::read_to_string(root.join("deny.toml"))?)?;
    Ok(packages
        .iter()
        .filter_map(|package| {
            let why = refusal(package, &allowed)?;
            Some(format!("{} {}: {why}", package.name, package.version))
        })
        .collect())
}

fn refusal(package: &Package, allowed: &[String]) -> Option<String> {
    let Some(licence) = &package.licence else {
        return Some("says no licence".to_owned());
    };
    match spdx::is_met(licence, &|name| allowed.iter().any(|one| one == name)) {
        Ok(true) => None,
        Ok(false) => Some(format!("{licence} is not allowed by deny.toml")),
        Err(error) => Some(error.to_string()),
    }
}

/// The strings of `allow = […]` in the table `[licenses]`. The file is ours and this is all that is wanted of it, which
/// does not pay for a TOML reader.
fn allowed(deny: &str) -> Result<Vec<String>> {
    let table = deny
        .split_once("\n[licenses]")
        .context("deny.toml has no [licenses]")?
        .1;
    let list = table
        .split_once("\nallow = [")
        .and_then(|(_, rest)| rest.split_once("\n]"))
        .context("[licenses] in deny.toml has no list `allow`")?
        .0;
    Ok(list
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once('"'))
        .map(|(name, _)| name.to_owned())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = "[graph]\nallow = [\n  \"no\",\n]\n\n[licenses]\nallow = [\n  \"MIT\",\n  \"ISC\", # like MIT\n]\n";

    fn package(licence: Option<&str>) -> Package {
        Package {
            name: "x".to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.map(str::to_owned),
            is_ours: false,
            dependencies: Vec::new(),
        }
    }

    #[test]
    fn the_list_is_read_from_the_right_table() {
        assert_eq!(allowed(DENY).unwrap(), ["MIT", "ISC"]);
        assert!(allowed("[licenses]\n").is_err());
    }

    #[test]
    fn a_package_needs_a_licence_and_an_allowed_one() {
        let allowed = allowed(DENY).unwrap();

        assert_eq!(refusal(&package(Some("MIT OR GPL-3.0")), &allowed), None);
        assert!(refusal(&package(Some("GPL-3.0")), &allowed).is_some());
        assert!(refusal(&package(None), &allowed).is_some());
    }
}
