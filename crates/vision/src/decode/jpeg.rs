//! JPEG: baseline, extended and progressive Huffman pictures of 8 bits.
//!
//! A walk over the markers comes first ([`markers`]). It finds size, colour, orientation and
//! profile, and proves that the picture has an end: decoders are lenient and would fill the rest
//! of a cut file with grey. Then the pixels are decoded, at 1/2, 1/4 or 1/8 where the picture is
//! large enough ([`reduction`]).
//!
//! Three decoders, all with one verdict on damage:
//!
//! | decoder | used for |
//! | --- | --- |
//! | libjpeg-turbo (feature `turbo`) | everything it decodes without complaint, scaled as it decodes |
//! | `zune-jpeg`, strict | grey and `YCbCr`, at full size, averaged down afterwards |
//! | `jpeg-decoder` | RGB, CMYK, YCCK; giants, scaled as it decodes; and the last word where another complained |
//!
//! Averaging after a full decode gives vectors within a cosine of 0.9994 of scaled decoding by
//! libjpeg-turbo (40 photographs); scaled decoding by `jpeg-decoder`, no quicker, only 0.987, as
//! it halves colour once more. It is kept for what would not fit in memory otherwise.
//!
//! CMYK and YCCK are read as browsers read them: the stored values are inverted ink, whether an
//! Adobe marker says so or not, and the marker's transform alone tells CMYK from YCCK.

mod markers;
mod pure;
#[cfg(feature = "turbo")]
mod turbo;

use lamina_model::{ColourModel, MediaNote};

use self::markers::{Coding, Markers};
use super::{Decoded, Head, fits, note};
use crate::canvas::Canvas;
use crate::colour::Layout;
use crate::painter::{converter, reduction};
use crate::{DecodeLimits, Rejection};

/// What decodes JPEGs in this build, in words.
pub(crate) const DECODER_NAME: &str = if cfg!(feature = "turbo") {
    "libjpeg-turbo"
} else {
    "a decoder in pure Rust"
};

/// Decoded samples, not yet in sRGB.
pub(crate) struct Samples {
    width: u32,
    height: u32,
    layout: Layout,
    bytes: Vec<u8>,
    /// A decoder complained about something that cost no pixels.
    warned: bool,
}

pub(crate) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, Rejection> {
    decode_with(bytes, limits, fastest)
}

