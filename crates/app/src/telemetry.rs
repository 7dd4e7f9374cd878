//! Logs, on stderr.

use std::io;

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::LogFormat;

/// Starts logging. `filter` is in the form of `tracing`'s filters: `warn`, or
/// `info,lamina_store=debug`; it was checked when the settings were read.
pub(crate) fn start(filter: &str, format: LogFormat) {
    let filter = EnvFilter::new(filter);
    let logs = fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(crate::terminal::is_watched());
    // A second start, which only a mistake here could bring about, leaves the first standing.
    let _ = match format {
        LogFormat::Text => logs.try_init(),
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
    };
}
