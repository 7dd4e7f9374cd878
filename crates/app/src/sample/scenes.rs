//! Eight kinds of scenes. Each number gives another one.

use super::{
    canvas::{Canvas, Colour, mix},
    random::{Noise, Random},
};

/// Names of the kinds, in order.
pub(super) const KINDS: [&str; 8] = [
    "mountains",
    "shapes",
    "tiles",
    "clouds",
    "skyline",
    "flowers",
    "waves",
    "pebbles",
];

/// The scene with this number.
pub(super) fn scene(number: usize) -> Canvas {
    let mut random = Random::new(number as u64);
    let (width, height) =
        [(480, 360), (360, 480), (512, 384), (448, 448), (560, 320)][random.below(5)];
    match number % KINDS.len() {
        0 => mountains(&mut random, width, height),
        1 => shapes(&mut random, width, height),
        2 => tiles(&mut random, width, height),
        3 => clouds(&mut random, width, height),
        4 => skyline(&mut random, width, height),
        5 => flowers(&mut random, width, height),
        6 => waves(&mut random, width, height),
        _ => pebbles(&mut random, width, height),
    }
}

/// A colour of medium brightness, so that no scene is dark or bright by chance.
fn colour(random: &mut Random) -> Colour {
    let hue = random.unit() * 6.0;
    let strength = random.between(0.25, 0.75);
    let value = random.between(0.45, 0.85);
    let channel = |offset: f32| {
        let place = (hue + offset) % 6.0;
        let share = (place.min(4.0 - place)).clamp(0.0, 1.0);
        value * (1.0 - strength * share)
    };
    [channel(5.0), channel(3.0), channel(1.0)]
}

fn dark(colour: Colour, share: f32) -> Colour {
    colour.map(|channel| channel * share)
}

/// Fine grain, so that the picture is sharp all over.
fn grain(noise: Noise, x: f32, y: f32) -> f32 {
    0.88 + 0.24 * noise.at(x * 150.0, y * 150.0)
}

fn grained(colour: Colour, noise: Noise, x: f32, y: f32) -> Colour {
    colour.map(|channel| channel * grain(noise, x, y))
}

fn mountains(random: &mut Random, width: u32, height: u32) -> Canvas {
    let (high, low) = (colour(random), colour(random));
    let ridges: Vec<_> = (0..3)
        .map(|_| {
            (
                Noise::new(random),
                colour(random),
                random.between(1.5, 4.0),
                random.between(0.25, 0.5),
            )
        })
        .collect();
    let sun = (
        random.between(0.1, 1.1),
        random.between(0.08, 0.3),
        random.between(0.04, 0.09),
    );
    let noise = Noise::new(random);
    Canvas::painted(width, height, |x, y| {
        let mut seen = mix(high, low, y * 1.6);
        if (x - sun.0).hypot(y - sun.1) < sun.2 {
            seen = [0.98, 0.93, 0.72];
        }
        for (at, (ridge, tint, stretch, rise)) in (0_u8..).zip(&ridges) {
            let top =
                0.35 + 0.2 * f32::from(at) - rise * (ridge.layered(x * stretch, 0.5, 4) - 0.5);
            if y > top {
                seen = dark(*tint, 0.95 - 0.18 * f32::from(at) - 0.3 * (y - top));
            }
        }
        grained(seen, noise, x, y)
    })
}

fn shapes(random: &mut Random, width: u32, height: u32) -> Canvas {
    let ground = colour(random);
    let all: Vec<_> = (0..6 + random.below(8))
        .map(|_| {
            let centre = (random.between(0.0, 1.4), random.unit());
            let size = (random.between(0.05, 0.25), random.between(0.05, 0.25));
            (
                centre,
                size,
                random.below(3),
                colour(random),
                random.between(0.0, 3.1),
            )
        })
        .collect();
    let noise = Noise::new(random);
    Canvas::painted(width, height, |x, y| {
        let mut seen = ground;
        for ((cx, cy), (across, up), kind, tint, turn) in &all {
            let (sin, cos) = turn.sin_cos();
            let (dx, dy) = (
                (x - cx) * cos + (y - cy) * sin,
                (y - cy) * cos - (x - cx) * sin,
            );
            let inside = match kind {
                0 => (dx / across).hypot(dy / up) < 1.0,
                1 => dx.abs() < *across && dy.abs() < *up,
                _ => dy > -up && dx.abs() * 2.0 < (up - dy) * across / up,
            };
            if inside {
                seen = *tint;
            }
        }
        grained(seen, noise, x, y)
    })
}

fn tiles(random: &mut Random, width: u32, height: u32) -> Canvas {
    let (one, other, joint) = (
        colour(random),
        dark(colour(random), 0.7),
        dark(colour(random), 0.4),
    );
    let (count, turn, bricks) = (
        random.between(5.0, 16.0),
        random.between(0.0, 1.5),
        random.below(2) == 1,
    );
    let noise = Noise::new(random);
    let (sin, cos) = turn.sin_cos();
    Canvas::painted(width, height, |x, y| {
        let (across, down) = ((x * cos + y * sin) * count, (y * cos - x * sin) * count);
        let row = down.floor();
        let across = across
            + if bricks {
                0.5 * row.rem_euclid(2.0)
            } else {
                0.0
            };
        let column = across.floor();
        let edge = (across - column).min(down - row);
        let seen = if edge < 0.07 {
            joint
        } else {
            let share = if bricks {
                noise.at(column * 7.3, row * 5.1)
            } else {
                (column + row).rem_euclid(2.0)
            };
            mix(one, other, share)
        };
        grained(seen, noise, x, y)
    })
}

