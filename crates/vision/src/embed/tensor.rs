//! What a model is fed: one small square picture.

use crate::half::Half;
use crate::wide::widely;

/// A picture squeezed into the square that a model looks at, 8 bits a channel.
///
/// A quarter of the size of the floats it becomes, so that pictures may queue between decoding
/// and embedding. The whole frame is squeezed, not cut: on photographs with known classes that
/// did as well as padding or cutting the middle out, and nothing at the edges is lost.
#[derive(Clone, PartialEq, Eq)]
pub struct ImageTensor {
    side: usize,
    rgb: Box<[u8]>,
}

impl ImageTensor {
    /// Pixels along each side of what the default model looks at.
    pub const SIDE: usize = 224;
    /// Bytes of that: side × side × 3.
    pub const LEN: usize = Self::SIDE * Self::SIDE * 3;

    /// The whole frame of a canvas squeezed into a square; one of no pixels where a model looks at
    /// none.
    pub(crate) fn squeezed(canvas: &Half<'_>, side: u32) -> Self {
        if side == 0 {
            return Self::nothing();
        }
        Self::from_rgb(canvas.resized((side, side)).into_owned())
            .expect("the resizer gives the size it is asked for")
    }

    fn nothing() -> Self {
        Self {
            side: 0,
            rgb: Box::default(),
        }
    }

    /// Wraps rows of RGB pixels; `None` when they make no square.
    pub fn from_rgb(rgb: Vec<u8>) -> Option<Self> {
        let side = (rgb.len() / 3).isqrt();
        (side > 0 && side * side * 3 == rgb.len()).then(|| Self {
            side,
            rgb: rgb.into_boxed_slice(),
        })
    }

    /// Moves the pixels out of a [`Look`](crate::Look) that is kept longer than they are needed;
    /// a square of no pixels stays behind.
    #[must_use]
    pub fn take(&mut self) -> Self {
        std::mem::replace(self, Self::nothing())
    }

    /// Pixels along each side.
    pub fn side(&self) -> usize {
        self.side
    }

    /// The pixels: rows of RGB.
    pub fn as_rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Writes the picture as the model wants it, three planes of `(x − 127) / 128`, red first, over
    /// as many numbers.
    pub(crate) fn write_planes(&self, planes: &mut [f32]) {
        let pixels = self.side * self.side;
        let (red, rest) = planes.split_at_mut(pixels);
        let (green, blue) = rest.split_at_mut(pixels);
        widely(
            #[inline(always)]
            || {
                let scaled = |value: u8| (f32::from(value) - 127.0) / 128.0;
                let out = red.iter_mut().zip(green).zip(blue);
                for (pixel, ((red, green), blue)) in self.rgb.as_chunks::<3>().0.iter().zip(out) {
                    *red = scaled(pixel[0]);
                    *green = scaled(pixel[1]);
                    *blue = scaled(pixel[2]);
                }
            },
        );
    }
}

impl std::fmt::Debug for ImageTensor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ImageTensor({0}x{0})", self.side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_come_red_first_and_scaled_as_the_model_was_trained() {
        let mut rgb = vec![127; ImageTensor::LEN];
        rgb[0] = 255;
        rgb[4] = 0;
        let tensor = ImageTensor::from_rgb(rgb).unwrap();
        let plane = ImageTensor::SIDE * ImageTensor::SIDE;
        let mut planes = vec![0.5; 3 * plane];
        tensor.write_planes(&mut planes);
        assert_eq!(planes[0].to_bits(), 1.0_f32.to_bits());
        assert_eq!(planes[1].to_bits(), 0.0_f32.to_bits());
        assert_eq!(planes[plane + 1].to_bits(), (-127.0_f32 / 128.0).to_bits());
    }

    #[test]
    fn a_wrong_number_of_bytes_is_no_tensor() {
        assert!(ImageTensor::from_rgb(vec![0; 5]).is_none());
    }
}
