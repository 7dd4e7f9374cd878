//! What is wrong with the settings, all of it at once.

use std::fmt;

/// One thing wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// The key.
    pub key: String,
    /// The layer it came from, in words; empty where it is about what is missing.
    pub from: String,
    /// The value that was given.
    pub value: String,
    /// What is wrong with it and what would be right.
    pub why: String,
}

/// Everything wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaints(pub Vec<Complaint>);

impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: the settings cannot be used")?;
        for Complaint {
            key,
            from,
            value,
            why,
        } in &self.0
        {
            write!(f, "\n  {key}")?;
            if !from.is_empty() {
                write!(f, " = {} ({from})", crate::terminal::shortened(value, 120))?;
            }
            write!(f, ": {}", crate::terminal::plain(why))?;
        }
        Ok(())
    }
}

impl std::error::Error for Complaints {}
