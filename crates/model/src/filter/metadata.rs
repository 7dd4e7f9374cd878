//! Values that users attach to pictures under field names of their own.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Span, Timestamp};

/// One value of a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataValue {
    /// Free text.
    Text(String),
    /// A finite number.
    Number(f64),
    /// A moment.
    Moment(Timestamp),
    /// One of the choices that the field allows.
    Choice(String),
    /// The address of something elsewhere.
    Link(String),
}

/// What is asked of a value. A test of another type than the value's never holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataTest {
    /// A text or link holds this; ASCII letters count as the same in upper and lower case.
    Contains(String),
    /// A text or link is this, letter for letter.
    Equals(String),
    /// A number above this.
    Above(f64),
    /// A number below this.
    Below(f64),
    /// This very number.
    Is(f64),
    /// A moment in this span.
    During(Span<Timestamp>),
    /// One of these choices.
    OneOf(BTreeSet<String>),
}

impl MetadataTest {
    /// Whether the value passes.
    pub fn holds(&self, value: &MetadataValue) -> bool {
        match (self, value) {
            (Self::Contains(part), MetadataValue::Text(text) | MetadataValue::Link(text)) => text
                .to_ascii_lowercase()
                .contains(&part.to_ascii_lowercase()),
            (Self::Equals(whole), MetadataValue::Text(text) | MetadataValue::Link(text)) => {
                whole == text
            }
            (Self::Above(least), MetadataValue::Number(number)) => number > least,
            (Self::Below(most), MetadataValue::Number(number)) => number < most,
            (Self::Is(same), MetadataValue::Number(number)) => {
                number.total_cmp(same).is_eq() || (*number == 0.0 && *same == 0.0)
            }
            (Self::During(span), MetadataValue::Moment(moment)) => span.holds(*moment),
            (Self::OneOf(choices), MetadataValue::Choice(choice)) => choices.contains(choice),
            _ => false,
        }
    }
}
