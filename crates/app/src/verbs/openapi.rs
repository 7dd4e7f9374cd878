//! `lamina openapi`: the document that `openapi/openapi.json` is a copy of.

use anyhow::Result;

use crate::{exit::Exit, terminal};

/// Prints it.
pub(crate) fn run() -> Result<Exit> {
    terminal::say(lamina_api::document_text().trim_end());
    Ok(Exit::Fine)
}
