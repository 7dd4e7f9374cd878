//! `cargo xtask eval`: how true what the program says about a set of pictures is, beside the targets.
//!
//! It takes a folder whose truth is written down, or has one built by a generator that makes pictures from real
//! photographs; indexes it with the release as a user would, labels it where the truth knows labels, asks the program
//! over HTTP what it found, and compares.
//! Nothing here looks at pictures.

mod build;
mod http;
mod report;
mod score;
#[cfg(test)]
mod tests;
mod told;
mod truth;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};

use crate::{machine, metadata::Metadata, shell, up};
use build::Hard;
use truth::Truth;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    /// A folder of pictures; built where there is none.
    folder: Option<PathBuf>,
    /// The file that says what is true of them.
    truth: Option<PathBuf>,
    /// A release built before, to be used as it is.
    program: Option<PathBuf>,
    /// Where the generator lies.
    generator: Option<PathBuf>,
    count: u32,
    seed: u64,
    json: bool,
    list: bool,
    pure: bool,
    /// A hard set is built.
    hard: Option<Hard>,
    /// Folders are labels, and so many of a hundred are set wrong.
    wrong_labels: Option<u32>,
}

/// Runs the verb.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode> {
    let options = read(arguments)?;
    let root = machine::root();
    let scratch = Metadata::ours(&root)?.target.join("eval");
    let (folder, truth) = match (&options.folder, options.wrong_labels) {
        (Some(folder), Some(percent)) => {
            let truth = Truth::of_folders(folder, percent, options.seed)?;
            (fs_err::canonicalize(folder)?, truth)
        }
        _ => {
            let (folder, truth) = set(&options, &root, &scratch)?;
            (folder, Truth::read(&truth)?)
        }
    };
    let parts = if options.pure {
        up::Parts::pure()
    } else {
        up::Parts::get(&root)
    };
    let (program, parts) = match &options.program {
        Some(program) => (program.clone(), parts),
        None => up::build(&root, parts)?,
    };
    shell::note(&format!("Indexing {}.", folder.display()));
    let told = told::ask(&program, &parts, &folder, &scratch, &truth)?;
    let scores = score::compare(&truth, &told);
    if options.json {
        shell::say(&serde_json::to_string_pretty(&report::json(
            &folder, &scores,
        ))?);
    } else {
        shell::say(&report::table(&folder, &scores));
    }
    if options.list {
        shell::say(&report::mistakes(&scores));
    }
    Ok(ExitCode::SUCCESS)
}

/// The folder to judge by and the file that says what is true of it.
fn set(options: &Options, root: &Path, scratch: &Path) -> Result<(PathBuf, PathBuf)> {
    let generator = options.generator.as_deref();
    let Some(folder) = &options.folder else {
        if let Some(kind) = options.hard {
            return build::hard_set(root, scratch, generator, options.seed, kind);
        }
        return build::set(root, scratch, generator, options.count, options.seed);
    };
    let folder = fs_err::canonicalize(folder)?;
    if let Some(truth) = &options.truth {
        return Ok((folder, truth.clone()));
    }
    let mut beside = folder.clone().into_os_string();
    beside.push(".csv");
    let places = [PathBuf::from(beside), folder.join("ground_truth.csv")];
    let found = places.iter().find(|place| place.is_file());
    let truth = found.cloned().with_context(|| {
        format!(
            "there is neither {} nor {}; say --truth FILE",
            places[0].display(),
            places[1].display()
        )
    })?;
    Ok((folder, truth))
}

fn read(arguments: &[OsString]) -> Result<Options> {
    let mut options = Options {
        folder: None,
        truth: None,
        program: None,
        generator: None,
        count: 2_000,
        seed: 42,
        json: false,
        list: false,
        pure: false,
        hard: None,
        wrong_labels: None,
    };
    let (mut hard, mut kinds) = (false, Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().context("an option lacks its value");
        match argument.to_str() {
            Some("--truth") => options.truth = Some(value()?.into()),
            Some("--program") => options.program = Some(value()?.into()),
            Some("--generator") => options.generator = Some(value()?.into()),
            Some("--count") => options.count = number("--count", &value()?)?,
            Some("--seed") => options.seed = number("--seed", &value()?)?,
            Some("--wrong-labels") => {
                options.wrong_labels = Some(number("--wrong-labels", &value()?)?);
            }
            Some("--json") => options.json = true,
            Some("--list") => options.list = true,
            Some("--hard") => hard = true,
            Some("--one-each") => kinds.push(Hard::OneEach),
            Some("--drawn") => kinds.push(Hard::Drawn),
            Some("--pure") => options.pure = true,
            Some(word) if word.starts_with("--") => bail!("eval has no argument {word}"),
            _ if options.folder.is_none() => options.folder = Some(argument.into()),
            _ => bail!(
                "eval takes one folder, {} is a second one",
                argument.display()
            ),
        }
    }
    if options.wrong_labels.is_some_and(|percent| percent > 50) {
        bail!("--wrong-labels is a number of a hundred up to 50");
    }
    if options.wrong_labels.is_some() && options.folder.is_none() {
        bail!("--wrong-labels needs a folder whose folders are labels");
    }
    options.hard = hard.then(|| kinds.first().copied().unwrap_or(Hard::Many));
    if hard && options.folder.is_some() {
        bail!("--hard builds a set of its own: it takes no folder");
    }
    if kinds.len() > usize::from(hard) {
        bail!("--one-each or --drawn is said of a hard set, one of them: --hard --drawn");
    }
    if options.count < 100 {
        bail!("--count is a number from 100: a hundredth of it is made of each kind");
    }
    Ok(options)
}

fn number<T: std::str::FromStr>(option: &str, value: &OsString) -> Result<T> {
    value
        .to_str()
        .and_then(|text| text.parse().ok())
        .with_context(|| format!("{option} is a number, not {}", value.display()))
}
