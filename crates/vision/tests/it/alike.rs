//! Files that show the same picture must come out the same, or next to it.

use lamina_model::MediaNote;
use lamina_testkit::Picture;
use lamina_testkit::picture::{
    Endian, animated_gif, animated_png, animated_webp, multi_page_tiff, without_adobe_marker,
};

use crate::{apart, close, look, signature_distance, tensor_distance, thumbnail_colour};

#[test]
fn cmyk_with_and_without_the_adobe_marker_looks_like_the_rgb_original() {
    let picture = Picture::base();
    let original = look(&picture.jpeg(95));
    let cmyk = picture.cmyk_jpeg(95);
    let unmarked = without_adobe_marker(&cmyk);
    for bytes in [cmyk, unmarked, picture.ycck_jpeg(95), picture.cmyk_tiff()] {
        let look = look(&bytes);
        assert!(tensor_distance(&look, &original) < 4.0);
        assert!(apart(&look, &original) <= 2);
        assert!((look.measures.luma_mean - original.measures.luma_mean).abs() < 2.0);
        assert!(close(thumbnail_colour(&look, 0.2, 0.25), [220, 30, 30], 14));
    }
}

#[test]
fn all_eight_orientations_are_seen_upright() {
    let picture = Picture::scene(3, 320, 200);
    let upright = look(&picture.jpeg(95));
    for orientation in 1..=8_u8 {
        let stored = picture.stored_for(orientation);
        let tag = u16::from(orientation);
        for bytes in [
            stored.jpeg_with_orientation(95, tag),
            stored.png_with_orientation(tag),
            stored.tiff_with_orientation(tag),
        ] {
            let look = look(&bytes);
            assert_eq!(look.orientation, orientation);
            assert_eq!((look.width_px, look.height_px), (320, 200), "{orientation}");
            assert!(tensor_distance(&look, &upright) < 6.0, "{orientation}");
            assert!(apart(&look, &upright) <= 4, "{orientation}");
        }
        // Stored turned and told so, or stored upright: the same pixels.
        let tagged = look(&stored.png_with_orientation(tag));
        assert_eq!(
            tagged.pixel_hash,
            look(&picture.png()).pixel_hash,
            "{orientation}"
        );
    }
}

#[test]
fn lossless_copies_in_other_formats_have_the_same_pixels() {
    let picture = Picture::scene(8, 320, 200);
    let png = look(&picture.png());
    for bytes in [
        picture.bmp(),
        picture.tiff(),
        picture.webp(),
        picture.rgba_png(),
    ] {
        let copy = look(&bytes);
        assert_eq!(copy.pixel_hash, png.pixel_hash, "{:?}", copy.format);
        assert_eq!(copy.perceptual_hash, png.perceptual_hash);
        assert_eq!(copy.tensor, png.tensor);
        assert_eq!(copy.thumbnail, png.thumbnail);
    }
    let other = look(&Picture::scene(9, 320, 200).png());
    assert_ne!(other.pixel_hash, png.pixel_hash);
}

#[test]
fn one_pixel_changes_the_pixel_hash_at_any_size() {
    for (width, height) in [(320, 200), (2000, 1200)] {
        let mut picture = Picture::scene(2, width, height);
        let before = look(&picture.png());
        let again = look(&picture.bmp());
        assert_eq!(before.pixel_hash, again.pixel_hash, "{width}");
        let [r, g, b, _] = picture.pixel(77, 99);
        picture.rectangle((77, 99), (77, 99), [r ^ 1, g, b]);
        assert_ne!(
            look(&picture.png()).pixel_hash,
            before.pixel_hash,
            "{width}"
        );
    }
}

#[test]
fn labels_do_not_change_the_pixels_of_a_large_jpeg() {
    let picture = Picture::scene(4, 1400, 1000);
    let plain = look(&picture.jpeg(85));
    let labelled = look(&picture.jpeg_with_orientation(85, 1));
    assert_ne!(plain.content_hash, labelled.content_hash);
    assert_eq!(plain.pixel_hash, labelled.pixel_hash);
    assert_ne!(look(&picture.jpeg(86)).pixel_hash, plain.pixel_hash);
}

#[test]
fn progressive_coding_shows_the_same_picture() {
    for (width, height) in [(320, 200), (1400, 1000)] {
        let picture = Picture::scene(6, width, height);
        let (baseline, progressive) =
            (look(&picture.jpeg(92)), look(&picture.progressive_jpeg(92)));
        assert!(tensor_distance(&baseline, &progressive) < 1.0);
        assert!(apart(&baseline, &progressive) <= 1);
    }
}

#[test]
fn depth_is_scaled_and_byte_order_makes_no_difference() {
    let picture = Picture::scene(7, 320, 200);
    let eight = look(&picture.grey_png());
    let little = look(&picture.grey16_tiff(Endian::Little));
    let big = look(&picture.grey16_tiff(Endian::Big));
    let png = look(&picture.grey16_png());
    assert_eq!(little.pixel_hash, big.pixel_hash);
    assert_eq!(little.pixel_hash, png.pixel_hash);
    for deep in [little, big, png] {
        assert_eq!(deep.bit_depth, 16);
        assert_eq!(deep.tensor, eight.tensor);
        // 16 bits hold more than 8, so they are not called the same pixels.
        assert_ne!(deep.pixel_hash, eight.pixel_hash);
    }
    assert_eq!(
        look(&picture.rgb16_png()).tensor,
        look(&picture.png()).tensor
    );
}

