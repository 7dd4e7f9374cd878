//! Pictures made of nothing but numbers: scenes that can be looked at through a window, and what
//! an index would know of them.

use lamina_analysis::{Closeup, Facts, Pictures};
use lamina_model::{Measures, Signature};

/// Numbers that look random and are the same in every run.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Between 0 and 1.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }
}

/// Side of the drawings from which signatures are averaged.
pub(crate) const SIDE: usize = 256;

/// Luma, row by row, `SIDE` × `SIDE`.
#[derive(Clone)]
pub(crate) struct Drawing(pub(crate) Vec<f32>);

impl Drawing {
    pub(crate) fn new(luma: impl Fn(f32, f32) -> f32) -> Self {
        let at = |i: usize| (i as f32 + 0.5) / SIDE as f32;
        Self(
            (0..SIDE * SIDE)
                .map(|i| luma(at(i % SIDE), at(i / SIDE)))
                .collect(),
        )
    }

    pub(crate) fn plain(luma: f32) -> Self {
        Self(vec![luma; SIDE * SIDE])
    }

    /// A rectangle in shares of the sides.
    pub(crate) fn rectangle(&mut self, [left, top, right, bottom]: [f32; 4], luma: f32) {
        let pixel = |share: f32| ((share.clamp(0.0, 1.0)) * SIDE as f32) as usize;
        for y in pixel(top)..pixel(bottom) {
            self.0[y * SIDE + pixel(left)..y * SIDE + pixel(right)].fill(luma);
        }
    }

    /// Something like a photograph: a ground of slow changes and many things on it.
    pub(crate) fn photograph(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let waves: Vec<[f32; 4]> = (0..5)
            .map(|_| {
                [
                    dice.between(-7.0, 7.0),
                    dice.between(-7.0, 7.0),
                    dice.between(0.0, 6.3),
                    dice.between(6.0, 18.0),
                ]
            })
            .collect();
        let mut drawing = Self::new(|x, y| {
            120.0
                + waves
                    .iter()
                    .map(|[u, v, phase, high]| high * (u * x + v * y + phase).sin())
                    .sum::<f32>()
        });
        for _ in 0..70 {
            let (x, y) = (dice.unit(), dice.unit());
            let (w, h) = (dice.between(0.02, 0.2), dice.between(0.02, 0.2));
            let luma = dice.between(10.0, 245.0);
            drawing.rectangle([x, y, x + w, y + h], luma);
        }
        drawing
    }

    /// Lines of words, each word a few strokes, in a part of it.
    pub(crate) fn write(&mut self, dice: &mut Dice, [left, top, right, bottom]: [f32; 4]) {
        let mut y = top;
        while y < bottom {
            let mut x = left;
            while x < right {
                let letters = 2 + dice.next() % 6;
                for _ in 0..letters {
                    let rise = if dice.unit() < 0.3 { 0.012 } else { 0.0 };
                    let ink = dice.between(20.0, 120.0);
                    self.rectangle([x, y - rise, x + 0.0045, y + 0.012], ink);
                    x += 0.008;
                }
                x += 0.014;
            }
            y += 0.04;
        }
    }

    /// A page of text.
    pub(crate) fn page(seed: u64) -> Self {
        let mut page = Self::plain(252.0);
        page.write(&mut Dice::new(seed), [0.14, 0.13, 0.8, 0.88]);
        page
    }

    /// What a window shows: its left, top, right and bottom in shares of the sides.
    pub(crate) fn window(&self, [left, top, right, bottom]: [f32; 4]) -> Self {
        Self::new(|x, y| self.at(left + (right - left) * x, top + (bottom - top) * y))
    }

    /// What is seen when each place, from −1 to 1, shows what was at another; beyond the rim this
    /// luma, or what is nearest.
    pub(crate) fn moved(&self, beyond: Option<f32>, to: impl Fn(f32, f32) -> [f32; 2]) -> Self {
        Self::new(|x, y| {
            let [x, y] = to(2.0 * x - 1.0, 2.0 * y - 1.0);
            match beyond {
                Some(luma) if x.abs().max(y.abs()) > 1.0 => luma,
                _ => self.at(f32::midpoint(x, 1.0), f32::midpoint(y, 1.0)),
            }
        })
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let place = |share: f32| (share * SIDE as f32 - 0.5).clamp(0.0, SIDE as f32 - 1.001);
        let (x, y) = (place(x), place(y));
        let (left, top) = (x as usize, y as usize);
        let (u, v) = (x - left as f32, y - top as f32);
        let cell = |dx: usize, dy: usize| self.0[(top + dy) * SIDE + left + dx];
        let upper = cell(0, 0) * (1.0 - u) + cell(1, 0) * u;
        let lower = cell(0, 1) * (1.0 - u) + cell(1, 1) * u;
        upper * (1.0 - v) + lower * v
    }

    pub(crate) fn mapped(&self, change: impl Fn(f32) -> f32) -> Self {
        Self(
            self.0
                .iter()
                .map(|luma| change(*luma).clamp(0.0, 255.0))
                .collect(),
        )
    }

    /// Coding noise of about so many luma steps in each pixel.
    pub(crate) fn noisy(&self, steps: f32, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        Self(
            self.0
                .iter()
                .map(|luma| (luma + dice.between(-steps, steps)).clamp(0.0, 255.0))
                .collect(),
        )
    }

    /// An even frame around it, this share of each side wide.
    pub(crate) fn framed(&self, share: f32, luma: f32) -> Self {
        let inner = 1.0 - 2.0 * share;
        Self::new(|x, y| {
            let (u, v) = ((x - share) / inner, (y - share) / inner);
            let inside = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
            if inside { self.at(u, v) } else { luma }
        })
    }

