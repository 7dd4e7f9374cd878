//! Parts of pictures, to be searched with.

use lamina_model::{Region, RegionUnit};
use lamina_testkit::Picture;
use lamina_vision::{DecodeLimits, ImageTensor, Part, part};

fn region(unit: RegionUnit, [x, y, width, height]: [f64; 4]) -> Region {
    Region {
        unit,
        x,
        y,
        width,
        height,
    }
}

fn cut(bytes: &[u8], region: Region) -> Option<Part> {
    part(bytes, Some(region), &DecodeLimits::default()).unwrap()
}

/// Mean difference of samples, rounded down.
fn apart(a: &ImageTensor, b: &ImageTensor) -> usize {
    let pairs = a.as_rgb().iter().zip(b.as_rgb());
    let sum: usize = pairs.map(|(a, b)| usize::from(a.abs_diff(*b))).sum();
    sum / ImageTensor::LEN
}

#[test]
fn a_whole_picture_is_seen_as_it_is_when_indexed() {
    for picture in [
        Picture::scene(3, 640, 480).png(),
        Picture::scene(3, 2000, 1500).jpeg(90),
    ] {
        let looked = crate::look(&picture);
        let whole = part(&picture, None, &DecodeLimits::default())
            .unwrap()
            .unwrap();
        assert_eq!(whole.tensor, looked.tensor);
        assert_eq!(whole.content_hash, looked.content_hash);
        let all = region(RegionUnit::Pixels, [0.0, 0.0, 2048.0, 1536.0]);
        assert_eq!(cut(&picture, all).unwrap(), whole);
        let all = region(RegionUnit::Fractions, [0.0, 0.0, 1.0, 1.0]);
        assert_eq!(cut(&picture, all).unwrap(), whole);
    }
}

#[test]
fn a_part_is_seen_as_a_file_with_these_pixels_would_be() {
    let picture = Picture::scene(5, 400, 300);
    let file = picture.cropped((100, 60), 200, 150).png();
    let alone = crate::look(&file).tensor;
    let in_pixels = region(RegionUnit::Pixels, [100.0, 60.0, 200.0, 150.0]);
    let part = cut(&picture.png(), in_pixels).unwrap();
    assert_eq!(part.pixels, [100, 60, 200, 150]);
    assert_eq!((part.width_px, part.height_px), (400, 300));
    assert_eq!(part.tensor, alone);
    let in_fractions = region(RegionUnit::Fractions, [0.25, 0.2, 0.5, 0.5]);
    assert_eq!(cut(&picture.png(), in_fractions).unwrap(), part);
}

#[test]
fn a_small_part_of_a_large_picture_is_looked_at_closely() {
    let picture = Picture::scene(6, 3600, 2800);
    let alone = crate::look(&picture.cropped((1200, 800), 240, 240).png()).tensor;
    let box_ = region(RegionUnit::Pixels, [1200.0, 800.0, 240.0, 240.0]);
    let close = cut(&picture.png(), box_).unwrap();
    assert_eq!(close.tensor, alone);
    // Where memory does not allow it, what there is must do.
    let tight = DecodeLimits {
        max_alloc_bytes: 4 << 20,
        ..DecodeLimits::default()
    };
    let coarse = part(&picture.png(), Some(box_), &tight).unwrap().unwrap();
    assert_ne!(coarse.tensor, alone);
    assert!(apart(&coarse.tensor, &alone) < 25);
}

#[test]
fn a_region_outside_is_nothing_and_a_broken_file_is_told() {
    let picture = Picture::scene(7, 64, 64).png();
    let outside = region(RegionUnit::Pixels, [64.0, 0.0, 5.0, 5.0]);
    assert_eq!(cut(&picture, outside), None);
    assert!(part(&picture[..40], Some(outside), &DecodeLimits::default()).is_err());
}
