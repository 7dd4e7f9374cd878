//! The one Exif fact that changes how a picture looks: its orientation.

/// What an Exif block says about orientation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Orientation {
    /// The tag is there with a value of 1–8.
    Given(u8),
    /// The block is sound and has no such tag.
    Absent,
    /// The block, or the value of the tag, makes no sense.
    Broken,
}

const TAG_ORIENTATION: u16 = 0x0112;

/// Reads tag 0x0112 from the first directory of a TIFF-shaped Exif block (Exif 2.3, 4.5), with or
/// without the `Exif\0\0` that JPEG puts in front.
pub(crate) fn orientation(block: &[u8]) -> Orientation {
    let tiff = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
    match read(tiff) {
        Some(found) => found,
        None => Orientation::Broken,
    }
}

fn read(tiff: &[u8]) -> Option<Orientation> {
    let big = match tiff.get(..4)? {
        b"II*\0" => false,
        b"MM\0*" => true,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let b: [u8; 2] = tiff.get(at..at + 2)?.try_into().ok()?;
        Some(if big {
            u16::from_be_bytes(b)
        } else {
            u16::from_le_bytes(b)
        })
    };
    let u32_at = |at: usize| {
        let b: [u8; 4] = tiff.get(at..at + 4)?.try_into().ok()?;
        Some(if big {
            u32::from_be_bytes(b)
        } else {
            u32::from_le_bytes(b)
        })
    };
    let directory = u32_at(4)? as usize;
    let entries = usize::from(u16_at(directory)?);
    for index in 0..entries {
        let entry = directory.checked_add(2 + index * 12)?;
        if u16_at(entry)? != TAG_ORIENTATION {
            continue;
        }
        // SHORT is what the standard asks for; some writers use LONG.
        let value = match u16_at(entry + 2)? {
            3 => u32::from(u16_at(entry + 8)?),
            4 => u32_at(entry + 8)?,
            _ => return None,
        };
        return match u8::try_from(value) {
            Ok(given @ 1..=8) => Some(Orientation::Given(given)),
            // 0 stands for "unknown" in files of some cameras.
            Ok(0) => Some(Orientation::Absent),
            _ => None,
        };
    }
    Some(Orientation::Absent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(big: bool, value: u16) -> Vec<u8> {
        let s = |v: u16| {
            if big {
                v.to_be_bytes()
            } else {
                v.to_le_bytes()
            }
        };
        let l = |v: u32| {
            if big {
                v.to_be_bytes()
            } else {
                v.to_le_bytes()
            }
        };
        let mut out = b"Exif\0\0".to_vec();
        out.extend(if big { b"MM\0*" } else { b"II*\0" });
        out.extend(l(8));
        out.extend(s(1));
        out.extend(s(0x0112));
        out.extend(s(3));
        out.extend(l(1));
        out.extend(s(value));
        out.extend(s(0));
        out.extend(l(0));
        out
    }

    #[test]
    fn both_byte_orders_are_read() {
        for big in [false, true] {
            for value in 1..=8 {
                assert_eq!(
                    orientation(&block(big, value)),
                    Orientation::Given(value.to_le_bytes()[0])
                );
            }
        }
    }

    #[test]
    fn nonsense_is_told_from_absence() {
        assert_eq!(orientation(&block(false, 0)), Orientation::Absent);
        assert_eq!(orientation(&block(false, 9)), Orientation::Broken);
        assert_eq!(orientation(b"Exif\0\0garbage"), Orientation::Broken);
        assert_eq!(orientation(b""), Orientation::Broken);
        let mut cut = block(true, 6);
        cut.truncate(20);
        assert_eq!(orientation(&cut), Orientation::Broken);
    }
}
