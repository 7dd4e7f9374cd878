//! `cargo xtask bench`: how fast a folder is indexed and how much memory that takes, beside the targets.
//!
//! It runs the release as a user would, in a process of its own for every run, on one core and on two, and reads what the
//! program says about its stages and what the kernel says about its memory and CPU time. Pictures are drawn by the
//! example `draw` once and kept under the target directory, or taken from `--pictures`.

mod measure;
mod report;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};

use crate::{machine, metadata::Metadata, shell, up};
use measure::Job;
use report::{LARGE, Model, Row, Run};

/// The sizes that the targets speak of.
const SIZES: [u32; 2] = [2_000, 10_000];
/// Pictures as large as those of a camera: how many, and their sides.
const CAMERA: (u32, [u32; 2]) = (100, [4000, 3000]);

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    pictures: Option<PathBuf>,
    json: Option<PathBuf>,
    runs: usize,
    quick: bool,
    pure: bool,
}

/// Runs the verb.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode> {
    let options = read(arguments)?;
    let root = machine::root();
    let parts = if options.pure {
        up::Parts::pure()
    } else {
        up::Parts::get(&root)
    };
    let (program, parts) = up::build(&root, parts)?;
    let scratch = Metadata::ours(&root)?.target.join("bench");
    let job = Job {
        program,
        parts,
        scratch,
    };

    let mut rows = Vec::new();
    for (name, folder) in sets(&options, &root, &job.scratch)? {
        // Peak memory and speed of the large set are asked of all cores only: one core tells nothing new there.
        let is_first = rows.is_empty();
        let cores: &[usize] = if is_first { &[1, 2] } else { &[2] };
        for &cores in cores {
            if measure::can_pin(cores) {
                let mut measure = |model| -> Result<()> {
                    rows.push(row(&job, (&name, &folder), cores, model, options.runs)?);
                    Ok(())
                };
                measure(Model::Default)?;
                // What is asked of the other models is asked once, of the smaller set.
                if cores > 1 && is_first {
                    measure(Model::Fast)?;
                    measure(Model::None)?;
                }
            } else {
                shell::note(&format!(
                    "Not measured on {}: that needs taskset and as many cores.",
                    report::cores_in_words(cores)
                ));
            }
        }
    }
    shell::say(&report::table(&rows));
    if let Some(file) = &options.json {
        fs_err::write(file, serde_json::to_string_pretty(&report::json(&rows))?)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read(arguments: &[OsString]) -> Result<Options> {
    let mut options = Options {
        pictures: None,
        json: None,
        runs: 3,
        quick: false,
        pure: false,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().context("an option lacks its value");
        match argument.to_str() {
            Some("--pictures") => options.pictures = Some(value()?.into()),
            Some("--json") => options.json = Some(value()?.into()),
            Some("--runs") => {
                let runs = value()?;
                options.runs = runs
                    .to_str()
                    .and_then(|runs| runs.parse().ok())
                    .filter(|runs| *runs > 0)
                    .with_context(|| {
                        format!("--runs is a number from 1, not {}", runs.display())
                    })?;
            }
            Some("--quick") => (options.quick, options.runs) = (true, 1),
            Some("--pure") => options.pure = true,
            _ => bail!("bench has no argument {}", argument.display()),
        }
    }
    Ok(options)
}

/// The folders to index, each with its name, the smaller first.
fn sets(options: &Options, root: &Path, scratch: &Path) -> Result<Vec<(String, PathBuf)>> {
    if let Some(folder) = &options.pictures {
        let folder = fs_err::canonicalize(folder)?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        return Ok(vec![(name.into_owned(), folder.clone())]);
    }
    let sizes: &[u32] = if options.quick { &[300] } else { &SIZES };
    let mut sets = Vec::new();
    for &count in sizes {
        let folder = scratch.join(format!("drawn-{count}"));
        draw(root, &folder, count, None)?;
        sets.push((format!("drawn {count}"), folder));
    }
    if !options.quick {
        let (count, sides) = CAMERA;
        let folder = scratch.join(format!("drawn-{count}-large"));
        draw(root, &folder, count, Some(sides))?;
        sets.push((format!("{count}{LARGE}"), folder));
    }
    Ok(sets)
}

/// Draws the pictures of one set, unless a former run did.
fn draw(root: &Path, folder: &Path, count: u32, sides: Option<[u32; 2]>) -> Result<()> {
    let stamp = folder.with_extension("complete");
    if stamp.is_file() {
        return Ok(());
    }
    shell::note(&format!("Drawing {count} pictures (once)."));
    fs_err::create_dir_all(folder)?;
    let mut example = machine::cargo();
    example
        .args(["run", "--quiet", "--release", "--package", "xtask"])
        .args(["--example", "draw", "--"])
        .arg(folder)
        .arg(count.to_string())
        .args(sides.iter().flatten().map(u32::to_string))
        .current_dir(root);
    shell::run(&mut example)?;
    fs_err::write(&stamp, "")?;
    Ok(())
}

/// Indexes one set several times from nothing, and once more each time with nothing changed.
fn row(
    job: &Job,
    (name, folder): (&str, &Path),
    cores: usize,
    model: Model,
    runs: usize,
) -> Result<Row> {
    let mut first: Vec<Run> = Vec::new();
    let mut again: Vec<f64> = Vec::new();
    for number in 1..=runs {
        shell::note(&format!(
            "{name}, {}: run {number} of {runs}",
            report::cores_in_words(cores)
        ));
        let data = job.empty_data_folder()?;
        first.push(job.index(folder, &data, cores, model)?);
        again.push(job.index(folder, &data, cores, model)?.wall_s);
        fs_err::remove_dir_all(&data)?;
    }
    Ok(Row {
        set: name.to_owned(),
        model,
        cores,
        first,
        again_s: again,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_words(words: &[&str]) -> Result<Options> {
        read(&words.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn the_command_line_is_read() {
        let options =
            read_words(&["--pictures", "/a b", "--json", "x.json", "--runs", "5"]).unwrap();

        assert_eq!(options.pictures, Some("/a b".into()));
        assert_eq!(options.json, Some("x.json".into()));
        assert_eq!(options.runs, 5);
        assert!(!options.pure && !options.quick);
    }

    #[test]
    fn what_is_no_option_is_an_error() {
        for words in [&["--runs", "0"][..], &["--runs"], &["--fast"]] {
            assert!(read_words(words).is_err(), "{words:?}");
        }
    }
}
