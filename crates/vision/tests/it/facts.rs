//! What a look says about sound files: format, size, colour, depth, frames, notes.

use lamina_model::{ColourModel, ImageFormat, MediaNote};
use lamina_testkit::Picture;
use lamina_testkit::picture::{animated_gif, animated_png, animated_webp, multi_page_tiff};
use lamina_vision::{DecodeLimits, Sniffed, sniff};

use crate::{close, every_format, has, look, thumbnail_colour};

#[test]
fn content_decides_the_format_and_a_false_name_leaves_a_note() {
    let jpeg = Picture::base().jpeg(92);
    let look =
        lamina_vision::look(&jpeg, Some(ImageFormat::Heic), &DecodeLimits::default()).unwrap();
    assert_eq!(look.format, ImageFormat::Jpeg);
    assert!(has(&look, MediaNote::ExtensionMismatch));
    let honest =
        lamina_vision::look(&jpeg, Some(ImageFormat::Jpeg), &DecodeLimits::default()).unwrap();
    assert!(honest.notes.is_empty());
    assert_eq!(honest.content_hash, look.content_hash);
}

#[test]
fn every_format_is_sniffed_and_looked_at() {
    for (format, bytes) in every_format(&Picture::base()) {
        assert_eq!(sniff(&bytes[..64]), Sniffed::Picture(format));
        let look = look(&bytes);
        assert_eq!(look.format, format);
        assert_eq!((look.width_px, look.height_px), (320, 200), "{format:?}");
        assert_eq!(look.frame_count, 1);
        assert_eq!(look.orientation, 1);
        assert!(look.notes.is_empty(), "{format:?}: {:?}", look.notes);
        assert_eq!(look.content_hash, *blake3::hash(&bytes).as_bytes());
        assert!(
            close(thumbnail_colour(&look, 0.2, 0.25), [220, 30, 30], 12),
            "{format:?}"
        );
        assert!(
            close(thumbnail_colour(&look, 0.7, 0.55), [20, 120, 220], 12),
            "{format:?}"
        );
    }
}

#[test]
fn videos_and_other_files_are_told_from_pictures() {
    assert_eq!(sniff(b"\0\0\0\x20ftypmp42\0\0\0\0mp42isom"), Sniffed::Video);
    assert_eq!(sniff(b"\x1aE\xdf\xa3\x01\0\0\0"), Sniffed::Video);
    assert_eq!(sniff(b"RIFF\0\0\0\0AVI LIST"), Sniffed::Video);
    assert_eq!(sniff(b"%PDF-1.7"), Sniffed::Other);
    assert_eq!(sniff(b"\0\x05\x16\x07\0\0\0\0"), Sniffed::Other);
}

#[test]
fn every_png_colour_type_and_depth_is_accepted() {
    let picture = Picture::base();
    let kinds = [
        ("L", picture.grey_png(), ColourModel::Grey, 8, false),
        ("LA", picture.grey_alpha_png(), ColourModel::Grey, 8, true),
        ("P", picture.palette_png(), ColourModel::Palette, 8, false),
        ("RGB", picture.png(), ColourModel::Rgb, 8, false),
        ("RGBA", picture.rgba_png(), ColourModel::Rgb, 8, true),
        ("I;16", picture.grey16_png(), ColourModel::Grey, 16, false),
        ("RGB16", picture.rgb16_png(), ColourModel::Rgb, 16, false),
        (
            "1",
            picture.few_bits_png(png::BitDepth::One),
            ColourModel::Grey,
            1,
            false,
        ),
        (
            "2",
            picture.few_bits_png(png::BitDepth::Two),
            ColourModel::Grey,
            2,
            false,
        ),
        (
            "4",
            picture.few_bits_png(png::BitDepth::Four),
            ColourModel::Grey,
            4,
            false,
        ),
    ];
    for (name, bytes, colour_model, bit_depth, has_alpha) in kinds {
        let look = look(&bytes);
        assert_eq!(look.colour_model, colour_model, "{name}");
        assert_eq!(look.bit_depth, bit_depth, "{name}");
        assert_eq!(look.has_alpha, has_alpha, "{name}");
        assert_eq!((look.width_px, look.height_px), (320, 200), "{name}");
    }
}

