//! TIFF and `BigTIFF` of either byte order, strip by strip and tile row by tile row.
//!
//! Grey, palette, RGB, CMYK and YCbCr with 1 to 64 bits a sample, whole or fractional, with or
//! without alpha, in one plane or several. More than 8 bits are scaled, never clipped.

mod palette;
mod samples;

use std::io::Cursor;

use lamina_model::{ColourModel, RejectReason};
use tiff::decoder::{ChunkType, Decoder, Limits};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use self::samples::{Band, Kind, Shape};
use super::{Decoded, Head, fits, note};
use crate::painter::{Painter, RowPlan};
use crate::{DecodeLimits, Rejection};
use lamina_model::MediaNote;

type Reader<'a> = Decoder<Cursor<&'a [u8]>>;

/// Pages counted at most; a longer chain is a chain that bites its tail.
const MOST_PAGES: u32 = 65_536;

pub(crate) fn decode(bytes: &[u8], limits: &DecodeLimits) -> Result<Decoded, Rejection> {
    if let Some(indexed) = palette::as_grey(bytes)? {
        return decode_page(bytes, &indexed.bytes, Some(&indexed.colours), limits);
    }
    decode_page(bytes, bytes, None, limits)
}

/// Decodes the first page of `page`, which is `bytes` or, for a palette, a readable copy of it.
fn decode_page(
    bytes: &[u8],
    page: &[u8],
    colours: Option<&palette::Colours>,
    limits: &DecodeLimits,
) -> Result<Decoded, Rejection> {
    let most = usize::try_from(limits.max_alloc_bytes).unwrap_or(usize::MAX);
    let mut tiff_limits = Limits::default();
    tiff_limits.decoding_buffer_size = most;
    tiff_limits.intermediate_buffer_size = most;
    tiff_limits.ifd_value_size = most.min(64 << 20);
    let mut reader = Decoder::new(Cursor::new(page))
        .map_err(|error| explain(&error))?
        .with_limits(tiff_limits);
    let (width, height) = reader.dimensions().map_err(|error| explain(&error))?;
    if is_camera_raw(page, &mut reader) {
        return Err(Rejection::no_decoder(
            "TIFF: it is a camera's raw file, of which only the small preview could be shown; \
             export it as JPEG or TIFF",
        ));
    }
    let shape = shape_of(&mut reader)?;
    let (model, depth) = match colours {
        Some(_) => (ColourModel::Palette, shape.bits),
        None => (shape.kind.model(), shape.bits.min(32)),
    };
    let mut head = Head::new(width, height, model, depth);
    head.has_alpha = shape.kind.layout().has_alpha();
    match reader.find_tag_unsigned::<u16>(Tag::Orientation) {
        Ok(Some(orientation @ 1..=8)) => head.orientation = orientation.to_le_bytes()[0],
        Ok(None | Some(0)) => {}
        _ => note(&mut head.notes, MediaNote::BrokenExif),
    }
    head.check(limits)?;

    let icc = reader
        .find_tag(Tag::IccProfile)
        .ok()
        .flatten()
        .and_then(|value| value.into_u8_vec().ok());
    let layout = match colours {
        Some(_) => crate::colour::Layout::Rgb,
        None => shape.kind.layout(),
    };
    let plan = RowPlan {
        width,
        height,
        layout,
    };
    let mut painter = Painter::new(plan, icc.as_deref(), &mut head.notes, limits)?;
    paint_bands(&mut reader, &shape, colours, &head, limits, &mut painter)?;
    let painted = painter.finish()?;
    head.frame_count = count_pages(&mut reader);
    let mut beyond_canvas: Vec<_> = painted.beyond_canvas.into_iter().collect();
    if head.frame_count > 1 {
        // Where later pages lie is told by offsets; the whole file stands in for them.
        beyond_canvas.push(*blake3::hash(bytes).as_bytes());
    }
    Ok(Decoded {
        head,
        canvas: painted.canvas,
        beyond_canvas,
    })
}

