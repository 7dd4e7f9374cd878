//! The manifest of a model of somebody's own: what stands in its `model.toml`.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{InsideModel, ModelError};

/// The name of the manifest.
pub const MANIFEST: &str = "model.toml";
/// Longest name of a model.
const LONGEST_NAME: usize = 64;
/// Longest side of what an image tower is fed: pictures are decoded to twice as much at least.
const LONGEST_SIDE: usize = 448;
/// Most numbers in a vector.
const MOST_DIMENSIONS: usize = 8192;
/// Most tokens of a text.
const MOST_TOKENS: usize = 4096;

/// What a model's folder holds, and how its towers are fed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelManifest {
    /// What it is called: small letters, digits, dots, dashes and underscores.
    pub name: String,
    /// Numbers in a vector, of pictures as of texts.
    pub dimensions: usize,
    /// The image tower.
    pub image: ImageTower,
    /// The text tower; without one, pictures are found by pictures alone.
    #[serde(default)]
    pub text: Option<TextTower>,
}

/// An image tower: `[1, 3, side, side]` of f32, red first → `dimensions` numbers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageTower {
    /// The ONNX file, beside the manifest.
    pub file: PathBuf,
    /// The name of its input.
    pub input: String,
    /// The name of its output.
    pub output: String,
    /// Pixels along each side of the square that it looks at.
    #[serde(default = "usual_side")]
    pub side: usize,
    /// What is taken off each channel, red first, after bytes became 0–1.
    pub mean: [f32; 3],
    /// What each channel is then divided by.
    pub std: [f32; 3],
}

/// A text tower: tokens `[1, n]` of i64 → `dimensions` numbers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextTower {
    /// The ONNX file, beside the manifest.
    pub file: PathBuf,
    /// The tokenizer, as Hugging Face's `tokenizer.json` has it.
    pub tokenizer: PathBuf,
    /// The name of the input of tokens.
    pub input: String,
    /// The name of the input that says which tokens count, where there is one.
    #[serde(default)]
    pub mask: Option<String>,
    /// The name of its output.
    pub output: String,
    /// Most tokens of a text, those at its ends included; what comes after is cut off.
    pub length: usize,
    /// The token before a text, where the tokenizer does not put it there.
    #[serde(default)]
    pub begin: Option<String>,
    /// The token after a text, where the tokenizer does not put it there.
    #[serde(default)]
    pub end: Option<String>,
    /// The token that fills a text up to its length; without one, texts are as long as they are.
    #[serde(default)]
    pub pad: Option<String>,
}

const fn usual_side() -> usize {
    224
}

impl ModelManifest {
    /// Reads the manifest of a folder and looks whether everything that it names is there.
    ///
    /// # Errors
    /// [`ModelError`] that names the file and what is wrong with it.
    pub fn read(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join(MANIFEST);
        let wrong = |what: String| ModelError {
            file: path.clone(),
            what,
        };
        let text = match fs_err::read_to_string(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                return Err(wrong(
                    "it is missing: a model is a folder with this file".to_owned(),
                ));
            }
            Err(cause) => return Err(wrong(cause.to_string())),
        };
        let manifest: Self =
            toml::from_str(&text).map_err(|cause| wrong(cause.to_string().trim().to_owned()))?;
        manifest.check(folder).map_err(wrong)?;
        Ok(manifest)
    }

    fn check(&self, folder: &Path) -> Result<(), String> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
        if self.name.is_empty() || self.name.len() > LONGEST_NAME || !self.name.chars().all(plain) {
            return Err(format!(
                "name is {:?}; it takes 1 to {LONGEST_NAME} small letters, digits, dots, dashes and underscores",
                self.name
            ));
        }
        if self.name.starts_with('.') || InsideModel::named(&self.name).is_some() {
            return Err(format!("name is {:?}, which is taken", self.name));
        }
        within("dimensions", self.dimensions, MOST_DIMENSIONS)?;
        within("image.side", self.image.side, LONGEST_SIDE)?;
        let usable = |number: &f32| number.is_finite() && *number > 0.0;
        if !self.image.std.iter().all(usable) || !self.image.mean.iter().all(|m| m.is_finite()) {
            return Err("image.mean takes three numbers, image.std three above 0".to_owned());
        }
        let mut files = vec![("image.file", &self.image.file)];
        if let Some(text) = &self.text {
            within("text.length", text.length, MOST_TOKENS)?;
            let marks = [&text.begin, &text.end].into_iter().flatten().count();
            if text.length <= marks {
                return Err(format!(
                    "text.length is {}, which leaves no room for a text beside the marks at its \
                     ends ({marks})",
                    text.length
                ));
            }
            files.extend([
                ("text.file", &text.file),
                ("text.tokenizer", &text.tokenizer),
            ]);
        }
        for (key, file) in files {
            let inside = file
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)));
            if !inside || file.as_os_str().is_empty() {
                let shown = file.display();
                return Err(format!(
                    "{key} is {shown}; it takes the name of a file beside this one"
                ));
            }
            if !folder.join(file).is_file() {
                return Err(format!(
                    "{key} names {}, which is not there",
                    file.display()
                ));
            }
        }
        Ok(())
    }

    /// Every file of the model save the manifest.
    pub fn files(&self) -> Vec<&Path> {
        let text = self.text.iter();
        let text = text.flat_map(|text| [text.file.as_path(), text.tokenizer.as_path()]);
        std::iter::once(self.image.file.as_path())
            .chain(text)
            .collect()
    }
}

fn within(key: &str, number: usize, most: usize) -> Result<(), String> {
    if (1..=most).contains(&number) {
        Ok(())
    } else {
        Err(format!("{key} is {number}; it takes 1 to {most}"))
    }
}
