//! Everything about one picture except its vector, from one decode.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use lamina_model::{ColourModel, ImageFormat, Measures, MediaNote, RejectReason, Signature};

use crate::canvas::Canvas;
use crate::decode::{self, Decoded};
use crate::embed::ImageTensor;
use crate::half::Half;
use crate::measures::{self, SampledLuma, WORKING_SIDE, to_luma};
use crate::thumbnail::{self, THUMBNAIL_SIDE};
use crate::{DecodeLimits, Rejection, Sniffed, perceptual, resize, sniff};

/// What one decode told about a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// How the file is packed, by its content.
    pub format: ImageFormat,
    /// How colour is written in the file.
    pub colour_model: ColourModel,
    /// Bits a sample in the file.
    pub bit_depth: u8,
    /// Whether the file can hold transparency.
    pub has_alpha: bool,
    /// Width of the upright picture in pixels.
    pub width_px: u32,
    /// Height of the upright picture in pixels.
    pub height_px: u32,
    /// Frames of an animation, pages of a TIFF; 1 for a still. The first is the one looked at.
    pub frame_count: u32,
    /// Exif orientation found in the file, 1–8; already applied to everything here.
    pub orientation: u8,
    /// Things worth telling.
    pub notes: Vec<MediaNote>,
    /// BLAKE3 of the file's bytes.
    pub content_hash: [u8; 32],
    /// BLAKE3 of what is seen; equal hashes mean equal pixels.
    ///
    /// It covers the size and the pixels of the upright picture in 8-bit sRGB over white; also
    /// transparency where there is any, all 16 bits of deeper samples, and the coded later frames
    /// of an animation. So lossless copies in other formats have the same hash. A picture that
    /// was made smaller while decoding is hashed at full size all the same, row by row as stored
    /// (so its Exif orientation counts), and a JPEG of that kind by its coded data without labels:
    /// such a JPEG equals only JPEGs with the very same coded pixels. Small JPEGs are hashed as
    /// this build decodes them: libjpeg-turbo and the pure decoders round differently.
    pub pixel_hash: [u8; 32],
    /// Perceptual hash; the number of differing bits says how far two pictures are apart.
    pub perceptual_hash: u64,
    /// Light, colour and sharpness.
    pub measures: Measures,
    /// 32 × 32 luma.
    pub signature: Signature,
    /// The encoded thumbnail, longest side at most 320 pixels.
    pub thumbnail: Vec<u8>,
    /// Media type of the thumbnail.
    pub thumbnail_type: &'static str,
    /// What an [`Embedder`](crate::Embedder) is fed.
    pub tensor: ImageTensor,
}

/// Looks at the whole bytes of a file. `name_claims` is the format that its name's extension
/// claims, if any; another content leaves a note and is looked at all the same.
///
/// Never panics and never writes to standard output or error, whatever the bytes.
///
/// # Errors
/// A [`Rejection`] with one of the reasons empty, not a picture, truncated, corrupt, too many
/// pixels, too many bytes, no decoder, decoder fault.
pub fn look(
    bytes: &[u8],
    name_claims: Option<ImageFormat>,
    limits: &DecodeLimits,
) -> Result<Look, Rejection> {
    let format = check_bytes(bytes, limits)?;
    let mut look = quietly(|| look_as(bytes, format, limits))?;
    if name_claims.is_some_and(|claimed| claimed != format) {
        decode::note(&mut look.notes, MediaNote::ExtensionMismatch);
    }
    Ok(look)
}

pub(crate) fn check_bytes(bytes: &[u8], limits: &DecodeLimits) -> Result<ImageFormat, Rejection> {
    if bytes.is_empty() {
        return Err(Rejection::new(RejectReason::Empty, "it has 0 bytes"));
    }
    if bytes.len() as u64 > limits.max_file_bytes {
        return Err(Rejection::new(
            RejectReason::TooManyBytes,
            format!(
                "it has {} bytes, the limit is {}; raise the file limit to let it in",
                bytes.len(),
                limits.max_file_bytes
            ),
        ));
    }
    let not_a_picture = |note: &str| Rejection::new(RejectReason::NotAPicture, note);
    match sniff(bytes) {
        Sniffed::Picture(format) => Ok(format),
        Sniffed::Video => Err(not_a_picture("its content is a video")),
        Sniffed::Other => Err(not_a_picture(
            "its first bytes are those of no picture format",
        )),
    }
}

