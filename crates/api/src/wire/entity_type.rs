//! What a request is about: pictures, or the boxes in them.

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntityType {
    /// Whole pictures.
    Images,
    /// The boxes in them.
    Objects,
}

impl EntityType {
    /// The word for it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Images => "IMAGES",
            Self::Objects => "OBJECTS",
        }
    }

    /// What a word asks for; pictures where there is none.
    ///
    /// # Errors
    /// The word, where it asks for neither: what to answer then differs from route to route.
    pub(crate) fn read(word: Option<&str>) -> Result<Self, &str> {
        match word {
            None | Some("" | "IMAGES") => Ok(Self::Images),
            Some("OBJECTS") => Ok(Self::Objects),
            Some(other) => Err(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::EntityType;

    #[test]
    fn a_word_asks_for_pictures_or_boxes_and_none_for_pictures() {
        for known in [EntityType::Images, EntityType::Objects] {
            assert_eq!(EntityType::read(Some(known.as_str())), Ok(known));
        }
        for nothing in [None, Some("")] {
            assert_eq!(EntityType::read(nothing), Ok(EntityType::Images));
        }
        for wrong in ["VIDEOS", "objects", "CATS"] {
            assert_eq!(EntityType::read(Some(wrong)), Err(wrong));
        }
    }
}
