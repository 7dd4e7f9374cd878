//! The explore page's questions, timed on a synthetic dataset and asked of SQLite and `DuckDB` as well.

use anyhow::{Context, Result, bail};

use crate::{
    machine,
    setup::{self, Permission},
    shell,
};

/// What the other databases are asked with, pinned. They are no part of the product and of no build of it.
const PACKAGES: &[&str] = &["duckdb==2.0.1", "numpy==2.4.6"];

/// Runs the benchmark.
///
/// # Errors
/// A wrong argument, a benchmark that does not build, or answers that differ.
pub(crate) fn run(arguments: &[std::ffi::OsString]) -> Result<std::process::ExitCode> {
    let rows = match arguments {
        [] => "1000000".to_owned(),
        [flag, rows] if flag == "--rows" => {
            let rows = rows.to_str().filter(|rows| rows.parse::<u32>().is_ok());
            rows.context("--rows takes a number")?.to_owned()
        }
        _ => bail!("it takes --rows N and nothing else"),
    };
    let root = machine::root();
    let folder = root.join("target").join("explore-python");
    let python = setup::python::with_packages(&root, &folder, PACKAGES, Permission::Get)?;
    let mut bench = machine::cargo();
    bench
        .args([
            "bench",
            "--quiet",
            "-p",
            "lamina-search",
            "--bench",
            "explore",
        ])
        .env("LAMINA_BENCH_ROWS", rows)
        .env("LAMINA_BENCH_PYTHON", python);
    shell::run(&mut bench)?;
    Ok(std::process::ExitCode::SUCCESS)
}
