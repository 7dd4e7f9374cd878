//! Which vectors are held against each other.
//!
//! Those of one model; and those of the model inside the program in whatever numbers it was
//! reckoned: the two vectors of a photograph have a cosine of 0.998 or 0.997, of a dark one 0.986,
//! while those of different photographs are far apart. So a data folder goes on being searched, and
//! takes pictures in, on a machine that cannot reckon as the one did that made it.

use lamina_vision::Precision;

use crate::settings::Inner;

/// What becomes of vectors that the model in use made, reckoning with other numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OtherPrecision {
    /// They stay: making them anew takes as long as it took to index all pictures.
    #[default]
    Kept,
    /// They are made anew. Until then they are held against the others as they are.
    Renewed,
}

impl Inner {
    /// Whether vectors of a model may be held against those that are made now.
    pub(crate) fn is_comparable(&self, model: &str) -> bool {
        comparable(model, self.embedder.model().as_str())
    }

    /// Whether vectors of a model are to be made anew.
    pub(crate) fn is_outdated(&self, model: &str) -> bool {
        match self.ingest.other_precision {
            OtherPrecision::Kept => !self.is_comparable(model),
            OtherPrecision::Renewed => model != self.embedder.model().as_str(),
        }
    }
}

/// Whether vectors of two models may be held against each other.
pub(crate) fn comparable(one: &str, other: &str) -> bool {
    space(one) == space(other)
}

/// The name of a model without what it reckons with. Where the model is no part of the program,
/// the name ends in a digest of its files, which is never the name of a precision.
fn space(model: &str) -> &str {
    let without = |precision: Precision| {
        let name = model.strip_suffix(precision.name())?;
        name.strip_suffix('/')
    };
    let found = Precision::ALL.into_iter().find_map(without);
    found.unwrap_or(model)
}

#[cfg(test)]
mod tests {
    use lamina_vision::{InsideModel, Precision};

    use super::space;

    #[test]
    fn sizes_and_models_are_told_apart_and_precisions_are_not() {
        let id = |model: InsideModel, precision| model.id_in(precision).to_string();
        for model in [InsideModel::Default, InsideModel::Fast] {
            for one in Precision::ALL {
                assert_eq!(space(&id(model, one)), space(&id(model, Precision::Single)));
            }
        }
        let default = id(InsideModel::Default, Precision::Bfloat16);
        for other in [
            &id(InsideModel::Fast, Precision::Bfloat16),
            &InsideModel::None.id().to_string(),
            "efficientnet-lite0/0123456789ab",
            "bf16",
            "mybf16/0123456789ab",
        ] {
            assert_ne!(space(&default), space(other), "{other}");
        }
        assert_eq!(space("clip/fp32x"), "clip/fp32x");
    }
}
