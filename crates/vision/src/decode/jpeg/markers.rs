//! The markers of a JPEG (ITU-T T.81, annex B): what they say, and whether the picture has an end.

use std::ops::Range;

use crate::Rejection;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP15: u8 = 0xef;
const COM: u8 = 0xfe;

/// Each scan of a progressive picture goes over all of it; encoders write about ten.
const MOST_SCANS: u32 = 100;

/// How colour is coded, by the rules of libjpeg, which browsers share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Grey,
    YCbCr,
    Rgb,
    Cmyk,
    Ycck,
}

/// What the markers say.
pub(crate) struct Markers<'a> {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) precision: u8,
    pub(crate) progressive: bool,
    pub(crate) colour: Coding,
    pub(crate) exif: Option<&'a [u8]>,
    /// A part of the profile is missing.
    pub(crate) broken_profile: bool,
    pub(crate) bytes_after_end: usize,
    profile_parts: Vec<(u8, &'a [u8])>,
    /// Samples of all components, as a multiple of width × height, in sixteenths.
    sixteenths: u64,
    /// Everything that decides how the picture looks: tables, frames, scans.
    coded: Vec<Range<usize>>,
}

#[derive(Default)]
struct Found<'a> {
    frame: Option<Frame>,
    jfif: bool,
    adobe_transform: Option<u8>,
    exif: Option<&'a [u8]>,
    profile_parts: Vec<(u8, &'a [u8])>,
    profile_total: usize,
    scans: u32,
    coded: Vec<Range<usize>>,
}

struct Frame {
    width: u32,
    height: u32,
    precision: u8,
    progressive: bool,
    ids: Vec<u8>,
    sixteenths: u64,
}

impl<'a> Markers<'a> {
    /// Walks from SOI to EOI.
    ///
    /// # Errors
    /// Truncated when the bytes run out before EOI, corrupt when a marker contradicts itself,
    /// no decoder for codings that nobody shows (lossless, arithmetic, hierarchical, 12 bits).
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Rejection> {
        let mut found = Found::default();
        let mut at = 2;
        let end = loop {
            let marker_at = next_marker(bytes, at).ok_or_else(|| cut(bytes, &found))?;
            let code = bytes[marker_at + 1];
            at = marker_at + 2;
            match code {
                EOI if found.scans > 0 => break at,
                EOI => return Err(Rejection::corrupt("JPEG: it ends without a picture")),
                SOI | 0x01 | 0xd0..=0xd7 => {}
                _ => at = found.segment(bytes, marker_at, code)?,
            }
        };
        found.finish(bytes.len() - end)
    }

    /// The ICC profile, put together from its parts.
    pub(crate) fn profile(&self) -> Option<Vec<u8>> {
        if self.broken_profile || self.profile_parts.is_empty() {
            return None;
        }
        Some(
            self.profile_parts
                .iter()
                .flat_map(|(_, part)| *part)
                .copied()
                .collect(),
        )
    }

    /// Most bytes that decoding at 1/`factor` will hold.
    pub(crate) fn memory(&self, factor: u32) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let samples = pixels * self.sixteenths / 16;
        let scaled =
            u64::from(self.width.div_ceil(factor)) * u64::from(self.height.div_ceil(factor));
        // Coefficients of a progressive picture are all kept, two bytes each; planes of scaled
        // pictures and the pixels themselves exist side by side.
        let coefficients = if self.progressive { samples * 2 } else { 0 };
        coefficients + scaled * self.colour.layout().channels() as u64 * 2
    }

    /// Hash of what decides how the picture looks: all but names, dates and other labels.
    pub(crate) fn coded_hash(&self, bytes: &[u8], icc: Option<&[u8]>) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[self.colour as u8]);
        for range in &self.coded {
            hasher.update(&bytes[range.clone()]);
        }
        if let Some(icc) = icc {
            hasher.update(blake3::hash(icc).as_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

impl<'a> Found<'a> {
    /// Reads the segment at `marker_at` and, after SOS, passes over the coded data.
    fn segment(&mut self, bytes: &'a [u8], marker_at: usize, code: u8) -> Result<usize, Rejection> {
        let length = bytes
            .get(marker_at + 2..marker_at + 4)
            .map(|b| usize::from(u16::from_be_bytes([b[0], b[1]])))
            .ok_or_else(|| cut(bytes, self))?;
        if length < 2 {
            return Err(Rejection::corrupt(format!(
                "JPEG: the segment at byte {marker_at} says it has {length} bytes"
            )));
        }
        let end = marker_at + 2 + length;
        let data = bytes
            .get(marker_at + 4..end)
            .ok_or_else(|| cut(bytes, self))?;
        if matches!(code, APP0..=APP15 | COM) {
            self.label(code, data);
            return Ok(end);
        }
        self.coded.push(marker_at..end);
        match code {
            0xc0..=0xc2 => {
                if self.frame.is_some() {
                    return Err(Rejection::no_decoder(
                        "JPEG: hierarchical coding is not supported",
                    ));
                }
                self.frame = Some(Frame::read(code, data)?);
            }
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(Rejection::no_decoder(format!(
                    "JPEG: lossless, arithmetic and hierarchical codings (SOF{}) are not \
                     supported; store it as an ordinary JPEG",
                    code - 0xc0
                )));
            }
            SOS => {
                self.scans += 1;
                if self.scans > MOST_SCANS {
                    return Err(Rejection::corrupt(format!(
                        "JPEG: it has more than {MOST_SCANS} scans, made to keep decoders busy"
                    )));
                }
                let coded_end = end_of_scan(bytes, end).ok_or_else(|| cut(bytes, self))?;
                self.coded.push(end..coded_end);
                return Ok(coded_end);
            }
            _ => {}
        }
        Ok(end)
    }

    fn label(&mut self, code: u8, data: &'a [u8]) {
        match code {
            APP0 if data.starts_with(b"JFIF\0") => self.jfif = true,
            0xe1 if data.starts_with(b"Exif\0") && self.exif.is_none() => self.exif = Some(data),
            0xe2 => {
                if let Some([number, total, part @ ..]) = data.strip_prefix(b"ICC_PROFILE\0") {
                    self.profile_parts.push((*number, part));
                    self.profile_total = usize::from(*total);
                }
            }
            0xee if data.starts_with(b"Adobe") => self.adobe_transform = data.get(11).copied(),
            _ => {}
        }
    }

    fn finish(mut self, bytes_after_end: usize) -> Result<Markers<'a>, Rejection> {
        let frame = self
            .frame
            .take()
            .ok_or_else(|| Rejection::corrupt("JPEG: it has no frame header"))?;
        self.profile_parts.sort_by_key(|(number, _)| *number);
        let whole = self
            .profile_parts
            .iter()
            .enumerate()
            .all(|(index, (number, _))| usize::from(*number) == index + 1);
        Ok(Markers {
            width: frame.width,
            height: frame.height,
            precision: frame.precision,
            progressive: frame.progressive,
            colour: coding(&frame.ids, self.jfif, self.adobe_transform)?,
            exif: self.exif,
            broken_profile: !whole || self.profile_parts.len() != self.profile_total,
            bytes_after_end,
            profile_parts: self.profile_parts,
            sixteenths: frame.sixteenths,
            coded: self.coded,
        })
    }
}

