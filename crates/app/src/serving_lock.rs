//! One server for each data folder: it holds a lock on a file there, which the system lets go of
//! however the process ends. Who only looks, or indexes without serving, needs no lock: the
//! database lets several processes write one after the other, and jobs are leased.
//!
//! Two servers would both keep in memory what the other one changes, such as who may see what.

use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, SeekFrom, Write},
    net::SocketAddr,
    path::Path,
};

use anyhow::{Context, Result, bail};

/// The file, which says in words who holds it.
const FILE: &str = "serving";

/// Held for as long as a data folder is served.
#[derive(Debug)]
pub(crate) struct ServingLock(File);

impl ServingLock {
    /// Takes the lock of a data folder that is there.
    ///
    /// # Errors
    /// Where another process holds it, with who that is and what to do.
    pub(crate) fn take(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join(FILE);
        let opened = fs_err::OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut file = opened?.into_parts().0;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Who it is matters less than that somebody does.
                let _ = file.read_to_string(&mut holder);
                let holder = match holder.trim() {
                    "" => "another process",
                    told => told,
                };
                bail!(
                    "the data folder {} is served already, by {holder}; use that one or stop it, or give this one a \
                     folder of its own with --data-dir (`lamina up FOLDER --no-serve` indexes beside a server)",
                    data_dir.display()
                );
            }
            Err(TryLockError::Error(cause)) => {
                return Err(cause).with_context(|| format!("cannot lock {}", path.display()));
            }
        }
        let lock = Self(file);
        lock.write(&format!("process {}", std::process::id()))?;
        Ok(lock)
    }

    /// Says where the folder is served.
    pub(crate) fn tell(&self, address: SocketAddr) -> Result<()> {
        let pid = std::process::id();
        self.write(&format!("process {pid} on http://{address}/"))
    }

    fn write(&self, who: &str) -> Result<()> {
        let mut file = &self.0;
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(writeln!(file, "{who}")?)
    }
}
