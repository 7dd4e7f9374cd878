//! `lamina serve`: answers and works until told to stop.

use std::net::SocketAddr;

use anyhow::Result;
use lamina_api::{AppState, ServeOptions, router};
use lamina_engine::{Engine, Runner};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    cli::Serve,
    config::Config,
    exit::Exit,
    listening,
    serving_lock::ServingLock,
    signals, terminal,
    wire_up::{self, Wired},
};

/// Serves the data folder.
pub(crate) async fn run(wish: &Serve, config: &Config) -> Result<Exit> {
    let listener = listening::on_exactly(config.listen)?;
    let address = listener.local_addr()?;
    let config = &config.listening_on(address);
    wire_up::make_private_folder(&config.data_dir)?;
    let lock = ServingLock::take(&config.data_dir)?;
    lock.tell(address)?;
    let wired = if wish.no_auth {
        wire_up::wire_up(config).await?
    } else {
        wire_up::with_accounts(config).await?
    };
    let tracker = TaskTracker::new();
    let stop = signals::stop_token(&tracker)?;
    for line in &wired.runtime_lines {
        terminal::tell(line);
    }
    let state = if wish.no_auth {
        terminal::tell(&format!(
            "Authentication is off: whoever reaches {address} may do everything."
        ));
        wire_up::local_state(config, &wired.engine)
    } else {
        welcome(&wired.engine, config).await?;
        wire_up::server_state(config, &wired.engine)
    };
    terminal::tell(&format!(
        "Serving {} on http://{address}/ (Ctrl-C stops)",
        config.data_dir.display()
    ));
    Box::pin(answer_and_work(listener, &wired, state, stop)).await?;
    wired.store.close().await;
    drop(lock);
    terminal::tell("stopped");
    Ok(Exit::Fine)
}

/// Says how to get in for the first time, and what an operator may have overlooked.
async fn welcome(engine: &Engine, config: &Config) -> Result<()> {
    if let Some(link) = engine.set_up_link().await? {
        terminal::tell(
            "There is no account yet. Make the first one, an administrator's, within a day at",
        );
        // On stdout, where no log is: the link is a secret until it is used.
        terminal::say(&link);
        terminal::tell("or with: lamina user add EMAIL --role admin --password-stdin");
    }
    if config.import_roots.as_ref().is_some_and(Vec::is_empty) {
        terminal::tell(
            "No folder can be made into a dataset yet: say --import-root DIR for those that may.",
        );
    }
    let remote = |address: SocketAddr| !address.ip().is_loopback();
    if remote(config.listen) && config.accounts.public_url.starts_with("http://") {
        terminal::tell(
            "Passwords and tokens travel in the clear: put a proxy with TLS in front and say --public-url https://…",
        );
    }
    Ok(())
}

/// While answers are given already: where another model is chosen, or another precision asked for,
/// every picture is looked up.
async fn renew_vectors(wired: &Wired) {
    let engine = &wired.engine;
    let outdated = match engine.outdated_datasets().await {
        Ok(outdated) => outdated,
        Err(cause) => {
            tracing::error!(%cause, "datasets of another model are not embedded anew before the next start");
            return;
        }
    };
    if !outdated.is_empty() {
        terminal::tell(&format!(
            "The model, or what it is to reckon with, changed: {} datasets are embedded anew, one after the \
             other. Only the one at its turn cannot be changed. Those of another model are found by likeness and \
             meaning once they are.",
            outdated.len()
        ));
    }
    engine.renew_vectors(&outdated).await;
}

async fn answer_and_work(
    listener: std::net::TcpListener,
    wired: &Wired,
    state: AppState,
    stop: CancellationToken,
) -> Result<()> {
    let runner = Runner::start(wired.engine.clone()).await?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let answering = lamina_api::serve(
        listener,
        router(state.clone()),
        state,
        ServeOptions::default(),
        stop.clone().cancelled_owned(),
    );
    let stopping = stop.clone();
    tokio::join!(
        stopping.run_until_cancelled(renew_vectors(wired)),
        answering,
        runner.run(stop.clone()),
        wired.engine.keep_house(stop)
    );
    Ok(())
}
