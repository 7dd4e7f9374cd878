//! What the model inside the program reckons with: as the data folder has it, unless somebody
//! asks for something else.
//!
//! A data folder moves between machines, and its server is started with and without the libraries
//! that a machine has. None of that is worth making all vectors anew, which takes as long as it
//! took to index the pictures: vectors of 32 bits are made everywhere, and all others can be held
//! against them.

use lamina_engine::OtherPrecision;
use lamina_vision::{InsideModel, ModelId, Precision, Runtime};

use crate::config::{Config, EmbedderChoice};

/// The model that is chosen, where it can reckon in several ways.
pub(crate) fn of_several(config: &Config) -> Option<InsideModel> {
    InsideModel::named(&config.model).filter(|inside| *inside != InsideModel::None)
}

/// What may be reckoned with, what is wished for most first; else 32 bits. It is what is asked for;
/// or as the vectors that there are, of which 32 bits come last; or, where there are none yet, what
/// is quicker. `here` is what the processor has instructions for, the quickest first.
pub(crate) fn wished(
    asked: Option<Precision>,
    inside: InsideModel,
    known: &[String],
    here: &[Precision],
) -> Vec<Precision> {
    if let Some(asked) = asked {
        return vec![asked];
    }
    let has = |precision: &Precision| has(known, inside, *precision);
    let mut wished: Vec<_> = here.iter().copied().filter(has).collect();
    wished.sort_by_key(|precision| *precision == Precision::Single);
    // Where those that there are cannot be made here, 32 bits are the nearest to them.
    if wished.is_empty() && !Precision::ALL.iter().any(has) {
        let quicker = here.iter().take_while(|one| **one != Precision::Single);
        wished.extend(quicker);
    }
    wished
}

fn has(known: &[String], inside: InsideModel, precision: Precision) -> bool {
    let id = inside.id_in(precision);
    known.iter().any(|model| model == id.as_str())
}

/// What becomes of vectors that were reckoned otherwise. They are made anew where that was asked
/// for and can be done here: a machine that cannot leaves those that another one made alone.
pub(crate) fn of_others(config: &Config, made: &ModelId) -> OtherPrecision {
    let asked = config.precision.zip(of_several(config));
    match asked.map(|(precision, inside)| inside.id_in(precision)) {
        Some(asked) if asked == *made => OtherPrecision::Renewed,
        _ => OtherPrecision::Kept,
    }
}

/// What somebody should know about the vectors that there are; nothing as a rule.
pub(crate) fn told(
    config: &Config,
    runtime: &Runtime,
    known: &[String],
    made: &ModelId,
) -> Option<String> {
    let quickest = match config.embedder {
        EmbedderChoice::Auto => {
            let mut here = Precision::here().into_iter().enumerate();
            let found = here.find(|(at, one)| match one {
                Precision::Int8 => runtime.has_onnxruntime(),
                // Where integers come first, what helps is ONNX Runtime.
                Precision::Bfloat16 => *at == 0,
                Precision::Single => true,
            });
            found.map(|(_, one)| one)
        }
        // Whoever chose these did not wish for the quickest.
        EmbedderChoice::Pure | EmbedderChoice::Fake => None,
    };
    let inside = of_several(config)?;
    let quickest = quickest.unwrap_or_default();
    told_of(config.precision, inside, known, made, quickest)
}

fn told_of(
    asked: Option<Precision>,
    inside: InsideModel,
    known: &[String],
    made: &ModelId,
    quickest: Precision,
) -> Option<String> {
    let full = Precision::Single;
    if *made != inside.id_in(full) {
        return None;
    }
    let has = |precision: &Precision| has(known, inside, *precision);
    match asked {
        Some(Precision::Single) => None,
        Some(asked) => Some(format!(
            "precision = \"{}\" cannot be had here: new vectors are made in 32 bits, and all \
             others stay as they are.",
            asked.name()
        )),
        None => {
            if let Some(other) = Precision::ALL.iter().find(|one| **one != full && has(one)) {
                return Some(format!(
                    "This data folder has vectors in {}, which cannot be made here: new ones are \
                     made in 32 bits and held against them. precision = \"full\" makes all of \
                     them anew in 32 bits, once.",
                    words(*other)
                ));
            }
            let gain = match quickest {
                Precision::Single => return None,
                Precision::Bfloat16 => "less than half the time in bfloat16, with OpenVINO",
                Precision::Int8 => "half the time in integers of 8 bits, with ONNX Runtime",
            };
            has(&full).then(|| {
                format!(
                    "This data folder has vectors in 32 bits, and keeps to them. This processor \
                     makes them in {gain}: precision = \"{}\" makes all of them anew so, once.",
                    quickest.name()
                )
            })
        }
    }
}

/// What numbers these are.
const fn words(precision: Precision) -> &'static str {
    match precision {
        Precision::Single => "32 bits",
        Precision::Bfloat16 => "bfloat16",
        Precision::Int8 => "integers of 8 bits",
    }
}