    /// One of the eight lays, by number; 0 leaves it as it is.
    pub(crate) fn turned(&self, lay: usize) -> Self {
        let cell = |x: usize, y: usize| {
            let x = if lay & 1 == 1 { SIDE - 1 - x } else { x };
            let y = if lay & 2 == 2 { SIDE - 1 - y } else { y };
            if lay & 4 == 4 {
                self.0[x * SIDE + y]
            } else {
                self.0[y * SIDE + x]
            }
        };
        Self((0..SIDE * SIDE).map(|i| cell(i % SIDE, i / SIDE)).collect())
    }

    pub(crate) fn signature(&self) -> Signature {
        const BLOCK: usize = SIDE / Signature::SIDE;
        let mut sums = vec![0.0; Signature::LEN];
        for (at, luma) in self.0.iter().enumerate() {
            sums[at / SIDE / BLOCK * Signature::SIDE + at % SIDE / BLOCK] += luma;
        }
        let cells = std::array::from_fn(|at| (sums[at] / (BLOCK * BLOCK) as f32).round() as u8);
        Signature::new(cells)
    }
}

/// Pictures of a set, seen larger where that is asked for.
pub(crate) struct Larger<'a>(pub(crate) Vec<&'a Picture>);

impl Pictures for Larger<'_> {
    fn signature(&self, row: u32) -> Signature {
        self.0[row as usize].signature.clone()
    }

    fn closeup(&self, row: u32) -> Option<Closeup> {
        let luma = self.0[row as usize].luma.to_vec();
        Some(Closeup::new(luma, 320).unwrap())
    }
}

/// An indexed picture and its vector.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) facts: Facts,
    pub(crate) signature: Signature,
    /// The drawing itself.
    luma: std::sync::Arc<[u8]>,
    pub(crate) vector: Vec<f32>,
}

/// Values of a vector.
pub(crate) const COLUMNS: usize = 64;

impl Picture {
    /// A picture of 640 × 480 whose vector is that of the subject, up to a little noise.
    pub(crate) fn new(name: &str, drawing: &Drawing, subject: u64) -> Self {
        let hash = |salt: &str| hash(&format!("{salt} {name}"));
        let signature = drawing.signature();
        let mean = drawing.0.iter().sum::<f32>() / drawing.0.len() as f32;
        let spread = (drawing.0.iter().map(|l| (l - mean).powi(2)).sum::<f32>()
            / drawing.0.len() as f32)
            .sqrt();
        let mut sorted = drawing.0.clone();
        sorted.sort_by(f32::total_cmp);
        let share = |share: usize| sorted[(sorted.len() - 1) * share / 100];
        let grey = mean.round() as u8;
        let seed = u64::from_le_bytes(hash("noise")[..8].try_into().unwrap());
        Self {
            vector: near(subject, 0.03, seed),
            luma: drawing.0.iter().map(|luma| luma.round() as u8).collect(),
            facts: Facts {
                content_hash: hash("content"),
                pixel_hash: hash("pixels"),
                perceptual_hash: perceptual(&signature),
                measures: Measures {
                    luma_mean: mean,
                    luma_spread: spread,
                    luma_p05: share(5),
                    luma_p50: share(50),
                    luma_p95: share(95),
                    luma_entropy_bits: 6.0,
                    sharpness: 2.0,
                    sharpness_best: 2.5,
                    mean_rgb: [grey; 3],
                },
                width_px: 640,
                height_px: 480,
                size_bytes: 50_000,
                modified_us: 1_000_000,
                order: 0,
            },
            signature,
        }
    }

    pub(crate) fn sized(mut self, width_px: u32, height_px: u32) -> Self {
        (self.facts.width_px, self.facts.height_px) = (width_px, height_px);
        self
    }
}

/// A unit vector near that of a subject.
pub(crate) fn near(subject: u64, noise: f32, seed: u64) -> Vec<f32> {
    let (mut middle, mut aside) = (Dice::new(subject), Dice::new(seed ^ 0xABCD));
    let values = (0..COLUMNS).map(|_| middle.between(-1.0, 1.0) + noise * aside.between(-1.0, 1.0));
    let values: Vec<f32> = values.collect();
    let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
    values.iter().map(|v| v / length).collect()
}

fn hash(text: &str) -> [u8; 32] {
    let seed = text.bytes().fold(7_u64, |sum, byte| {
        sum.wrapping_mul(0x100_0000_01B3) ^ u64::from(byte)
    });
    let mut dice = Dice::new(seed);
    let mut hash = [0; 32];
    for some in hash.chunks_exact_mut(8) {
        some.copy_from_slice(&dice.next().to_le_bytes());
    }
    hash
}

/// The perceptual hash as `lamina-vision` takes it.
fn perceptual(signature: &Signature) -> u64 {
    let luma = signature.as_bytes();
    let wave = |frequency: usize, x: usize| {
        (std::f32::consts::PI * (x as f32 + 0.5) * frequency as f32 / 32.0).cos()
    };
    let low: Vec<f32> = (0..64)
        .map(|at| {
            (0..Signature::LEN)
                .map(|i| f32::from(luma[i]) * wave(at % 8, i % 32) * wave(at / 8, i / 32))
                .sum()
        })
        .collect();
    let mut sorted = low[1..].to_vec();
    sorted.sort_by(f32::total_cmp);
    let median = sorted[sorted.len() / 2];
    (1..64).fold(0, |bits, at| {
        bits | (u64::from(low[at] - median > 1.0) << at)
    })
}
