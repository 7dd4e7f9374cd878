//! Pictures as files.

use anyhow::Result;
use image::{
    ExtendedColorType, ImageEncoder,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
    },
};

use super::canvas::Canvas;

/// As a JPEG of this quality, 1–100.
pub(super) fn jpeg(canvas: &Canvas, quality: u8) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    encoder.write_image(
        &canvas.rgb,
        canvas.width,
        canvas.height,
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

/// As a PNG; the two ways of packing give other bytes and the same pixels.
pub(super) fn png(canvas: &Canvas, well_packed: bool) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let (compression, filter) = if well_packed {
        (CompressionType::Default, FilterType::Paeth)
    } else {
        (CompressionType::Fast, FilterType::Sub)
    };
    let encoder = PngEncoder::new_with_quality(&mut bytes, compression, filter);
    encoder.write_image(
        &canvas.rgb,
        canvas.width,
        canvas.height,
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}
