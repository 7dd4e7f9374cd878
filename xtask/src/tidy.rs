//! The rules of the tree that neither the compiler nor clippy can hold. Each is a test here, so that it holds wherever
//! the tests run, and `cargo xtask tidy` lists all complaints at once.

mod ambient;
mod files;
mod invariants;
mod layers;
mod licences;
mod spdx;
mod tree;
mod web;

use std::{path::Path, process::ExitCode};

use anyhow::Result;

use crate::{machine, metadata::Metadata, shell};

/// Runs the verb.
pub(crate) fn run() -> Result<ExitCode> {
    let complaints = complaints(&machine::root())?;
    for complaint in &complaints {
        shell::note(complaint);
    }
    shell::say(&format!("{} complaints", complaints.len()));
    Ok(if complaints.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Everything that is not as it should be, one sentence each with the place in front.
pub(crate) fn complaints(root: &Path) -> Result<Vec<String>> {
    let tree = tree::Tree::read(root)?;
    let everything = Metadata::everything(root)?;
    let mut all = layers::complaints(&everything.packages);
    all.extend(layers::words_out_of_place(&tree));
    all.extend(ambient::complaints(root, &tree)?);
    all.extend(files::complaints(&tree));
    all.extend(licences::complaints(root, &everything.packages)?);
    all.extend(invariants::complaints(root, &tree)?);
    all.extend(web::complaints(root)?);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none(complaints: &[String]) {
        assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    }

    #[test]
    fn dependencies_go_down_the_picture_only() {
        none(&layers::complaints(
            &Metadata::ours(&machine::root()).unwrap().packages,
        ));
    }

    #[test]
    fn status_codes_sql_and_native_code_each_live_in_one_room() {
        none(&layers::words_out_of_place(
            &tree::Tree::read(&machine::root()).unwrap(),
        ));
    }

    #[test]
    fn nothing_below_app_reads_the_clock_chance_or_the_environment() {
        let root = machine::root();
        let tree = tree::Tree::read(&root).unwrap();
        none(&ambient::complaints(&root, &tree).unwrap());
    }

    #[test]
    fn every_file_is_short_introduced_finished_and_well_named() {
        none(&files::complaints(
            &tree::Tree::read(&machine::root()).unwrap(),
        ));
    }

    #[test]
    fn every_dependency_has_a_licence_that_deny_toml_allows() {
        let root = machine::root();
        let everything = Metadata::everything(&root).unwrap();
        none(&licences::complaints(&root, &everything.packages).unwrap());
    }

    #[test]
    fn the_committed_web_app_is_built_from_the_sources_beside_it() {
        none(&web::complaints(&machine::root()).unwrap());
    }

    #[test]
    fn every_invariant_names_a_test_that_exists() {
        let root = machine::root();
        let tree = tree::Tree::read(&root).unwrap();
        none(&invariants::complaints(&root, &tree).unwrap());
    }
}
