//! `lamina up`: indexes a folder, says what is in it, serves it.

use std::{
    net::SocketAddr,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use lamina_api::{ServeOptions, router};
use lamina_engine::{Caller, CreateFolder, Created, Engine, Need, Runner};
use lamina_model::{Dataset, JobId, JobState, Phase, Progress, Report, StageSeconds};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    cli::Up,
    config::Config,
    exit::Exit,
    listening,
    progress::Teller,
    report,
    sample::{self, Drawn},
    serving_lock::ServingLock,
    signals, terminal,
    wire_up::{self, Wired},
};

/// How often the job's row is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Indexes, reports, serves.
pub(crate) async fn run(wish: Up, config: &Config) -> Result<Exit> {
    wire_up::make_private_folder(&config.data_dir)?;
    let lock = (!wish.no_serve).then(|| ServingLock::take(&config.data_dir));
    let lock = lock.transpose()?;
    let wired = wire_up::wire_up(config).await?;
    let tracker = TaskTracker::new();
    let stop = signals::stop_token(&tracker)?;
    for line in &wired.runtime_lines {
        terminal::tell(line);
    }
    let (folder, drawn) = source(&wish, config).await?;
    let created = open(&wired.engine, &wish, folder).await?;

    // The page can be watched while the dataset grows, so it is served from the start.
    let address = match &lock {
        None => None,
        Some(lock) => {
            let address = start_serving(config, &wired, &tracker, &stop)?;
            lock.tell(address)?;
            Some(address)
        }
    };
    let url =
        address.map(|address| format!("http://{address}/dataset/{}/data", created.dataset.id));
    if let Some(url) = &url {
        terminal::tell(&format!("Watch it at {url}"));
    }
    let runner = Runner::start(wired.engine.clone()).await?;
    let working = {
        let stop = stop.clone();
        tracker.spawn(async move { Box::pin(runner.run(stop)).await })
    };

    let ended = follow(&wired.engine, created.job, config, &stop).await?;
    let exit = match ended {
        Ended::Stopped => {
            terminal::tell(
                "Stopped. What was indexed is kept; the same command goes on from there.",
            );
            Exit::Interrupted
        }
        Ended::Done(seen) => {
            tell_report(
                &wish,
                &wired.engine,
                &created.dataset,
                seen,
                url.as_deref(),
                drawn.as_ref(),
            )
            .await?;
            if let Some(url) = &url {
                terminal::tell(&format!("Serving {url} (Ctrl-C stops)"));
                stop.cancelled().await;
                terminal::tell("stopped");
            }
            Exit::Fine
        }
    };
    stop.cancel();
    working.await.context("the runner broke off")?;
    wired.store.close().await;
    Ok(exit)
}

/// The folder to index; with `--sample` it is drawn first.
async fn source(wish: &Up, config: &Config) -> Result<(PathBuf, Option<Drawn>)> {
    match &wish.path {
        Some(path) => Ok((path.clone(), None)),
        None => {
            terminal::tell(&format!(
                "Drawing sample pictures into {}",
                config.data_dir.join("sample").display()
            ));
            let data_dir = config.data_dir.clone();
            let scenes = wish.sample_scenes;
            let (folder, drawn) =
                tokio::task::spawn_blocking(move || sample::draw(&data_dir, scenes)).await??;
            Ok((folder, Some(drawn)))
        }
    }
}

async fn open(engine: &Engine, wish: &Up, path: PathBuf) -> Result<Created> {
    let folder = CreateFolder {
        path,
        name: wish.name.clone(),
        annotations: wish.annotations.clone(),
        without_annotations: wish.without_annotations.clone(),
        labels_from_folders: wish.labels_from_folders.then_some(true),
    };
    let created = engine.open_folder(&Caller::Local, folder).await?;
    let name = terminal::plain(&created.dataset.display_name);
    if created.existed {
        terminal::tell(&format!("Bringing the dataset \"{name}\" up to date"));
        if wish
            .name
            .as_ref()
            .is_some_and(|wanted| *wanted != created.dataset.display_name)
        {
            terminal::tell(&format!(
                "This folder is the dataset \"{name}\" already; it keeps that name."
            ));
        }
    } else {
        terminal::tell(&format!("Made the dataset \"{name}\""));
    }
    Ok(created)
}

