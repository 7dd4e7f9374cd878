//! A part of a picture, to be searched with.

use lamina_model::{ImageFormat, PixelBox, Region};

use crate::canvas::Canvas;
use crate::embed::ImageTensor;
use crate::half::Half;
use crate::{DecodeLimits, Rejection, decode, look};

/// A picture, or a part of it, as a model is fed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What an [`Embedder`](crate::Embedder) is fed. Of a whole picture it is the same as that
    /// of [`look`](crate::look()).
    pub tensor: ImageTensor,
    /// Which pixels of the upright picture it shows.
    pub pixels: PixelBox,
    /// Width of the upright picture in pixels.
    pub width_px: u32,
    /// Height of the upright picture in pixels.
    pub height_px: u32,
    /// BLAKE3 of the file's bytes.
    pub content_hash: [u8; 32],
}

/// Cuts a region out of a picture, or takes the whole of it where none is given; nothing where
/// the region lies outside. A part of a large picture is looked at as closely as its pixels
/// allow, not as closely as the whole is.
///
/// # Errors
/// As [`look`](crate::look()).
pub fn part(
    bytes: &[u8],
    region: Option<Region>,
    limits: &DecodeLimits,
) -> Result<Option<Part>, Rejection> {
    let format = look::check_bytes(bytes, limits)?;
    look::quietly(|| {
        let seen = Seen::decode(bytes, format, limits)?;
        let whole = [0, 0, seen.width_px, seen.height_px];
        let Some(pixels) = region.map_or(Some(whole), |region| {
            region.pixels(seen.width_px, seen.height_px)
        }) else {
            return Ok(None);
        };
        let closer = (pixels != whole)
            .then(|| seen.closer(bytes, format, pixels, limits))
            .flatten();
        let seen = closer.as_ref().unwrap_or(&seen);
        let tensor = seen.tensor(pixels, limits.tensor_side_px);
        Ok(Some(Part {
            tensor,
            pixels,
            width_px: seen.width_px,
            height_px: seen.height_px,
            content_hash: *blake3::hash(bytes).as_bytes(),
        }))
    })
}

/// An upright canvas and the size of the picture that it shows.
struct Seen {
    canvas: Canvas,
    width_px: u32,
    height_px: u32,
}

impl Seen {
    fn decode(bytes: &[u8], format: ImageFormat, limits: &DecodeLimits) -> Result<Self, Rejection> {
        let decoded = decode::decode(bytes, format, limits)?;
        let head = decoded.head;
        let (width_px, height_px) = if head.orientation >= 5 {
            (head.height, head.width)
        } else {
            (head.width, head.height)
        };
        Ok(Self {
            canvas: decoded.canvas.upright(head.orientation),
            width_px,
            height_px,
        })
    }

    /// The same picture in so many pixels that a part of it has as many as a whole one has
    /// otherwise; nothing where there are no more, or where they would take too much memory.
    fn closer(
        &self,
        bytes: &[u8],
        format: ImageFormat,
        [_, _, width, height]: PixelBox,
        limits: &DecodeLimits,
    ) -> Option<Self> {
        if self.canvas.width == self.width_px {
            return None;
        }
        let short = u64::from(self.width_px.min(self.height_px));
        let wanted = u64::from(limits.short_side_px) * short / u64::from(width.min(height));
        let close = DecodeLimits {
            short_side_px: u32::try_from(wanted.min(short)).unwrap_or(u32::MAX),
            ..*limits
        };
        Self::decode(bytes, format, &close).ok()
    }

    fn tensor(&self, pixels: PixelBox, side: u32) -> ImageTensor {
        let cut = (pixels != [0, 0, self.width_px, self.height_px])
            .then(|| self.canvas.cut(self.on_canvas(pixels)));
        let canvas = cut.as_ref().unwrap_or(&self.canvas);
        ImageTensor::squeezed(&Half::of(canvas), side)
    }

    /// Where pixels of the picture lie on the canvas.
    fn on_canvas(&self, [left, top, width, height]: PixelBox) -> PixelBox {
        let across = |at: u32| scaled(at, self.canvas.width, self.width_px);
        let down = |at: u32| scaled(at, self.canvas.height, self.height_px);
        let (x, y) = (across(left), down(top));
        let (x, y) = (x.min(self.canvas.width - 1), y.min(self.canvas.height - 1));
        [
            x,
            y,
            across(left + width).saturating_sub(x).max(1),
            down(top + height).saturating_sub(y).max(1),
        ]
    }
}

/// A place along a side of `from` pixels on one of `to` pixels, rounded.
fn scaled(at: u32, to: u32, from: u32) -> u32 {
    let place = (u64::from(at) * u64::from(to) * 2 + u64::from(from)) / (u64::from(from) * 2);
    u32::try_from(place).unwrap_or(to).min(to)
}
