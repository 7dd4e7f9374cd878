//! Puts the rooms together.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use lamina_api::{AccountsWire, AppState, AppStateParts, HostRule, Mode};
use lamina_auth::{EmbedKey, KeyRing, PasswordPolicy};
use lamina_engine::{
    AccountSettings, EmbedSettings, Engine, IngestSettings, OidcSettings, Parts, RereadRing,
    SourceRoots,
};
use lamina_store::Store;
use lamina_vision::{
    Embedder, FakeEmbedder, InsideModel, ModelId, Precision, Runtime, RuntimeOptions,
};

use crate::{
    ambient::{SystemChance, SystemClock},
    config::{Config, EmbedderChoice},
    key_ring, precision,
    provider_client::HttpsClient,
    verbs::model,
};

/// Folder inside the data folder where runners show that they live.
const PRESENCE_FOLDER: &str = "runners";
/// Folder inside the data folder with what is derived from generations.
const INDEX_FOLDER: &str = "index";
/// Where files lie that people sent.
const UPLOAD_FOLDER: &str = "uploads";

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

/// What this machine has for reading pictures and making vectors, where vectors by these models
/// are there already.
pub(crate) fn runtime(config: &Config, known: &[String]) -> Runtime {
    detect(config, known, config.embedder == EmbedderChoice::Auto)
}

/// As [`runtime`]; without libraries that make vectors where none are to be `wanted`, since
/// loading one takes as long as looking at fifteen pictures.
fn detect(config: &Config, known: &[String], wanted: bool) -> Runtime {
    // No other model, and no other embedder, is run by OpenVINO.
    let inside = precision::of_several(config).filter(|_| wanted);
    let is_for_openvino = inside.is_some();
    let precisions =
        inside.map(|inside| precision::wished(config.precision, inside, known, &Precision::here()));
    let dirs = |dirs: &Vec<_>| if wanted { dirs.clone() } else { Vec::new() };
    Runtime::detect(&RuntimeOptions {
        onnxruntime: config.onnxruntime.clone().filter(|_| wanted),
        openvino: config.openvino.clone().filter(|_| is_for_openvino),
        precisions: precisions.unwrap_or_default(),
        tool_dirs: dirs(&config.tool_dirs),
        search_dirs: dirs(&config.library_dirs),
        libheif: config.libheif.clone(),
    })
}

/// Opens the data folder and makes the engine, for local mode.
pub(crate) async fn wire_up(config: &Config) -> Result<Wired> {
    make_private_folder(&config.data_dir)?;
    wire(config, None).await
}

/// The same with accounts.
pub(crate) async fn with_accounts(config: &Config) -> Result<Wired> {
    make_private_folder(&config.data_dir)?;
    let ring = key_ring::open(config, &SystemChance)?;
    let accounts = account_settings(config)?;
    wire(config, Some((accounts, ring))).await
}

async fn wire(config: &Config, accounts: Option<(AccountSettings, KeyRing)>) -> Result<Wired> {
    make_private_folder(&config.data_dir)?;
    let store = Store::open_sqlite(&config.data_dir)
        .await
        .with_context(|| format!("cannot open the data folder {}", config.data_dir.display()))?;
    let known = store.vector_models().await?;
    let inside = InsideModel::named(&config.model);
    let is_auto = config.embedder == EmbedderChoice::Auto;
    let runtime = detect(config, &known, is_auto && inside != Some(InsideModel::None));
    let embedder = embedder(config, &runtime)?;
    let made = embedder.model().clone();
    let engine = Engine::new(Parts {
        store: store.clone(),
        embedder,
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        ingest: IngestSettings {
            workers: config.workers,
            batch_items: config.batch_items,
            limits: config.limits,
            own_folders: vec![config.data_dir.clone()],
            other_precision: precision::of_others(config, &made),
        },
        roots: config
            .import_roots
            .clone()
            .map_or(SourceRoots::Anywhere, SourceRoots::Below),
        accounts,
        presence_folder: Some(config.data_dir.join(PRESENCE_FOLDER)),
        index_folder: config.data_dir.join(INDEX_FOLDER),
        upload_folder: config.data_dir.join(UPLOAD_FOLDER),
    });
    Ok(Wired {
        engine,
        store,
        runtime_lines: runtime_lines(config, &runtime, &known, &made),
    })
}

