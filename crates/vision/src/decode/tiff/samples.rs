//! From the sample types of TIFF to rows of 8 or 16 bits.

use std::borrow::Cow;

use lamina_model::ColourModel;
use tiff::decoder::DecodingResult;

use crate::Rejection;
use crate::colour::Layout;
use crate::painter::Painter;

/// What the samples of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Grey,
    GreyAlpha,
    Rgb,
    Rgba,
    Cmyk,
    YCbCr,
}

impl Kind {
    pub(crate) const fn layout(self) -> Layout {
        match self {
            Self::Grey => Layout::Grey,
            Self::GreyAlpha => Layout::GreyAlpha,
            Self::Rgb | Self::YCbCr => Layout::Rgb,
            Self::Rgba => Layout::Rgba,
            Self::Cmyk => Layout::Cmyk,
        }
    }

    pub(crate) const fn model(self) -> ColourModel {
        match self {
            Self::Grey | Self::GreyAlpha => ColourModel::Grey,
            Self::Rgb | Self::Rgba | Self::YCbCr => ColourModel::Rgb,
            Self::Cmyk => ColourModel::Cmyk,
        }
    }
}

/// How pixels are stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) kind: Kind,
    /// Samples of one pixel, those not shown included.
    pub(crate) samples: usize,
    pub(crate) bits: u8,
    /// Each sample in a plane of its own.
    pub(crate) planar: bool,
    /// Colours are already multiplied with alpha.
    pub(crate) premultiplied: bool,
}

impl Shape {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a pixel has at most 5 samples"
    )]
    pub(crate) const fn planes(&self) -> u32 {
        if self.planar { self.samples as u32 } else { 1 }
    }

    pub(crate) const fn stored_bytes(&self) -> u64 {
        (self.bits as u64).div_ceil(8)
    }
}

/// Where a chunk lies in its band.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) left: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) plane: usize,
}

/// Rows of full width, samples interleaved. 8-bit samples and less keep to 8 bits.
pub(crate) struct Band {
    width: usize,
    samples: usize,
    shallow: Vec<u8>,
    deep: Vec<u16>,
    rows: usize,
}

impl Band {
    pub(crate) fn new(width: usize, rows: usize, samples: usize) -> Self {
        Self {
            width,
            samples,
            shallow: Vec::new(),
            deep: Vec::new(),
            rows,
        }
    }

    /// Puts one chunk where it belongs.
    pub(crate) fn fill(
        &mut self,
        chunk: &DecodingResult,
        shape: &Shape,
        place: Place,
    ) -> Result<(), Rejection> {
        let size = self.width * self.rows * self.samples;
        if let Some(bytes) = eight_bits(chunk) {
            self.shallow.resize(size, 0);
            if shape.bits < 8 {
                return self.unpack(&bytes, shape.bits, place);
            }
            let (width, samples) = (self.width, self.samples);
            return place_rows(&mut self.shallow, width, samples, &bytes, shape, place);
        }
        self.deep.resize(size, 0);
        let wide = widen(chunk);
        let (width, samples) = (self.width, self.samples);
        place_rows(&mut self.deep, width, samples, &wide, shape, place)
    }

    /// Samples of 1, 2 or 4 bits: rows are padded to whole bytes, the first sample is highest.
    fn unpack(&mut self, bytes: &[u8], bits: u8, place: Place) -> Result<(), Rejection> {
        let per_row = (place.width * self.samples * usize::from(bits)).div_ceil(8);
        if bytes.len() < per_row * place.height {
            return Err(too_short());
        }
        let per_byte = usize::from(8 / bits);
        let mask = (1_u16 << bits) - 1;
        for y in 0..place.height {
            let row = &bytes[y * per_row..(y + 1) * per_row];
            let start = (y * self.width + place.left) * self.samples;
            for x in 0..place.width * self.samples {
                let shift = 8 - usize::from(bits) * (x % per_byte + 1);
                let value = (u16::from(row[x / per_byte]) >> shift) & mask;
                self.shallow[start + x] = value.to_le_bytes()[0];
            }
        }
        Ok(())
    }

    /// A row as raw numbers, for looking up in a palette.
    pub(crate) fn indexes(&self, y: usize) -> &[u8] {
        let per_row = self.width * self.samples;
        self.shallow
            .get(y * per_row..(y + 1) * per_row)
            .unwrap_or_default()
    }

    /// Paints row `y`.
    pub(crate) fn paint(
        &self,
        y: usize,
        shape: &Shape,
        painter: &mut Painter,
    ) -> Result<(), Rejection> {
        let per_row = self.width * self.samples;
        let range = y * per_row..(y + 1) * per_row;
        if let Some(row) = self.deep.get(range.clone()) {
            let row = shown(row, shape, u16::MAX);
            return painter.deep_row(&row);
        }
        let row = self.shallow.get(range).ok_or_else(too_short)?;
        if shape.bits < 8 {
            let highest = (1_u16 << shape.bits) - 1;
            let spread: Vec<u8> = row
                .iter()
                .map(|v| (u16::from(*v) * 255 / highest).to_le_bytes()[0])
                .collect();
            return painter.row(&spread);
        }
        if shape.kind == Kind::YCbCr {
            let rgb: Vec<u8> = row
                .chunks_exact(3)
                .flat_map(|p| ycbcr_to_rgb(p[0], p[1], p[2]))
                .collect();
            return painter.row(&rgb);
        }
        painter.row(&shown(row, shape, u8::MAX))
    }
}

