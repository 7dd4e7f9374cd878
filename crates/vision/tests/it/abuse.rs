//! Whatever the bytes: a look or a rejection, never a panic, never a hang.

use std::sync::LazyLock;

use lamina_testkit::Picture;
use lamina_testkit::picture::{Endian, animated_gif, animated_png, animated_webp, multi_page_tiff};
use lamina_vision::{DecodeLimits, look, sniff};
use proptest::prelude::*;

use crate::native::{TINY_AVIF, TINY_HEIC, TINY_J2K, TINY_JP2};

/// Small files of every kind.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let picture = Picture::scene(31, 40, 24);
    let two = [picture.clone(), picture.mirrored()];
    let mut files: Vec<Vec<u8>> = crate::every_format(&picture)
        .into_iter()
        .map(|(_, bytes)| bytes)
        .collect();
    files.extend([
        picture.progressive_jpeg(70),
        picture.cmyk_jpeg(70),
        picture.ycck_jpeg(70),
        picture.jpeg_with_orientation(70, 6),
        picture.jpeg_with_profile(
            70,
            &moxcms::ColorProfile::new_display_p3().encode().unwrap(),
        ),
        picture.png_with_orientation(3),
        picture.palette_png(),
        picture.rgb16_png(),
        picture.one_bit_transparent_png(),
        picture.palette_tiff(),
        picture.grey16_tiff(Endian::Big),
        picture.one_bit_tiff(),
        picture.cmyk_tiff(),
        animated_gif(&two),
        animated_png(&two),
        animated_webp(&two),
        multi_page_tiff(&two),
        crate::native::bytes(TINY_JP2),
        crate::native::bytes(TINY_J2K),
        crate::native::bytes(TINY_AVIF),
        crate::native::bytes(TINY_HEIC),
    ]);
    files
});

/// Small bounds, so that a flipped size is refused instead of worked on.
const BOUNDS: DecodeLimits = DecodeLimits {
    max_pixels: 4_000_000,
    max_file_bytes: 1 << 20,
    max_alloc_bytes: 32 << 20,
    short_side_px: 448,
    tensor_side_px: 224,
};

fn survives(bytes: &[u8]) {
    let _ = sniff(bytes);
    match look(bytes, None, &BOUNDS) {
        Ok(look) => {
            assert!(look.width_px > 0 && look.height_px > 0);
            assert!(look.measures.sharpness.is_finite());
        }
        Err(rejection) => assert!(!rejection.note.is_empty()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 600,
        failure_persistence: None,
        // The same cases in every run; a longer hunt is a matter of raising the number.
        rng_seed: proptest::test_runner::RngSeed::Fixed(31),
        ..ProptestConfig::default()
    })]

    #[test]
    fn flipped_bytes_never_break_a_look(
        file in any::<prop::sample::Index>(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = FILES[file.index(FILES.len())].clone();
        for (at, value) in flips {
            let index = at.index(bytes.len());
            bytes[index] = value;
        }
        survives(&bytes);
    }

    #[test]
    fn cuts_and_insertions_never_break_a_look(
        file in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        inserted in prop::collection::vec(any::<u8>(), 0..16),
        keeps_rest in any::<bool>(),
    ) {
        let whole = &FILES[file.index(FILES.len())];
        let at = cut.index(whole.len());
        let rest = if keeps_rest { &whole[at..] } else { &[] };
        survives(&[&whole[..at], &inserted, rest].concat());
    }

    #[test]
    fn noise_never_breaks_a_look(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        survives(&bytes);
    }
}
