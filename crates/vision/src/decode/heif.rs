//! HEIC and AVIF through the system's libheif, where it is installed.
//!
//! Both need video decoders that no pure-Rust crate has for HEVC, so the library is loaded when
//! the program runs, never linked: without it the program starts just the same and says what is
//! missing. The primary picture is decoded; depth maps, gain maps, thumbnails and further
//! pictures in the file are not. The library applies the file's turns and mirrors itself.

mod library;

use std::path::Path;
use std::sync::OnceLock;

use lamina_model::ColourModel;

use self::library::{Failure, Library, Primary};
use super::{Decoded, Head, fits};
use crate::colour::Layout;
use crate::painter::{Painter, RowPlan};
use crate::{DecodeLimits, Rejection};

/// How HEIC and AVIF are enabled, as the end of a sentence.
pub(crate) const REMEDY: &str = "install libheif (`apt-get install libheif1`) and start again";

/// Loaded at most once in a process, by the first who asks.
static LIBRARY: OnceLock<Result<Library, String>> = OnceLock::new();

/// Loads the library at `path`, or the system's when there is none given. The version, or what
/// is wrong.
pub(crate) fn load(path: Option<&Path>) -> Result<String, String> {
    let library = LIBRARY.get_or_init(|| Library::load(path));
    match library {
        Ok(library) => Ok(library.version()),
        Err(why) => Err(why.clone()),
    }
}

pub(crate) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, Rejection> {
    let library = LIBRARY
        .get_or_init(|| Library::load(None))
        .as_ref()
        .map_err(|why| {
            Rejection::no_decoder(format!("HEIC and AVIF need libheif ({why}); {REMEDY}"))
        })?;
    let primary = library.open(bytes).map_err(explain)?;
    let (width, height) = primary.size();
    let mut head = Head::new(width, height, ColourModel::Rgb, primary.bit_depth());
    head.has_alpha = primary.has_alpha();
    head.check(limits)?;
    // The decoder's planes and the interleaved copy exist side by side.
    let pixels = u64::from(width) * u64::from(height);
    fits(pixels * 8, limits, "its pixels")?;
    let icc = primary.icc_profile();
    paint(&primary, head, icc.as_deref(), limits)
}

fn paint(
    primary: &Primary<'_>,
    mut head: Head,
    icc: Option<&[u8]>,
    limits: &DecodeLimits,
) -> Result<Decoded, Rejection> {
    let layout = if head.has_alpha {
        Layout::Rgba
    } else {
        Layout::Rgb
    };
    let image = primary.decode(head.has_alpha).map_err(explain)?;
    // The header may give the size of a grid that the picture does not fill.
    (head.width, head.height) = image.size();
    head.check(limits)?;
    let plan = RowPlan {
        width: head.width,
        height: head.height,
        layout,
    };
    let mut painter = Painter::new(plan, icc, &mut head.notes, limits)?;
    for y in 0..head.height {
        let row = image
            .row(y, layout.channels())
            .ok_or_else(|| Rejection::corrupt("HEIF: the decoder gave too few rows"))?;
        painter.row(row)?;
    }
    let painted = painter.finish()?;
    Ok(Decoded {
        head,
        canvas: painted.canvas,
        beyond_canvas: painted.beyond_canvas.into_iter().collect(),
    })
}

fn explain(failure: Failure) -> Rejection {
    match failure {
        Failure::EndOfData(message) => Rejection::truncated(format!("HEIF: {message}")),
        Failure::Unsupported(message) => Rejection::no_decoder(format!(
            "HEIF: {message}; the installed libheif cannot read this kind"
        )),
        Failure::Invalid(message) => Rejection::corrupt(format!("HEIF: {message}")),
    }
}
