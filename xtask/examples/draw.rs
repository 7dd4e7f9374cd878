//! Draws pictures for the benchmark: `draw FOLDER COUNT [WIDTH HEIGHT]`.
//!
//! Every picture is a scene of its own, made from its number: sky, ground and things with edges under a grain like a
//! camera's, 640 × 480 where no size is named, so that a decoder has about as much to do as with a photograph. Nineteen of twenty are new
//! scenes; every twentieth is an earlier one again, saved with less quality.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
};

use jpeg_encoder::{ColorType, Encoder, EncodingError, SamplingFactor};

/// What scenes are made up in, whatever size they are drawn at.
const WIDTH: f32 = 640.0;
const HEIGHT: f32 = 480.0;

/// Width and height of the pictures.
type Size = (u16, u16);

#[expect(
    clippy::disallowed_methods,
    reason = "an example is a program of its own"
)]
fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().map(PathBuf::from);
    let count = arguments
        .next()
        .and_then(|count| count.to_str()?.parse::<u32>().ok());
    let mut side = || arguments.next()?.to_str()?.parse::<u16>().ok();
    let size = side().zip(side()).unwrap_or((640, 480));
    let (Some(folder), Some(count)) = (folder, count) else {
        let _ = writeln!(std::io::stderr(), "usage: draw FOLDER COUNT [WIDTH HEIGHT]");
        return ExitCode::from(2);
    };
    let workers =
        thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(1));
    let failed = thread::scope(|scope| {
        let running: Vec<_> = (0..workers)
            .map(|worker| {
                let folder = &folder;
                scope.spawn(move || {
                    (worker..count)
                        .step_by(workers as usize)
                        .try_for_each(|number| save(folder, number, size))
                })
            })
            .collect();
        running
            .into_iter()
            .find_map(|worker| worker.join().expect("drawing does not panic").err())
    });
    match failed {
        None => ExitCode::SUCCESS,
        Some(error) => {
            let _ = writeln!(
                std::io::stderr(),
                "cannot draw into {}: {error}",
                folder.display()
            );
            ExitCode::FAILURE
        }
    }
}

fn save(folder: &Path, number: u32, size: Size) -> Result<(), EncodingError> {
    let is_again = number % 20 == 19;
    let (scene, quality) = if is_again {
        (number - 7, 60)
    } else {
        (number, 85)
    };
    let mut encoder = Encoder::new_file(folder.join(format!("{number:06}.jpg")), quality)?;
    // Half the resolution for colour, as cameras save it.
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode(&draw(scene, size), size.0, size.1, ColorType::Rgb)
}

/// A source of numbers that repeats: splitmix64.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// From 0 up to, not including, 1.
    #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 24) as f32
    }

    fn colour(&mut self) -> [f32; 3] {
        [self.unit(), self.unit(), self.unit()].map(|part| 30.0 + part * 200.0)
    }
}

fn mix(value: u64) -> u64 {
    let mut z = value;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A thing in the scene: an ellipse or a box with a colour and a grain of its own.
struct Thing {
    at: (f32, f32),
    size: (f32, f32),
    colour: [f32; 3],
    is_round: bool,
    grain: f32,
}

impl Thing {
    fn covers(&self, x: f32, y: f32) -> bool {
        let (dx, dy) = ((x - self.at.0) / self.size.0, (y - self.at.1) / self.size.1);
        if self.is_round {
            dx * dx + dy * dy < 1.0
        } else {
            dx.abs() < 1.0 && dy.abs() < 1.0
        }
    }
}

/// The pixels of scene number `scene`, rows of RGB.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "coordinates are small, and samples are clamped before they are cast"
)]
fn draw(scene: u32, (width, height): Size) -> Vec<u8> {
    let mut numbers = Numbers(u64::from(scene).wrapping_mul(0x2545_f491_4f6c_dd1d));
    let (sky, ground) = (numbers.colour(), numbers.colour());
    let horizon = HEIGHT * (0.25 + 0.5 * numbers.unit());
    let roughness = 10.0 + 50.0 * numbers.unit();
    let scale = 20.0 + 80.0 * numbers.unit();
    let things: Vec<Thing> = (0..4 + numbers.next() % 12)
        .map(|_| Thing {
            at: (numbers.unit() * WIDTH, numbers.unit() * HEIGHT),
            size: (8.0 + numbers.unit() * 120.0, 8.0 + numbers.unit() * 120.0),
            colour: numbers.colour(),
            is_round: numbers.next().is_multiple_of(2),
            grain: numbers.unit() * 40.0,
        })
        .collect();
    let seed = numbers.next();

    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    let scaled = (WIDTH / f32::from(width), HEIGHT / f32::from(height));
    for row in 0..height {
        for column in 0..width {
            let (x, y) = (f32::from(column) * scaled.0, f32::from(row) * scaled.1);
            let thing = things.iter().rfind(|thing| thing.covers(x, y));
            let (base, grain) = match thing {
                Some(thing) => (thing.colour, thing.grain),
                None if y < horizon => (sky.map(|part| part + (horizon - y) * 0.15), 8.0),
                None => (ground, roughness),
            };
            let shade = texture(seed, x / scale, y / scale) * grain * 2.0;
            let noise = (mix(seed ^ (u64::from(row) << 32 | u64::from(column))) >> 61) as f32 - 3.5;
            pixels.extend(base.map(|part| (part + shade + noise).clamp(0.0, 255.0) as u8));
        }
    }
    pixels
}

/// Three octaves of smooth value noise, about −1 to 1.
fn texture(seed: u64, x: f32, y: f32) -> f32 {
    let (mut sum, mut weight, mut scale) = (0.0, 0.5, 1.0);
    for octave in 0..3 {
        sum += weight * smooth(seed.wrapping_add(octave), x * scale, y * scale);
        weight *= 0.6;
        scale *= 2.9;
    }
    sum
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "coordinates are small and positive, and 24 bits fit"
)]
fn smooth(seed: u64, x: f32, y: f32) -> f32 {
    let corner = |column: u64, row: u64| {
        let hashed = mix(seed ^ (column << 32 | row));
        (hashed >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    let (column, row) = (x as u64, y as u64);
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (u, v) = (ease(x.fract()), ease(y.fract()));
    let top = corner(column, row) * (1.0 - u) + corner(column + 1, row) * u;
    let bottom = corner(column, row + 1) * (1.0 - u) + corner(column + 1, row + 1) * u;
    top * (1.0 - v) + bottom * v
}