fn start_serving(
    config: &Config,
    wired: &Wired,
    tracker: &TaskTracker,
    stop: &CancellationToken,
) -> Result<SocketAddr> {
    let listener = listening::on_next_free(config.listen)?;
    let address = listener.local_addr()?;
    if config.listen.port() != 0 && address.port() != config.listen.port() {
        terminal::tell(&format!(
            "Port {} is taken; serving on {} instead",
            config.listen.port(),
            address.port()
        ));
    }
    if !address.ip().is_loopback() {
        terminal::tell(&format!(
            "Authentication is off: whoever reaches {address} may do everything."
        ));
    }
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let state = wire_up::local_state(&config.listening_on(address), &wired.engine);
    let stop = stop.clone().cancelled_owned();
    tracker.spawn(lamina_api::serve(
        listener,
        router(state.clone()),
        state,
        ServeOptions::default(),
        stop,
    ));
    Ok(address)
}

/// How following a job ended.
enum Ended {
    /// It is done.
    Done(Seen),
    /// The program was told to stop before.
    Stopped,
}

/// What was seen of a job while it ran.
struct Seen {
    last: Progress,
    elapsed: Duration,
}

/// Tells how far the job is until it ends.
async fn follow(
    engine: &Engine,
    job: JobId,
    config: &Config,
    stop: &CancellationToken,
) -> Result<Ended> {
    let began = Instant::now();
    let watched = engine.watch_job(job);
    let mut teller = Teller::new(config.progress_interval);
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => {
                teller.clear();
                return Ok(Ended::Stopped);
            }
            _ = ticks.tick() => {}
        }
        let row = engine.job(job).await?;
        // Another process on the same data folder may have taken the job.
        let here = *watched.borrow();
        let progress = if here.phase == Phase::Waiting {
            row.progress
        } else {
            here
        };
        teller.tell(progress, Instant::now());
        if Engine::has_ended(&row) {
            teller.clear();
            let seen = Seen {
                last: progress,
                elapsed: began.elapsed(),
            };
            return match row.state {
                JobState::Failed => bail!(
                    "{}",
                    row.error.as_deref().unwrap_or("indexing stopped for good")
                ),
                JobState::Cancelled => {
                    bail!("indexing was cancelled from elsewhere; run the command again to go on")
                }
                JobState::Done | JobState::Queued | JobState::Running => Ok(Ended::Done(seen)),
            };
        }
    }
}

async fn tell_report(
    wish: &Up,
    engine: &Engine,
    dataset: &Dataset,
    seen: Seen,
    url: Option<&str>,
    drawn: Option<&Drawn>,
) -> Result<()> {
    let scope = engine
        .dataset(&Caller::Local, &dataset.id.to_string(), Need::View)
        .await?;
    let report = engine
        .report(&scope)
        .await?
        .context("the dataset has no report although its indexing is done")?;
    let report = of_this_run(report, &seen);
    if wish.json {
        let drawn = drawn.map(Drawn::json);
        terminal::say(&report::json(scope.dataset(), &report, url, drawn).to_string());
    } else {
        terminal::say(&report::text(scope.dataset(), &report));
        if let Some(drawn) = drawn {
            terminal::say(&drawn.text(&report));
        }
    }
    Ok(())
}

/// A run that ended after scanning found nothing to do and left the report of the run before.
fn of_this_run(mut report: Report, seen: &Seen) -> Report {
    if seen.last.phase == Phase::Scanning {
        report.changed = 0;
        report.seconds_by_stage =
            StageSeconds([(Phase::Scanning, seen.elapsed.as_secs_f64())].into());
        report.worker_seconds = lamina_model::WorkerSeconds::default();
    }
    report
}
