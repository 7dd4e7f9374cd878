//! `lamina openapi`: the document that `openapi/openapi.json` is a copy of.

use anyhow::Result;

use crate::{exit::Exit, terminal};

/// Prints it.
pub(crate) fn run() -> Result<Exit> {
    terminal::say(&serde_json::to_string_pretty(&lamina_api::document())?);
    Ok(Exit::Fine)
}