#[test]
fn a_one_bit_png_keeps_its_transparent_colour() {
    let mut picture = Picture::flat(64, 64, [255, 255, 255]);
    picture.rectangle((16, 16), (47, 47), [0, 0, 0]);
    let opaque = look(&picture.few_bits_png(png::BitDepth::One));
    let transparent = look(&picture.one_bit_transparent_png());
    assert!(transparent.has_alpha && !opaque.has_alpha);
    assert_eq!(opaque.measures.luma_p05.to_bits(), 0.0_f32.to_bits());
    // Black is transparent, so over white nothing dark is left.
    assert!(transparent.measures.luma_mean > 254.0);
    assert!(close(thumbnail_colour(&transparent, 0.5, 0.5), [255; 3], 1));
}

#[test]
fn animations_are_counted_and_the_first_frame_is_shown() {
    let colours = [[255, 0, 0], [0, 0, 255], [0, 255, 0]];
    let frames = colours.map(|rgb| Picture::flat(100, 100, rgb));
    for bytes in [
        animated_gif(&frames),
        animated_webp(&frames),
        animated_png(&frames),
    ] {
        let look = look(&bytes);
        assert_eq!(look.frame_count, 3, "{:?}", look.format);
        assert!(
            close(look.measures.mean_rgb, [255, 0, 0], 2),
            "{:?}: {:?}",
            look.format,
            look.measures.mean_rgb
        );
    }
    assert_eq!(look(&multi_page_tiff(&frames)).frame_count, 3);
}

#[test]
fn colour_models_are_told() {
    let picture = Picture::base();
    assert_eq!(look(&picture.jpeg(90)).colour_model, ColourModel::Rgb);
    assert_eq!(look(&picture.grey_jpeg(90)).colour_model, ColourModel::Grey);
    assert_eq!(look(&picture.cmyk_jpeg(90)).colour_model, ColourModel::Cmyk);
    assert_eq!(look(&picture.ycck_jpeg(90)).colour_model, ColourModel::Ycck);
    assert_eq!(look(&picture.cmyk_tiff()).colour_model, ColourModel::Cmyk);
    assert_eq!(
        look(&picture.palette_tiff()).colour_model,
        ColourModel::Palette
    );
    assert_eq!(look(&picture.gif()).colour_model, ColourModel::Palette);
    assert_eq!(look(&picture.one_bit_tiff()).bit_depth, 1);
}

#[test]
fn broken_labels_leave_notes_and_cost_nothing_else() {
    let picture = Picture::base();
    let plain = look(&picture.png());
    let damaged = look(&picture.png_with_damaged_profile());
    assert_eq!(damaged.notes, [MediaNote::BrokenIccProfile]);
    assert_eq!(damaged.pixel_hash, plain.pixel_hash);

    let nonsense = look(&picture.jpeg_with_profile(92, b"this is no profile at all"));
    assert_eq!(nonsense.notes, [MediaNote::BrokenIccProfile]);
    assert_eq!(nonsense.pixel_hash, look(&picture.jpeg(92)).pixel_hash);

    let turned = look(&picture.jpeg_with_orientation(92, 77));
    assert_eq!(turned.notes, [MediaNote::BrokenExif]);
    assert_eq!(turned.orientation, 1);
}

#[test]
fn bytes_after_the_end_are_harmless() {
    for (format, mut bytes) in every_format(&Picture::base()) {
        let clean = look(&bytes);
        bytes.extend(b"appended by some camera or messenger");
        let trailing = look(&bytes);
        assert_eq!(trailing.pixel_hash, clean.pixel_hash, "{format:?}");
        assert_ne!(trailing.content_hash, clean.content_hash);
    }
    let mut jpeg = Picture::base().jpeg(92);
    jpeg.extend(b"appended");
    assert!(has(&look(&jpeg), MediaNote::DecoderWarning));
}

#[test]
fn tiny_pictures_have_every_fact_too() {
    for (width, height) in [(1, 1), (1, 700), (3, 2), (100, 87)] {
        let picture = Picture::scene(5, width, height);
        for (format, bytes) in every_format(&picture) {
            let look = look(&bytes);
            assert_eq!(
                (look.width_px, look.height_px),
                (width, height),
                "{format:?}"
            );
            assert!(look.measures.sharpness.is_finite());
            assert!(!look.thumbnail.is_empty());
        }
    }
}

