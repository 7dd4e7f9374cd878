use lamina_model::Signature;

use super::*;
use crate::likeness::plane::{Plane, SIDE};

/// A smooth picture seen through a warp.
fn seen(warp: &Warp) -> Plane {
    let luma = |x: f32, y: f32| {
        128.0 + 50.0 * (5.0 * x + 1.0).sin() * (4.0 * y).cos() + 40.0 * (3.0 * x - 6.0 * y).sin()
    };
    let unit = |at: usize| (at as f32 + 0.5) * 2.0 / SIDE as f32 - 1.0;
    Plane::of_signature(&Signature::new(std::array::from_fn(|at| {
        let [x, y] = warp.place(unit(at % SIDE), unit(at / SIDE));
        luma(x, y) as u8
    })))
}

fn turned(degrees: f32, scale: f32) -> Warp {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    Warp {
        across: [scale * cosine, -scale * sine, 0.02],
        down: [scale * sine, scale * cosine, -0.03],
        aside: [0.0, 0.0, 1.0],
    }
}

/// How far the corners are apart.
fn apart(one: &Warp, other: &Warp) -> f32 {
    let corners = one.corners().into_iter().zip(other.corners());
    let far = corners.map(|(a, b)| (a[0] - b[0]).abs().max((a[1] - b[1]).abs()));
    far.fold(0.0, f32::max)
}

#[test]
fn finds_how_a_picture_was_turned_and_slanted() {
    let one = seen(&Warp::of(&Lay::SAME));
    let aside = Warp {
        aside: [0.06, -0.04, 1.0],
        ..turned(1.0, 0.93)
    };
    for warp in [
        turned(0.0, 1.0),
        turned(4.0, 0.95),
        turned(-6.0, 1.0),
        aside,
    ] {
        let found = refine(&one, &seen(&warp), Warp::of(&Lay::SAME), 20).unwrap();
        assert!(apart(&found.warp, &warp) < 0.03, "{found:?} for {warp:?}");
        assert!(found.share > 0.98, "{found:?}");
    }
}

#[test]
fn a_part_painted_over_does_not_pull() {
    let one = seen(&Warp::of(&Lay::SAME));
    let warp = turned(3.0, 0.97);
    let mut cells: Vec<u8> = seen(&warp).cells().iter().map(|cell| *cell as u8).collect();
    cells[..SIDE * SIDE / 4].fill(255);
    let painted = Plane::of_signature(&Signature::new(cells.try_into().unwrap()));
    let found = refine(&one, &painted, Warp::of(&Lay::SAME), 20).unwrap();
    assert!(apart(&found.warp, &warp) < 0.05, "{found:?}");
}

#[test]
fn the_inverse_leads_back() {
    let warp = Warp {
        aside: [0.1, -0.05, 1.0],
        ..turned(5.0, 0.8)
    };
    let back = warp.inverse().unwrap();
    for (x, y) in [(0.0, 0.0), (0.7, -0.9), (-1.0, 1.0)] {
        let [to_x, to_y] = warp.place(x, y);
        let [from_x, from_y] = back.place(to_x, to_y);
        assert!((from_x - x).abs() < 1e-4 && (from_y - y).abs() < 1e-4);
    }
}

#[test]
fn tells_how_much_of_each_both_show() {
    let (of_one, of_other) = turned(0.0, 0.8).shared();
    assert!((of_one - 0.64).abs() < 0.01 && (of_other - 1.0).abs() < 1e-4);
    // A square turned within itself keeps all but its corners.
    let square = Warp {
        across: [0.5_f32.sqrt(), -(0.5_f32.sqrt()), 0.0],
        down: [0.5_f32.sqrt(), 0.5_f32.sqrt(), 0.0],
        aside: [0.0, 0.0, 1.0],
    };
    let (of_one, of_other) = square.shared();
    let octagon = 2.0 * 2.0_f32.sqrt() - 2.0;
    assert!((of_one - octagon).abs() < 1e-3 && (of_other - octagon).abs() < 1e-3);
}
