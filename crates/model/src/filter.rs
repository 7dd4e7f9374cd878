//! Which pictures of a dataset are meant, and in which order they are wanted.
//!
//! A [`Filter`] is a pure description: every clause of it must hold. What it means is said once,
//! by [`Filter::matches`]; the explore index answers the same from its columns, and a test draws
//! random filters to hold the two together. Text and likeness do not narrow by themselves, they
//! order, and are kept apart. Reading a query language is not done here.

mod facts;
mod matching;
mod metadata;
mod ranking;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{ClusterId, ImageFormat, IssueKind, MediaId, TagId, Timestamp};

pub use facts::MediaFacts;
pub use metadata::{MetadataTest, MetadataValue};
pub use ranking::{PixelBox, Pull, Region, RegionUnit};

#[cfg(test)]
mod tests;

/// Clauses that must all hold. Without clauses it means every picture.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filter {
    /// The clauses, in any order.
    pub clauses: Vec<Clause>,
}

impl Filter {
    /// The filter that lets every picture through.
    pub const fn everything() -> Self {
        Self {
            clauses: Vec::new(),
        }
    }

    /// This filter with one more clause.
    #[must_use]
    pub fn and(mut self, clause: Clause) -> Self {
        self.clauses.push(clause);
        self
    }

    /// Whether a picture with these facts is meant.
    pub fn matches(&self, facts: &MediaFacts) -> bool {
        self.clauses.iter().all(|clause| clause.matches(facts))
    }
}

/// One condition on a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// Its labels, by name; upper and lower case differ.
    Labels {
        /// How the names are asked for.
        op: SetOp,
        /// The names of labels.
        names: BTreeSet<String>,
    },
    /// It has no label.
    Unlabelled,
    /// It has a label, whichever.
    Labelled,
    /// Its user tags.
    Tags {
        /// How the tags are asked for.
        op: SetOp,
        /// The tags.
        ids: BTreeSet<TagId>,
    },
    /// It has no user tag.
    Untagged,
    /// It has a user tag, whichever.
    Tagged,
    /// What may be wrong with it.
    Issue {
        /// The kind of issue.
        kind: IssueKind,
        /// Whether pictures with it or pictures without it are meant.
        mode: Presence,
        /// The confidences at which the issue counts as there.
        confidence: Band,
    },
    /// Another picture is at least this much like it, 0–1.
    Duplicates {
        /// The least likeness that counts.
        least: f32,
    },
    /// Another picture is so much like it, or none is.
    Copied {
        /// Whether pictures with such a copy or pictures without one are meant.
        mode: Presence,
        /// The likenesses that count.
        likeness: Band,
    },
    /// Nothing is wrong with it: no issue that counts, and no copy.
    Normal {
        /// Whether such pictures or all others are meant.
        mode: Presence,
    },
    /// It adds at least this much to the set, 0–1.
    Uniqueness {
        /// The least score that counts.
        least: f32,
    },
    /// The folder it stands in, below the source and without a slash at the end; empty at the top.
    Folder(TextMatch),
    /// The name of its file.
    File(TextMatch),
    /// How its file is packed.
    Format(BTreeSet<ImageFormat>),
    /// Width of the upright picture in pixels.
    Width(Span<u32>),
    /// Height of the upright picture in pixels.
    Height(Span<u32>),
    /// Width × height in pixels.
    Area(Span<u64>),
    /// Width divided by height.
    Aspect(Span<f64>),
    /// Bytes of its file.
    Size(Span<u64>),
    /// When it was first indexed.
    Created(Span<Timestamp>),
    /// When its file last changed.
    Modified(Span<Timestamp>),
    /// It is, or is not, one of these pictures: a selection by hand.
    Media {
        /// Whether the pictures named are meant, or all others.
        mode: Presence,
        /// The pictures.
        ids: BTreeSet<MediaId>,
    },
    /// It lies in one of these clusters, of whatever level.
    Clusters(BTreeSet<ClusterId>),
    /// A value that users attached to it under a field name holds the test. Of several values
    /// under one field, one is enough; a picture without the field never matches.
    Metadata {
        /// The name of the field.
        field: String,
        /// What is asked of the value.
        test: MetadataTest,
    },
}

/// How several names are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetOp {
    /// At least one of them is there.
    OneOf,
    /// All of them are there; others may be as well.
    Is,
    /// Not all of them are there: whatever [`SetOp::Is`] leaves out.
    IsNot,
    /// None of them is there.
    NotOneOf,
}

impl SetOp {
    /// Every way of asking.
    pub const ALL: [Self; 4] = [Self::OneOf, Self::Is, Self::IsNot, Self::NotOneOf];
}

/// Whether those with something, or those without it, are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Those with it.
    In,
    /// Those without it.
    Out,
}

/// Confidences from `least` to `most`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The lowest confidence inside.
    pub least: f32,
    /// The highest confidence inside.
    pub most: f32,
}

impl Band {
    /// The band in which an issue counts where nobody says otherwise.
    pub const COUNTS: Self = Self {
        least: 0.5,
        most: 1.0,
    };

    /// Whether a confidence lies inside.
    pub fn holds(self, confidence: f32) -> bool {
        self.least <= confidence && confidence <= self.most
    }
}

/// From one value to another, both included; a missing end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span<T> {
    /// The least value inside.
    pub from: Option<T>,
    /// The greatest value inside.
    pub to: Option<T>,
}

impl<T: PartialOrd + Copy> Span<T> {
    /// From `least` on.
    pub const fn at_least(least: T) -> Self {
        Self {
            from: Some(least),
            to: None,
        }
    }

    /// Up to `most`.
    pub const fn at_most(most: T) -> Self {
        Self {
            from: None,
            to: Some(most),
        }
    }

    /// From `least` up to `most`; empty when they are the wrong way round.
    pub const fn between(least: T, most: T) -> Self {
        Self {
            from: Some(least),
            to: Some(most),
        }
    }

    /// Whether a value lies inside.
    pub fn holds(&self, value: T) -> bool {
        self.from.is_none_or(|least| least <= value) && self.to.is_none_or(|most| value <= most)
    }
}

/// How a folder or file name is asked for. Names are compared as people see them: bytes that
/// are no UTF-8 count as U+FFFD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextMatch {
    /// It is one of these, letter for letter.
    OneOf(BTreeSet<String>),
    /// It starts with this; ASCII letters count as the same in upper and lower case.
    StartsWith(String),
    /// It ends with this; ASCII letters count as the same in upper and lower case.
    EndsWith(String),
    /// It holds this; ASCII letters count as the same in upper and lower case.
    Contains(String),
}