#[test]
fn thumbnails_have_a_longest_side_of_320_and_small_pictures_keep_theirs() {
    let size = |look: &lamina_vision::Look| {
        let mut decoder = jpeg_decoder::Decoder::new(look.thumbnail.as_slice());
        decoder.read_info().unwrap();
        let info = decoder.info().unwrap();
        (info.width, info.height)
    };
    assert_eq!(
        size(&look(&Picture::scene(1, 640, 480).jpeg(85))),
        (320, 240)
    );
    assert_eq!(
        size(&look(&Picture::scene(1, 300, 1000).jpeg(85))),
        (96, 320)
    );
    assert_eq!(size(&look(&Picture::scene(1, 50, 40).jpeg(85))), (50, 40));
}

#[test]
fn light_is_measured_in_steps_of_255() {
    let flat = look(&Picture::flat(80, 60, [200, 200, 200]).png()).measures;
    assert!((flat.luma_mean - 200.0).abs() < 0.01);
    assert!(flat.luma_spread < 0.01 && flat.luma_entropy_bits < 0.01);
    assert_eq!(flat.mean_rgb, [200; 3]);
    let half = Picture::from_fn(
        80,
        60,
        |x, _| if x < 40 { [0, 0, 0, 255] } else { [255; 4] },
    );
    let half = look(&half.png()).measures;
    assert!((half.luma_mean - 127.5).abs() < 0.5);
    assert!((half.luma_spread - 127.5).abs() < 0.5);
    assert!((half.luma_entropy_bits - 1.0).abs() < 0.01);
    assert!(half.luma_p05 < 1.0 && half.luma_p95 > 254.0);
}

#[test]
fn blur_lowers_sharpness_whatever_the_resolution_and_contrast() {
    for seed in 0..6 {
        let sharp = Picture::scene(seed, 640, 480);
        let blurred = look(&sharp.blurred(5.0).jpeg(85)).measures;
        let faint = sharp.mapped(|[r, g, b, a]| [r / 3 + 80, g / 3 + 80, b / 3 + 80, a]);
        let faint = look(&faint.jpeg(85)).measures;
        let sharp_measures = look(&sharp.jpeg(85)).measures;
        assert!(
            blurred.sharpness * 1.3 < sharp_measures.sharpness,
            "seed {seed}"
        );
        assert!(
            blurred.sharpness_best * 1.3 < faint.sharpness_best,
            "seed {seed}"
        );
    }
}

/// The picture with noise of a standard deviation of three steps, the same in all channels.
fn noisy(picture: &Picture, seed: u32) -> Picture {
    let (width, height) = (640, 480);
    Picture::from_fn(width, height, |x, y| {
        let mut state = (y * width + x).wrapping_mul(2_654_435_761) ^ seed;
        // Four throws of 0 to 5: a spread of 3.4 about 10.
        let mut throw = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 8) % 6
        };
        let noise = throw() + throw() + throw() + throw();
        let lit = |value: u8| {
            value
                .saturating_add(u8::try_from(noise).unwrap())
                .saturating_sub(10)
        };
        let [r, g, b, a] = picture.pixel(x, y);
        [lit(r), lit(g), lit(b), a]
    })
}

#[test]
fn noise_makes_no_blurred_picture_sharp() {
    // Shapes on a wall: how much noise there is shows where it is flat.
    let mut sharp = Picture::flat(640, 480, [128; 3]);
    sharp.ellipse((60, 60), (360, 400), [30, 40, 60]);
    sharp.rectangle((300, 100), (440, 300), [220, 210, 190]);
    let soft = sharp.blurred(5.0);
    let told = |picture: &Picture| look(&picture.png()).measures.sharpness_best;
    assert!(told(&soft) < 1.05 && told(&sharp) > 3.0);
    for seed in 0..4 {
        let (grainy, grainy_soft) = (told(&noisy(&sharp, seed)), told(&noisy(&soft, seed)));
        assert!(grainy_soft < 1.3, "{seed}: {grainy_soft}");
        assert!(grainy > 2.5, "{seed}: {grainy}");
    }
}
