//! `lamina model`: models of people's own, kept in the data folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lamina_vision::{InsideModel, MANIFEST, ModelManifest};

use crate::{cli::Model, config::Config, exit::Exit, terminal, wire_up};

/// Folder inside the data folder with a folder for each model.
const MODELS_FOLDER: &str = "models";

/// Does it.
pub(crate) fn run(wish: &Model, config: &Config) -> Result<Exit> {
    match wish {
        Model::Add { folder } => add(folder, config)?,
        Model::List => list(config)?,
        Model::Remove { name } => remove(name, config)?,
    }
    Ok(Exit::Fine)
}

/// Where the files of a model lie.
pub(crate) fn folder_of(config: &Config, name: &str) -> PathBuf {
    config.data_dir.join(MODELS_FOLDER).join(name)
}

/// Tries a model and takes a copy of it. It gets its name when it is whole.
fn add(folder: &Path, config: &Config) -> Result<()> {
    let manifest = ModelManifest::read(folder)
        .context("the model cannot be added; put that right in its model.toml")?;
    let runtime = wire_up::runtime(config, &[]);
    let embedder = runtime.own_embedder(folder)?;
    let place = folder_of(config, &manifest.name);
    if place.exists() {
        bail!(
            "there is a model named {0} already; take it away first with: lamina model remove {0}",
            manifest.name
        );
    }
    wire_up::make_private_folder(&config.data_dir)?;
    let draft = folder_of(
        config,
        &format!(".{}-{}", manifest.name, std::process::id()),
    );
    let copied = copy(folder, &draft, &manifest).and_then(|()| Ok(fs_err::rename(&draft, &place)?));
    if copied.is_err() {
        // What is left of a draft is in nobody's way; the error to tell is the first one.
        let _ = fs_err::remove_dir_all(&draft);
    }
    copied?;
    terminal::say(&format!(
        "added {} ({} numbers a picture, {}). Choose it with --model {0}, LAMINA_MODEL or `model` in the settings \
         file; datasets are then embedded anew.",
        manifest.name,
        embedder.dimensions(),
        if embedder.language().is_some() {
            "knows words"
        } else {
            "knows no words"
        },
    ));
    Ok(())
}

fn copy(from: &Path, to: &Path, manifest: &ModelManifest) -> Result<()> {
    for file in std::iter::once(Path::new(MANIFEST)).chain(manifest.files()) {
        let target = to.join(file);
        if let Some(parent) = target.parent() {
            fs_err::create_dir_all(parent)?;
        }
        fs_err::copy(from.join(file), target)?;
    }
    Ok(())
}

fn list(config: &Config) -> Result<()> {
    let mark = |name: &str| if name == config.model { "*" } else { " " };
    for inside in InsideModel::ALL {
        let name = inside.name();
        terminal::say(&format!("{} {name}  {}", mark(name), inside.describe()));
    }
    for name in names(config)? {
        let told = match ModelManifest::read(&folder_of(config, &name)) {
            Ok(manifest) => format!(
                "{} numbers a picture, {}",
                manifest.dimensions,
                if manifest.text.is_some() {
                    "knows words"
                } else {
                    "knows no words"
                }
            ),
            Err(cause) => format!("cannot be used: {cause}"),
        };
        terminal::say(&terminal::plain(&format!("{} {name}  {told}", mark(&name))));
    }
    Ok(())
}

fn names(config: &Config) -> Result<Vec<String>> {
    let folder = config.data_dir.join(MODELS_FOLDER);
    let entries = match fs_err::read_dir(&folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(cause.into()),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn remove(name: &str, config: &Config) -> Result<()> {
    let is_inside = InsideModel::named(name).is_some();
    // An older program took models under names that newer ones have inside: those can go.
    if !names(config)?.iter().any(|known| known == name) {
        if is_inside {
            bail!("{name} is inside the program and cannot be taken away");
        }
        bail!("there is no model named {name}; `lamina model list` lists them");
    }
    if name == config.model && !is_inside {
        bail!("{name} is in use; choose another first");
    }
    fs_err::remove_dir_all(folder_of(config, name))
        .with_context(|| format!("cannot take {name} away"))?;
    terminal::say(&format!("removed {name}"));
    Ok(())
}
