//! `lamina doctor`: what is there, what is missing, and what to do about it.

use std::path::Path;

use anyhow::{Context, Result};
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
    let machine = wire_up::runtime(config, &[]).lines();
    for line in &machine {
        say(&format!("  {line}"));
    }
    match listening::on_exactly(config.listen) {
        Ok(_) => say(&format!("  {} is free to serve on.", config.listen)),
        Err(cause) => say(&format!("  {cause:#}")),
    }

    if let Err(cause) = can_write(&config.data_dir) {
        say(&format!("Data: {cause:#}"));
        return Ok(Exit::Failed);
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
    // What makes vectors goes by those that are there.
    let others = wired.runtime_lines.iter();
    let mut others = others.filter(|line| !machine.contains(line)).peekable();
    if others.peek().is_some() {
        say("For this data folder:");
    }
    for line in others {
        say(&format!("  {line}"));
    }
    wired.store.close().await;
    Ok(Exit::Fine)
}

/// Whether files can be made in the data folder, or that folder where it is not there yet. It is
/// tried, and what was made taken away: rights alone say nothing of a disk that is full or that
/// nobody may write to.
fn can_write(data_dir: &Path) -> Result<()> {
    let there = data_dir.ancestors().find(|folder| folder.exists());
    let there = there.unwrap_or(data_dir);
    let trial = there.join(format!(".lamina-doctor-{}", std::process::id()));
    let made = fs_err::create_dir(&trial).and_then(|()| {
        let written = fs_err::write(trial.join("trial"), "x");
        fs_err::remove_dir_all(&trial)?;
        written
    });
    made.with_context(|| {
        let what = if there == data_dir {
            "cannot be written to"
        } else {
            "is not there and cannot be made"
        };
        format!(
            "the data folder {} {what}; give this user the right to it, make room, or name another folder with \
             --data-dir",
            data_dir.display()
        )
    })
}
