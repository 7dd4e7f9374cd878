//! Formats that no encoder in pure Rust writes: JPEG 2000, and HEIC and AVIF where libheif is.
//!
//! The files stand here in hexadecimal. All show 48 × 32 pixels, the left half (220, 30, 30), the
//! right half (20, 120, 220).

use lamina_model::{ImageFormat, RejectReason};
use lamina_vision::{Runtime, RuntimeOptions, Sniffed, sniff};

use crate::{close, look, rejection, thumbnail_colour, try_look};

/// JPEG 2000 in its box, lossless.
pub(crate) const TINY_JP2: &str = "\
    0000000c6a5020200d0a870a00000014667479706a703220000000006a7032200000002d6a7032680000001669\
    68647200000020000000300003070700000000000f636f6c7201000000000010000001586a703263ff4fff5100\
    2f0000000000300000002000000000000000000000003000000020000000000000000000030701010701010701\
    01ff52000c00000001000504040001ff5c00134040484850484850484850484850484850ff6400250001437265\
    61746564206279204f70656e4a5045472076657273696f6e20322e352e34ff90000a0000000000d10001ff93df\
    80180437aacfb40c063c91df801806e7d9c7da04000083c3ea0200082fc7da04000987c3ea07000e09e0c9fd77\
    5fc1f385000d00bf1697c3ea06000d00bf169815c7da12001cf997730d999edd19c3ea08001c4cecf2d67bf109\
    c7da12001c4d9573308c80650fc7da1a002c5cba1195e5d920dd4afee13fc3ea0a002bb0b866ed01334ee87fc7\
    da1c002bb0b866ecd5d923858a10daf6bfc7da18004b22c72620de7c0182aea43fc3ea0b004a76c53fb04bc300\
    c15751c7da0e004a76c53fb0ff7fffd9";

/// the bare codestream of the same.
pub(crate) const TINY_J2K: &str = "\
    ff4fff51002f000000000030000000200000000000000000000000300000002000000000000000000003070101\
    070101070101ff52000c00000001000504040001ff5c00134040484850484850484850484850484850ff640025\
    000143726561746564206279204f70656e4a5045472076657273696f6e20322e352e34ff90000a0000000000d1\
    0001ff93df80180437aacfb40c063c91df801806e7d9c7da04000083c3ea0200082fc7da04000987c3ea07000e\
    09e0c9fd775fc1f385000d00bf1697c3ea06000d00bf169815c7da12001cf997730d999edd19c3ea08001c4cec\
    f2d67bf109c7da12001c4d9573308c80650fc7da1a002c5cba1195e5d920dd4afee13fc3ea0a002bb0b866ed01\
    334ee87fc7da1c002bb0b866ecd5d923858a10daf6bfc7da18004b22c72620de7c0182aea43fc3ea0b004a76c5\
    3fb04bc300c15751c7da0e004a76c53fb0ff7fffd9";

/// AVIF.
pub(crate) const TINY_AVIF: &str = "\
    00000020667479706176696600000000617669666d6966316d6961664d413141000000eb6d6574610000000000\
    00002168646c72000000000000000070696374000000000000000000000000000000000e7069746d0000000000\
    010000001e696c6f630000000044000001000100000001000001130000002f0000002869696e66000000000001\
    0000001a696e6665020000000001000061763031436f6c6f72000000006a697072700000004b6970636f000000\
    1469737065000000000000003000000020000000107069786900000000030808080000000c6176314381200000\
    00000013636f6c726e636c780001000d0006800000001769706d61000000000000000100010401028304000000\
    376d64617412000a0938152ffb4808683480322045e098c130924924ca00000000c791cbd0f5b9ac79e40be406\
    b8915564ae3c9e";

/// HEIC.
pub(crate) const TINY_HEIC: &str = "\
    0000001c6674797068656978000000006d696631686569786d6961660000017e6d657461000000000000002168\
    646c720000000000000000706963740000000000000000000000000000000022696c6f63000000004440000100\
    010000000001a2000100000000000000360000002369696e6600000000000100000015696e6665020000000001\
    000068766331000000000e7069746d000000000001000000fe69707270000000de6970636f0000007768766343\
    0104080000009e38000000001ef000fcfff8f800000f03600001001740010c01ffff0408000003009e38000003\
    00001eba0240610001002a4201010408000003009e3800000300001e90041020b2dd5c94d737010d0604000003\
    006400000300042062000100084401c1731830089000000013636f6c726e636c780001000d0006800000001469\
    73706500000000000000400000004000000028636c617000000030000000010000002000000001fffffff00000\
    0002ffffffe000000002000000107069786900000000030808080000001869706d610000000000000001000105\
    81020305840000003e6d646174000000322801af09e0c8093847ffd7217ff4a3e87d1dfdbdca0f14003bc118ff\
    e810c956218b84d653d99847995bbc8e658f313ff270";

/// The bytes of a file given in hexadecimal.
pub(crate) fn bytes(hexadecimal: &str) -> Vec<u8> {
    hexadecimal
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn shows_the_two_halves(file: &[u8], format: ImageFormat) {
    assert_eq!(sniff(file), Sniffed::Picture(format));
    let look = look(file);
    assert_eq!(look.format, format);
    assert_eq!((look.width_px, look.height_px), (48, 32));
    assert!(
        close(thumbnail_colour(&look, 0.2, 0.5), [220, 30, 30], 10),
        "{format:?}"
    );
    assert!(
        close(thumbnail_colour(&look, 0.8, 0.5), [20, 120, 220], 10),
        "{format:?}"
    );
}

#[test]
fn jpeg_2000_is_read_boxed_and_bare() {
    for hexadecimal in [TINY_JP2, TINY_J2K] {
        let file = bytes(hexadecimal);
        shows_the_two_halves(&file, ImageFormat::Jp2);
        for tenth in 1..=9 {
            let cut = &file[..file.len() * tenth / 10];
            assert!(try_look(cut).is_err(), "{tenth}0 %");
        }
    }
}

#[test]
fn heic_and_avif_are_read_where_libheif_is_and_explained_where_not() {
    let runtime = Runtime::detect(&RuntimeOptions::default());
    for (hexadecimal, format) in [
        (TINY_AVIF, ImageFormat::Avif),
        (TINY_HEIC, ImageFormat::Heic),
    ] {
        let file = bytes(hexadecimal);
        if runtime.has_heif() {
            shows_the_two_halves(&file, format);
            let cut = rejection(&file[..file.len() - 40]);
            assert!(
                matches!(cut.reason, RejectReason::Truncated | RejectReason::Corrupt),
                "{cut}"
            );
        } else {
            println!("libheif is not installed: only the explanation is tested");
            let rejection = rejection(&file);
            assert_eq!(rejection.reason, RejectReason::NoDecoder);
            assert!(rejection.note.contains("apt-get install libheif1"));
        }
    }
}

#[test]
fn a_machine_without_libheif_says_how_to_get_it() {
    let runtime = Runtime::detect(&RuntimeOptions {
        libheif: Some("/nonexistent/libheif.so".into()),
        ..RuntimeOptions::default()
    });
    if runtime.has_heif() {
        // Another test of this process has loaded the real one, which then serves all.
        return;
    }
    let rejection = rejection(&bytes(TINY_AVIF));
    assert_eq!(rejection.reason, RejectReason::NoDecoder);
    assert!(
        rejection.note.contains("apt-get install libheif1"),
        "{rejection}"
    );
    let lines = runtime.lines();
    assert!(lines[2].contains("apt-get install libheif1"), "{lines:?}");
}
