//! What content says about itself from its first bytes. Names are not asked.

use lamina_model::ImageFormat;

/// What the first bytes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniffed {
    /// A picture in this format (which may still turn out broken).
    Picture(ImageFormat),
    /// A video container: `MP4`, `QuickTime`, Matroska, `WebM`, AVI, FLV, MPEG, WMV, Ogg video.
    Video,
    /// Anything else.
    Other,
}

/// Looks at `head`, the first bytes of a file (4 KiB are plenty; fewer only when the file is
/// shorter).
pub fn sniff(head: &[u8]) -> Sniffed {
    use ImageFormat::{Bmp, Gif, Jp2, Jpeg, Png, Tiff, Webp};
    let at = |from: usize, what: &[u8]| head.get(from..).is_some_and(|rest| rest.starts_with(what));
    let format = if at(0, b"\x89PNG\r\n\x1a\n") {
        Png
    } else if at(0, b"\xff\xd8\xff") {
        Jpeg
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        Gif
    } else if at(0, b"II*\0") || at(0, b"MM\0*") || at(0, b"II+\0\x08\0") || at(0, b"MM\0+\0\x08") {
        Tiff
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        Webp
    } else if at(0, b"\0\0\0\x0cjP  \r\n\x87\n") || at(0, b"\xff\x4f\xff\x51") {
        Jp2
    } else if is_bmp(head) {
        Bmp
    } else if at(4, b"ftyp") {
        return sniff_boxes(head);
    } else if is_video(head) {
        return Sniffed::Video;
    } else {
        return Sniffed::Other;
    };
    Sniffed::Picture(format)
}

/// `BM` alone begins many a text; the size of the second header must be one that exists.
fn is_bmp(head: &[u8]) -> bool {
    let header_size = head
        .get(14..18)
        .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    head.starts_with(b"BM") && matches!(header_size, Some(12 | 16 | 40 | 52 | 56 | 64 | 108 | 124))
}

/// ISO base media files tell what they are by brands: the main one, then the compatible ones
/// (ISO/IEC 14496-12, 4.3; 23008-12 for HEIF; the AVIF specification, section 6).
fn sniff_boxes(head: &[u8]) -> Sniffed {
    let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let end = size.clamp(16, 512).min(head.len());
    let main = head.get(8..12).into_iter();
    let compatible = head.get(16..end).unwrap_or_default().chunks_exact(4);
    let mut heif = false;
    for brand in main.chain(compatible) {
        match brand {
            b"avif" | b"avis" => return Sniffed::Picture(ImageFormat::Avif),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => {
                return Sniffed::Picture(ImageFormat::Heic);
            }
            b"mif1" | b"msf1" | b"mif2" | b"miaf" => heif = true,
            b"jp2 " | b"jpx " => return Sniffed::Picture(ImageFormat::Jp2),
            _ => {}
        }
    }
    if heif {
        Sniffed::Picture(ImageFormat::Heic)
    } else {
        Sniffed::Video
    }
}

fn is_video(head: &[u8]) -> bool {
    const ASF: &[u8] = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11";
    let at = |from: usize, what: &[u8]| head.get(from..).is_some_and(|rest| rest.starts_with(what));
    at(0, b"\x1aE\xdf\xa3")
        || (at(0, b"RIFF") && at(8, b"AVI "))
        || at(0, b"FLV\x01")
        || at(0, b"\0\0\x01\xba")
        || at(0, b"\0\0\x01\xb3")
        || at(0, ASF)
        || (at(0, b"OggS") && (at(28, b"\x80theora") || at(28, b"\x01video")))
        || at(4, b"moov")
        || at(4, b"mdat")
        || at(4, b"wide")
        || is_transport_stream(head)
}

/// MPEG transport streams have a sync byte every 188 bytes and nothing else to know them by.
fn is_transport_stream(head: &[u8]) -> bool {
    head.len() >= 188 * 4 && (0..4).all(|packet| head[packet * 188] == 0x47)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brands_tell_heif_from_video() {
        let avif = b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf";
        assert_eq!(sniff(avif), Sniffed::Picture(ImageFormat::Avif));
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        assert_eq!(sniff(heic), Sniffed::Picture(ImageFormat::Heic));
        let mp4 = b"\0\0\0\x18ftypisom\0\0\0\0isomavc1";
        assert_eq!(sniff(mp4), Sniffed::Video);
    }

    #[test]
    fn text_that_begins_like_a_bitmap_is_no_bitmap() {
        assert_eq!(
            sniff(b"BMW is a maker of cars and motorcycles"),
            Sniffed::Other
        );
    }

    #[test]
    fn short_heads_are_no_reason_to_panic() {
        let heads: [&[u8]; 5] = [b"", b"RI", b"\0\0\0\x10ftyp", b"\xff\xd8", b"II*"];
        for head in heads {
            assert_eq!(
                sniff(head),
                if head.len() == 8 {
                    Sniffed::Video
                } else {
                    Sniffed::Other
                }
            );
        }
    }
}
