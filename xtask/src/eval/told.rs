//! What the program says about a folder: it is indexed from nothing and then asked.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{http, truth::Truth};
use crate::up::Parts;

/// Pictures said to be the same in one way; the first is the one to keep.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) tier: String,
    pub(super) members: Vec<String>,
    /// Likeness of each of the others to the one to keep.
    pub(super) likeness: Vec<f64>,
}

/// A file and what may be wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Issue {
    pub(super) path: String,
    pub(super) confidence: f64,
    /// The label it should have, for one that seems mislabelled.
    pub(super) suggested: Option<String>,
}

/// Everything said.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Paths of the pictures in the index.
    pub(super) indexed: Vec<String>,
    /// Paths of the rejected files, each with the reason.
    pub(super) rejected: BTreeMap<String, String>,
    pub(super) groups: Vec<Group>,
    /// By kind.
    pub(super) issues: BTreeMap<String, Vec<Issue>>,
    /// Wall time of the whole run, and of its stages.
    pub(super) seconds: f64,
    pub(super) stages: BTreeMap<String, f64>,
}

/// Pictures labelled at once.
const AT_ONCE: usize = 200;
/// Labels are judged sooner.
const PATIENCE: Duration = Duration::from_mins(10);

/// The program, ended when this is.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; both then fail, which is fine.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Indexes a folder and asks.
pub(super) fn ask(
    program: &Path,
    parts: &Parts,
    folder: &Path,
    scratch: &Path,
    truth: &Truth,
) -> Result<Told> {
    let data = scratch.join(format!("data-{}", std::process::id()));
    if data.exists() {
        fs_err::remove_dir_all(&data)?;
    }
    fs_err::create_dir_all(&data)?;
    let told = index_and_ask(
        program,
        parts,
        folder,
        &data,
        &scratch.join("last-run.log"),
        truth,
    );
    fs_err::remove_dir_all(&data)?;
    told
}

fn index_and_ask(
    program: &Path,
    parts: &Parts,
    folder: &Path,
    data: &Path,
    log: &Path,
    truth: &Truth,
) -> Result<Told> {
    let mut command = Command::new(program);
    command
        .arg("up")
        .arg(folder)
        .arg("--data-dir")
        .arg(data)
        .args(["--listen", "127.0.0.1:0", "--json"]);
    parts.apply(&mut command);
    let began = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(fs_err::File::create(log)?.into_parts().0)
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let mut running = Running(child);
    let out = running.0.stdout.take().context("output is a pipe")?;
    let said = first_object(out).with_context(|| format!("see {}", log.display()))?;
    let seconds = began.elapsed().as_secs_f64();
    let url = said["url"].as_str().context("the report has no url")?;
    let address = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split('/').next())
        .context("the url has no address")?;
    let dataset = said["dataset_id"].as_str().context("no dataset")?;
    let asking = Asking {
        address,
        dataset: format!("/api/v1/dataset/{dataset}"),
    };
    asking.label(truth)?;
    let mut told = asking.everything()?;
    told.seconds = seconds;
    let stages = said["seconds_by_stage"].as_object().into_iter().flatten();
    told.stages = stages
        .filter_map(|(stage, seconds)| Some((stage.clone(), seconds.as_f64()?)))
        .collect();
    Ok(told)
}

/// Reads lines until they are one JSON object; the rest is read away, so that the program never waits for a reader.
fn first_object(out: impl Read + Send + 'static) -> Result<Value> {
    let mut reader = BufReader::new(out);
    let mut text = String::new();
    while reader.read_line(&mut text)? > 0 {
        if let Ok(said) = serde_json::from_str::<Value>(&text) {
            thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
            return Ok(said);
        }
    }
    bail!("`lamina up --json` ended without a report")
}

struct Asking<'a> {
    address: &'a str,
    dataset: String,
}

