//! Palette TIFFs: read as grey indexes, then looked up in the colour map (TIFF 6.0, section 5).
//!
//! The reader knows no palettes, so it is handed a copy of the file in which the one tag that
//! says "palette" says "grey". The copy costs the size of the file, not of its pixels.

use crate::Rejection;
use crate::colour::narrow;

const PHOTOMETRIC: u16 = 262;
const COLOUR_MAP: u16 = 320;
const BITS_PER_SAMPLE: u16 = 258;

/// The file as a grey one, and its colours.
pub(crate) struct Indexed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) colours: Colours,
}

/// Up to 256 colours.
pub(crate) struct Colours(Vec<[u8; 3]>);

impl Colours {
    /// The colours of a row of indexes; indexes without a colour are black.
    pub(crate) fn look_up(&self, indexes: &[u8]) -> Vec<u8> {
        indexes
            .iter()
            .flat_map(|index| self.0.get(usize::from(*index)).copied().unwrap_or_default())
            .collect()
    }
}

/// `None` when the first page has no palette, or its directory cannot be read (the reader will
/// say why).
pub(crate) fn as_grey(bytes: &[u8]) -> Result<Option<Indexed>, Rejection> {
    let Some(directory) = Directory::first(bytes) else {
        return Ok(None);
    };
    let Some(photometric) = directory.entry(PHOTOMETRIC) else {
        return Ok(None);
    };
    if directory.u16_at(photometric + 8) != Some(3) {
        return Ok(None);
    }
    let bits = directory
        .entry(BITS_PER_SAMPLE)
        .and_then(|entry| directory.u16_at(entry + 8))
        .unwrap_or(1);
    if !matches!(bits, 1 | 2 | 4 | 8) {
        return Err(Rejection::no_decoder(format!(
            "TIFF: palettes with {bits} bits are not supported"
        )));
    }
    let colours = directory
        .colours(1 << bits)
        .ok_or_else(|| Rejection::truncated("TIFF: its colour map is missing or cut short"))?;
    let mut copy = bytes.to_vec();
    let black_is_zero = directory.u16_bytes(1);
    copy[photometric + 8..photometric + 10].copy_from_slice(&black_is_zero);
    Ok(Some(Indexed {
        bytes: copy,
        colours,
    }))
}

/// The first directory of a classic TIFF.
struct Directory<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    at: usize,
    entries: usize,
}

impl<'a> Directory<'a> {
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let big_endian = match bytes.get(..4)? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        let mut directory = Self {
            bytes,
            big_endian,
            at: 0,
            entries: 0,
        };
        directory.at = directory.u32_at(4)? as usize;
        directory.entries = usize::from(directory.u16_at(directory.at)?);
        Some(directory)
    }

    fn u16_at(&self, at: usize) -> Option<u16> {
        let pair: [u8; 2] = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        })
    }

    fn u16_bytes(&self, value: u16) -> [u8; 2] {
        if self.big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }

    fn u32_at(&self, at: usize) -> Option<u32> {
        let four: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        })
    }

    fn entry(&self, tag: u16) -> Option<usize> {
        (0..self.entries)
            .map(|index| self.at + 2 + index * 12)
            .find(|at| self.u16_at(*at) == Some(tag))
    }

    /// All reds, then all greens, then all blues, 16 bits each.
    fn colours(&self, count: usize) -> Option<Colours> {
        let entry = self.entry(COLOUR_MAP)?;
        let map = self.u32_at(entry + 8)? as usize;
        let value = |index: usize| self.u16_at(map.checked_add(index * 2)?);
        (0..count)
            .map(|index| {
                Some([
                    narrow(value(index)?),
                    narrow(value(count + index)?),
                    narrow(value(2 * count + index)?),
                ])
            })
            .collect::<Option<Vec<_>>>()
            .map(Colours)
    }
}
