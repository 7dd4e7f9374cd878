//! The file with the keys that seal secrets at rest.

use fs_err::os::unix::fs::OpenOptionsExt;
use std::{
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use lamina_auth::KeyRing;
use lamina_model::Chance;
use zeroize::Zeroizing;

use crate::config::Config;

/// Name of the file inside the data folder.
const FILE: &str = "key-ring.json";

/// Opens the ring: `STORAGE_KEY` where it is set, with the file's keys behind it; else the file,
/// made on the first start.
///
/// # Errors
/// When the file is damaged, or others of this machine may read it.
pub(crate) fn open(config: &Config, chance: &dyn Chance) -> Result<KeyRing> {
    let file = path(config);
    let from_file = match fs_err::read_to_string(&file) {
        Ok(text) => {
            refuse_open_doors(&file)?;
            let text = Zeroizing::new(text);
            Some(KeyRing::parse(&text).with_context(|| format!("cannot use {}", file.display()))?)
        }
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => None,
        Err(cause) => return Err(cause.into()),
    };
    match (&config.accounts.storage_key, from_file) {
        (Some(key), from_file) => {
            let mut ring = KeyRing::from_storage_key(key)?;
            if let Some(older) = from_file {
                ring.adopt(older);
            }
            Ok(ring)
        }
        (None, Some(ring)) => Ok(ring),
        (None, None) => {
            let ring = KeyRing::new(chance);
            save(config, &ring)?;
            Ok(ring)
        }
    }
}

/// Writes the ring, whole or not at all, readable by its owner alone.
pub(crate) fn save(config: &Config, ring: &KeyRing) -> Result<()> {
    let file = path(config);
    let part = file.with_extension("part");
    let _ = fs_err::remove_file(&part);
    let mut open = fs_err::OpenOptions::new();
    let mut written = open
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&part)
        .with_context(|| format!("cannot write {}", part.display()))?;
    written.write_all(ring.to_text().as_bytes())?;
    written.sync_all()?;
    fs_err::rename(&part, &file)?;
    Ok(())
}

pub(crate) fn path(config: &Config) -> PathBuf {
    config.data_dir.join(FILE)
}

fn refuse_open_doors(file: &Path) -> Result<()> {
    let mode = fs_err::metadata(file)?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!(
            "{} can be read by others (mode {:03o}); it holds the keys to all secrets: chmod 600 it",
            file.display(),
            mode & 0o777,
        );
    }
    Ok(())
}
