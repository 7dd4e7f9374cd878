//! Pictures drawn by tests: a few shapes or a whole scene, then changed and encoded.
//!
//! Everything is a function of its arguments; the same call draws the same pixels everywhere.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "sides, sums and indexes of pictures that tests draw are small"
)]

mod encode;
mod odd;

pub use odd::{
    Endian, animated_gif, animated_png, animated_webp, exif, insert_chunk, multi_page_tiff,
    without_adobe_marker,
};

/// A picture in memory: rows of red, green, blue and alpha, 8 bits each, alpha not multiplied in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
}

impl Picture {
    /// A picture of one colour.
    pub fn flat(width: u32, height: u32, rgb: [u8; 3]) -> Self {
        Self::from_fn(width, height, |_, _| [rgb[0], rgb[1], rgb[2], 255])
    }

    /// A picture whose pixel at (x, y) is what `pixel` says.
    pub fn from_fn(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Self {
        let mut rgba = Vec::with_capacity(width as usize * height as usize * 4);
        for y in 0..height {
            for x in 0..width {
                rgba.extend(pixel(x, y));
            }
        }
        Self {
            width,
            height,
            rgba,
        }
    }

    /// The picture most tests start from: 320 × 200, a red rectangle and a blue ellipse on a
    /// pale ground.
    pub fn base() -> Self {
        let mut picture = Self::flat(320, 200, [230, 240, 250]);
        picture.rectangle((10, 10), (120, 90), [220, 30, 30]);
        picture.ellipse((150, 40), (300, 180), [20, 120, 220]);
        picture
    }

    /// A scene of soft light, shapes and texture that depends on `seed`: scenes of different
    /// seeds look unlike each other, and each has detail enough to be called sharp.
    pub fn scene(seed: u64, width: u32, height: u32) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1));
        let (from, to) = (dice.colour(), dice.colour());
        let across = dice.below(2) == 0;
        let grain = dice.0;
        let mut picture = Self::from_fn(width, height, |x, y| {
            let share = if across {
                x * 255 / width
            } else {
                y * 255 / height
            };
            let noise = hash(grain, x / 2, y / 2) % 17;
            let mix = |a: u8, b: u8| {
                let v = (u32::from(a) * (255 - share) + u32::from(b) * share) / 255 + noise;
                v.min(255) as u8
            };
            [
                mix(from[0], to[0]),
                mix(from[1], to[1]),
                mix(from[2], to[2]),
                255,
            ]
        });
        for _ in 0..6 + dice.below(8) {
            let corner = (dice.below(width), dice.below(height));
            let size = (
                width / 16 + dice.below(width / 3 + 1),
                height / 16 + dice.below(height / 3 + 1),
            );
            let far = (corner.0 + size.0, corner.1 + size.1);
            let colour = dice.colour();
            if dice.below(2) == 0 {
                picture.rectangle(corner, far, colour);
            } else {
                picture.ellipse(corner, far, colour);
            }
        }
        picture
    }

    /// Width in pixels.
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub const fn height(&self) -> u32 {
        self.height
    }

    /// The pixels: rows of red, green, blue, alpha.
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }

    /// The pixels without alpha: rows of red, green, blue.
    pub fn rgb(&self) -> Vec<u8> {
        self.rgba
            .chunks_exact(4)
            .flat_map(|p| [p[0], p[1], p[2]])
            .collect()
    }

    /// Luma of every pixel (Rec. 601).
    pub fn grey(&self) -> Vec<u8> {
        self.rgba
            .chunks_exact(4)
            .map(|p| {
                ((77 * u32::from(p[0]) + 150 * u32::from(p[1]) + 29 * u32::from(p[2]) + 128) >> 8)
                    as u8
            })
            .collect()
    }

    /// The pixel at (x, y).
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 4] {
        let at = (y as usize * self.width as usize + x as usize) * 4;
        [
            self.rgba[at],
            self.rgba[at + 1],
            self.rgba[at + 2],
            self.rgba[at + 3],
        ]
    }

    /// Fills the rectangle between two corners, both included; what lies outside is cut off.
    pub fn rectangle(&mut self, from: (u32, u32), to: (u32, u32), rgb: [u8; 3]) {
        self.fill(from, to, rgb, |_, _| true);
    }

    /// Fills the ellipse inside the rectangle between two corners.
    pub fn ellipse(&mut self, from: (u32, u32), to: (u32, u32), rgb: [u8; 3]) {
        let centre = |a: u32, b: u32| f64::from(a + b) / 2.0;
        let radius = |a: u32, b: u32| f64::from(b.saturating_sub(a).max(1)) / 2.0;
        let (cx, cy) = (centre(from.0, to.0), centre(from.1, to.1));
        let (rx, ry) = (radius(from.0, to.0), radius(from.1, to.1));
        self.fill(from, to, rgb, |x, y| {
            let dx = (f64::from(x) - cx) / rx;
            let dy = (f64::from(y) - cy) / ry;
            dx * dx + dy * dy <= 1.0
        });
    }

    fn fill(
        &mut self,
        from: (u32, u32),
        to: (u32, u32),
        rgb: [u8; 3],
        inside: impl Fn(u32, u32) -> bool,
    ) {
        for y in from.1..=to.1.min(self.height - 1) {
            for x in from.0..=to.0.min(self.width - 1) {
                if inside(x, y) {
                    let at = (y as usize * self.width as usize + x as usize) * 4;
                    self.rgba[at..at + 3].copy_from_slice(&rgb);
                }
            }
        }
    }

    /// The picture with each pixel changed.
    #[must_use]
    pub fn mapped(&self, change: impl Fn([u8; 4]) -> [u8; 4]) -> Self {
        Self::from_fn(self.width, self.height, |x, y| change(self.pixel(x, y)))
    }

    /// Mirrored left to right.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        Self::from_fn(self.width, self.height, |x, y| {
            self.pixel(self.width - 1 - x, y)
        })
    }

    /// Turned clockwise by a quarter.
    #[must_use]
    pub fn turned(&self) -> Self {
        Self::from_fn(self.height, self.width, |x, y| {
            self.pixel(y, self.height - 1 - x)
        })
    }

    /// The pixels a file must store so that this picture is seen once its Exif orientation
    /// (1–8) is applied.
    #[must_use]
    pub fn stored_for(&self, orientation: u8) -> Self {
        let turned_back = |times: usize| (0..times).fold(self.clone(), |p, _| p.turned());
        match orientation {
            2 => self.mirrored(),
            3 => turned_back(2),
            4 => turned_back(2).mirrored(),
            5 => turned_back(1).mirrored(),
            6 => turned_back(3),
            7 => turned_back(3).mirrored(),
            8 => turned_back(1),
            _ => self.clone(),
        }
    }

    /// The part of the given size at `corner`.
    #[must_use]
    pub fn cropped(&self, corner: (u32, u32), width: u32, height: u32) -> Self {
        Self::from_fn(width, height, |x, y| self.pixel(corner.0 + x, corner.1 + y))
    }

    /// Scaled to another size by averaging what each new pixel covers.
    #[must_use]
    pub fn resized(&self, width: u32, height: u32) -> Self {
        let span = |i: u32, from: u32, to: u32| {
            let start = u64::from(i) * u64::from(from) / u64::from(to);
            let end = (u64::from(i + 1) * u64::from(from)).div_ceil(u64::from(to));
            (start as u32, (end as u32).max(start as u32 + 1).min(from))
        };
        Self::from_fn(width, height, |x, y| {
            let ((x0, x1), (y0, y1)) = (span(x, self.width, width), span(y, self.height, height));
            let mut sums = [0_u32; 4];
            for sy in y0..y1 {
                for sx in x0..x1 {
                    for (sum, value) in sums.iter_mut().zip(self.pixel(sx, sy)) {
                        *sum += u32::from(value);
                    }
                }
            }
            let count = (x1 - x0) * (y1 - y0);
            sums.map(|sum| ((sum + count / 2) / count) as u8)
        })
    }

    /// Blurred by three passes of a box that together come close to a Gaussian of `sigma` pixels.
    #[must_use]
    pub fn blurred(&self, sigma: f32) -> Self {
        let radius = ((12.0 * sigma * sigma / 3.0 + 1.0).sqrt() / 2.0)
            .round()
            .max(1.0) as usize;
        let mut picture = self.clone();
        for _ in 0..3 {
            // Two passes along rows with a transposition between are rows and columns.
            picture = picture.box_along_rows(radius).transposed();
            picture = picture.box_along_rows(radius).transposed();
        }
        picture
    }

    fn transposed(&self) -> Self {
        Self::from_fn(self.height, self.width, |x, y| self.pixel(y, x))
    }

    fn box_along_rows(&self, radius: usize) -> Self {
        let width = self.width as usize;
        let mut rgba = Vec::with_capacity(self.rgba.len());
        for row in self.rgba.chunks_exact(width * 4) {
            let at = |x: isize, channel: usize| {
                u32::from(row[x.clamp(0, width as isize - 1) as usize * 4 + channel])
            };
            let reach = radius as isize;
            let mut sums: [u32; 4] =
                std::array::from_fn(|channel| (-reach..=reach).map(|x| at(x, channel)).sum());
            let count = 2 * radius as u32 + 1;
            for x in 0..width as isize {
                rgba.extend(sums.map(|sum| ((sum + count / 2) / count) as u8));
                for (channel, sum) in sums.iter_mut().enumerate() {
                    *sum = *sum + at(x + reach + 1, channel) - at(x - reach, channel);
                }
            }
        }
        Self {
            width: self.width,
            height: self.height,
            rgba,
        }
    }

    /// Light multiplied by `factor`, cut off at white.
    #[must_use]
    pub fn lit(&self, factor: f32) -> Self {
        self.mapped(|[r, g, b, a]| {
            let lit = |v: u8| (f32::from(v) * factor).clamp(0.0, 255.0) as u8;
            [lit(r), lit(g), lit(b), a]
        })
    }
}

/// A small generator of repeatable numbers (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    fn below(&mut self, limit: u32) -> u32 {
        (self.next() % u64::from(limit.max(1))) as u32
    }

    fn colour(&mut self) -> [u8; 3] {
        let [r, g, b, ..] = self.next().to_le_bytes();
        [r, g, b]
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn hash(seed: u64, x: u32, y: u32) -> u32 {
    (mix(seed ^ (u64::from(x) << 32 | u64::from(y))) >> 33) as u32
}