#[cfg(test)]
mod tests {
    use lamina_vision::{InsideModel, Precision};

    use super::{told_of, wished};

    const FULL: Precision = Precision::Single;
    const HALF: Precision = Precision::Bfloat16;
    const INT8: Precision = Precision::Int8;

    fn known(precisions: &[Precision]) -> Vec<String> {
        let ids = precisions
            .iter()
            .map(|one| InsideModel::Default.id_in(*one));
        let others = ["none/0", "clip/0123456789ab", "efficientnet-lite0-160/fp32"];
        ids.map(|id| id.to_string())
            .chain(others.map(str::to_owned))
            .collect()
    }

    #[test]
    fn a_data_folder_keeps_to_what_its_vectors_were_reckoned_with() {
        let (old, usual, new) = (&[FULL][..], &[INT8, FULL][..], &[HALF, INT8, FULL][..]);
        let (tileless, unmeasured) = (&[INT8, HALF, FULL][..], &[FULL, INT8][..]);
        for (asked, there, here, expected) in [
            (None, &[][..], new, &[HALF, INT8][..]),
            (None, &[], usual, &[INT8]),
            (None, &[], tileless, &[INT8, HALF]),
            (None, &[], old, &[]),
            (None, &[], unmeasured, &[]),
            (None, &[FULL], new, &[FULL]),
            (None, &[FULL], usual, &[FULL]),
            (None, &[HALF], new, &[HALF]),
            (None, &[FULL], tileless, &[FULL]),
            (None, &[HALF], tileless, &[HALF]),
            (None, &[INT8], tileless, &[INT8]),
            (None, &[HALF, INT8], tileless, &[INT8, HALF]),
            (None, &[INT8], new, &[INT8]),
            (None, &[INT8], usual, &[INT8]),
            (None, &[INT8], unmeasured, &[INT8]),
            (None, &[FULL, HALF], new, &[HALF, FULL]),
            (None, &[FULL, INT8], usual, &[INT8, FULL]),
            (None, &[FULL, INT8], unmeasured, &[INT8, FULL]),
            (None, &[HALF, INT8], new, &[HALF, INT8]),
            (None, &[HALF, INT8], usual, &[INT8]),
            // What cannot be done here is not tried, and 32 bits are nearer than another kind.
            (None, &[HALF], usual, &[]),
            (None, &[INT8], old, &[]),
            (Some(FULL), &[HALF], new, &[FULL]),
            (Some(HALF), &[FULL], new, &[HALF]),
            (Some(HALF), &[FULL], old, &[HALF]),
            (Some(INT8), &[HALF], new, &[INT8]),
        ] {
            let chosen = wished(asked, InsideModel::Default, &known(there), here);
            assert_eq!(chosen, expected, "{asked:?} {there:?} {here:?}");
        }
        // At its other size it is another model.
        let chosen = wished(None, InsideModel::Fast, &known(&[HALF]), new);
        assert_eq!(chosen, [FULL]);
    }

    #[test]
    fn whoever_could_do_better_is_told_how() {
        for (asked, there, made, quickest, part) in [
            (None, &[][..], HALF, HALF, None),
            (None, &[], FULL, HALF, None),
            (None, &[FULL], FULL, FULL, None),
            (None, &[HALF], HALF, HALF, None),
            (Some(FULL), &[HALF], FULL, HALF, None),
            (Some(HALF), &[FULL], HALF, HALF, None),
            (
                None,
                &[FULL],
                FULL,
                HALF,
                Some("precision = \"bf16\" makes"),
            ),
            (
                None,
                &[HALF],
                FULL,
                FULL,
                Some("precision = \"full\" makes"),
            ),
            (None, &[HALF], FULL, HALF, Some("cannot be made here")),
            (
                Some(HALF),
                &[FULL],
                FULL,
                FULL,
                Some("\"bf16\" cannot be had here"),
            ),
            (
                Some(INT8),
                &[],
                FULL,
                FULL,
                Some("\"int8\" cannot be had here"),
            ),
            (None, &[INT8], INT8, HALF, None),
            (None, &[HALF, INT8], INT8, INT8, None),
            (
                None,
                &[INT8],
                FULL,
                FULL,
                Some("vectors in integers of 8 bits, which cannot"),
            ),
            (
                None,
                &[HALF],
                FULL,
                INT8,
                Some("vectors in bfloat16, which cannot"),
            ),
            (
                None,
                &[FULL],
                FULL,
                INT8,
                Some("precision = \"int8\" makes"),
            ),
        ] {
            let made = InsideModel::Default.id_in(made);
            let told = told_of(asked, InsideModel::Default, &known(there), &made, quickest);
            match part {
                None => assert_eq!(told, None),
                Some(part) => assert!(
                    told.as_ref().is_some_and(|told| told.contains(part)),
                    "{told:?}"
                ),
            }
        }
    }
}
