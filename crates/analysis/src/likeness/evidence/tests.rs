use super::*;

/// What is told where the light of each cell, by its column, was multiplied, and a checked
/// pattern lies over luma that rises through each tile of the first columns and is even in the
/// others.
fn detail_by_tile(rising: usize, light: impl Fn(usize) -> f32) -> f32 {
    let overlap = Overlap::whole(|x, y| {
        let fine = if (x + y) % 2 == 0 { 6.0 } else { -6.0 };
        let ground = if x < rising {
            20.0 * (x % 4) as f32
        } else {
            0.0
        };
        [
            100.0 + ground,
            100.0 + ground * light(x),
            fine,
            fine * light(x),
        ]
    });
    let evidence = weigh(&overlap);
    evidence.map_or(f32::NAN, |evidence| evidence.detail_by_tile)
}

#[test]
fn light_that_falls_off_from_tile_to_tile_leaves_all_fine_detail() {
    let falls = |x: usize| 1.0 - 0.1 * (x / 4) as f32;
    assert!(detail_by_tile(SIDE, falls) > 0.999);
    assert!(detail_by_tile(SIDE, |_| 0.3) > 0.999);
}

#[test]
fn what_is_drawn_in_the_negative_in_places_is_missing_from_fine_detail() {
    let quarter = |x: usize| if x < SIDE / 4 { -1.0 } else { 1.0 };
    let found = detail_by_tile(SIDE, quarter);
    // Of four equal parts three are left, over the root of the squares of three and of four.
    assert!((found - 0.75_f32.sqrt()).abs() < 0.01, "{found}");
}

#[test]
fn tiles_that_are_flat_take_the_contrast_of_the_whole() {
    assert!(detail_by_tile(SIDE / 2, |_| 0.3) > 0.999);
    assert!(detail_by_tile(0, |_| 0.3).is_nan(), "nothing tells it");
}
