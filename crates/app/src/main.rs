//! The program `lamina`: reads its settings, puts the rooms together, starts and stops.
//!
//! Nothing is decided here about pictures or people. This is the only crate that reads the
//! environment, the clock and chance.
//!
//! Exit codes: 0 all went well, 1 it failed and said why, 2 the command line or a setting is
//! wrong, 130 it was interrupted and stopped cleanly.

mod ambient;
mod cli;
mod config;
mod exit;
mod key_ring;
mod listening;
mod precision;
mod progress;
mod provider_client;
mod report;
mod sample;
mod serving_lock;
mod signals;
mod telemetry;
mod terminal;
mod verbs;
mod wire_up;

use std::process::ExitCode;

use clap::Parser;

use crate::{cli::Cli, config::Config, exit::Exit};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => {
            // Help and version go to stdout and are no failure.
            let _ = told.print();
            return if told.use_stderr() {
                Exit::Usage.into()
            } else {
                Exit::Fine.into()
            };
        }
    };
    let config = match Config::load(&cli) {
        Ok(config) => config,
        Err(complaints) => {
            terminal::tell(&complaints.to_string());
            return Exit::Usage.into();
        }
    };
    match verbs::run(cli.verb, config) {
        Ok(exit) => exit.into(),
        Err(error) => {
            terminal::tell(&format!(
                "error: {}",
                terminal::plain(&format!("{error:#}"))
            ));
            Exit::Failed.into()
        }
    }
}
