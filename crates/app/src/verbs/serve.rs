//! `lamina serve`: answers and works until told to stop.

use anyhow::Result;
use lamina_api::{ServeOptions, router};
use lamina_engine::Runner;
use tokio_util::task::TaskTracker;

use crate::{cli::Serve, config::Config, exit::Exit, listening, signals, terminal, wire_up};

/// Serves the data folder.
pub(crate) async fn run(wish: &Serve, config: &Config) -> Result<Exit> {
    if !wish.no_auth {
        terminal::tell(
            "error: serving with accounts is not possible in this version; `lamina serve --no-auth` serves without \
             them, on this machine only",
        );
        return Ok(Exit::Usage);
    }
    let listener = listening::on_exactly(config.listen)?;
    let address = listener.local_addr()?;
    let wired = wire_up::wire_up(config).await?;
    let tracker = TaskTracker::new();
    let stop = signals::stop_token(&tracker)?;
    for line in &wired.runtime_lines {
        terminal::tell(line);
    }
    let runner = Runner::start(wired.engine.clone()).await?;
    let state = wire_up::local_state(config, &wired.engine);
    terminal::tell(&format!(
        "Authentication is off: whoever reaches {address} may do everything."
    ));
    terminal::tell(&format!(
        "Serving {} on http://{address}/ (Ctrl-C stops)",
        config.data_dir.display()
    ));
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let answering = lamina_api::serve(
        listener,
        router(state.clone()),
        state,
        ServeOptions::default(),
        stop.clone().cancelled_owned(),
    );
    tokio::join!(answering, runner.run(stop.clone()));
    drop(runner);
    wired.store.close().await;
    terminal::tell("stopped");
    Ok(Exit::Interrupted)
}
