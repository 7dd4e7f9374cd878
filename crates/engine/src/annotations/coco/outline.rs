//! The box around an outline or a mask.
//!
//! A mask is a list of run lengths down the columns of a picture, of what is outside and inside by
//! turns; as numbers, or packed into a text six bits a character, each length after the second as
//! its difference to the one two before (the reference API of the COCO dataset, `maskApi.c`).

use serde_json::Value;

use super::super::taker::Given;

/// The box around an outline.
#[derive(Debug)]
pub(super) struct Outline {
    pub bounds: Given,
    /// Height and width of the picture that a mask is for.
    pub canvas: Option<(u64, u64)>,
}

/// Reads a `segmentation`.
///
/// # Errors
/// A sentence where it is none.
pub(super) fn of(segmentation: &Value) -> Result<Outline, String> {
    match segmentation {
        Value::Array(polygons) => polygon(polygons),
        Value::Object(mask) => {
            let size: Option<Vec<u64>> = mask
                .get("size")
                .and_then(Value::as_array)
                .and_then(|size| size.iter().map(Value::as_u64).collect());
            let Some(&[height, width]) = size.as_deref() else {
                return Err("the mask has no size of two numbers".to_owned());
            };
            let counts = match mask.get("counts") {
                Some(Value::Array(counts)) => counts.iter().map(Value::as_u64).collect(),
                Some(Value::String(packed)) => unpack(packed),
                _ => None,
            };
            let counts: Vec<u64> = counts.ok_or("the counts of the mask are damaged")?;
            Ok(Outline {
                bounds: runs(&counts, height, width)?,
                canvas: Some((height, width)),
            })
        }
        _ => Err("segmentation is neither an outline nor a mask".to_owned()),
    }
}

fn polygon(polygons: &[Value]) -> Result<Outline, String> {
    let flat: Vec<&Value> = if polygons.iter().all(Value::is_number) {
        polygons.iter().collect()
    } else {
        let parts = polygons.iter().filter_map(Value::as_array);
        parts.flatten().collect()
    };
    let (mut least, mut most) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    for pair in flat.chunks_exact(2) {
        for axis in 0..2 {
            let value = pair[axis]
                .as_f64()
                .ok_or("the outline holds what is no number")?;
            least[axis] = least[axis].min(value);
            most[axis] = most[axis].max(value);
        }
    }
    Ok(Outline {
        // An outline of no point has no box: infinite sides are refused as such.
        bounds: Given {
            x: least[0],
            y: least[1],
            width: most[0] - least[0],
            height: most[1] - least[1],
        },
        canvas: None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "pixels of a picture")]
fn runs(counts: &[u64], height: u64, width: u64) -> Result<Given, String> {
    let area = height.checked_mul(width).filter(|area| *area > 0);
    let area = area.ok_or("the mask is of no size")?;
    let (mut left, mut right) = (u64::MAX, 0);
    let (mut top, mut bottom) = (u64::MAX, 0);
    let mut at = 0_u64;
    for (number, count) in counts.iter().enumerate() {
        let end = at.saturating_add(*count);
        if end > area {
            return Err(format!(
                "the mask has more than its {width}x{height} pixels"
            ));
        }
        if number % 2 == 1 && *count > 0 {
            let last = end - 1;
            left = left.min(at / height);
            right = right.max(last / height + 1);
            if at / height == last / height {
                top = top.min(at % height);
                bottom = bottom.max(last % height + 1);
            } else {
                (top, bottom) = (0, height);
            }
        }
        at = end;
    }
    if right == 0 {
        return Err("the mask is empty".to_owned());
    }
    Ok(Given {
        x: left as f64,
        y: top as f64,
        width: (right - left) as f64,
        height: (bottom - top) as f64,
    })
}

fn unpack(packed: &str) -> Option<Vec<u64>> {
    let mut counts: Vec<i64> = Vec::new();
    let mut bytes = packed.bytes().map(|byte| i64::from(byte) - 48).peekable();
    while bytes.peek().is_some() {
        let (mut value, mut shift) = (0_i64, 0_u32);
        loop {
            let six = bytes.next().filter(|six| (0..64).contains(six))?;
            if shift > 50 {
                return None;
            }
            value |= (six & 31) << shift;
            shift += 5;
            if six & 32 == 0 {
                if six & 16 != 0 {
                    value |= -1 << shift;
                }
                break;
            }
        }
        if counts.len() > 2 {
            value += counts[counts.len() - 2];
        }
        counts.push(value);
    }
    counts
        .into_iter()
        .map(|count| u64::try_from(count).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sides(segmentation: &Value) -> [i64; 4] {
        let bounds = of(segmentation).unwrap().bounds;
        let sides = [bounds.x, bounds.y, bounds.width, bounds.height];
        sides.map(|side| format!("{side:.0}").parse().unwrap())
    }

    #[test]
    fn the_box_around_outlines_and_masks() {
        let outline = json!([[10, 20, 30, 25.5, 15, 40], [5, 22, 6, 23]]);
        assert_eq!(sides(&outline), [5, 20, 25, 20]);
        // 4 high, 5 wide: column 1 rows 1-2, column 2 rows 0-3.
        let mask = json!({"counts": [5, 2, 1, 4, 8], "size": [4, 5]});
        assert_eq!(sides(&mask), [1, 0, 2, 4]);
        let one = json!({"counts": [6, 1], "size": [4, 5]});
        assert_eq!(sides(&one), [1, 2, 1, 1]);
        for wrong in [
            json!({"counts": [0, 20, 30], "size": [4, 5]}),
            json!({"counts": [20], "size": [4, 5]}),
            json!({"counts": "\u{1}", "size": [4, 5]}),
            json!({"counts": [1]}),
            json!("x"),
        ] {
            assert!(of(&wrong).is_err(), "{wrong}");
        }
    }

    /// Packs as the reference does.
    fn pack(counts: &[i64]) -> String {
        let mut packed = String::new();
        for (at, count) in counts.iter().enumerate() {
            let mut value = if at > 2 {
                count - counts[at - 2]
            } else {
                *count
            };
            loop {
                let mut six = value & 31;
                value >>= 5;
                let more = if six & 16 != 0 {
                    value != -1
                } else {
                    value != 0
                };
                if more {
                    six |= 32;
                }
                packed.push(char::from(u8::try_from(six + 48).unwrap()));
                if !more {
                    break;
                }
            }
        }
        packed
    }

    #[test]
    fn packed_masks_say_the_same_as_plain_ones() {
        for counts in [
            &[5, 2, 1, 4, 8][..],
            &[0, 20],
            &[1000, 70_000, 3, 0, 90, 15],
        ] {
            let same: Vec<u64> = counts
                .iter()
                .map(|one| u64::try_from(*one).unwrap())
                .collect();
            assert_eq!(unpack(&pack(counts)).unwrap(), same);
        }
        assert_eq!(unpack("é"), None);
        assert_eq!(unpack("ooooooooooooooo"), None);
    }
}
