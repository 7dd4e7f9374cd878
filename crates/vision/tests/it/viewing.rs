//! Copies for browsers.

use lamina_model::RejectReason;
use lamina_testkit::Picture;
use lamina_vision::{DecodeLimits, VIEW_SIDE, view};

use crate::look;

#[test]
fn a_copy_is_a_jpeg_of_the_same_picture() {
    let picture = Picture::base();
    let copy = view(&picture.tiff(), &DecodeLimits::default()).unwrap();
    assert_eq!(copy.media_type, "image/jpeg");
    assert_eq!((copy.width_px, copy.height_px), (320, 200));
    let (seen, original) = (look(&copy.bytes), look(&picture.tiff()));
    assert_eq!((seen.width_px, seen.height_px), (320, 200));
    assert!(crate::tensor_distance(&seen, &original) < 4.0);
}

#[test]
fn a_copy_is_upright_and_never_larger_than_browsers_need() {
    let turned = Picture::base().stored_for(6).jpeg_with_orientation(90, 6);
    let copy = view(&turned, &DecodeLimits::default()).unwrap();
    assert_eq!((copy.width_px, copy.height_px), (320, 200));
    let wide = Picture::flat(VIEW_SIDE + 8, 16, [9, 200, 9]).tiff();
    let copy = view(&wide, &DecodeLimits::default()).unwrap();
    assert_eq!((copy.width_px, copy.height_px), (VIEW_SIDE, 16));
}

#[test]
fn what_is_no_whole_picture_has_no_copy() {
    let whole = Picture::base().tiff();
    let limits = DecodeLimits::default();
    let cut = view(&whole[..whole.len() / 3], &limits).unwrap_err();
    assert!(matches!(
        cut.reason,
        RejectReason::Truncated | RejectReason::Corrupt
    ));
    let text = view(b"hello", &limits).unwrap_err();
    assert_eq!(text.reason, RejectReason::NotAPicture);
}