fn look_as(bytes: &[u8], format: ImageFormat, limits: &DecodeLimits) -> Result<Look, Rejection> {
    let Decoded {
        head,
        canvas,
        beyond_canvas,
    } = decode::decode(bytes, format, limits)?;
    let canvas = canvas.upright(head.orientation);
    let (width_px, height_px) = if head.orientation >= 5 {
        (head.height, head.width)
    } else {
        (head.width, head.height)
    };
    let pixel_hash = hash_pixels(&canvas, (width_px, height_px), &head, &beyond_canvas);
    let seen = See::new(&canvas, limits)?;
    canvas.use_up();
    Ok(Look {
        format,
        colour_model: head.colour_model,
        bit_depth: head.bit_depth,
        has_alpha: head.has_alpha,
        width_px,
        height_px,
        frame_count: head.frame_count,
        orientation: head.orientation,
        notes: head.notes,
        content_hash: *blake3::hash(bytes).as_bytes(),
        pixel_hash,
        perceptual_hash: perceptual::hash(&seen.signature),
        measures: seen.measures,
        signature: seen.signature,
        thumbnail: seen.thumbnail,
        thumbnail_type: thumbnail::MEDIA_TYPE,
        tensor: seen.tensor,
    })
}

/// What is computed from the canvas.
struct See {
    /// Encoded.
    thumbnail: Vec<u8>,
    tensor: ImageTensor,
    signature: Signature,
    measures: Measures,
}

impl See {
    fn new(canvas: &Canvas, limits: &DecodeLimits) -> Result<Self, Rejection> {
        const SIGNATURE: u32 = 32;
        let size = (canvas.width, canvas.height);
        let half = Half::of(canvas);
        let thumbnail_size = resize::within(size, THUMBNAIL_SIDE);
        let thumbnail = half.resized(thumbnail_size);
        let tensor = ImageTensor::squeezed(&half, limits.tensor_side_px);
        let grey = to_luma(&thumbnail);
        let signature = resize::grey(&grey, thumbnail_size, (SIGNATURE, SIGNATURE));
        let signature = Signature::new(
            signature
                .try_into()
                .expect("the resizer gives the size it is asked for"),
        );
        let working_size = resize::within(size, WORKING_SIDE);
        let working = if working_size == size {
            SampledLuma::of_rgb(&canvas.rgb, size)
        } else {
            let grey = resize::grey(&to_luma(&canvas.rgb), size, working_size);
            SampledLuma::of_luma(&grey, working_size)
        };
        Ok(Self {
            measures: measures::measure(&thumbnail, &grey, &working),
            thumbnail: thumbnail::encode(&thumbnail, thumbnail_size)?,
            tensor,
            signature,
        })
    }
}

fn hash_pixels(
    canvas: &Canvas,
    full_size: resize::Size,
    head: &decode::Head,
    beyond_canvas: &[[u8; 32]],
) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"lamina pixels 1\0");
    for number in [full_size.0, full_size.1, head.frame_count] {
        hasher.update(&number.to_le_bytes());
    }
    let full = (canvas.width, canvas.height) == full_size;
    if !full {
        hasher.update(&[head.orientation]);
    }
    for part in beyond_canvas {
        hasher.update(part);
    }
    if full {
        hasher.update(&canvas.rgb);
    }
    *hasher.finalize().as_bytes()
}

thread_local! {
    /// Whether this thread is inside a decoder, whose panics are told as rejections.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; a panic inside becomes a rejection and prints nothing.
pub(crate) fn quietly<T>(work: impl FnOnce() -> Result<T, Rejection>) -> Result<T, Rejection> {
    static SILENCE: Once = Once::new();
    SILENCE.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !INSIDE.get() {
                loud(info);
            }
        }));
    });
    INSIDE.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    INSIDE.set(false);
    result.unwrap_or_else(|payload| {
        let said = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "it gave no reason".to_owned());
        Err(Rejection::new(
            RejectReason::DecoderFault,
            format!("the decoder failed: {said}"),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_becomes_a_rejection() {
        let rejection = quietly::<()>(|| panic!("index out of bounds")).unwrap_err();
        assert_eq!(rejection.reason, RejectReason::DecoderFault);
        assert!(rejection.note.contains("index out of bounds"));
    }
}