/// Numbers of 8 bits and less, signed ones moved up to begin at 0.
fn eight_bits(chunk: &DecodingResult) -> Option<Cow<'_, [u8]>> {
    if let DecodingResult::U8(bytes) = chunk {
        return Some(Cow::Borrowed(bytes));
    }
    if let DecodingResult::I8(values) = chunk {
        let moved = values.iter().map(|v| v.cast_unsigned() ^ 0x80).collect();
        return Some(Cow::Owned(moved));
    }
    None
}

fn too_short() -> Rejection {
    Rejection::truncated("TIFF: a strip or tile has fewer pixels than it should")
}

/// Copies the rows of a chunk into the band, into every `samples`-th place when planar.
fn place_rows<T: Copy>(
    band: &mut [T],
    band_width: usize,
    samples: usize,
    chunk: &[T],
    shape: &Shape,
    place: Place,
) -> Result<(), Rejection> {
    let in_chunk = if shape.planar { 1 } else { samples };
    let per_row = place.width * in_chunk;
    if chunk.len() < per_row * place.height || place.left + place.width > band_width {
        return Err(too_short());
    }
    for y in 0..place.height {
        let from = &chunk[y * per_row..(y + 1) * per_row];
        let start = (y * band_width + place.left) * samples;
        let to = &mut band[start..start + place.width * samples];
        if shape.planar {
            for (pixel, value) in to.chunks_exact_mut(samples).zip(from) {
                pixel[place.plane] = *value;
            }
        } else {
            to.copy_from_slice(from);
        }
    }
    Ok(())
}

/// Numbers of any type as 16 bits: whole ones by their highest bits, fractions from 0 to 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "shifted or clamped to 16 bits before"
)]
fn widen(chunk: &DecodingResult) -> Vec<u16> {
    let unit = |v: f64| (v.clamp(0.0, 1.0) * 65_535.0).round() as u16;
    match chunk {
        DecodingResult::U8(v) => v.iter().map(|v| u16::from(*v) * 257).collect(),
        DecodingResult::U16(v) => v.clone(),
        DecodingResult::U32(v) => v.iter().map(|v| (v >> 16) as u16).collect(),
        DecodingResult::U64(v) => v.iter().map(|v| (v >> 48) as u16).collect(),
        DecodingResult::I8(v) => v
            .iter()
            .map(|v| u16::from(v.cast_unsigned() ^ 0x80) * 257)
            .collect(),
        DecodingResult::I16(v) => v.iter().map(|v| v.cast_unsigned() ^ 0x8000).collect(),
        DecodingResult::I32(v) => v
            .iter()
            .map(|v| ((v.cast_unsigned() >> 16) as u16) ^ 0x8000)
            .collect(),
        DecodingResult::I64(v) => v
            .iter()
            .map(|v| ((v.cast_unsigned() >> 48) as u16) ^ 0x8000)
            .collect(),
        DecodingResult::F16(v) => v.iter().map(|v| unit(f64::from(f32::from(*v)))).collect(),
        DecodingResult::F32(v) => v.iter().map(|v| unit(f64::from(*v))).collect(),
        DecodingResult::F64(v) => v.iter().map(|v| unit(*v)).collect(),
    }
}

/// The samples that are shown, colours no longer multiplied with alpha.
fn shown<T>(row: &[T], shape: &Shape, full: T) -> Vec<T>
where
    T: Copy + Into<u64> + TryFrom<u64>,
{
    let channels = shape.kind.layout().channels();
    let mut out = Vec::with_capacity(row.len() / shape.samples * channels);
    let undo = shape.premultiplied && shape.kind.layout().has_alpha();
    for pixel in row.chunks_exact(shape.samples) {
        let pixel = &pixel[..channels];
        let alpha: u64 = pixel[channels - 1].into();
        if !undo || alpha == 0 {
            out.extend_from_slice(pixel);
            continue;
        }
        for value in &pixel[..channels - 1] {
            let value: u64 = (*value).into();
            let straight = (value * full.into() + alpha / 2) / alpha;
            out.push(T::try_from(straight.min(full.into())).unwrap_or(full));
        }
        out.push(pixel[channels - 1]);
    }
    out
}

/// Full-range YCbCr of ITU-R BT.601, as JPEG uses it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to bytes"
)]
fn ycbcr_to_rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [
        y + 1.402 * cr,
        y - 0.344_136 * cb - 0.714_136 * cr,
        y + 1.772 * cb,
    ]
    .map(|v| v.round().clamp(0.0, 255.0) as u8)
}
