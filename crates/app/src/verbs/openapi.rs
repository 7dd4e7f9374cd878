//! `lamina openapi`: the document that `openapi/openapi.json` is a copy of.

use crate::{exit::Exit, terminal};

/// Prints it.
pub(crate) fn run() -> Exit {
    terminal::say(lamina_api::document_text().trim_end());
    Exit::Fine
}
