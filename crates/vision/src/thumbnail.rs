//! The thumbnail: JPEG, longest side at most 320 pixels.
//!
//! Measured on 60 photographs at 320 × 240, one thread, with libjpeg-turbo and libwebp:
//!
//! | | CPU ms to encode | KiB | PSNR dB | CPU ms to decode |
//! | --- | --- | --- | --- | --- |
//! | **JPEG, quality 75** | **0.28** | **10.1** | 37.9 | 0.28 |
//! | JPEG, quality 80, optimised tables | 0.54 | 11.1 | 38.7 | 0.28 |
//! | WebP, quality 80, method 0 | 1.78 | 9.2 | 37.8 | 0.89 |
//! | WebP, quality 80, method 4 | 6.45 | 7.7 | 38.0 | 0.88 |
//!
//! At the same fidelity WebP is 9 to 24 % smaller, and costs 6 to 23 times as much, which is more
//! than decoding the photograph; the browser, too, takes three times as long to show it. So
//! thumbnails are JPEG: from libjpeg-turbo where it is built in, else from an encoder in pure
//! Rust.

use crate::Rejection;
use crate::resize::Size;

/// Longest side of a thumbnail in pixels. Smaller pictures keep their size.
pub(crate) const THUMBNAIL_SIDE: u32 = 320;

/// Media type of every thumbnail.
pub(crate) const MEDIA_TYPE: &str = "image/jpeg";

const QUALITY: u8 = 75;

/// Encodes rows of RGB.
pub(crate) fn encode(rgb: &[u8], size: Size) -> Result<Vec<u8>, Rejection> {
    let bytes = encode_rows(rgb, size, QUALITY);
    bytes.map_err(|message| {
        Rejection::new(
            lamina_model::RejectReason::DecoderFault,
            format!(
                "its thumbnail of {} x {} cannot be encoded: {message}",
                size.0, size.1
            ),
        )
    })
}

#[cfg(feature = "turbo")]
pub(crate) fn encode_rows(rgb: &[u8], size: Size, quality: u8) -> Result<Vec<u8>, String> {
    use std::cell::RefCell;

    use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

    thread_local! {
        /// Kept between pictures, with the memory it has allocated.
        static COMPRESSOR: RefCell<Option<Compressor>> = const { RefCell::new(None) };
    }

    let (width, height) = (size.0 as usize, size.1 as usize);
    let image = Image {
        pixels: rgb,
        width,
        pitch: width * 3,
        height,
        format: PixelFormat::RGB,
    };
    let encode = |kept: &mut Option<Compressor>| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new()?),
        };
        compressor.set_quality(i32::from(quality))?;
        compressor.set_subsamp(Subsamp::Sub2x2)?;
        compressor.compress_to_vec(image)
    };
    let encoded = COMPRESSOR.with_borrow_mut(encode);
    encoded.map_err(|error: turbojpeg::Error| error.to_string())
}

#[cfg(not(feature = "turbo"))]
pub(crate) fn encode_rows(rgb: &[u8], size: Size, quality: u8) -> Result<Vec<u8>, String> {
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    let side = |pixels: u32| u16::try_from(pixels).map_err(|error| error.to_string());
    let mut out = Vec::with_capacity(16 << 10);
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder
        .encode(rgb, side(size.0)?, side(size.1)?, ColorType::Rgb)
        .map_err(|error| error.to_string())?;
    Ok(out)
}
