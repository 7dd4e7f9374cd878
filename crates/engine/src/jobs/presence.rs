//! Telling a runner that died from one that is busy, at once, where both share a data folder.
//!
//! A runner holds a lock on a file of its own for as long as its process lives; the system lets
//! go of it even after `kill -9`. Whoever starts next finds the file unlocked, knows that its
//! owner is gone, and need not wait for the lease to run out. Runners on other machines are
//! told apart by their leases alone.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// A runner's sign of life. Dropping it takes the sign away.
#[derive(Debug)]
pub(super) struct Presence {
    file: PathBuf,
    _lock: File,
}

impl Presence {
    /// Puts up the sign of the runner called `runner` in `folder`.
    ///
    /// # Errors
    /// When the file cannot be made or locked.
    pub(super) fn announce(folder: &Path, runner: &str) -> io::Result<Self> {
        fs_err::create_dir_all(folder)?;
        let file = folder.join(runner);
        let lock = fs_err::File::create(&file)?.into_parts().0;
        lock.lock()?;
        Ok(Self { file, _lock: lock })
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        // A file left behind is found unlocked and swept by the next start.
        let _ = fs_err::remove_file(&self.file);
    }
}

/// The names of runners whose process is gone; their signs are taken down.
///
/// # Errors
/// When the folder cannot be listed; a folder that is not there has no signs.
pub(super) fn sweep_dead(folder: &Path) -> io::Result<Vec<String>> {
    let mut dead = Vec::new();
    let entries = match fs_err::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(dead),
        Err(cause) => return Err(cause),
    };
    for entry in entries {
        let path = entry?.path();
        let Ok(file) = fs_err::File::open(&path) else {
            continue;
        };
        match file.into_parts().0.try_lock() {
            Ok(()) => {
                dead.extend(
                    path.file_name()
                        .map(|name| name.to_string_lossy().into_owned()),
                );
                fs_err::remove_file(&path)?;
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(cause)) => return Err(cause),
        }
    }
    Ok(dead)
}

#[cfg(test)]
mod tests {
    use super::{Presence, sweep_dead};

    #[test]
    fn a_living_runner_is_left_alone_and_a_gone_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let alive = Presence::announce(folder.path(), "alive").unwrap();
        // What a killed process leaves: its file, unlocked.
        fs_err::write(folder.path().join("dead"), "").unwrap();
        assert_eq!(sweep_dead(folder.path()).unwrap(), ["dead"]);
        assert!(sweep_dead(folder.path()).unwrap().is_empty());
        drop(alive);
        assert!(sweep_dead(folder.path()).unwrap().is_empty());
    }
}
