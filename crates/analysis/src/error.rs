//! What can keep an analysis from ending.

/// Why there are no findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnalysisError {
    /// The watcher asked to stop; nothing is lost but the time spent.
    #[error("analysis cancelled")]
    Cancelled,
    /// The vectors and the facts are not about the same pictures.
    #[error("{vectors} vectors for {facts} pictures: every picture needs exactly one vector")]
    RowCount {
        /// Rows of the matrix.
        vectors: usize,
        /// Entries of the list of facts.
        facts: usize,
    },
    /// The values given do not fill whole rows.
    #[error("{values} values do not fill rows of {columns}: give whole rows, all of one length")]
    Ragged {
        /// Number of values given.
        values: usize,
        /// Values a row should have.
        columns: usize,
    },
}
