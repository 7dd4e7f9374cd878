//! What a picture is remembered by, and what a memory is worth nothing without.

use half::f16;
use lamina_model::{Measures, Signature};

use crate::closer::{self, Drawing, Parts, Told};
use crate::likeness::{Effort, Glance, Prepared, compare};
use crate::neighbours::products;
use crate::{Closeup, Facts, Settings, hashes};

/// Raised when something else is remembered, or is found in another way.
const VERSION: u32 = 13;

/// A hash of all of a picture that is compared.
pub(crate) type Key = [u8; 16];

/// The key of a picture.
pub(crate) fn key(facts: &Facts, signature: &Signature, vector: &[f16]) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(&facts.pixel_hash)
        .update(&facts.perceptual_hash.to_le_bytes())
        .update(&facts.width_px.to_le_bytes())
        .update(&facts.height_px.to_le_bytes())
        .update(&facts.measures.mean_rgb)
        .update(signature.as_bytes());
    let bytes: Vec<u8> = vector
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    hasher.update(&bytes);
    let mut key = [0; 16];
    hasher.finalize_xof().fill(&mut key);
    key
}

fn update(hasher: &mut blake3::Hasher, values: &[f32]) {
    let bytes: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    hasher.update(&bytes);
}

/// Tells the program, the settings and the machine that a memory was made with. The machine
/// counts as far as it rounds otherwise: the same few pictures are compared, to the last bit.
pub(crate) fn made_by(settings: &Settings, columns: usize) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.update(&VERSION.to_le_bytes());
    for number in [
        columns,
        settings.neighbours,
        settings.alike_at_most,
        settings.near_hashes_at_most,
    ] {
        hasher.update(&(number as u64).to_le_bytes());
    }
    for number in [settings.alike_from, settings.least_likeness] {
        hasher.update(&number.to_le_bytes());
    }
    if columns > 0 {
        let row: Vec<f32> = (0..columns).map(|at| 1.0 / (3.0 + at as f32)).collect();
        update(&mut hasher, &products(&row, &row, columns));
    }
    let made: Vec<(Facts, Signature)> = (0..4).map(drawn).collect();
    let ready: Vec<Prepared<'_>> = made.iter().map(prepared).collect();
    for (at, one) in ready.iter().enumerate() {
        let looks = hashes::looks(&made[at].0, &made[at].1);
        looks.iter().flatten().for_each(|hash| {
            hasher.update(&hash.to_le_bytes());
        });
        for other in &ready[at + 1..] {
            let likeness = compare(one, other, Effort::More);
            let value = likeness.map_or(0.0, |likeness| likeness.value);
            hasher.update(&value.to_le_bytes());
        }
    }
    let closeups: Vec<Closeup> = (0..2).filter_map(page).collect();
    if let [one, other] = &closeups[..] {
        let parts = [one, other].map(Parts::of);
        let starts = closer::starts((&ready[0], &parts[0]), (&ready[1], &parts[1]));
        for start in &starts {
            hasher.update(&start.promise.to_le_bytes());
        }
        let drawings = [one, other].map(Drawing::new);
        let both = [(&ready[0], &drawings[0]), (&ready[1], &drawings[1])];
        let found = closer::look(both, &starts, Told::Copies).same();
        let value = found.map_or(0.0, |found| found.value);
        hasher.update(&value.to_le_bytes());
    }
    *hasher.finalize().as_bytes()
}

fn prepared((facts, signature): &(Facts, Signature)) -> Prepared<'_> {
    Prepared::new(Glance::new(facts, signature.clone()))
}

/// A page of short strokes, each of a length of its own; seen from a little further off each time.
fn page(step: u8) -> Option<Closeup> {
    let scale = 1.0 + 0.004 * f32::from(step);
    let luma = (0..Closeup::SIDE * Closeup::SIDE).map(|at| {
        let (x, y) = ((at % Closeup::SIDE) as f32, (at / Closeup::SIDE) as f32);
        let (x, y) = ((x * scale) as usize, (y * scale) as usize);
        let stroke = x / 5 * 31 + y / 9 * 57;
        let is_ink = y % 9 < 5 && x % 5 < 1 + stroke % 4 && !stroke.is_multiple_of(7);
        if is_ink { 40 } else { 250 }
    });
    Closeup::new(luma.collect(), 320)
}

/// One of a few views of the same drawing, each a little further off.
fn drawn(step: u8) -> (Facts, Signature) {
    let scale = 1.0 - 0.02 * f32::from(step);
    let luma = std::array::from_fn(|at| {
        let (x, y) = ((at % Signature::SIDE) as f32, (at / Signature::SIDE) as f32);
        let (x, y) = (x * scale, y * scale);
        let waves = (0.9 * x).sin() + (0.7 * y + 1.0).cos() + (0.31 * x - 0.53 * y).sin();
        (128.0 + 36.0 * waves) as u8
    });
    let facts = Facts {
        content_hash: [step; 32],
        pixel_hash: [step; 32],
        perceptual_hash: 0,
        measures: Measures {
            luma_mean: 128.0,
            luma_spread: 40.0,
            luma_p05: 40.0,
            luma_p50: 128.0,
            luma_p95: 210.0,
            luma_entropy_bits: 7.0,
            sharpness: 2.0,
            sharpness_best: 2.5,
            mean_rgb: [128; 3],
        },
        width_px: 640,
        height_px: 640,
        size_bytes: 0,
        modified_us: 0,
        order: u32::from(step),
    };
    (facts, Signature::new(luma))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closer::Closer;

    #[test]
    fn the_pages_by_which_rounding_is_told_are_looked_at_to_the_end() {
        let facts = [drawn(0), drawn(1)];
        let ready = facts.each_ref().map(prepared);
        let closeups = [page(0).unwrap(), page(1).unwrap()];
        let parts = closeups.each_ref().map(Parts::of);
        let starts = closer::starts((&ready[0], &parts[0]), (&ready[1], &parts[1]));
        let drawings = closeups.each_ref().map(Drawing::new);
        let both = [(&ready[0], &drawings[0]), (&ready[1], &drawings[1])];
        let found = closer::look(both, &starts, Told::Copies);
        assert!(matches!(found, Closer::Same(_)), "{found:?}");
    }
}
