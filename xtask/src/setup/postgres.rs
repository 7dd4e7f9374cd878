//! A throw-away PostgreSQL server for the tests: its own folder, a free port of the loopback, no durability, gone when
//! the value is dropped.

use std::{
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{Permission, debian, log};
use crate::{machine, shell};

/// A running server. Stops, and takes its folder with it, when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    /// The user and group it runs as where this process is root, which PostgreSQL refuses to be.
    user: Option<(u32, u32)>,
    port: u16,
    process: Option<Child>,
}

impl Server {
    /// Starts a server, installing Debian's package where it is missing and may be installed.
    ///
    /// # Errors
    /// No PostgreSQL here, or it does not start; its own words are then in `tools/setup.log`.
    pub(crate) fn start(root: &Path, permission: Permission) -> Result<Self> {
        let programs = if let Some(found) = programs() {
            found
        } else {
            debian::install(root, &["postgresql"], permission)?;
            programs().context("Debian's package brought no initdb")?
        };
        let user = if machine::user_id() == Some(0) {
            let id = |what| {
                machine::id_of(&[what, "postgres"]).context(
                    "this process is root, PostgreSQL refuses to be, and there is no user postgres",
                )
            };
            Some((id("-u")?, id("-g")?))
        } else {
            None
        };
        let folder = new_folder(user)?;
        let mut server = Self {
            programs,
            folder,
            user,
            port: 0,
            process: None,
        };
        server.make_cluster(root)?;
        server.run()?;
        Ok(server)
    }

    /// How a client reaches it, as a user who may make databases.
    pub(crate) fn url(&self) -> String {
        format!("postgres://lamina@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        // The folder of this process may be closed to the server's user.
        command.current_dir(&self.folder).env("LC_ALL", "C.UTF-8");
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    fn make_cluster(&self, root: &Path) -> Result<()> {
        let mut initdb = self.command("initdb");
        initdb
            .args(["--username=lamina", "--auth=trust", "--encoding=UTF8"])
            .args(["--no-sync", "--pgdata"])
            .arg(self.data());
        shell::run_logged(&mut initdb, &log(root), Duration::from_mins(2))
            .context("initdb cannot make a database cluster")
    }

    fn run(&mut self) -> Result<()> {
        // Another program may take the port between our look and the server's: then another one is tried.
        for _ in 0..3 {
            self.port = free_port()?;
            let words = fs_err::File::create(self.folder.join("server.log"))?;
            let (words, _) = words.into_parts();
            let mut start = self.command("postgres");
            start.arg("-D").arg(self.data()).arg("-c");
            start.arg(format!("port={}", self.port));
            for setting in [
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "max_connections=200",
                // Nothing here is worth keeping, so it needs not survive a crash.
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
            ] {
                start.args(["-c", setting]);
            }
            // A child in our own process group, so that Ctrl-C at the terminal ends it as well.
            let server = start
                .stdin(Stdio::null())
                .stdout(words.try_clone()?)
                .stderr(words)
                .spawn()?;
            let (programs, port) = (self.programs.clone(), self.port);
            let server = self.process.insert(server);
            if becomes_ready(server, || takes_connections(&programs, port))? {
                return Ok(());
            }
            self.stop();
        }
        let words = fs_err::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        bail!(
            "PostgreSQL does not start: {}",
            words.lines().next_back().unwrap_or("it said nothing")
        )
    }

    fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Killing the first process alone would leave its children, so it is asked.
            let asked = self
                .command("pg_ctl")
                .args(["stop", "--silent", "--mode=immediate", "--pgdata"])
                .arg(self.data())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            if !asked.is_ok_and(|status| status.success()) {
                let _ = process.kill();
            }
            let _ = process.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        // What cannot be removed lies in the system's folder for such things.
        let _ = fs_err::remove_dir_all(&self.folder);
    }
}

/// Waits until the server takes connections; false when it ended before, or does not within 30 s.
fn becomes_ready(server: &mut Child, is_ready: impl Fn() -> bool) -> Result<bool> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if server.try_wait()?.is_some() {
            return Ok(false);
        }
        if is_ready() {
            return Ok(true);
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(false)
}

fn takes_connections(programs: &Path, port: u16) -> bool {
    Command::new(programs.join("pg_isready"))
        .args(["--quiet", "--host=127.0.0.1"])
        .arg(format!("--port={port}"))
        .status()
        .is_ok_and(|status| status.success())
}

/// The folder with `initdb`, the newest version first; Debian keeps it off the search path.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs_err::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .map(|(version, path)| (version, path.join("bin")))
        .filter(|(_, path)| path.join("initdb").is_file())
        .collect();
    versions.sort();
    versions
        .pop()
        .map(|(_, path)| path)
        .or_else(|| Some(machine::program("initdb")?.parent()?.to_path_buf()))
}

/// A folder of the server's user, in the system's folder for such things.
fn new_folder(user: Option<(u32, u32)>) -> Result<PathBuf> {
    let temporary = machine::environment("TMPDIR").unwrap_or_else(|| "/tmp".into());
    let folder = PathBuf::from(temporary).join(format!("lamina-postgres-{}", std::process::id()));
    fs_err::create_dir_all(&folder)?;
    if let Some((user, group)) = user {
        std::os::unix::fs::chown(&folder, Some(user), Some(group))
            .with_context(|| format!("cannot give {} to postgres", folder.display()))?;
    }
    Ok(folder)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_dropped_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let Ok(server) = Server::start(folder.path(), Permission::LookOnly) else {
            return; // No PostgreSQL on this machine; the suite says so.
        };
        let (place, port) = (server.folder.clone(), server.port);
        let programs = server.programs.clone();
        assert!(takes_connections(&programs, port));
        assert!(server.url().contains(&port.to_string()));

        drop(server);

        assert!(!place.exists());
        assert!(!takes_connections(&programs, port));
    }
}
