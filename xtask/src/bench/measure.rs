//! One run of the program in a process of its own, and what it took.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::report::{Model, Run};
use crate::{machine, shell, up::Parts};

/// The program to measure, and where it may put its data.
pub(super) struct Job {
    pub(super) program: PathBuf,
    pub(super) parts: Parts,
    pub(super) scratch: PathBuf,
}

/// Whether a process can be held to that many cores here.
pub(super) fn can_pin(cores: usize) -> bool {
    machine::program("taskset").is_some()
        && thread::available_parallelism().is_ok_and(|here| here.get() >= cores)
}

impl Job {
    /// A folder with nothing in it, for the data of one dataset.
    pub(super) fn empty_data_folder(&self) -> Result<PathBuf> {
        let folder = self.scratch.join(format!("data-{}", std::process::id()));
        if folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        fs_err::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Indexes `pictures` into `data` on the first `cores` cores.
    pub(super) fn index(
        &self,
        pictures: &Path,
        data: &Path,
        cores: usize,
        model: Model,
    ) -> Result<Run> {
        let mut command = Command::new("taskset");
        command
            .args(["--cpu-list", &format!("0-{}", cores - 1)])
            .arg(&self.program)
            .arg("up")
            .arg(pictures)
            .arg("--data-dir")
            .arg(data)
            .args(["--no-serve", "--json", "--model", model.name()]);
        self.parts.apply(&mut command);
        let log = fs_err::File::create(self.scratch.join("last-run.log"))?;
        let start = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.into_parts().0)
            .spawn()?;
        let mut out = child.stdout.take().context("standard output is a pipe")?;
        let reader = thread::spawn(move || {
            let mut printed = String::new();
            out.read_to_string(&mut printed).map(|_| printed)
        });

        // The kernel forgets a process with its end, so it is asked all along; both numbers only grow.
        let process = PathBuf::from(format!("/proc/{}", child.id()));
        let (mut peak_kib, mut cpu_s) = (0, 0.0);
        let status = loop {
            if let Some(peak) = read(&process.join("status")).and_then(|text| peak_kib_of(&text)) {
                peak_kib = peak;
            }
            if let Some(cpu) = read(&process.join("stat")).and_then(|text| cpu_s_of(&text)) {
                cpu_s = cpu;
            }
            if let Some(status) = child.try_wait()? {
                break status;
            }
            thread::sleep(Duration::from_millis(10));
        };
        let wall_s = start.elapsed().as_secs_f64();
        let printed = reader
            .join()
            .ok()
            .context("the reader of the output died")??;
        if !status.success() {
            bail!(
                "{} ended with {status}; see {}",
                shell::spelled(&command),
                self.scratch.join("last-run.log").display()
            );
        }
        let said: Value = serde_json::from_str(printed.trim())
            .context("`lamina up --json` did not print one JSON object")?;
        Ok(Run {
            wall_s,
            cpu_s,
            peak_kib,
            indexed: said["indexed"].as_u64().context("no `indexed`")?,
            stages: stages_of(&said),
        })
    }
}

fn read(file: &Path) -> Option<String> {
    fs_err::read_to_string(file).ok()
}

/// The largest resident size so far, out of `/proc/PID/status`.
fn peak_kib_of(status: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// User and system time so far, out of `/proc/PID/stat`, whose clock ticks 100 times a second on every Linux in use.
fn cpu_s_of(stat: &str) -> Option<f64> {
    // The name of the program stands in brackets and may hold anything; the fields after it are plain.
    let after_name = stat.rsplit_once(") ")?.1;
    let mut fields = after_name.split(' ').skip(11);
    let ticks: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((ticks + system) / 100.0)
}

fn stages_of(said: &Value) -> BTreeMap<String, f64> {
    said["seconds_by_stage"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(stage, seconds)| Some((stage.clone(), seconds.as_f64()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_files_are_read() {
        assert_eq!(
            peak_kib_of("Name:\tx\nVmPeak:\t 9 kB\nVmHWM:\t  2048 kB\n"),
            Some(2048)
        );
        let stat = "7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0";
        assert_eq!(cpu_s_of(stat), Some(3.0));
        assert_eq!(cpu_s_of("gone"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_very_process_has_a_peak_and_cpu_time() {
        let own = |file| fs_err::read_to_string(format!("/proc/self/{file}")).unwrap();

        assert!(peak_kib_of(&own("status")).unwrap() > 100);
        assert!(cpu_s_of(&own("stat")).is_some());
    }

    #[test]
    fn stages_are_read_out_of_the_report() {
        let said = serde_json::json!({"seconds_by_stage": {"look": 1.5, "embed": 2}});

        let stages = stages_of(&said);

        assert_eq!(stages.get("look"), Some(&1.5));
        assert_eq!(stages.get("embed"), Some(&2.0));
    }
}
