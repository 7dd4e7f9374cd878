//! YOLO: `data.yaml` with the names of classes, and in folders called `labels` a text file for each
//! picture, `class cx cy w h` a line in parts of its size, or `class x y x y …` around an outline.

use std::{collections::BTreeMap, io::BufRead, os::unix::ffi::OsStrExt, path::Path};

use lamina_model::AnnotationFault;

use super::{
    pictures::{Named, join, stem},
    taker::{Given, Halt, Place, Taker, quote, say},
    text::Text,
    yaml,
};
use crate::{
    SourceRoots,
    ingest::{Verdict, Walk},
};

/// The longest `data.yaml` that is read, in bytes.
const LONGEST_YAML: u64 = 4 << 20;
/// The longest line, in bytes: outlines have some thousand numbers.
const LONGEST_LINE: u64 = 1 << 20;

/// Reads what a `data.yaml` speaks of; gives false where it is of another program.
pub(super) fn read(path: &Path, taker: &mut Taker<'_, '_>) -> Result<bool, Halt> {
    let unreadable = |cause: std::io::Error| Halt::unreadable(0, &cause);
    let mut text = String::new();
    let file = fs_err::File::open(path).map_err(unreadable)?;
    let limited = std::io::Read::take(file, LONGEST_YAML);
    std::io::Read::read_to_string(&mut Text::of(limited).map_err(unreadable)?, &mut text)
        .map_err(unreadable)?;
    let Some(names) = yaml::names(&text) else {
        return Ok(false);
    };
    let folder = path.parent().unwrap_or(path);
    let walk = Walk::begin(folder, &[], &SourceRoots::Below(vec![folder.to_owned()]))
        .map_err(unreadable)?;
    for found in walk {
        let below = found.path.as_bytes();
        if found.verdict != Verdict::Look || !below.to_ascii_lowercase().ends_with(b".txt") {
            continue;
        }
        let Some(place) = place_of(below) else {
            continue;
        };
        let file = folder.join(std::ffi::OsStr::from_bytes(below));
        read_boxes(&file, below, &place, &names, taker)?;
    }
    Ok(true)
}

/// Where the picture of a text file stands without its ending, from the folder of the
/// `data.yaml`; nothing where the file stands in no folder called `labels`.
fn place_of(below: &[u8]) -> Option<[Vec<u8>; 2]> {
    let parts: Vec<&[u8]> = stem(below).split(|byte| *byte == b'/').collect();
    let (_, folders) = parts.split_last()?;
    let at = folders.iter().rposition(|part| *part == b"labels")?;
    let mut images = parts.clone();
    images[at] = b"images";
    let mut beside = parts;
    beside.remove(at);
    Some([images.join(&b'/'), beside.join(&b'/')])
}