/// Reads one band of full width after another: a strip, or a row of tiles.
fn paint_bands(
    reader: &mut Reader<'_>,
    shape: &Shape,
    colours: Option<&palette::Colours>,
    head: &Head,
    limits: &DecodeLimits,
    painter: &mut Painter,
) -> Result<(), Rejection> {
    let (chunk_width, chunk_height) = reader.chunk_dimensions();
    if chunk_width == 0 || chunk_height == 0 {
        return Err(Rejection::corrupt("TIFF: its strips or tiles have no size"));
    }
    let across = head.width.div_ceil(chunk_width);
    let down = head.height.div_ceil(chunk_height);
    let per_plane = across
        .checked_mul(down)
        .ok_or_else(|| Rejection::corrupt("TIFF: it has too many tiles"))?;
    debug_assert!(reader.get_chunk_type() == ChunkType::Tile || across == 1);
    let band_rows = chunk_height.min(head.height);
    let band_bytes =
        u64::from(head.width) * u64::from(band_rows) * shape.samples as u64 * shape.stored_bytes();
    fits(band_bytes * 2, limits, "one of its strips or tile rows")?;

    for row in 0..down {
        let rows = chunk_height.min(head.height - row * chunk_height);
        let mut band = Band::new(head.width as usize, rows as usize, shape.samples);
        for column in 0..across {
            for plane in 0..shape.planes() {
                let index = plane * per_plane + row * across + column;
                let (w, h) = reader.chunk_data_dimensions(index);
                let chunk = reader.read_chunk(index).map_err(|error| explain(&error))?;
                let place = samples::Place {
                    left: (column * chunk_width) as usize,
                    width: w as usize,
                    height: (h as usize).min(rows as usize),
                    plane: plane as usize,
                };
                band.fill(&chunk, shape, place)?;
            }
        }
        for y in 0..rows as usize {
            match colours {
                Some(colours) => painter.row(&colours.look_up(band.indexes(y)))?,
                None => band.paint(y, shape, painter)?,
            }
        }
    }
    Ok(())
}

/// Raw files are TIFFs whose first page is a small preview: DNG says so by a tag, CR2 by its
/// header, others by calling the first page a smaller version of one further down.
fn is_camera_raw(bytes: &[u8], reader: &mut Reader<'_>) -> bool {
    const DNG_VERSION: Tag = Tag::Unknown(50_706);
    let has = |reader: &mut Reader<'_>, tag| matches!(reader.find_tag(tag), Ok(Some(_)));
    let smaller = reader.find_tag_unsigned::<u32>(Tag::NewSubfileType);
    let is_preview = matches!(smaller, Ok(Some(kind)) if kind & 1 == 1);
    bytes.get(8..10) == Some(b"CR".as_slice())
        || has(reader, DNG_VERSION)
        || (is_preview && has(reader, Tag::SubIfd))
}

fn shape_of(reader: &mut Reader<'_>) -> Result<Shape, Rejection> {
    let colour = reader.colortype().map_err(|error| explain(&error))?;
    let planar = reader
        .find_tag_unsigned::<u16>(Tag::PlanarConfiguration)
        .ok()
        .flatten()
        == Some(2);
    let extra = reader
        .find_tag_unsigned_vec::<u16>(Tag::ExtraSamples)
        .ok()
        .flatten()
        .unwrap_or_default();
    let (kind, samples) = match colour {
        ColorType::Gray(_) => (Kind::Grey, 1),
        ColorType::RGB(_) => (Kind::Rgb, 3),
        ColorType::RGBA(_) => (Kind::Rgba, 4),
        ColorType::CMYK(_) => (Kind::Cmyk, 4),
        ColorType::CMYKA(_) => (Kind::Cmyk, 5),
        ColorType::YCbCr(8) => (Kind::YCbCr, 3),
        ColorType::Multiband { num_samples: 2, .. } if matches!(extra[..], [1 | 2]) => {
            (Kind::GreyAlpha, 2)
        }
        other => {
            return Err(Rejection::no_decoder(format!(
                "TIFF: colours of the kind {other:?} are not supported"
            )));
        }
    };
    Ok(Shape {
        kind,
        samples,
        bits: colour.bit_depth(),
        planar,
        premultiplied: extra.first() == Some(&1),
    })
}

/// Pages of the file: directories that are not smaller versions of another (tag 254, bit 0).
fn count_pages(reader: &mut Reader<'_>) -> u32 {
    let mut pages = 1;
    let mut seen = 1;
    while reader.more_images() && seen < MOST_PAGES && reader.next_image().is_ok() {
        seen += 1;
        let subfile = reader
            .find_tag_unsigned::<u32>(Tag::NewSubfileType)
            .ok()
            .flatten()
            .unwrap_or(0);
        if subfile & 1 == 0 {
            pages += 1;
        }
    }
    pages
}

fn explain(error: &TiffError) -> Rejection {
    match error {
        TiffError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            Rejection::truncated("TIFF: it ends before its pixels or its directory do")
        }
        TiffError::UnsupportedError(what) => Rejection::no_decoder(format!("TIFF: {what}")),
        TiffError::LimitsExceeded => Rejection::new(
            RejectReason::TooManyPixels,
            "TIFF: one of its strips or tiles needs more memory than the limit; store it in \
             smaller ones",
        ),
        TiffError::FormatError(_)
        | TiffError::IoError(_)
        | TiffError::IntSizeError
        | TiffError::UsageError(_) => Rejection::corrupt(format!("TIFF: {error}")),
    }
}