/// As [`decode`], without libjpeg-turbo even where it is built in.
#[cfg(all(test, feature = "turbo"))]
pub(crate) fn decode_purely(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, Rejection> {
    decode_with(bytes, limits, pure::samples)
}

fn decode_with(
    bytes: &[u8],
    limits: &DecodeLimits,
    samples_of: fn(&[u8], &Markers, u32, &DecodeLimits) -> Result<Samples, Rejection>,
) -> Result<Decoded, Rejection> {
    let markers = Markers::read(bytes)?;
    let mut head = Head::new(
        markers.width,
        markers.height,
        markers.colour.model(),
        markers.precision,
    );
    if let Some(exif) = markers.exif {
        head.read_exif(exif);
    }
    if markers.bytes_after_end > 0 {
        note(&mut head.notes, MediaNote::DecoderWarning);
    }
    head.check(limits)?;
    let factor = reduction(head.width, head.height, limits);
    fits(markers.memory(factor), limits, "its pixels")?;

    let samples = samples_of(bytes, &markers, factor, limits)?;
    if samples.warned {
        note(&mut head.notes, MediaNote::DecoderWarning);
    }
    if markers.broken_profile {
        note(&mut head.notes, MediaNote::BrokenIccProfile);
    }
    let icc = markers.profile();
    let canvas = to_canvas(samples, icc.as_deref(), &mut head.notes)?;
    // A scaled picture has lost its fine detail, so the coded data stand in for its pixels.
    let beyond_canvas = if factor > 1 {
        vec![markers.coded_hash(bytes, icc.as_deref())]
    } else {
        Vec::new()
    };
    Ok(Decoded {
        head,
        canvas,
        beyond_canvas,
    })
}

fn to_canvas(
    samples: Samples,
    icc: Option<&[u8]>,
    notes: &mut Vec<MediaNote>,
) -> Result<Canvas, Rejection> {
    let mut to_srgb = converter(samples.layout, icc, notes);
    let rgb = if to_srgb.is_identity() {
        samples.bytes
    } else {
        let row_bytes = samples.width as usize * samples.layout.channels();
        let rgb_row = samples.width as usize * 3;
        let mut rgb = vec![0; rgb_row * samples.height as usize];
        for (from, to) in samples
            .bytes
            .chunks_exact(row_bytes)
            .zip(rgb.chunks_exact_mut(rgb_row))
        {
            to_srgb
                .convert(from, to)
                .map_err(|_| Rejection::corrupt("JPEG: its colours cannot be converted to sRGB"))?;
        }
        rgb
    };
    Canvas::new(samples.width, samples.height, rgb)
        .ok_or_else(|| Rejection::corrupt("JPEG: the decoder gave another size than the header"))
}

#[cfg(feature = "turbo")]
fn fastest(
    bytes: &[u8],
    markers: &Markers,
    factor: u32,
    limits: &DecodeLimits,
) -> Result<Samples, Rejection> {
    match turbo::samples(bytes, markers, factor) {
        Some(samples) => Ok(samples),
        None => pure::samples(bytes, markers, factor, limits),
    }
}

#[cfg(not(feature = "turbo"))]
use self::pure::samples as fastest;

impl Coding {
    /// The layout that decoders are asked for.
    const fn layout(self) -> Layout {
        match self {
            Self::Grey => Layout::Grey,
            Self::YCbCr | Self::Rgb => Layout::Rgb,
            Self::Cmyk | Self::Ycck => Layout::Cmyk,
        }
    }

    const fn model(self) -> ColourModel {
        match self {
            Self::Grey => ColourModel::Grey,
            Self::YCbCr | Self::Rgb => ColourModel::Rgb,
            Self::Cmyk => ColourModel::Cmyk,
            Self::Ycck => ColourModel::Ycck,
        }
    }
}

#[cfg(all(test, feature = "turbo"))]
mod tests {
    use super::*;
    use crate::Runtime;
    use crate::embed::ImageTensor;
    use crate::resize;
    use lamina_testkit::Picture;

    fn tensor(decoded: &Decoded) -> ImageTensor {
        let canvas = &decoded.canvas;
        let size = (canvas.width, canvas.height);
        ImageTensor::from_rgb(resize::rgb(&canvas.rgb, size, (224, 224)))
            .expect("the resizer gives the size it is asked for")
    }

    fn canvas_is_smaller(decoded: &Decoded) -> bool {
        decoded.canvas.width < decoded.head.width
    }

    #[test]
    fn libjpeg_turbo_and_pure_rust_give_vectors_that_agree() {
        let embedder = Runtime::detect(&crate::RuntimeOptions::default())
            .pure_embedder(crate::InsideModel::Default)
            .unwrap();
        let limits = DecodeLimits::default();
        for (seed, width, height) in [(1, 640, 480), (2, 1400, 1000), (3, 333, 777)] {
            // Softened as a lens softens; noise of single pixels is no photograph.
            let picture = Picture::scene(seed, width, height).blurred(1.0);
            for file in [
                picture.jpeg(85),
                picture.progressive_jpeg(85),
                picture.cmyk_jpeg(85),
                picture.ycck_jpeg(85),
                picture.grey_jpeg(85),
            ] {
                let fast = decode(&file, &limits).unwrap();
                let pure = decode_purely(&file, &limits).unwrap();
                assert_eq!(fast.beyond_canvas, pure.beyond_canvas);
                let vectors = embedder.embed(&[tensor(&fast), tensor(&pure)]).unwrap();
                let cosine: f32 = vectors[0].iter().zip(&vectors[1]).map(|(a, b)| a * b).sum();
                // Hard-edged ink at half size is where averaging and scaled transforms differ
                // most: by 0.15 steps of 255 on average.
                let scaled = canvas_is_smaller(&fast);
                let ink = fast.head.colour_model != ColourModel::Rgb
                    && fast.head.colour_model != ColourModel::Grey;
                let least = if scaled && ink { 0.998 } else { 0.999 };
                assert!(cosine >= least, "seed {seed}: {cosine}");
            }
        }
    }
}
