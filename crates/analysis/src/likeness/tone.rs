//! What was done to the light of a picture: a curve that never falls, from the luma of the one to
//! that of the other.
//!
//! Gamma, faded blacks, equalised and posterised light are such curves. The cells are put in the
//! order of their luma and divided into parts of equal size, whose means give the curve; where it
//! would fall, neighbouring parts are put together (pool adjacent violators: Ayer and others 1955,
//! "An empirical distribution function for sampling with incomplete information").

use super::overlap::Overlap;

/// Parts of equal size.
const PARTS: usize = 16;

/// A curve through points, straight between them.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    /// From and to, both rising.
    points: Vec<(f32, f32)>,
}

impl Curve {
    /// The curve that fits two pictures laid over each other best. Nothing comes back when there is
    /// next to no light and shade.
    pub(crate) fn between(overlap: &Overlap) -> Option<Self> {
        let mut lumas: Vec<(f32, f32)> = overlap.lumas().collect();
        lumas.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut points: Vec<(f32, f32, f32)> = Vec::with_capacity(PARTS);
        for part in lumas.chunks(lumas.len().div_ceil(PARTS).max(1)) {
            let count = part.len() as f32;
            let from = part.iter().map(|luma| luma.0).sum::<f32>() / count;
            let to = part.iter().map(|luma| luma.1).sum::<f32>() / count;
            points.push((from, to, count));
            while let [.., a, b] = points[..]
                && (b.1 <= a.1 || b.0 - a.0 < 1.0)
            {
                points.truncate(points.len() - 2);
                let count = a.2 + b.2;
                let mean = |a_value: f32, b_value: f32| (a_value * a.2 + b_value * b.2) / count;
                points.push((mean(a.0, b.0), mean(a.1, b.1), count));
            }
        }
        let points: Vec<(f32, f32)> = points.iter().map(|point| (point.0, point.1)).collect();
        (points.len() >= 3).then_some(Self { points })
    }

    /// Where a luma goes, and the slope there.
    pub(crate) fn at(&self, luma: f32) -> (f32, f32) {
        let behind = self.points.partition_point(|point| point.0 <= luma);
        let behind = behind.clamp(1, self.points.len() - 1);
        let (before, after) = (self.points[behind - 1], self.points[behind]);
        let slope = (after.1 - before.1) / (after.0 - before.0);
        (before.1 + slope * (luma - before.0), slope)
    }
}

#[cfg(test)]
mod tests {
    use super::super::plane::SIDE;
    use super::*;

    fn overlap(to: impl Fn(f32) -> f32) -> Overlap {
        Overlap::whole(|x, y| {
            let seen = (((SIDE * y + x) * 37) % 251) as f32;
            [seen, to(seen), 1.0, 1.0]
        })
    }

    #[test]
    fn a_curve_brings_the_light_of_the_one_to_that_of_the_other() {
        let gamma = |luma: f32| 255.0 * (luma / 255.0).powf(0.5);
        let curve = Curve::between(&overlap(gamma)).unwrap();
        for luma in [20.0, 90.0, 160.0, 240.0] {
            let (found, slope) = curve.at(luma);
            assert!((found - gamma(luma)).abs() < 4.0, "{luma} to {found}");
            assert!(slope > 0.0);
        }
    }

    #[test]
    fn a_curve_never_falls_and_a_negative_has_none() {
        let wavy = |luma: f32| 100.0 + luma / 4.0 + 40.0 * (luma / 20.0).sin();
        let curve = Curve::between(&overlap(wavy)).unwrap();
        assert!((0..250).all(|luma| curve.at(luma as f32 + 1.0).0 >= curve.at(luma as f32).0));
        assert!(Curve::between(&overlap(|luma| 255.0 - luma)).is_none());
    }
}