#[test]
fn few_bits_are_spread_over_the_whole_range() {
    let ramp = Picture::from_fn(256, 64, |x, _| {
        let v = u8::try_from(x).unwrap();
        [v, v, v, 255]
    });
    let eight = look(&ramp.grey_png());
    for depth in [png::BitDepth::Two, png::BitDepth::Four] {
        let few = look(&ramp.few_bits_png(depth));
        assert!((few.measures.luma_mean - eight.measures.luma_mean).abs() < 3.0);
        assert!(few.measures.luma_p05 < 3.0 && few.measures.luma_p95 > 252.0);
    }
    let (png, tiff) = (
        look(&ramp.few_bits_png(png::BitDepth::One)),
        look(&ramp.one_bit_tiff()),
    );
    assert_eq!(png.pixel_hash, tiff.pixel_hash);
}

#[test]
fn a_palette_is_looked_up_in_png_and_tiff_alike() {
    let picture = Picture::base();
    let (png, tiff) = (look(&picture.palette_png()), look(&picture.palette_tiff()));
    assert_eq!(png.pixel_hash, tiff.pixel_hash);
    assert!(tensor_distance(&png, &look(&picture.png())) < 26.0);
}

#[test]
fn hidden_colours_do_not_count() {
    let shown = Picture::from_fn(100, 100, |_, _| [255, 255, 255, 0]);
    let hidden = Picture::from_fn(100, 100, |x, y| {
        let inside = (20..60).contains(&x) && (20..60).contains(&y);
        if inside {
            [0, 0, 0, 0]
        } else {
            [255, 255, 255, 0]
        }
    });
    for (a, b) in [
        (shown.grey_alpha_png(), hidden.grey_alpha_png()),
        (shown.rgba_png(), hidden.rgba_png()),
    ] {
        let (a, b) = (look(&a), look(&b));
        assert_eq!(a.pixel_hash, b.pixel_hash);
        assert_eq!(a.perceptual_hash, b.perceptual_hash);
        assert_eq!(a.tensor, b.tensor);
        // Transparent is not the same as white, even where it looks so.
        let white = look(&Picture::flat(100, 100, [255; 3]).png());
        assert_eq!(a.tensor, white.tensor);
        assert_ne!(a.pixel_hash, white.pixel_hash);
    }
}

type Make = fn(&[Picture]) -> Vec<u8>;

#[test]
fn animations_that_share_only_their_first_frame_are_not_the_same_pixels() {
    let set = |colours: [[u8; 3]; 3]| colours.map(|rgb| Picture::flat(100, 100, rgb));
    let one = set([[255, 0, 0], [0, 0, 255], [0, 255, 0]]);
    let two = set([[255, 0, 0], [255, 255, 0], [0, 255, 255]]);
    for make in [animated_gif, animated_webp, animated_png, multi_page_tiff] as [Make; 4] {
        let (a, b) = (look(&make(&one)), look(&make(&two)));
        assert_ne!(a.pixel_hash, b.pixel_hash, "{:?}", a.format);
        assert_eq!(a.tensor, b.tensor, "{:?}", a.format);
        let still = look(&make(&one[..1]));
        assert_ne!(a.pixel_hash, still.pixel_hash, "{:?}", a.format);
    }
}

#[test]
fn a_profile_that_swaps_red_and_green_turns_red_to_green() {
    let icc = swapped_profile();
    let red = Picture::flat(64, 64, [254, 0, 0]);
    for bytes in [red.jpeg_with_profile(95, &icc), red.png_with_profile(&icc)] {
        let look = look(&bytes);
        assert!(look.notes.is_empty(), "{:?}", look.notes);
        let [r, g, b] = thumbnail_colour(&look, 0.5, 0.5);
        assert!(g > 200 && r < 60 && b < 60, "{:?}", [r, g, b]);
        assert!(look.measures.mean_rgb[1] > 200);
    }
}

#[test]
fn a_profile_that_is_srgb_in_other_words_changes_no_pixel() {
    let icc = moxcms::ColorProfile::new_srgb().encode().unwrap();
    let picture = Picture::scene(1, 200, 150);
    let (plain, profiled) = (look(&picture.png()), look(&picture.png_with_profile(&icc)));
    assert_eq!(plain.pixel_hash, profiled.pixel_hash);
    assert!(!profiled.notes.contains(&MediaNote::BrokenIccProfile));
}

#[test]
fn copies_scaled_and_encoded_again_stay_close_and_others_stay_apart() {
    let mut nearest_other = 64;
    for seed in 0..12 {
        let picture = Picture::scene(seed, 640, 480);
        let base = look(&picture.jpeg(85));
        for copy in [
            picture.jpeg(60),
            picture.resized(320, 240).jpeg(85),
            picture.webp(),
        ] {
            let copy = look(&copy);
            assert!(apart(&base, &copy) <= 4, "seed {seed}");
            assert!(signature_distance(&base, &copy) < 3.0, "seed {seed}");
        }
        let other = look(&Picture::scene(seed + 100, 640, 480).jpeg(85));
        nearest_other = nearest_other.min(apart(&base, &other));
    }
    assert!(nearest_other >= 10, "{nearest_other}");
}

/// sRGB with the tags of its red and green primaries exchanged.
fn swapped_profile() -> Vec<u8> {
    let mut icc = moxcms::ColorProfile::new_srgb().encode().unwrap();
    let at = |icc: &[u8], tag: &[u8; 4]| icc.windows(4).position(|window| window == tag).unwrap();
    let (red, green) = (at(&icc, b"rXYZ"), at(&icc, b"gXYZ"));
    icc[red] = b'g';
    icc[green] = b'r';
    icc
}
