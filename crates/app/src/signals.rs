//! Being told to stop: the first time cleanly, the second time at once.

use anyhow::{Context, Result};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::terminal;

/// A token that is cancelled by Ctrl-C, SIGTERM or SIGHUP. A second signal ends the program on
/// the spot; what was being written is then cleared up by the next start.
pub(crate) fn stop_token(tracker: &TaskTracker) -> Result<CancellationToken> {
    let stop = CancellationToken::new();
    let told = stop.clone();
    let listen = |kind| signal(kind).context("cannot listen for signals");
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hangup = listen(SignalKind::hangup())?;
    tracker.spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
        };
        next().await;
        told.cancel();
        next().await;
        terminal::tell("stopped at once");
        #[expect(clippy::exit, reason = "a second signal asks for exactly that")]
        std::process::exit(130);
    });
    Ok(stop)
}
