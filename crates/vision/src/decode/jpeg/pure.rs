//! JPEG pixels in pure Rust.
//!
//! Both decoders here go on with zeros when coded data end early and an end marker follows, and
//! call the picture whole. So they are given the coded data with a guard behind: sixteen bytes of
//! ones, which no Huffman table may use as a code (ITU-T T.81, C.2). A whole picture never reads
//! that far; one with pixels missing runs into it and fails.

use std::io::Cursor;

use jpeg_decoder::ColorTransform;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;

use super::Samples;
use super::markers::{Coding, Markers};
use crate::average::average;
use crate::{DecodeLimits, Rejection};

/// Sixteen bytes of ones, stuffed as coded data must be, and the end marker.
const GUARD: &[u8] = b"\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\
    \xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\0\xff\xd9";

/// Full pictures larger than this are not made; they are scaled while decoding instead.
const LARGEST_FULL: u64 = 384 << 20;

/// Decodes at 1/`factor`.
pub(crate) fn samples(
    bytes: &[u8],
    markers: &Markers,
    factor: u32,
    limits: &DecodeLimits,
) -> Result<Samples, Rejection> {
    let end_marker = bytes.len() - markers.bytes_after_end - 2;
    let guarded = [&bytes[..end_marker], GUARD].concat();
    if markers.memory(1) > LARGEST_FULL.min(limits.max_alloc_bytes) {
        return tolerant(&guarded, markers, factor);
    }
    let full = full_size(&guarded, markers)?;
    if factor == 1 {
        return Ok(full);
    }
    let channels = full.layout.channels();
    let bytes = average(&full.bytes, full.width as usize, channels, factor as usize);
    Ok(Samples {
        width: markers.width.div_ceil(factor),
        height: markers.height.div_ceil(factor),
        bytes,
        ..full
    })
}

fn full_size(bytes: &[u8], markers: &Markers) -> Result<Samples, Rejection> {
    let quick = matches!(markers.colour, Coding::Grey | Coding::YCbCr);
    if quick && let Some(samples) = zune(bytes, markers) {
        return Ok(samples);
    }
    let mut samples = tolerant(bytes, markers, 1)?;
    samples.warned = quick;
    Ok(samples)
}

/// At full size, in strict mode; `None` when it complains of anything.
fn zune(bytes: &[u8], markers: &Markers) -> Option<Samples> {
    let out = if markers.colour == Coding::Grey {
        ColorSpace::Luma
    } else {
        ColorSpace::RGB
    };
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(out);
    let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let pixels = decoder.decode().ok()?;
    Some(Samples {
        width: markers.width,
        height: markers.height,
        layout: markers.colour.layout(),
        bytes: pixels,
        warned: false,
    })
}

/// At 1/`factor` and in any colour. Passes over stray bytes, refuses damaged data.
fn tolerant(bytes: &[u8], markers: &Markers, factor: u32) -> Result<Samples, Rejection> {
    let mut decoder = jpeg_decoder::Decoder::new(Cursor::new(bytes));
    decoder.set_color_transform(match markers.colour {
        Coding::Grey => ColorTransform::Grayscale,
        Coding::YCbCr => ColorTransform::YCbCr,
        Coding::Rgb => ColorTransform::RGB,
        Coding::Cmyk => ColorTransform::CMYK,
        Coding::Ycck => ColorTransform::YCCK,
    });
    let (width, height) = (
        markers.width.div_ceil(factor),
        markers.height.div_ceil(factor),
    );
    let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
    decoder
        .scale(side(width), side(height))
        .map_err(|error| explain(&error))?;
    let pixels = decoder.decode().map_err(|error| explain(&error))?;
    Ok(Samples {
        width,
        height,
        layout: markers.colour.layout(),
        bytes: pixels,
        warned: false,
    })
}

fn explain(error: &jpeg_decoder::Error) -> Rejection {
    match error {
        jpeg_decoder::Error::Unsupported(what) => {
            Rejection::no_decoder(format!("JPEG: {what:?} is not supported"))
        }
        // The words with which the decoder meets the guard.
        jpeg_decoder::Error::Format(message) if message.contains("huffman code") => {
            Rejection::corrupt("JPEG: its coded data are damaged or end before its pixels do")
        }
        jpeg_decoder::Error::Io(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            Rejection::truncated("JPEG: its coded data end before its pixels do")
        }
        jpeg_decoder::Error::Format(_)
        | jpeg_decoder::Error::Io(_)
        | jpeg_decoder::Error::Internal(_) => Rejection::corrupt(format!("JPEG: {error}")),
    }
}
