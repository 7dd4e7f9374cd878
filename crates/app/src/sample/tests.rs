use std::collections::BTreeSet;

use super::{canvas::Canvas, draw, plan::plan, scenes::scene};

#[test]
fn drawing_twice_gives_the_same_bytes_and_the_second_time_touches_nothing() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, drawn) = draw(one.path(), 16).unwrap();
    let (second, same) = draw(other.path(), 16).unwrap();
    assert_eq!(drawn, same);
    for kind in [
        "scenes/mountains/000.jpg",
        "copies/repacked.png",
        "broken/empty.jpg",
    ] {
        let read = |folder: &std::path::Path| fs_err::read(folder.join(kind)).ok();
        assert_eq!(read(&first), read(&second), "{kind}");
    }
    let touched = first.join("scenes/mountains/000.jpg");
    fs_err::write(&touched, "mine").unwrap();
    draw(one.path(), 16).unwrap();
    assert_eq!(fs_err::read(&touched).unwrap(), b"mine");
}

#[test]
fn a_few_hundred_pictures_are_drawn_and_their_kinds_add_up() {
    let drawn = plan(200).drawn();
    assert!((250..400).contains(&drawn.indexed()), "{drawn:?}");
    for count in [
        drawn.same_bytes,
        drawn.same_pixels,
        drawn.mirrored,
        drawn.blurred,
        drawn.dark,
        drawn.bright,
    ] {
        assert!(count >= 5, "{drawn:?}");
    }
    assert!(drawn.rejected() >= 8, "{drawn:?}");
}

#[test]
fn scenes_differ() {
    let seen: BTreeSet<_> = (0..24).map(|number| scene(number).rgb).collect();
    assert_eq!(seen.len(), 24);
}

#[test]
fn changes_of_a_canvas_do_what_they_say() {
    let canvas = Canvas::painted(32, 16, |x, _| [x / 2.0, 0.5, 0.0]);
    assert_eq!(canvas.mirrored().mirrored(), canvas);
    assert_ne!(canvas.mirrored(), canvas);
    assert_eq!((canvas.halved().width, canvas.halved().height), (16, 8));
    assert_eq!((canvas.cropped().width, canvas.cropped().height), (28, 14));
    let flat = Canvas::painted(20, 10, |_, _| [0.5; 3]);
    assert_eq!(flat.blurred(4), flat);
    let spread =
        |canvas: &Canvas| canvas.rgb.iter().max().unwrap() - canvas.rgb.iter().min().unwrap();
    let checks = Canvas::painted(20, 10, |x, y| [((x * 10.0 + y * 10.0) % 2.0).floor(); 3]);
    assert!(spread(&checks.blurred(3)) < spread(&checks) / 2);
}
