//! What is true of a set of pictures, as its maker wrote it down.
//!
//! A table with a header: `path` (relative to the folder), `kind` (what was done to the file), `group` (equal numbers
//! but 0 show the same picture). Where they are there, also `base` (the file a copy was made of), `photo` (the
//! photograph it was cut from: two pictures of one photograph may overlap), `cls` and `true_cls` (the label it has and
//! the one it should have).
//!
//! Or a folder whose folders are labels, some of which are set wrong by lot.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context, Result, bail};

/// What is true of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) kind: String,
    /// 0 for a picture shown nowhere else.
    pub(super) group: u64,
    pub(super) photo: Option<String>,
    /// The label it has.
    pub(super) label: Option<String>,
    /// The label it should have, where it has another.
    pub(super) true_label: Option<String>,
    /// Whether this is a picture that others were made of.
    pub(super) is_base: bool,
}

/// What is true of a set.
#[derive(Debug, Default)]
pub(super) struct Truth {
    pub(super) facts: BTreeMap<String, Fact>,
    /// Whether labels are part of the truth.
    pub(super) has_labels: bool,
}

/// Kinds that are no change to a picture.
const UNCHANGED: [&str; 2] = ["base", "mislabel"];

impl Truth {
    pub(super) fn read(file: &Path) -> Result<Self> {
        let text = fs_err::read_to_string(file)?;
        Self::parse(&text).with_context(|| format!("cannot use {}", file.display()))
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines();
        let header = fields(lines.next().context("it is empty")?)?;
        let column = |name: &str| header.iter().position(|field| field == name);
        let needed = |name: &str| column(name).with_context(|| format!("it has no column {name}"));
        let (path, kind, group) = (needed("path")?, needed("kind")?, needed("group")?);
        let (photo, base) = (column("photo"), column("base"));
        let labels = column("cls").zip(column("true_cls"));
        let mut truth = Self {
            has_labels: labels.is_some(),
            ..Self::default()
        };
        let mut bases = BTreeSet::new();
        for (number, line) in (2..).zip(lines).filter(|(_, line)| !line.is_empty()) {
            let row = fields(line)?;
            if row.len() != header.len() {
                bail!(
                    "line {number} has {} fields, not {}",
                    row.len(),
                    header.len()
                );
            }
            let some = |at: Option<usize>| at.map(|at| row[at].clone()).filter(|s| !s.is_empty());
            bases.extend(some(base));
            let fact = Fact {
                kind: row[kind].clone(),
                group: row[group].parse().unwrap_or(0),
                photo: some(photo),
                label: labels.map(|(has, _)| row[has].clone()),
                true_label: labels
                    .filter(|(has, should)| row[*has] != row[*should])
                    .map(|(_, should)| row[should].clone()),
                is_base: UNCHANGED.contains(&row[kind].as_str()),
            };
            truth.facts.insert(row[path].clone(), fact);
        }
        for base in bases {
            if let Some(fact) = truth.facts.get_mut(&base) {
                fact.is_base = true;
            }
        }
        truth.find_bases();
        Ok(truth)
    }

    /// Takes each file's folder for its label, and gives so many of a hundred another one, by lot.
    pub(super) fn of_folders(folder: &Path, percent: u32, seed: u64) -> Result<Self> {
        let mut files = Vec::new();
        list(folder, folder, &mut files)?;
        files.sort();
        let label = |file: &String| file.rsplit_once('/').map(|(label, _)| label.to_owned());
        let labels: BTreeSet<String> = files.iter().filter_map(label).collect();
        let labels: Vec<String> = labels.into_iter().collect();
        if labels.len() < 2 {
            bail!("{} has not two folders of pictures", folder.display());
        }
        let mut lots: Vec<(u64, &String)> =
            files.iter().map(|file| (lot(seed, file), file)).collect();
        lots.sort();
        let wrong = files.len() * percent as usize / 100;
        let mut truth = Self {
            has_labels: true,
            ..Self::default()
        };
        for (at, (lot, file)) in lots.into_iter().enumerate() {
            let Some(right) = label(file) else { continue };
            let others: Vec<&String> = labels.iter().filter(|label| **label != right).collect();
            let is_wrong = at < wrong;
            let has = if is_wrong {
                others[(lot % 1_000_003) as usize % others.len()].clone()
            } else {
                right.clone()
            };
            let fact = Fact {
                kind: if is_wrong { "mislabel" } else { "base" }.to_owned(),
                label: Some(has),
                true_label: is_wrong.then_some(right),
                is_base: true,
                ..Fact::default()
            };
            truth.facts.insert(file.clone(), fact);
        }
        Ok(truth)
    }

    /// A group without a marked base has its first member as one.
    fn find_bases(&mut self) {
        let mut first: BTreeMap<u64, String> = BTreeMap::new();
        let mut has_base = BTreeSet::new();
        for (path, fact) in self.facts.iter().filter(|(_, fact)| fact.group != 0) {
            first.entry(fact.group).or_insert_with(|| path.clone());
            if fact.is_base {
                has_base.insert(fact.group);
            }
        }
        for (group, path) in first {
            if !has_base.contains(&group)
                && let Some(fact) = self.facts.get_mut(&path)
            {
                fact.is_base = true;
            }
        }
    }

    /// Whether two files show the same picture.
    pub(super) fn same(&self, one: &str, other: &str) -> bool {
        match (self.facts.get(one), self.facts.get(other)) {
            (Some(one), Some(other)) => one.group != 0 && one.group == other.group,
            _ => false,
        }
    }

    /// Whether two files were cut from one photograph, so that nobody may say whether they are the same.
    pub(super) fn may_overlap(&self, one: &str, other: &str) -> bool {
        match (self.facts.get(one), self.facts.get(other)) {
            (Some(one), Some(other)) => one.photo.is_some() && one.photo == other.photo,
            _ => false,
        }
    }
}

/// The files below a folder, relative to the uppermost.
fn list(top: &Path, folder: &Path, files: &mut Vec<String>) -> Result<()> {
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(top, &path, files)?;
        } else if let Some(name) = path.strip_prefix(top)?.to_str() {
            files.push(name.to_owned());
        }
    }
    Ok(())
}

/// A number drawn for a file, the same in every run.
fn lot(seed: u64, file: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = file.bytes().fold(start, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 31)
}

/// The fields of one line, between commas; quoted ones may hold commas.
fn fields(line: &str) -> Result<Vec<String>> {
    let (mut found, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.trim_end_matches('\r').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                field.push('"');
                letters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => found.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    if quoted {
        bail!("a quotation mark is not closed: {line}");
    }
    found.push(field);
    Ok(found)
}
