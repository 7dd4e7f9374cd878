//! What the model inside the program reckons with: as the data folder has it, unless somebody
//! asks for something else.
//!
//! A data folder moves between machines, and its server is started with and without the libraries
//! that a machine has. None of that is worth making all vectors anew, which takes as long as it
//! took to index the pictures: vectors of 32 bits are made everywhere, and those of 16 can be
//! held against them.

use lamina_engine::OtherPrecision;
use lamina_vision::{InsideModel, ModelId, Precision};

use crate::config::{Config, EmbedderChoice};

/// The model that is chosen, where it can reckon in several ways.
pub(crate) fn of_several(config: &Config) -> Option<InsideModel> {
    InsideModel::named(&config.model).filter(|inside| *inside != InsideModel::None)
}

/// What is to be reckoned with: what is asked for, else as the vectors that there are, of which
/// the quicker where there are both, else what the processor is quickest in.
pub(crate) fn wanted(
    asked: Option<Precision>,
    inside: InsideModel,
    known: &[String],
    quickest: Precision,
) -> Precision {
    if let Some(asked) = asked {
        return asked;
    }
    let has = |precision| has(known, inside, precision);
    if has(Precision::Single) && !has(quickest) {
        return Precision::Single;
    }
    quickest
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
pub(crate) fn told(config: &Config, known: &[String], made: &ModelId) -> Option<String> {
    let quickest = match config.embedder {
        EmbedderChoice::Auto => Precision::quickest(),
        // Whoever chose these did not wish for the quickest.
        EmbedderChoice::Pure | EmbedderChoice::Fake => Precision::Single,
    };
    let inside = of_several(config)?;
    told_of(config.precision, inside, known, made, quickest)
}

fn told_of(
    asked: Option<Precision>,
    inside: InsideModel,
    known: &[String],
    made: &ModelId,
    quickest: Precision,
) -> Option<String> {
    let is_made_in = |precision| *made == inside.id_in(precision);
    let has = |precision| has(known, inside, precision);
    let (full, half) = (Precision::Single, Precision::Bfloat16);
    if is_made_in(full) && asked == Some(half) {
        return Some(
            "precision = \"bf16\" cannot be had here: new vectors are made in 32 bits, and all \
             others stay as they are."
                .to_owned(),
        );
    }
    if is_made_in(full) && asked.is_none() && has(half) {
        return Some(
            "This data folder has vectors in bfloat16, which cannot be made here: new ones are \
             made in 32 bits and held against them. precision = \"full\" makes all of them anew \
             in 32 bits, once."
                .to_owned(),
        );
    }
    if is_made_in(full) && asked.is_none() && has(full) && quickest == half {
        return Some(
            "This data folder has vectors in 32 bits, and keeps to them. This processor makes \
             them in less than half the time in bfloat16, with OpenVINO: precision = \"bf16\" \
             makes all of them anew so, once."
                .to_owned(),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use lamina_vision::{InsideModel, Precision};

    use super::{told_of, wanted};

    const FULL: Precision = Precision::Single;
    const HALF: Precision = Precision::Bfloat16;

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
        for (asked, there, quickest, expected) in [
            (None, &[][..], HALF, HALF),
            (None, &[], FULL, FULL),
            (None, &[FULL], HALF, FULL),
            (None, &[HALF], HALF, HALF),
            (None, &[FULL, HALF], HALF, HALF),
            // What cannot be done here is not tried.
            (None, &[HALF], FULL, FULL),
            (Some(FULL), &[HALF], HALF, FULL),
            (Some(HALF), &[FULL], HALF, HALF),
            (Some(HALF), &[FULL], FULL, HALF),
        ] {
            let chosen = wanted(asked, InsideModel::Default, &known(there), quickest);
            assert_eq!(chosen, expected, "{asked:?} {there:?} {quickest:?}");
        }
        // At its other size it is another model.
        let chosen = wanted(None, InsideModel::Fast, &known(&[HALF]), HALF);
        assert_eq!(chosen, FULL);
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
            (Some(HALF), &[FULL], FULL, FULL, Some("cannot be had here")),
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
