//! The chores of the project, run as `cargo xtask VERB`: the main job from a fresh clone, the tests, the benchmark and
//! the checks that keep the tree tidy.
//!
//! Nothing of the product lives here. A chore that only one room needs belongs into that room's tests.

mod bench;
mod count;
mod eval;
mod explore;
mod machine;
mod metadata;
mod requests;
mod setup;
mod shell;
mod suite;
mod tidy;
mod up;

use std::process::ExitCode;

use anyhow::Result;

const USAGE: &str = "\
cargo xtask up [--pure] PATH [OPTIONS OF lamina up]   index a folder of pictures, say what is in it, serve it
cargo xtask up [--pure] --sample                      the same with sample pictures drawn for you
cargo xtask test [--fast]                             check and test everything; --fast installs and starts nothing
cargo xtask bench [--pictures DIR] [--quick] [--pure] [--runs N] [--json FILE]
                                                      pictures per second and peak memory, beside their targets
cargo xtask eval [--hard [--one-each | --drawn] | FOLDER [--truth FILE | --wrong-labels PERCENT]] [--count N] [--seed S] [--json] [--list] [--pure]
                 [--program LAMINA] [--generator FOLDER]
                                                      how true it is what is said of pictures, beside the targets;
                                                      without a folder, of N pictures made from photographs
cargo xtask explore [--rows N]                         the questions of the explore page on a synthetic dataset, beside
                                                      SQLite and DuckDB
cargo xtask requests [--program LAMINA] [--only local|admin|viewer] [--seconds N] [--seed N]
                                                      made requests for every operation of the OpenAPI document, right and
                                                      wrong ones, sent to the program without accounts and with
cargo xtask tidy                                      only the checks of the tree itself

--pure does without the parts that are fetched or need cmake and nasm: cargo alone is enough.";

fn main() -> ExitCode {
    let arguments = machine::arguments();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            shell::note(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[std::ffi::OsString]) -> Result<ExitCode> {
    let (verb, rest) = match arguments.split_first() {
        Some((verb, rest)) => (verb.to_str().unwrap_or(""), rest),
        None => ("", arguments),
    };
    match verb {
        "up" => up::run(rest),
        "test" => suite::run(rest),
        "bench" => bench::run(rest),
        "eval" => eval::run(rest),
        "explore" => explore::run(rest),
        "requests" => requests::run(rest),
        "tidy" => tidy::run(),
        "help" | "--help" | "-h" => {
            shell::say(USAGE);
            Ok(ExitCode::SUCCESS)
        }
        other => {
            shell::note(&format!("There is no chore {other:?}.\n\n{USAGE}"));
            Ok(ExitCode::from(2))
        }
    }
}
