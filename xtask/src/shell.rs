//! Running other programs and speaking to the person at the terminal.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// One line of what a chore was asked for, on standard output.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that went away (`… | head`) is no reason to fail a chore.
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// One plain line for the person at the terminal, beside the output: what goes on, or went wrong.
pub(crate) fn note(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// The command as a person would type it, for messages.
pub(crate) fn spelled(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

/// Runs a command whose output goes to the terminal; fails where the command fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", spelled(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", spelled(command));
    }
    Ok(())
}

/// Runs a command silently: what it prints goes to the end of `log`. Ends it after `limit`.
///
/// # Errors
/// Cannot start, ran out of time, or ended badly; the last line that it printed is part of the message.
pub(crate) fn run_logged(command: &mut Command, log: &Path, limit: Duration) -> Result<()> {
    if let Some(folder) = log.parent() {
        fs_err::create_dir_all(folder)?;
    }
    let mut file = fs_err::OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)?;
    writeln!(file, "$ {}", spelled(command))?;
    let start = file.metadata()?.len();
    let (out, err) = (
        file.try_clone()?.into_parts().0,
        file.try_clone()?.into_parts().0,
    );
    let mut child = command
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        .spawn()
        .with_context(|| format!("cannot start {}", spelled(command)))?;
    let Some(status) = wait_at_most(&mut child, limit)? else {
        bail!(
            "{} did not end within {} s",
            spelled(command),
            limit.as_secs()
        );
    };
    if status.success() {
        return Ok(());
    }
    let printed = fs_err::read(log)?;
    let printed = String::from_utf8_lossy(&printed[usize::try_from(start)?.min(printed.len())..])
        .into_owned();
    bail!("{status}: {}", last_words(&printed))
}

/// Waits for a child; ends it when the time is over, and then answers nothing.
fn wait_at_most(child: &mut Child, limit: Duration) -> Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// The last line that calls itself an error, or else the last line with something on it.
fn last_words(printed: &str) -> &str {
    let lines = || printed.lines().map(str::trim);
    lines()
        .rfind(|line| line.starts_with("E: ") || line.to_ascii_lowercase().starts_with("error"))
        .or_else(|| lines().rfind(|line| !line.is_empty()))
        .unwrap_or("it said nothing")
}

/// Runs a command, passes every line of both its streams on, and shows each line to `watch` as well.
///
/// # Errors
/// When the command cannot be started or its output cannot be read; not when the command fails.
pub(crate) fn run_watched(
    command: &mut Command,
    mut watch: impl FnMut(&str) + Send,
) -> Result<ExitStatus> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", spelled(command)))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (sender, receiver) = std::sync::mpsc::channel::<(bool, Vec<u8>)>();
    thread::scope(|scope| {
        if let Some(out) = out {
            let sender = sender.clone();
            scope.spawn(move || pass_lines(out, false, &sender));
        }
        if let Some(err) = err {
            let sender = sender.clone();
            scope.spawn(move || pass_lines(err, true, &sender));
        }
        drop(sender);
        for (is_err, line) in receiver {
            let _ = if is_err {
                std::io::stderr().write_all(&line)
            } else {
                std::io::stdout().write_all(&line)
            };
            watch(&String::from_utf8_lossy(&line));
        }
    });
    Ok(child.wait()?)
}

fn pass_lines(from: impl Read, is_err: bool, to: &std::sync::mpsc::Sender<(bool, Vec<u8>)>) {
    let mut reader = BufReader::new(from);
    loop {
        let mut line = Vec::new();
        match reader.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                if to.send((is_err, line)).is_err() {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn every_line_of_both_streams_is_seen() {
        let mut seen = Vec::new();
        let status = run_watched(&mut sh("echo one; echo two >&2; exit 3"), |line| {
            seen.push(line.trim().to_owned());
        })
        .unwrap();
        seen.sort();

        assert_eq!(seen, ["one", "two"]);
        assert_eq!(status.code(), Some(3));
    }

    #[test]
    fn a_silent_command_that_fails_is_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let limit = Duration::from_secs(30);

        run_logged(&mut sh("echo fine"), &log, limit).unwrap();
        let error = run_logged(&mut sh("echo 'E: no room'; exit 1"), &log, limit).unwrap_err();

        assert!(error.to_string().contains("E: no room"), "{error}");
        let written = fs_err::read_to_string(&log).unwrap();
        assert!(written.contains("fine") && written.contains("E: no room"));
    }

    #[test]
    fn a_silent_command_that_hangs_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let error = run_logged(
            &mut sh("exec sleep 600"),
            &folder.path().join("log"),
            Duration::from_millis(50),
        )
        .unwrap_err();

        assert!(error.to_string().contains("did not end"), "{error}");
    }

    #[test]
    fn the_last_words_prefer_what_calls_itself_an_error() {
        assert_eq!(
            last_words("ERROR: no such package\nnotice: a new pip\n"),
            "ERROR: no such package"
        );
        assert_eq!(last_words("one\n\ntwo\n\n"), "two");
        assert_eq!(last_words(""), "it said nothing");
    }
}