impl Asking<'_> {
    fn get(&self, path: &str) -> Result<Value> {
        http::get(self.address, &format!("{}{path}", self.dataset))
    }

    /// Gives every picture the label that the truth says it has, and has labels judged.
    fn label(&self, truth: &Truth) -> Result<()> {
        if !truth.has_labels {
            return Ok(());
        }
        let mut by_label: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for item in self.pages("media")? {
            let fact = truth.facts.get(&text(&item, "original_uri")?);
            if let Some(label) = fact.and_then(|fact| fact.label.as_deref()) {
                let of_label = by_label.entry(label).or_default();
                of_label.push(text(&item, "media_id")?);
            }
        }
        for (label, media) in &by_label {
            // What the folders' names may have said already.
            let others: Vec<_> = by_label.keys().filter(|other| *other != label).collect();
            for some in media.chunks(AT_ONCE) {
                let wish = json!({
                    "media_ids": some, "add_labels": [label], "remove_labels": others,
                });
                http::post(self.address, &format!("{}/marks", self.dataset), &wish)?;
            }
        }
        let before = self.generation()?;
        http::post(
            self.address,
            &format!("{}/reindex", self.dataset),
            &json!({}),
        )?;
        let began = Instant::now();
        while self.generation()? == before {
            if began.elapsed() > PATIENCE {
                bail!("the labels were not judged within {PATIENCE:?}");
            }
            thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    fn generation(&self) -> Result<Option<i64>> {
        Ok(self.get("/grid?limit=1")?["generation"].as_i64())
    }

    fn everything(&self) -> Result<Told> {
        let mut told = Told::default();
        let mut ids = Vec::new();
        for item in self.pages("media")? {
            told.indexed.push(text(&item, "original_uri")?);
            ids.push(text(&item, "media_id")?);
        }
        for item in self.pages("rejected")? {
            let path = text(&item, "path")?;
            told.rejected.insert(path, text(&item, "reason")?);
        }
        told.groups = self.groups()?;
        for (path, details) in told.indexed.iter().zip(self.details(&ids)?) {
            for issue in details["issues"].as_array().into_iter().flatten() {
                let found = Issue {
                    path: path.clone(),
                    confidence: issue["confidence"].as_f64().context("no confidence")?,
                    suggested: issue["suggested_label"].as_str().map(str::to_owned),
                };
                let of_kind = told.issues.entry(text(issue, "kind")?).or_default();
                of_kind.push(found);
            }
        }
        Ok(told)
    }

    /// All items of a listing that is read along a cursor.
    fn pages(&self, listing: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let mut page = self.get(&format!("/{listing}?limit=1000&cursor={cursor}"))?;
            if let Value::Array(some) = page["items"].take() {
                items.extend(some);
            }
            match page["next_cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => return Ok(items),
            }
        }
    }

    fn groups(&self) -> Result<Vec<Group>> {
        let mut groups = Vec::new();
        loop {
            let page = self.get(&format!("/duplicates?limit=1000&offset={}", groups.len()))?;
            let some = page["groups"].as_array().context("no groups")?;
            if some.is_empty() {
                return Ok(groups);
            }
            for group in some {
                groups.push(group_of(group)?);
            }
        }
    }

    /// What is known about each picture, asked by two threads.
    fn details(&self, ids: &[String]) -> Result<Vec<Value>> {
        let half = ids.len().div_ceil(2).max(1);
        let asked = thread::scope(|scope| {
            let threads: Vec<_> = ids
                .chunks(half)
                .map(|some| {
                    scope.spawn(move || {
                        some.iter()
                            .map(|id| self.get(&format!("/media/{id}")))
                            .collect::<Result<Vec<_>>>()
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().ok().context("a thread died")?)
                .collect::<Result<Vec<_>>>()
        });
        Ok(asked?.into_iter().flatten().collect())
    }
}

fn group_of(group: &Value) -> Result<Group> {
    let mut found = Group {
        tier: text(group, "tier")?,
        members: vec![text(&group["keep"], "original_uri")?],
        likeness: Vec::new(),
    };
    for other in group["others"].as_array().into_iter().flatten() {
        found.members.push(text(other, "original_uri")?);
        let distance = other["distance"].as_f64().context("no distance")?;
        found.likeness.push(1.0 - distance);
    }
    Ok(found)
}

fn text(value: &Value, field: &str) -> Result<String> {
    let found = value[field].as_str();
    Ok(found.with_context(|| format!("no {field}"))?.to_owned())
}
