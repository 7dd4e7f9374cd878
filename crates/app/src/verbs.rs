//! What the program can be asked to do.

mod doctor;
mod key;
pub(crate) mod model;
mod openapi;
mod serve;
mod up;
mod user;

use anyhow::{Context, Result};

use crate::{cli::Verb, config::Config, exit::Exit, telemetry};

/// Does it.
pub(crate) fn run(verb: Verb, config: Config) -> Result<Exit> {
    telemetry::start(&config.log, config.log_format);
    match verb {
        Verb::Openapi => Ok(openapi::run()),
        Verb::Model(wish) => model::run(&wish, &config),
        Verb::Doctor => threads(&config)?.block_on(doctor::run(&config)),
        Verb::Up(wish) => threads(&config)?.block_on(up::run(wish, &config)),
        Verb::Serve(wish) => threads(&config)?.block_on(serve::run(&wish, &config)),
        Verb::User(wish) => threads(&config)?.block_on(user::run(wish, &config)),
        Verb::Key(wish) => threads(&config)?.block_on(key::run(&wish, &config)),
    }
}

/// Threads that may block beside those that look into files.
const BLOCKING: usize = 512;

fn threads(config: &Config) -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // While one job's workers end what they are at, those of the next may begin.
        .max_blocking_threads(BLOCKING + 2 * config.workers)
        .build()
        .context("cannot start the threads that answer requests")
}
