//! What can go wrong while looking at a picture or making its vector.

use lamina_model::RejectReason;

/// Why a picture is not indexed: a stable reason and a sentence with the numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {note}", reason.as_str())]
pub struct Rejection {
    /// The reason as a word, for counting.
    pub reason: RejectReason,
    /// The reason in words, with numbers and what would help where something would.
    pub note: String,
}

impl Rejection {
    /// A rejection for `reason`, explained by `note`.
    pub fn new(reason: RejectReason, note: impl Into<String>) -> Self {
        Self {
            reason,
            note: note.into(),
        }
    }

    pub(crate) fn truncated(note: impl Into<String>) -> Self {
        Self::new(RejectReason::Truncated, note)
    }

    pub(crate) fn corrupt(note: impl Into<String>) -> Self {
        Self::new(RejectReason::Corrupt, note)
    }

    pub(crate) fn no_decoder(note: impl Into<String>) -> Self {
        Self::new(RejectReason::NoDecoder, note)
    }
}

/// Why no vector could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// The model file could not be read by the runtime.
    #[error("cannot load the model {model} in {runtime}: {message}")]
    Load {
        /// Model id.
        model: String,
        /// Runtime that refused it.
        runtime: &'static str,
        /// The runtime's own words.
        message: String,
    },
    /// The runtime failed on a batch.
    #[error("cannot run the model {model} in {runtime} on {batch} pictures: {message}")]
    Run {
        /// Model id.
        model: String,
        /// Runtime that failed.
        runtime: &'static str,
        /// Pictures in the batch.
        batch: usize,
        /// The runtime's own words.
        message: String,
    },
    /// The model gave something else than one vector of the promised length for each picture.
    #[error("the model {model} gave {got} numbers where {expected} were expected")]
    Shape {
        /// Model id.
        model: String,
        /// Numbers expected: pictures × dimensions.
        expected: usize,
        /// Numbers that came.
        got: usize,
    },
}
