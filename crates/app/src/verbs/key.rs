//! `lamina key`: the keys that seal secrets at rest.

use anyhow::{Result, bail};

use crate::{
    ambient::SystemChance, cli::Key, config::Config, exit::Exit, key_ring, terminal, wire_up,
};

/// Does it.
pub(crate) async fn run(wish: &Key, config: &Config) -> Result<Exit> {
    match wish {
        Key::RotateMaster => rotate_master(config).await,
    }
}

/// A new key is saved before anything is sealed with it, and older ones are dropped only after
/// everything is sealed anew: whenever it is stopped, every secret can be opened.
async fn rotate_master(config: &Config) -> Result<Exit> {
    if config.accounts.storage_key.is_some() {
        bail!(
            "STORAGE_KEY is set and seals the secrets; to change it, put the old ring beside it as {} and start with \
             the new STORAGE_KEY, or unset it to keep keys in the file",
            key_ring::path(config).display()
        );
    }
    let mut ring = key_ring::open(config, &SystemChance)?;
    let older: Vec<String> = ring.key_ids().map(str::to_owned).collect();
    ring.rotate(&SystemChance);
    key_ring::save(config, &ring)?;
    let wired = wire_up::with_accounts(config).await?;
    let sealed = wired.engine.seal_anew(ring.clone()).await;
    wired.store.close().await;
    let sealed = sealed?;
    // The key before this one stays until the next rotation, for servers that run with the old ring.
    for id in older.iter().skip(1) {
        ring.drop_key(id)?;
    }
    key_ring::save(config, &ring)?;
    terminal::say(&format!(
        "sealed {sealed} secrets with the new key {}; {} older keys dropped. Running servers take the new ring by \
         themselves.",
        ring.sealing_key_id(),
        older.len().saturating_sub(1),
    ));
    Ok(Exit::Fine)
}
