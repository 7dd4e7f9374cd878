//! Bombs are refused from the header; large honest pictures pass with bounded memory.

use lamina_model::RejectReason;
use lamina_testkit::Picture;
use lamina_testkit::picture::insert_chunk;
use lamina_vision::{DecodeLimits, look};

fn limits(max_pixels: u64) -> DecodeLimits {
    DecodeLimits {
        max_pixels,
        ..DecodeLimits::default()
    }
}

#[test]
fn too_many_pixels_are_refused_from_the_header_in_every_format() {
    let picture = Picture::base();
    for (format, bytes) in crate::every_format(&picture) {
        let rejection = look(&bytes, None, &limits(63_999)).unwrap_err();
        assert_eq!(rejection.reason, RejectReason::TooManyPixels, "{format:?}");
        assert!(rejection.note.contains("64000"), "{rejection}");
        assert!(look(&bytes, None, &limits(64_000)).is_ok(), "{format:?}");
    }
}

#[test]
fn a_small_file_that_says_it_is_huge_is_refused_at_once() {
    let mut png = Picture::flat(1, 1, [0; 3]).png();
    png[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    // The checksum of the header no longer fits; either way nothing is allocated.
    let rejection = look(&png, None, &DecodeLimits::default()).unwrap_err();
    assert!(matches!(
        rejection.reason,
        RejectReason::TooManyPixels | RejectReason::Corrupt
    ));
    let mut bmp = Picture::flat(1, 1, [0; 3]).bmp();
    bmp[18..26].copy_from_slice(&[0, 0xff, 0, 0, 0, 0xff, 0, 0]);
    let rejection = look(&bmp, None, &DecodeLimits::default()).unwrap_err();
    assert_eq!(rejection.reason, RejectReason::TooManyPixels);
}

#[test]
fn too_many_bytes_are_refused() {
    let few = DecodeLimits {
        max_file_bytes: 100,
        ..DecodeLimits::default()
    };
    let rejection = look(&Picture::base().png(), None, &few).unwrap_err();
    assert_eq!(rejection.reason, RejectReason::TooManyBytes);
    assert!(rejection.note.contains("100"));
}

#[test]
fn memory_is_bounded_by_the_canvas_where_rows_come_one_by_one() {
    let tight = DecodeLimits {
        max_alloc_bytes: 4 << 20,
        ..DecodeLimits::default()
    };
    // 2000 x 2000 x 3 bytes are 12 MB, three times the limit; the canvas is a quarter each way.
    let picture = Picture::scene(21, 2000, 2000);
    for bytes in [picture.png(), picture.tiff(), picture.jpeg(80)] {
        let seen = look(&bytes, None, &tight).unwrap();
        assert_eq!((seen.width_px, seen.height_px), (2000, 2000));
    }
    let rejection = look(&picture.bmp(), None, &tight).unwrap_err();
    assert_eq!(rejection.reason, RejectReason::TooManyPixels);
    assert!(rejection.note.contains("4194304"), "{rejection}");
}

#[test]
fn a_giant_grey_picture_gets_its_thumbnail() {
    let (width, height) = (20_000, 10_000);
    let giant = giant_grey_png(width, height);
    let seen = look(&giant, None, &DecodeLimits::default()).unwrap();
    assert_eq!((seen.width_px, seen.height_px), (width, height));
    assert!((seen.measures.luma_mean - 128.0).abs() < 40.0);
}

#[test]
fn a_giant_grey_jpeg_gets_its_thumbnail() {
    let (width, height) = (20_000, 10_000);
    let jpeg = giant_grey_jpeg(width, height);
    let seen = look(&jpeg, None, &DecodeLimits::default()).unwrap();
    assert_eq!(
        (seen.width_px, seen.height_px),
        (u32::from(width), u32::from(height))
    );
    assert!((seen.measures.luma_mean - 128.0).abs() < 8.0);
}

/// Mid grey with a black disc, written row by row so that the test itself stays small.
fn giant_grey_png(width: u32, height: u32) -> Vec<u8> {
    use std::io::Write;
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let mut row = vec![128; width as usize];
    for y in 0..height {
        row.fill(128);
        let dy = i64::from(y) - i64::from(height / 2);
        let reach = i64::from(height / 4);
        let half = (reach * reach - dy * dy).max(0).isqrt();
        let middle = i64::from(width / 2);
        let (from, to) = (middle - half, middle + half);
        row[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()].fill(0);
        stream.write_all(&row).unwrap();
    }
    stream.finish().unwrap();
    drop(writer);
    out
}

/// A small flat grey JPEG whose header is changed to a giant's, with its one coded block repeated
/// often enough: every block after the first is "as before, and nothing more", two bits long.
fn giant_grey_jpeg(width: u16, height: u16) -> Vec<u8> {
    let small = Picture::flat(8, 8, [128; 3]).grey_jpeg(80);
    let frame = small.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    let scan = small.windows(2).position(|w| w == [0xff, 0xda]).unwrap();
    let data = scan + 2 + usize::from(u16::from_be_bytes([small[scan + 2], small[scan + 3]]));
    let mut out = small[..data].to_vec();
    out[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    out[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    // With the standard tables a block without change is 00 (DC of 0 bits) and 1010 (end).
    let blocks = usize::from(width).div_ceil(8) * usize::from(height).div_ceil(8);
    let mut bits = 0_u32;
    let mut held = 0;
    for _ in 0..blocks {
        bits = bits << 6 | 0b00_1010;
        held += 6;
        while held >= 8 {
            held -= 8;
            out.push((bits >> held).to_le_bytes()[0]);
        }
    }
    if held > 0 {
        let padding = (1 << (8 - held)) - 1;
        out.push((bits << (8 - held) | padding).to_le_bytes()[0]);
    }
    out.extend([0xff, 0xd9]);
    out
}

#[test]
fn a_jpeg_of_endless_scans_is_refused() {
    let jpeg = Picture::base().progressive_jpeg(80);
    let scan = jpeg.windows(2).position(|w| w == [0xff, 0xda]).unwrap();
    let end = jpeg.len() - 2;
    let many = [&jpeg[..scan], &jpeg[scan..end].repeat(120), &jpeg[end..]].concat();
    let rejection = look(&many, None, &DecodeLimits::default()).unwrap_err();
    assert_eq!(rejection.reason, RejectReason::Corrupt);
    assert!(rejection.note.contains("scans"), "{rejection}");
}

#[test]
fn a_chunk_that_inflates_without_end_is_bounded() {
    // A text chunk is not even read; the picture behind it is.
    let png = insert_chunk(&Picture::base().png(), *b"zTXt", &[b'x'; 5000]);
    assert!(look(&png, None, &DecodeLimits::default()).is_ok());
}
