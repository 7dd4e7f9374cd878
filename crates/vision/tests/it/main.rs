//! What the crate promises about pictures as they come, through its public doors only.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on may say so by panicking"
)]

mod abuse;
mod alike;
mod damage;
mod embedding;
mod facts;
mod language;
mod limits;
mod native;
mod own;
mod part;
mod viewing;

use lamina_model::{ImageFormat, MediaNote};
use lamina_vision::{DecodeLimits, Look, Rejection};

/// Looks without any claim of a name, within the default limits.
fn look(bytes: &[u8]) -> Look {
    try_look(bytes).unwrap_or_else(|rejection| panic!("rejected: {rejection}"))
}

fn try_look(bytes: &[u8]) -> Result<Look, Rejection> {
    lamina_vision::look(bytes, None, &DecodeLimits::default())
}

/// The rejection of bytes that must not be taken.
fn rejection(bytes: &[u8]) -> Rejection {
    match try_look(bytes) {
        Err(rejection) => rejection,
        Ok(look) => panic!(
            "taken as {:?} {}x{}",
            look.format, look.width_px, look.height_px
        ),
    }
}

/// Bits in which two perceptual hashes differ.
fn apart(a: &Look, b: &Look) -> u32 {
    (a.perceptual_hash ^ b.perceptual_hash).count_ones()
}

/// Mean difference of two signatures, in steps of 255.
fn signature_distance(a: &Look, b: &Look) -> f64 {
    let (a, b) = (a.signature.as_bytes(), b.signature.as_bytes());
    let sum: u32 = a
        .iter()
        .zip(b)
        .map(|(a, b)| u32::from(a.abs_diff(*b)))
        .sum();
    f64::from(sum) / f64::from(u32::try_from(a.len()).unwrap())
}

/// Mean difference of what two pictures show a model, in steps of 255.
fn tensor_distance(a: &Look, b: &Look) -> f64 {
    let (a, b) = (a.tensor.as_rgb(), b.tensor.as_rgb());
    let sum: u64 = a
        .iter()
        .zip(b)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "sums of one small picture")]
    let mean = sum as f64 / a.len() as f64;
    mean
}

/// The colour of the thumbnail at a place given in fractions of its size.
fn thumbnail_colour(look: &Look, x: f32, y: f32) -> [u8; 3] {
    assert_eq!(look.thumbnail_type, "image/jpeg");
    let mut decoder = jpeg_decoder::Decoder::new(look.thumbnail.as_slice());
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place inside a small picture"
    )]
    let at = |share: f32, side: u16| (share * f32::from(side - 1)) as usize;
    let index = (at(y, info.height) * usize::from(info.width) + at(x, info.width)) * 3;
    [pixels[index], pixels[index + 1], pixels[index + 2]]
}

/// Whether two colours are within `step` of each other in every channel.
fn close(a: [u8; 3], b: [u8; 3], step: u8) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= step)
}

/// All formats that need nothing but this crate, each as (format, file) of one picture.
fn every_format(picture: &lamina_testkit::Picture) -> Vec<(ImageFormat, Vec<u8>)> {
    vec![
        (ImageFormat::Png, picture.png()),
        (ImageFormat::Jpeg, picture.jpeg(92)),
        (ImageFormat::Gif, picture.gif()),
        (ImageFormat::Tiff, picture.tiff()),
        (ImageFormat::Bmp, picture.bmp()),
        (ImageFormat::Webp, picture.webp()),
    ]
}

fn has(look: &Look, note: MediaNote) -> bool {
    look.notes.contains(&note)
}