/// What is used, and what would make it better. Where no vectors are made, nothing is said of
/// what makes them.
fn runtime_lines(
    config: &Config,
    runtime: &Runtime,
    known: &[String],
    made: &ModelId,
) -> Vec<String> {
    let mut lines = runtime.lines();
    if let Some(told) = precision::told(config, runtime, known, made) {
        lines.insert(1, told);
    }
    if InsideModel::named(&config.model) == Some(InsideModel::None) {
        let none = "No vectors are made (the model is none): copies are found by their pixels, and \
                    nothing by likeness or meaning.";
        none.clone_into(&mut lines[0]);
    }
    lines
}

fn embedder(config: &Config, runtime: &Runtime) -> Result<Arc<dyn Embedder>> {
    let Some(inside) = InsideModel::named(&config.model) else {
        let folder = model::folder_of(config, &config.model);
        if !folder.is_dir() {
            bail!(
                "there is no model named {}; `lamina model list` lists them",
                config.model
            );
        }
        let own = match config.embedder {
            EmbedderChoice::Auto => runtime.own_embedder(&folder),
            EmbedderChoice::Pure | EmbedderChoice::Fake => runtime.own_pure_embedder(&folder),
        };
        return own.with_context(|| format!("cannot load the model {}", config.model));
    };
    match config.embedder {
        EmbedderChoice::Auto => runtime.embedder(inside),
        EmbedderChoice::Fake if inside == InsideModel::Default => {
            return Ok(Arc::new(FakeEmbedder::new()));
        }
        EmbedderChoice::Pure | EmbedderChoice::Fake => runtime.pure_embedder(inside),
    }
    .context("cannot load the model that makes vectors")
}

/// How accounts are kept, as the engine wants to know it.
fn account_settings(config: &Config) -> Result<AccountSettings> {
    let chosen = &config.accounts;
    let embedding = match &chosen.embedding {
        Some(site) => Some(EmbedSettings {
            key: EmbedKey::parse(&site.key)?,
            dataset: site.dataset,
            max_age_s: site.max_age_s,
        }),
        None => None,
    };
    let reread = config.clone();
    Ok(AccountSettings {
        public_url: chosen.public_url.clone(),
        tokens: chosen.tokens.clone(),
        sessions: chosen.sessions,
        passwords: PasswordPolicy::with_min_chars(chosen.password_min_chars)?,
        hash_workers: std::thread::available_parallelism().map_or(1, usize::from),
        max_live_keys: chosen.max_live_keys,
        embedding,
        oidc: chosen.oidc.as_ref().map(|oidc| OidcSettings {
            issuer: oidc.issuer.clone(),
            client_id: oidc.client_id.clone(),
            client_secret: oidc.client_secret.clone(),
            redirect_uri: oidc.redirect_uri.clone(),
            new_people: oidc.new_people,
            link_by_verified_email: oidc.link_by_email,
            client: Arc::new(HttpsClient::new()),
        }),
        reread_ring: RereadRing::new(move || key_ring::open(&reread, &SystemChance).ok()),
        ..AccountSettings::default()
    })
}

/// Thumbnails show what is in the pictures: nobody else on the machine has to see them.
pub(crate) fn make_private_folder(folder: &Path) -> Result<()> {
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

/// The HTTP room with accounts.
pub(crate) fn server_state(config: &Config, engine: &Engine) -> AppState {
    let public = &config.accounts.public_url;
    let host = public
        .split_once("://")
        .map_or(public.as_str(), |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let mut names = config.allowed_hosts.clone();
    names.push(host.to_owned());
    AppState::new(AppStateParts {
        engine: engine.clone(),
        mode: Mode::Server,
        accounts: AccountsWire {
            public_url: public.clone(),
            trusted_proxies: config.accounts.trusted_proxies.clone(),
            session_max_age_s: config.accounts.sessions.absolute_s,
            framed: config.accounts.embedding.is_some(),
        },
        version: env!("CARGO_PKG_VERSION"),
        hosts: Some(HostRule {
            any_address: !config.listen.ip().is_loopback(),
            names,
        }),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
    })
}

/// The HTTP room in local mode.
pub(crate) fn local_state(config: &Config, engine: &Engine) -> AppState {
    AppState::new(AppStateParts {
        engine: engine.clone(),
        mode: Mode::Local,
        accounts: AccountsWire {
            public_url: config.accounts.public_url.clone(),
            ..AccountsWire::default()
        },
        version: env!("CARGO_PKG_VERSION"),
        hosts: Some(HostRule {
            any_address: !config.listen.ip().is_loopback(),
            names: config.allowed_hosts.clone(),
        }),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
    })
}