fn read_boxes(
    file: &Path,
    below: &[u8],
    places: &[Vec<u8>; 2],
    names: &BTreeMap<u64, String>,
    taker: &mut Taker<'_, '_>,
) -> Result<(), Halt> {
    taker.place = Place::File(String::from_utf8_lossy(below).into());
    let pictures = taker.pictures();
    let from_yaml = |place: &Vec<u8>| pictures.find_stem(&join(&taker.folder, place));
    let found = places
        .iter()
        .map(from_yaml)
        .chain([pictures.find_file_stem(&places[0])])
        .find(|found| *found != Named::Nothing)
        .unwrap_or(Named::Nothing);
    let named = say(found, &String::from_utf8_lossy(&places[0]));
    let text = fs_err::File::open(file).and_then(Text::of);
    let text = match text {
        Ok(text) => text,
        Err(cause) => {
            let why = format!("cannot be read: {}", cause.kind());
            return taker.lose(0, AnnotationFault::Unreadable, why);
        }
    };
    let mut lines = std::io::BufReader::new(text);
    for line in 1.. {
        let mut bytes = Vec::new();
        let read = std::io::Read::take(&mut lines, LONGEST_LINE).read_until(b'\n', &mut bytes);
        match read {
            Ok(0) => break,
            Ok(_) => {}
            Err(cause) => {
                let why = format!("cannot be read on: {}", cause.kind());
                return taker.lose(line, AnnotationFault::Unreadable, why);
            }
        }
        let row = String::from_utf8_lossy(&bytes);
        let row = row.trim();
        if row.is_empty() {
            continue;
        }
        let picture = match &named {
            Ok(picture) => *picture,
            Err((fault, why)) => {
                taker.lose(line, *fault, why.clone())?;
                continue;
            }
        };
        match parse(row) {
            None => {
                let why = format!("the line is no box: {:?}", quote(row));
                taker.lose(line, AnnotationFault::Malformed, why)?;
            }
            Some((class, parts)) => match names.get(&class) {
                None => {
                    let why = format!("data.yaml names no class {class}");
                    taker.lose(line, AnnotationFault::UnknownCategory, why)?;
                }
                Some(name) => {
                    let of = taker.picture(picture);
                    let (width, height) = (f64::from(of.width_px), f64::from(of.height_px));
                    let given = Given {
                        x: parts.x * width,
                        y: parts.y * height,
                        width: parts.width * width,
                        height: parts.height * height,
                    };
                    taker.object(line, picture, name, given, -1)?;
                }
            },
        }
    }
    Ok(())
}

/// Class and box in parts of the picture.
fn parse(row: &str) -> Option<(u64, Given)> {
    let mut words = row.split_ascii_whitespace();
    let class = words.next()?;
    // Some programs write 0.0.
    let class = class.strip_suffix(".0").unwrap_or(class).parse().ok()?;
    let numbers: Option<Vec<f64>> = words.map(|word| word.parse().ok()).collect();
    let numbers = numbers?;
    let given = match numbers.as_slice() {
        // Five: the last says how sure the model was.
        [cx, cy, width, height] | [cx, cy, width, height, _] => Given {
            x: cx - width / 2.0,
            y: cy - height / 2.0,
            width: *width,
            height: *height,
        },
        outline if outline.len() >= 6 && outline.len() % 2 == 0 => {
            let span = |from: usize| {
                let values = outline.iter().skip(from).step_by(2);
                values.fold(
                    (f64::INFINITY, f64::NEG_INFINITY),
                    |(least, most), value| (least.min(*value), most.max(*value)),
                )
            };
            let ((left, right), (top, bottom)) = (span(0), span(1));
            Given {
                x: left,
                y: top,
                width: right - left,
                height: bottom - top,
            }
        }
        _ => return None,
    };
    Some((class, given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_boxes_or_outlines() {
        let sides = |row: &str| {
            let (class, given) = parse(row)?;
            Some((class, [given.x, given.y, given.width, given.height]))
        };
        assert_eq!(
            sides("3 0.5 0.5 0.5 0.25"),
            Some((3, [0.25, 0.375, 0.5, 0.25]))
        );
        assert_eq!(
            sides("0.0 0.5 0.5 1 1 0.9"),
            Some((0, [0.0, 0.0, 1.0, 1.0]))
        );
        assert_eq!(
            sides("1 0.25 0.5 0.75 0.5 0.5 1"),
            Some((1, [0.25, 0.5, 0.5, 0.5]))
        );
        for wrong in ["cat 0 0 1 1", "1 0 0 1", "1", "1 a b c d", "-1 0 0 1 1"] {
            assert_eq!(sides(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn pictures_stand_in_images_where_boxes_stand_in_labels() {
        let places = place_of(b"train/labels/a.b.txt").unwrap();
        assert_eq!(
            places,
            [b"train/images/a.b".to_vec(), b"train/a.b".to_vec()]
        );
        assert_eq!(place_of(b"labels.txt"), None);
        assert_eq!(place_of(b"notes/a.txt"), None);
    }
}
