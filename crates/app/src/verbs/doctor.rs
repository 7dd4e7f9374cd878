//! `lamina doctor`: what is there, what is missing, and what to do about it.

use anyhow::Result;
use lamina_engine::Caller;

use crate::{config::Config, exit::Exit, listening, terminal, wire_up};

/// Looks and tells.
pub(crate) async fn run(config: &Config) -> Result<Exit> {
    let say = |line: &str| terminal::say(&terminal::plain(line));
    say(&format!("lamina {}", env!("CARGO_PKG_VERSION")));
    say("Settings:");
    say(&format!("  data folder {}", config.data_dir.display()));
    say(&format!(
        "  {} pictures at the same time, at most {} pixels each",
        config.workers, config.limits.max_pixels
    ));
    for line in &config.given {
        say(&format!("  {line}"));
    }

    say("This machine:");
    for line in wire_up::runtime(config).lines() {
        say(&format!("  {line}"));
    }
    match listening::on_exactly(config.listen) {
        Ok(_) => say(&format!("  {} is free to serve on.", config.listen)),
        Err(cause) => say(&format!("  {cause:#}")),
    }

    if !config.data_dir.exists() {
        say("Data: there is no data folder yet; `lamina up FOLDER` makes it.");
        return Ok(Exit::Fine);
    }
    let wired = match wire_up::wire_up(config).await {
        Ok(wired) => wired,
        Err(cause) => {
            say(&format!("Data: {cause:#}"));
            return Ok(Exit::Failed);
        }
    };
    let datasets = wired.engine.datasets(&Caller::Local).await?;
    say(&format!(
        "Data: the database answers; {} datasets.",
        datasets.len()
    ));
    for dataset in &datasets {
        say(&format!(
            "  {}  {:?}  {}, {} pictures, from {}",
            dataset.id,
            dataset.display_name,
            dataset.status.as_str(),
            dataset.image_count,
            dataset.source,
        ));
    }
    wired.store.close().await;
    Ok(Exit::Fine)
}
