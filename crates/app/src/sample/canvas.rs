//! A picture in memory and what can be done to it.

/// A colour: red, green, blue, each 0–1.
pub(super) type Colour = [f32; 3];

/// Pixels of a picture, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Canvas {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Three bytes a pixel.
    pub rgb: Vec<u8>,
}

/// Between two colours: `share` 0 gives the first, 1 the second.
pub(super) fn mix(one: Colour, other: Colour, share: f32) -> Colour {
    let share = share.clamp(0.0, 1.0);
    std::array::from_fn(|at| one[at] + (other[at] - one[at]) * share)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
fn byte(value: f32) -> u8 {
    (value * 255.0).round().clamp(0.0, 255.0) as u8
}

#[expect(clippy::cast_precision_loss, reason = "sizes of pictures are small")]
fn float(value: u32) -> f32 {
    value as f32
}

impl Canvas {
    /// Paints each pixel by itself. The function gets its place in heights of the picture: x
    /// from 0 to the ratio of width and height, y from 0 to 1.
    pub(super) fn painted(width: u32, height: u32, paint: impl Fn(f32, f32) -> Colour) -> Self {
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height {
            for x in 0..width {
                let colour = paint(float(x) / float(height), float(y) / float(height));
                rgb.extend(colour.map(byte));
            }
        }
        Self { width, height, rgb }
    }

    fn at(&self, x: u32, y: u32) -> [u8; 3] {
        let start = (y as usize * self.width as usize + x as usize) * 3;
        [self.rgb[start], self.rgb[start + 1], self.rgb[start + 2]]
    }

    fn rebuilt(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> Self {
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height {
            for x in 0..width {
                rgb.extend(pixel(x, y));
            }
        }
        Self { width, height, rgb }
    }

    /// As seen in a mirror.
    pub(super) fn mirrored(&self) -> Self {
        Self::rebuilt(self.width, self.height, |x, y| {
            self.at(self.width - 1 - x, y)
        })
    }

    /// With a margin of one sixteenth cut off on each side.
    pub(super) fn cropped(&self) -> Self {
        let (left, top) = (self.width / 16, self.height / 16);
        Self::rebuilt(self.width - 2 * left, self.height - 2 * top, |x, y| {
            self.at(x + left, y + top)
        })
    }

    /// Half as wide and high, each pixel the mean of four.
    pub(super) fn halved(&self) -> Self {
        Self::rebuilt(self.width / 2, self.height / 2, |x, y| {
            let four =
                [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| self.at(2 * x + dx, 2 * y + dy));
            std::array::from_fn(|channel| {
                let sum: u16 = four.iter().map(|pixel| u16::from(pixel[channel])).sum();
                u8::try_from((sum + 2) / 4).expect("a mean of bytes is a byte")
            })
        })
    }

    /// Every value put through a function; values are 0–1.
    pub(super) fn graded(&self, grade: impl Fn(f32) -> f32) -> Self {
        let table: Vec<u8> = (0..=255_u8)
            .map(|value| byte(grade(f32::from(value) / 255.0)))
            .collect();
        Self {
            rgb: self
                .rgb
                .iter()
                .map(|value| table[usize::from(*value)])
                .collect(),
            ..*self
        }
    }

    /// Out of focus: three passes of a box of `2 · radius + 1` pixels, which come close to a
    /// Gaussian.
    pub(super) fn blurred(&self, radius: u32) -> Self {
        let mut canvas = self.clone();
        for _ in 0..3 {
            canvas = canvas.smeared(radius).turned().smeared(radius).turned();
        }
        canvas
    }

    fn turned(&self) -> Self {
        Self::rebuilt(self.height, self.width, |x, y| self.at(y, x))
    }

    /// The mean over a stretch of each row; the edges go on with their last pixel.
    fn smeared(&self, radius: u32) -> Self {
        let count = 2 * radius + 1;
        let (width, reach) = (self.width as usize, radius as usize);
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for row in self.rgb.chunks_exact(width * 3) {
            let value = |x: usize, channel: usize| {
                u32::from(row[x.saturating_sub(reach).min(width - 1) * 3 + channel])
            };
            let mut sums: [u32; 3] =
                std::array::from_fn(|channel| (0..count as usize).map(|x| value(x, channel)).sum());
            for x in 0..width {
                for (channel, sum) in sums.iter_mut().enumerate() {
                    rgb.push(u8::try_from(*sum / count).expect("a mean of bytes is a byte"));
                    *sum = *sum + value(x + 2 * reach + 1, channel) - value(x, channel);
                }
            }
        }
        Self { rgb, ..*self }
    }
}
