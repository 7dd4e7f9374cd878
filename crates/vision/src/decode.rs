//! From bytes to the picture as seen: one decode that feeds everything else.
//!
//! A picture is looked at as a browser shows it: orientation applied, colours in sRGB, CMYK and
//! YCCK turned, 16 bits scaled, transparency over white, the first frame of an animation. Size is
//! checked from the header before anything is allocated for pixels. A picture that ends early or
//! contradicts itself is rejected whole; what merely looks odd leaves a note.
//!
//! One module a format. Each reads its header into [`Head`], checks it against the limits and
//! hands rows to the [`Painter`](crate::painter::Painter).

mod bmp;
mod gif;
pub(crate) mod heif;
mod jp2;
pub(crate) mod jpeg;
mod png;
mod tiff;
mod webp;

use lamina_model::{ColourModel, ImageFormat, MediaNote, RejectReason};

use crate::canvas::Canvas;
use crate::exif;
use crate::{DecodeLimits, Rejection};

/// What the file says about itself.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// Stored width, before orientation.
    pub(crate) width: u32,
    /// Stored height, before orientation.
    pub(crate) height: u32,
    pub(crate) colour_model: ColourModel,
    pub(crate) bit_depth: u8,
    pub(crate) has_alpha: bool,
    pub(crate) frame_count: u32,
    pub(crate) orientation: u8,
    pub(crate) notes: Vec<MediaNote>,
}

impl Head {
    /// A still, upright, opaque picture; the caller fills in what differs.
    pub(crate) fn new(width: u32, height: u32, colour_model: ColourModel, bit_depth: u8) -> Self {
        Self {
            width,
            height,
            colour_model,
            bit_depth,
            has_alpha: false,
            frame_count: 1,
            orientation: 1,
            notes: Vec::new(),
        }
    }

    /// Takes the orientation from an Exif block; a broken block becomes a note.
    pub(crate) fn read_exif(&mut self, block: &[u8]) {
        match exif::orientation(block) {
            exif::Orientation::Given(orientation) => self.orientation = orientation,
            exif::Orientation::Absent => {}
            exif::Orientation::Broken => note(&mut self.notes, MediaNote::BrokenExif),
        }
    }

    /// Refuses pictures without pixels or with more than the limit.
    pub(crate) fn check(&self, limits: &DecodeLimits) -> Result<(), Rejection> {
        let (width, height) = (self.width, self.height);
        if width == 0 || height == 0 {
            return Err(Rejection::corrupt(format!(
                "its header says {width} x {height} pixels"
            )));
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > limits.max_pixels {
            return Err(Rejection::new(
                RejectReason::TooManyPixels,
                format!(
                    "it has {width} x {height} = {pixels} pixels, the limit is {}; raise the \
                     pixel limit to let it in",
                    limits.max_pixels
                ),
            ));
        }
        Ok(())
    }
}

/// One decoded picture.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) head: Head,
    /// As stored, not yet upright.
    pub(crate) canvas: Canvas,
    /// Hashes of what the canvas does not hold and what yet makes pictures differ: full-size
    /// pixels, depth, transparency, later frames.
    pub(crate) beyond_canvas: Vec<[u8; 32]>,
}

/// Decodes a picture of a known format.
pub(crate) fn decode(
    bytes: &[u8],
    format: ImageFormat,
    limits: &DecodeLimits,
) -> Result<Decoded, Rejection> {
    match format {
        ImageFormat::Png => png::decode(bytes, limits),
        ImageFormat::Jpeg => jpeg::decode(bytes, limits),
        ImageFormat::Gif => gif::decode(bytes, limits),
        ImageFormat::Tiff => tiff::decode(bytes, limits),
        ImageFormat::Bmp => bmp::decode(bytes, limits),
        ImageFormat::Webp => webp::decode(bytes, limits),
        ImageFormat::Heic | ImageFormat::Avif => heif::decode(bytes, limits),
        ImageFormat::Jp2 => jp2::decode(bytes, limits),
    }
}

/// Adds a note once.
pub(crate) fn note(notes: &mut Vec<MediaNote>, note: MediaNote) {
    if !notes.contains(&note) {
        notes.push(note);
    }
}

/// Refuses to allocate `bytes` for `what` when that is over the limit.
pub(crate) fn fits(bytes: u64, limits: &DecodeLimits, what: &str) -> Result<(), Rejection> {
    if bytes <= limits.max_alloc_bytes {
        return Ok(());
    }
    Err(Rejection::new(
        RejectReason::TooManyPixels,
        format!(
            "decoding needs {bytes} bytes of memory for {what}, the limit is {}; raise the memory \
             limit to let it in, or store the picture in strips or without interlacing",
            limits.max_alloc_bytes
        ),
    ))
}
