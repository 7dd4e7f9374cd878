//! Puts the rooms together.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result};
use lamina_api::{AppState, AppStateParts, HostRule, Mode};
use lamina_engine::{Engine, IngestSettings, Parts, SourceRoots};
use lamina_store::Store;
use lamina_vision::{Embedder, FakeEmbedder, Runtime, RuntimeOptions};

use crate::{
    ambient::{SystemChance, SystemClock},
    config::{Config, EmbedderChoice},
};

/// Folder inside the data folder where runners show that they live.
const PRESENCE_FOLDER: &str = "runners";

/// The rooms, put together.
#[derive(Debug)]
pub(crate) struct Wired {
    /// The verbs.
    pub engine: Engine,
    /// The store, to be closed at the end.
    pub store: Store,
    /// What this machine has: one sentence each.
    pub runtime_lines: Vec<String>,
}

/// What this machine has for reading pictures and making vectors.
pub(crate) fn runtime(config: &Config) -> Runtime {
    Runtime::detect(&RuntimeOptions {
        onnxruntime: config.onnxruntime.clone(),
        search_dirs: if config.embedder == EmbedderChoice::Auto {
            config.library_dirs.clone()
        } else {
            Vec::new()
        },
        libheif: config.libheif.clone(),
    })
}

/// Opens the data folder and makes the engine.
pub(crate) async fn wire_up(config: &Config) -> Result<Wired> {
    make_private_folder(&config.data_dir)?;
    let store = Store::open_sqlite(&config.data_dir)
        .await
        .with_context(|| format!("cannot open the data folder {}", config.data_dir.display()))?;
    let runtime = runtime(config);
    let engine = Engine::new(Parts {
        store: store.clone(),
        embedder: embedder(config, &runtime)?,
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        ingest: IngestSettings {
            workers: config.workers,
            batch_items: config.batch_items,
            limits: config.limits,
            own_folders: vec![config.data_dir.clone()],
        },
        roots: config
            .import_roots
            .clone()
            .map_or(SourceRoots::Anywhere, SourceRoots::Below),
        accounts: None,
        presence_folder: Some(config.data_dir.join(PRESENCE_FOLDER)),
    });
    Ok(Wired {
        engine,
        store,
        runtime_lines: runtime.lines(),
    })
}

fn embedder(config: &Config, runtime: &Runtime) -> Result<Arc<dyn Embedder>> {
    match config.embedder {
        EmbedderChoice::Auto => runtime.embedder(),
        EmbedderChoice::Pure => runtime.pure_embedder(),
        EmbedderChoice::Fake => return Ok(Arc::new(FakeEmbedder::new())),
    }
    .context("cannot load the model that makes vectors")
}

/// Thumbnails show what is in the pictures: nobody else on the machine has to see them.
fn make_private_folder(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let exists = folder.is_dir();
    if !exists {
        if let Some(parent) = folder.parent() {
            fs_err::create_dir_all(parent)?;
        }
        let made = std::fs::DirBuilder::new().mode(0o700).create(folder);
        match made {
            Err(cause) if cause.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(cause)
                    .with_context(|| format!("cannot make the data folder {}", folder.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The HTTP room in local mode.
pub(crate) fn local_state(config: &Config, engine: &Engine) -> AppState {
    AppState::new(AppStateParts {
        engine: engine.clone(),
        mode: Mode::Local,
        version: env!("CARGO_PKG_VERSION"),
        hosts: Some(HostRule {
            any_address: !config.listen.ip().is_loopback(),
            names: config.allowed_hosts.clone(),
        }),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
    })
}
