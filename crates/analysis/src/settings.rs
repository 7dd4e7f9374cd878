//! What may be chosen about an analysis.

/// The cuts and sizes used. [`Settings::default`] is what the product uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Least likeness of a near copy, 0–1.
    pub least_likeness: f32,
    /// Findings less sure than this are not told, 0–1.
    pub least_confidence: f32,
    /// Neighbours looked at for each picture by outliers and clusters.
    pub neighbours: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            least_likeness: 0.96,
            least_confidence: 0.1,
            neighbours: 16,
        }
    }
}
