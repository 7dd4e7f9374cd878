//! JPEG pixels from libjpeg-turbo, with its SIMD code and scaled transforms.

use std::cell::RefCell;

use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};

use super::Samples;
use super::markers::{Coding, Markers};
use crate::canvas;

thread_local! {
    /// Kept between pictures, with the memory it has allocated.
    static DECOMPRESSOR: RefCell<Option<Decompressor>> = const { RefCell::new(None) };
}

/// Decodes at 1/`factor`; `None` when the library complains of anything, for the pure decoders
/// to judge.
pub(crate) fn samples(bytes: &[u8], markers: &Markers, factor: u32) -> Option<Samples> {
    let format = match markers.colour {
        Coding::Grey => PixelFormat::GRAY,
        Coding::YCbCr | Coding::Rgb => PixelFormat::RGB,
        Coding::Cmyk | Coding::Ycck => PixelFormat::CMYK,
    };
    let width = markers.width.div_ceil(factor);
    let height = markers.height.div_ceil(factor);
    let pitch = width as usize * format.size();
    let mut image = Image {
        pixels: canvas::room(pitch * height as usize),
        width: width as usize,
        pitch,
        height: height as usize,
        format,
    };
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new().ok()?),
        };
        decompressor
            .set_scaling_factor(ScalingFactor::new(1, factor as usize))
            .ok()?;
        decompressor.decompress(bytes, image.as_deref_mut()).ok()
    })?;
    let mut pixels = image.pixels;
    if format == PixelFormat::CMYK {
        for value in &mut pixels {
            *value = 255 - *value;
        }
    }
    Some(Samples {
        width,
        height,
        layout: markers.colour.layout(),
        bytes: pixels,
        warned: false,
    })
}