impl Frame {
    fn read(code: u8, data: &[u8]) -> Result<Self, Rejection> {
        let [precision, h1, h0, w1, w0, count, components @ ..] = data else {
            return Err(Rejection::corrupt("JPEG: its frame header is too short"));
        };
        let count = usize::from(*count);
        if count == 0 || components.len() < count * 3 {
            return Err(Rejection::corrupt("JPEG: its frame header is too short"));
        }
        if *precision != 8 {
            return Err(Rejection::no_decoder(format!(
                "JPEG: {precision} bits a sample are not supported; store it with 8"
            )));
        }
        let height = u32::from(u16::from_be_bytes([*h1, *h0]));
        if height == 0 {
            return Err(Rejection::no_decoder(
                "JPEG: its height is told after its pixels (DNL), which is not supported",
            ));
        }
        let components: Vec<&[u8]> = components.chunks_exact(3).take(count).collect();
        let factors = |c: &[u8]| (u64::from(c[1] >> 4), u64::from(c[1] & 15));
        let most = |pick: fn((u64, u64)) -> u64| {
            components
                .iter()
                .map(|c| pick(factors(c)))
                .max()
                .unwrap_or(1)
                .max(1)
        };
        let area = most(|f| f.0) * most(|f| f.1);
        let sixteenths = components
            .iter()
            .map(|c| {
                let (h, v) = factors(c);
                (h * v * 16).div_ceil(area)
            })
            .sum();
        Ok(Self {
            width: u32::from(u16::from_be_bytes([*w1, *w0])),
            height,
            precision: *precision,
            progressive: code == 0xc2,
            ids: components.iter().map(|c| c[0]).collect(),
            sixteenths,
        })
    }
}

/// The colour coding by number and names of components and the two markers that speak of it.
fn coding(ids: &[u8], jfif: bool, adobe_transform: Option<u8>) -> Result<Coding, Rejection> {
    Ok(match (ids.len(), adobe_transform) {
        (1, _) => Coding::Grey,
        (3, _) if jfif => Coding::YCbCr,
        (3, Some(0)) => Coding::Rgb,
        (3, None) if ids == b"RGB" => Coding::Rgb,
        (3, _) => Coding::YCbCr,
        (4, Some(2)) => Coding::Ycck,
        (4, _) => Coding::Cmyk,
        (count, _) => {
            return Err(Rejection::no_decoder(format!(
                "JPEG: {count} colour components are not supported"
            )));
        }
    })
}

/// Where the next marker begins. Stray bytes between segments are passed over, as decoders do.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr(0xff, bytes.get(at..)?)?;
        match *bytes.get(at + 1)? {
            0x00 => at += 2,
            0xff => at += 1,
            _ => return Some(at),
        }
    }
}

/// Where the coded data that begin at `at` end: at the first marker that is no restart.
fn end_of_scan(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let marker = next_marker(bytes, at)?;
        match bytes[marker + 1] {
            0xd0..=0xd7 => at = marker + 2,
            _ => return Some(marker),
        }
    }
}

fn cut(bytes: &[u8], found: &Found<'_>) -> Rejection {
    let part = match (&found.frame, found.scans) {
        (None, _) => "before its size is told",
        (_, 0) => "before its pixels begin",
        _ => "inside its pixels, without the end marker",
    };
    Rejection::truncated(format!("JPEG: it ends after {} bytes, {part}", bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_told_by_the_rules_of_libjpeg() {
        let told = |ids: &[u8], jfif, adobe| coding(ids, jfif, adobe).unwrap();
        assert_eq!(told(&[1, 2, 3], true, None), Coding::YCbCr);
        assert_eq!(told(b"RGB", false, None), Coding::Rgb);
        assert_eq!(told(b"RGB", true, None), Coding::YCbCr);
        assert_eq!(told(&[1, 2, 3], false, Some(0)), Coding::Rgb);
        assert_eq!(told(&[1, 2, 3, 4], false, None), Coding::Cmyk);
        assert_eq!(told(&[1, 2, 3, 4], false, Some(0)), Coding::Cmyk);
        assert_eq!(told(&[1, 2, 3, 4], false, Some(2)), Coding::Ycck);
        assert!(coding(&[1, 2], false, None).is_err());
    }
}
