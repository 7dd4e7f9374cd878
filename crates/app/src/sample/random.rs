//! Numbers that look drawn by chance and are the same in every run (`SplitMix64`).

/// A stream of such numbers.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// The stream with this number.
    pub(super) fn new(seed: u64) -> Self {
        Self(
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .wrapping_add(0x2545_f491_4f6c_dd1d),
        )
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// From 0 up to but without 1.
    pub(super) fn unit(&mut self) -> f32 {
        unit(self.next())
    }

    /// From `least` up to but without `most`.
    pub(super) fn between(&mut self, least: f32, most: f32) -> f32 {
        least + (most - least) * self.unit()
    }

    /// A whole number below `most`.
    pub(super) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).expect("below a usize")
    }
}

fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[expect(clippy::cast_precision_loss, reason = "24 bits fit a float exactly")]
fn unit(bits: u64) -> f32 {
    (bits >> 40) as f32 / (1_u64 << 24) as f32
}

/// Smooth noise over the plane, 0–1: chance at the corners of a unit grid, blended between them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noise(u64);

impl Noise {
    /// A noise of its own.
    pub(super) fn new(random: &mut Random) -> Self {
        Self(random.next())
    }

    fn corner(self, x: i64, y: i64) -> f32 {
        let place = x.cast_unsigned().wrapping_mul(0x8da6_b343)
            ^ y.cast_unsigned().wrapping_mul(0xd816_3841_0000_0001);
        unit(mixed(self.0 ^ place))
    }

    /// The value at a place.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "places in a picture are small"
    )]
    pub(super) fn at(self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let smooth = |t: f32| t * t * (3.0 - 2.0 * t);
        let (right_share, bottom_share) = (smooth(x - left), smooth(y - top));
        let (left, top) = (left as i64, top as i64);
        let row = |y: i64| {
            let (a, b) = (self.corner(left, y), self.corner(left + 1, y));
            a + (b - a) * right_share
        };
        let (above, below) = (row(top), row(top + 1));
        above + (below - above) * bottom_share
    }

    /// Several layers of noise, each finer and fainter than the one before; 0–1.
    pub(super) fn layered(self, x: f32, y: f32, layers: u32) -> f32 {
        let (mut sum, mut weight, mut total, mut scale) = (0.0, 1.0, 0.0, 1.0);
        for _ in 0..layers {
            sum += weight * self.at(x * scale, y * scale);
            total += weight;
            weight *= 0.55;
            scale *= 2.1;
        }
        sum / total
    }
}
