//! Files that end early or contradict themselves are rejected whole, with a reason.

use lamina_model::{ImageFormat, RejectReason};
use lamina_testkit::Picture;
use lamina_testkit::picture::{animated_gif, animated_webp};
use lamina_vision::DecodeLimits;

use crate::{every_format, rejection, try_look};

#[test]
fn an_empty_file_says_so() {
    assert_eq!(rejection(b"").reason, RejectReason::Empty);
}

#[test]
fn what_is_no_picture_says_so_even_under_a_picture_name() {
    let page = b"<!doctype html><title>404</title><p>Not found</p>".repeat(40);
    let apple_double = [b"\0\x05\x16\x07".as_slice(), &[0; 60]].concat();
    for bytes in [
        page,
        b"%PDF-1.4\n".to_vec(),
        b"PK\x03\x04zip".to_vec(),
        apple_double,
    ] {
        let claimed = Some(ImageFormat::Jpeg);
        let rejection = lamina_vision::look(&bytes, claimed, &DecodeLimits::default()).unwrap_err();
        assert_eq!(rejection.reason, RejectReason::NotAPicture);
    }
    let video = b"\0\0\0\x20ftypmp42\0\0\0\0mp42isom".repeat(9);
    assert!(rejection(&video).note.contains("video"));
}

#[test]
fn jpegs_cut_anywhere_are_truncated() {
    for (width, height) in [(320, 200), (1400, 1000)] {
        let picture = Picture::scene(11, width, height);
        for whole in [
            picture.jpeg(85),
            picture.progressive_jpeg(85),
            picture.cmyk_jpeg(85),
            picture.grey_jpeg(85),
        ] {
            for tenth in 1..=9 {
                let cut = &whole[..whole.len() * tenth / 10];
                let rejection = rejection(cut);
                assert_eq!(rejection.reason, RejectReason::Truncated, "{tenth}0 %");
                assert!(
                    rejection.note.contains(&cut.len().to_string()),
                    "{rejection}"
                );
            }
            let without_end = &whole[..whole.len() - 2];
            assert_eq!(rejection(without_end).reason, RejectReason::Truncated);
        }
    }
}

#[test]
fn every_format_cut_anywhere_is_rejected() {
    let picture = Picture::scene(12, 320, 200);
    let mut files = every_format(&picture);
    files.push((
        ImageFormat::Gif,
        animated_gif(&[picture.clone(), picture.mirrored()]),
    ));
    files.push((
        ImageFormat::Webp,
        animated_webp(&[picture.clone(), picture.mirrored()]),
    ));
    files.push((ImageFormat::Tiff, picture.palette_tiff()));
    for (format, whole) in files {
        for hundredth in (5..=95).step_by(5) {
            let cut = &whole[..whole.len() * hundredth / 100];
            let rejection = rejection(cut);
            assert!(
                matches!(
                    rejection.reason,
                    RejectReason::Truncated | RejectReason::Corrupt
                ),
                "{format:?} at {hundredth} %: {rejection}"
            );
        }
        let half = rejection(&whole[..whole.len() / 2]);
        // A TIFF's directory lies at its end, and what is left says only that it is elsewhere.
        if format != ImageFormat::Tiff {
            assert_eq!(half.reason, RejectReason::Truncated, "{format:?}: {half}");
        }
    }
}

#[test]
fn a_jpeg_with_an_end_but_missing_pixels_is_rejected() {
    let whole = Picture::scene(13, 640, 480).jpeg(85);
    let scan = whole
        .windows(2)
        .position(|pair| pair == [0xff, 0xda])
        .unwrap();
    for share in [2, 3, 4] {
        let kept = scan + (whole.len() - scan) / share;
        let mut bytes = whole[..kept].to_vec();
        if bytes.last() == Some(&0xff) {
            bytes.pop();
        }
        bytes.extend([0xff, 0xd9]);
        let rejection = rejection(&bytes);
        assert!(
            matches!(
                rejection.reason,
                RejectReason::Truncated | RejectReason::Corrupt
            ),
            "{rejection}"
        );
    }
}

#[test]
fn flipped_bytes_in_a_png_are_corrupt() {
    let mut png = Picture::scene(14, 320, 200).png();
    let middle = png.len() / 2;
    png[middle] ^= 0x55;
    assert_eq!(rejection(&png).reason, RejectReason::Corrupt);
}

#[test]
fn a_camera_raw_file_is_not_taken_for_its_preview() {
    let mut raw = Picture::base().tiff();
    // The tag of the orientation becomes that of the DNG version, which every DNG has.
    let entry = raw
        .windows(4)
        .rposition(|bytes| bytes == [0x12, 0x01, 3, 0])
        .unwrap();
    raw[entry..entry + 2].copy_from_slice(&50_706_u16.to_le_bytes());
    let rejection = rejection(&raw);
    assert_eq!(rejection.reason, RejectReason::NoDecoder);
    assert!(rejection.note.contains("raw"), "{rejection}");
}

#[test]
fn a_header_without_pixels_is_rejected() {
    for (format, bytes) in every_format(&Picture::base()) {
        for length in [4, 12, 20, 30, 50] {
            assert!(try_look(&bytes[..length]).is_err(), "{format:?} {length}");
        }
    }
}
