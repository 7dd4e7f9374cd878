//! Sample pictures for people who have none at hand: scenes drawn on the spot, the same in every
//! run, with copies, spoilt pictures and broken files whose number is known.

mod canvas;
mod encode;
mod plan;
mod random;
mod scenes;

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use lamina_model::Report;
use serde_json::{Value, json};

/// How many different scenes are drawn unless told otherwise.
pub(crate) const SCENES: usize = 200;
/// Changes whenever other pictures are drawn, so that an older folder is drawn anew.
const VERSION: u32 = 2;

/// What was drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// Different scenes, unspoilt.
    pub scenes: u64,
    /// Copies with the same bytes.
    pub same_bytes: u64,
    /// Copies with the same pixels in other bytes.
    pub same_pixels: u64,
    /// Copies saved again with losses.
    pub reencoded: u64,
    /// Copies of half the size.
    pub resized: u64,
    /// Copies with their edges cut off.
    pub cropped: u64,
    /// Copies seen in a mirror.
    pub mirrored: u64,
    /// Scenes of their own, out of focus.
    pub blurred: u64,
    /// Scenes of their own, hardly lit.
    pub dark: u64,
    /// Scenes of their own, over-exposed.
    pub bright: u64,
    /// Files that end too early.
    pub truncated: u64,
    /// Files without bytes.
    pub empty: u64,
    /// Files named like pictures that are none.
    pub not_pictures: u64,
    /// Files whose picture data is damaged.
    pub damaged: u64,
    /// Files to be left alone.
    pub ignored: u64,
}

impl Drawn {
    fn exact(&self) -> u64 {
        self.same_bytes + self.same_pixels
    }

    fn near(&self) -> u64 {
        self.reencoded + self.resized + self.cropped + self.mirrored
    }

    fn rejected(&self) -> u64 {
        self.truncated + self.empty + self.not_pictures + self.damaged
    }

    fn indexed(&self) -> u64 {
        self.scenes + self.exact() + self.near() + self.blurred + self.dark + self.bright
    }

    /// What was drawn, beside what was found.
    pub(crate) fn text(&self, report: &Report) -> String {
        let mut text = "Drawn, and found:".to_owned();
        for (name, drawn, found) in [
            ("pictures", self.indexed(), report.indexed),
            ("broken files", self.rejected(), report.rejected),
            ("other files", self.ignored, report.ignored),
            ("exact copies", self.exact(), report.exact_duplicates),
            ("near copies", self.near(), report.near_duplicates),
            ("blurry", self.blurred, report.blur),
            ("dark", self.dark, report.dark),
            ("bright", self.bright, report.bright),
        ] {
            write!(text, "\n  {name:<13}{drawn:>5} drawn  {found:>5} found")
                .expect("writing to a string cannot fail");
        }
        text
    }

    /// The numbers as JSON.
    pub(crate) fn json(&self) -> Value {
        json!({
            "pictures": self.indexed(),
            "rejected": self.rejected(),
            "ignored": self.ignored,
            "exact_duplicates": self.exact(),
            "near_duplicates": self.near(),
            "scenes": self.scenes,
            "same_bytes": self.same_bytes,
            "same_pixels": self.same_pixels,
            "reencoded": self.reencoded,
            "resized": self.resized,
            "cropped": self.cropped,
            "mirrored": self.mirrored,
            "blur": self.blurred,
            "dark": self.dark,
            "bright": self.bright,
        })
    }
}

/// Draws `scenes` scenes and what belongs to them into a folder of the data folder, unless they
/// lie there already.
pub(crate) fn draw(data_dir: &Path, scenes: usize) -> Result<(PathBuf, Drawn)> {
    let folder = data_dir.join("sample");
    // Beside the folder, so that it is no file of the sample itself.
    let mark = data_dir.join("sample.version");
    let wanted = format!("{VERSION} {scenes}\n");
    let plan = plan::plan(scenes);
    let drawn = plan.drawn();
    if fs_err::read_to_string(&mark).is_ok_and(|found| found == wanted) && folder.is_dir() {
        return Ok((folder, drawn));
    }
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    plan.carry_out(&folder)
        .context("cannot draw the sample pictures")?;
    fs_err::write(&mark, wanted)?;
    Ok((folder, drawn))
}

#[cfg(test)]
mod tests;