fn clouds(random: &mut Random, width: u32, height: u32) -> Canvas {
    let (sky, cloud) = (colour(random), mix(colour(random), [0.9, 0.9, 0.92], 0.6));
    let (noise, fine) = (Noise::new(random), Noise::new(random));
    let (scale, drift) = (random.between(1.5, 5.0), random.between(0.5, 2.0));
    Canvas::painted(width, height, |x, y| {
        let thick = noise.layered(x * scale, y * scale * drift, 6);
        let seen = mix(sky, cloud, (thick - 0.35) * 3.2);
        grained(seen, fine, x, y)
    })
}

fn skyline(random: &mut Random, width: u32, height: u32) -> Canvas {
    let (high, low) = (colour(random), colour(random));
    let houses: Vec<_> = (0..24)
        .map(|_| {
            (
                random.between(0.25, 0.75),
                dark(colour(random), 0.65),
                random.between(0.012, 0.03),
            )
        })
        .collect();
    let (broad, lit) = (random.between(0.05, 0.11), [0.96, 0.87, 0.55]);
    let noise = Noise::new(random);
    Canvas::painted(width, height, |x, y| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "x is small and not negative"
        )]
        let at = (x / broad) as usize % houses.len();
        let (top, wall, window) = &houses[at];
        if y < *top {
            return grained(mix(high, low, y * 1.4), noise, x, y);
        }
        let (column, row) = ((x % broad) / window, (y - top) / (window * 1.4));
        let in_window = (column.fract() - 0.5).abs() < 0.28 && (row.fract() - 0.5).abs() < 0.3;
        let is_lit = noise.at(column.floor() * 3.7 + top * 90.0, row.floor() * 2.9) > 0.5;
        let seen = match (in_window, is_lit) {
            (true, true) => lit,
            (true, false) => dark(*wall, 0.5),
            (false, _) => *wall,
        };
        grained(seen, noise, x, y)
    })
}

fn flowers(random: &mut Random, width: u32, height: u32) -> Canvas {
    let meadow = mix([0.25, 0.5, 0.2], colour(random), 0.3);
    let all: Vec<_> = (0..5 + random.below(9))
        .map(|_| {
            let centre = (random.between(0.0, 1.4), random.unit());
            let petals = [5.0, 6.0, 8.0, 13.0][random.below(4)];
            (
                centre,
                random.between(0.07, 0.2),
                petals,
                colour(random),
                colour(random),
                random.unit() * 6.0,
            )
        })
        .collect();
    let noise = Noise::new(random);
    Canvas::painted(width, height, |x, y| {
        let blades = noise.layered(x * 60.0, y * 12.0, 3);
        let mut seen = dark(meadow, 0.55 + 0.8 * blades);
        for ((cx, cy), size, petals, petal, heart, turn) in &all {
            let (dx, dy) = (x - cx, y - cy);
            let (away, angle) = (dx.hypot(dy) / size, dy.atan2(dx));
            let edge = 0.55 + 0.45 * (petals * (angle + turn)).cos().abs();
            if away < 0.25 {
                seen = *heart;
            } else if away < edge {
                seen = dark(*petal, 0.75 + 0.3 * away);
            }
        }
        grained(seen, noise, x, y)
    })
}

fn waves(random: &mut Random, width: u32, height: u32) -> Canvas {
    let (deep, shallow) = (dark(colour(random), 0.6), colour(random));
    let noise = Noise::new(random);
    let (count, swing, turn) = (
        random.between(8.0, 26.0),
        random.between(0.4, 2.5),
        random.between(-0.7, 0.7),
    );
    Canvas::painted(width, height, |x, y| {
        let along = x * turn + y;
        let bend = swing * noise.layered(x * 2.5, y * 2.5, 3);
        let crest = (along * count + bend * 4.0).sin();
        let seen = mix(deep, shallow, 0.5 + 0.5 * crest);
        let foam = if crest > 0.93 { 0.5 } else { 0.0 };
        grained(mix(seen, [0.95, 0.97, 0.98], foam), noise, x, y)
    })
}

fn pebbles(random: &mut Random, width: u32, height: u32) -> Canvas {
    let (one, other, gap) = (colour(random), colour(random), dark(colour(random), 0.3));
    let (place, tint) = (Noise::new(random), Noise::new(random));
    let count = random.between(5.0, 14.0);
    Canvas::painted(width, height, |x, y| {
        let (x, y) = (x * count, y * count);
        let (mut first, mut second, mut stone) = (f32::MAX, f32::MAX, 0.0);
        for dy in -1_i8..=1 {
            for dx in -1_i8..=1 {
                let (cell_x, cell_y) = (x.floor() + f32::from(dx), y.floor() + f32::from(dy));
                let centre_x = cell_x + place.at(cell_x * 9.0, cell_y * 9.0);
                let centre_y = cell_y + place.at(cell_x * 9.0 + 4.0, cell_y * 9.0 + 5.0);
                let away = (x - centre_x).hypot(y - centre_y);
                if away < first {
                    (second, first) = (first, away);
                    stone = tint.at(cell_x * 5.0, cell_y * 3.0);
                } else if away < second {
                    second = away;
                }
            }
        }
        let edge = second - first;
        let seen = if edge < 0.08 {
            gap
        } else {
            dark(mix(one, other, stone), 0.7 + 0.5 * edge.min(0.6))
        };
        grained(seen, tint, x / count, y / count)
    })
}
