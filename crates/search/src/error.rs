//! What can go wrong with an index.

use lamina_model::SourcePath;

/// Why an index could not be written, opened or asked.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The disk said no; the message names the file.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A file of the index is not what was written.
    #[error("{file} of the index is damaged: {what}; build the index again")]
    Damaged {
        /// The file.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// The index was written by another version of the program.
    #[error(
        "{file} has index format {found}, this program reads {expected}; build the index again"
    )]
    OtherFormat {
        /// The file.
        file: String,
        /// The number in the file.
        found: u32,
        /// The number this program writes.
        expected: u32,
    },
    /// A picture was pushed out of order.
    #[error(
        "{path} comes after a path that it should stand before; push rows in the order of their paths' bytes and then of their ids, each once"
    )]
    OutOfOrder {
        /// The picture's path.
        path: SourcePath,
    },
    /// There is more of something than the index can hold.
    #[error("too many {what} for one index: at most {most}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How much would fit.
        most: u64,
    },
    /// A vector has the wrong length.
    #[error("a vector of {given} dimensions where {space:?} has {expected}")]
    Dimensions {
        /// The name of the vectors.
        space: String,
        /// How many the vector has.
        given: usize,
        /// How many were declared.
        expected: usize,
    },
    /// No vectors go by that name.
    #[error("this index has no vectors named {space:?}")]
    NoSuchSpace {
        /// The name asked for.
        space: String,
    },
    /// A text held against other concepts than the index knows.
    #[error("a text is held against {given} concepts where the index has {expected}")]
    Concepts {
        /// How many the text is held against.
        given: usize,
        /// How many the index has.
        expected: usize,
    },
    /// A likeness question without direction.
    #[error("nothing to compare with: the anchors have no vector, or cancel each other out")]
    NoDirection,
    /// A cursor that belongs to another listing or generation.
    #[error("the cursor belongs to another listing: start again from the first page")]
    StaleCursor,
    /// A text query that does not parse.
    #[error(transparent)]
    Query(#[from] crate::QueryError),
}
