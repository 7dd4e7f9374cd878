//! Takes rows as they are read, one by one: checks them, gathers those that count, and tells of
//! those that do not.

use std::sync::Arc;

use lamina_model::{
    AnnotationFault, AnnotationFile, AnnotationFormat, AnnotationProblem, Caption, DatasetId,
    MarkSource, MediaId, ObjectBox, ObjectId, PictureLabel,
};
use lamina_store::Said;
use tokio::sync::mpsc;

use super::pictures::{Named, Picture, Pictures};

/// Rows handed on together.
const PART: usize = 2000;
/// Problems of a file that are kept one by one; all are counted.
pub(super) const MOST_PROBLEMS: u64 = 10_000;
/// The longest label, in characters.
const LONGEST_LABEL: usize = 200;
/// The longest caption, in characters.
pub(crate) const LONGEST_CAPTION: usize = 10_000;
/// The longest part of a file's own text that a note repeats, in characters.
const LONGEST_QUOTE: usize = 120;

/// Why reading a file ended before its end.
#[derive(Debug)]
pub(super) enum Halt {
    /// Nobody wants the rest.
    Closed,
    /// It cannot be read on.
    Unreadable {
        /// Where; 0 for nowhere.
        line: u64,
        /// Why.
        note: String,
    },
}

impl Halt {
    pub(super) fn unreadable(line: u64, cause: &dyn std::fmt::Display) -> Self {
        Self::Unreadable {
            line,
            note: format!("cannot be read: {cause}"),
        }
    }
}

/// Where something stands that a line alone does not lead to: programs write whole documents on
/// one line, and YOLO a file for each picture.
#[derive(Debug, Clone, Default)]
pub(super) enum Place {
    /// The line says it all.
    #[default]
    Line,
    /// What an export says of a picture: the picture, the list, and the place in that.
    Said(Arc<str>, &'static str, usize),
    /// An entry of a list of a COCO file, by its id where it has one.
    Entry(&'static str, usize, Option<Arc<str>>),
    /// Another file than the one that is told of; the line is a line of that.
    File(Arc<str>),
}

impl Place {
    /// A note, with the place before it where there is one.
    pub(super) fn before(&self, note: String) -> String {
        match self {
            Self::Line => note,
            Self::Said(picture, list, at) => format!("{picture:?}, {list}[{at}]: {note}"),
            Self::Entry(list, at, None) => format!("{list}[{at}]: {note}"),
            Self::Entry(list, at, Some(id)) => format!("{list}[{at}], id {id}: {note}"),
            Self::File(file) => format!("{file}: {note}"),
        }
    }
}

/// A tag that a row names.
#[derive(Debug)]
pub(super) struct NamedTag {
    pub media_id: MediaId,
    pub name: String,
    pub line: u64,
    pub place: Place,
}

/// Some rows of a file.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// What counts.
    pub said: Said,
    /// Tags, by name.
    pub tags: Vec<NamedTag>,
    /// The file.
    pub position: usize,
    /// The number of the first problem.
    pub first_problem: u64,
    /// What does not count, or not as it is.
    pub problems: Vec<AnnotationProblem>,
}

impl Part {
    fn len(&self) -> usize {
        self.said.labels.len()
            + self.said.captions.len()
            + self.said.objects.len()
            + self.tags.len()
            + self.problems.len()
    }
}

/// A box as a file gives it, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// What lasts from file to file.
#[derive(Debug)]
pub(super) struct Course<'a> {
    pub dataset: DatasetId,
    pub pictures: &'a Pictures,
    pub sender: mpsc::Sender<Part>,
    /// Captions of each picture so far.
    captions: Vec<u32>,
    /// Boxes so far.
    boxes: u64,
}

impl<'a> Course<'a> {
    pub(super) fn new(
        dataset: DatasetId,
        pictures: &'a Pictures,
        sender: mpsc::Sender<Part>,
    ) -> Self {
        Self {
            dataset,
            pictures,
            sender,
            captions: vec![0; pictures.len()],
            boxes: 0,
        }
    }
}

/// Takes the rows of one file.
#[derive(Debug)]
pub(super) struct Taker<'c, 'p> {
    course: &'c mut Course<'p>,
    /// The folder that names in the file are relative to, below the source.
    pub folder: Vec<u8>,
    /// Where rows stand from now on.
    pub place: Place,
    file: AnnotationFile,
    part: Part,
    told: u64,
}

impl<'c, 'p> Taker<'c, 'p> {
    pub(super) fn new(
        course: &'c mut Course<'p>,
        position: usize,
        path: String,
        format: AnnotationFormat,
        folder: Vec<u8>,
    ) -> Self {
        Self {
            course,
            folder,
            place: Place::default(),
            file: AnnotationFile {
                path,
                format,
                rows: 0,
                labels: 0,
                captions: 0,
                boxes: 0,
                faults: std::collections::BTreeMap::new(),
            },
            part: Part {
                position,
                ..Part::default()
            },
            told: 0,
        }
    }

    /// Hands on what is left, and gives what came of the file.
    pub(super) fn finish(mut self, ended: Result<(), Halt>) -> Result<AnnotationFile, Halt> {
        self.place = Place::default();
        match ended {
            Ok(()) => {}
            Err(Halt::Closed) => return Err(Halt::Closed),
            Err(Halt::Unreadable { line, note }) => {
                self.note(line, AnnotationFault::Unreadable, note)?;
            }
        }
        self.hand_on()?;
        Ok(self.file)
    }

    fn hand_on(&mut self) -> Result<(), Halt> {
        let next = Part {
            position: self.part.position,
            first_problem: self.told,
            ..Part::default()
        };
        let part = std::mem::replace(&mut self.part, next);
        if part.len() == 0 {
            return Ok(());
        }
        self.course
            .sender
            .blocking_send(part)
            .map_err(|_| Halt::Closed)
    }

    fn step(&mut self) -> Result<(), Halt> {
        if self.part.len() >= PART {
            self.hand_on()?;
        }
        Ok(())
    }

    /// Tells of something that is no row, or of a row that counts all the same.
    pub(super) fn note(
        &mut self,
        line: u64,
        fault: AnnotationFault,
        note: String,
    ) -> Result<(), Halt> {
        *self.file.faults.entry(fault).or_default() += 1;
        if self.told < MOST_PROBLEMS {
            self.told += 1;
            self.part.problems.push(AnnotationProblem {
                file: self.file.path.clone(),
                line,
                fault,
                note: self.place.before(note),
            });
        }
        self.step()
    }

    /// Tells of a row that does not count.
    pub(super) fn lose(
        &mut self,
        line: u64,
        fault: AnnotationFault,
        note: String,
    ) -> Result<(), Halt> {
        self.file.rows += 1;
        self.note(line, fault, note)
    }

    /// The picture that a name means, or what is wrong with the name.
    pub(super) fn named(&self, name: &str) -> Result<u32, (AnnotationFault, String)> {
        say(self.course.pictures.find(&self.folder, name), name)
    }

    pub(super) const fn pictures(&self) -> &'p Pictures {
        self.course.pictures
    }

    pub(super) fn picture(&self, number: u32) -> Picture {
        self.course.pictures.get(number)
    }

    /// A label of a whole picture.
    pub(super) fn label(&mut self, line: u64, picture: u32, label: &str) -> Result<(), Halt> {
        match checked(label, LONGEST_LABEL, "label") {
            Err(why) => self.lose(line, AnnotationFault::UnusableText, why),
            Ok(label) => {
                self.file.rows += 1;
                self.file.labels += 1;
                self.part.said.labels.push(PictureLabel {
                    media_id: self.picture(picture).id,
                    label: label.to_owned(),
                    source: MarkSource::Annotation,
                });
                self.step()
            }
        }
    }

    /// A caption.
    pub(super) fn caption(&mut self, line: u64, picture: u32, text: &str) -> Result<(), Halt> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 || length > LONGEST_CAPTION {
            let why =
                format!("a caption has 1 to {LONGEST_CAPTION} characters; this one has {length}");
            return self.lose(line, AnnotationFault::UnusableText, why);
        }
        self.file.rows += 1;
        self.file.captions += 1;
        let position = &mut self.course.captions[picture as usize];
        self.part.said.captions.push(Caption {
            media_id: self.course.pictures.get(picture).id,
            position: *position,
            caption: text.to_owned(),
            source: MarkSource::Annotation,
        });
        *position += 1;
        self.step()
    }

    /// A tag.
    pub(super) fn tag(&mut self, line: u64, picture: u32, name: &str) -> Result<(), Halt> {
        match checked(name, LONGEST_LABEL, "tag") {
            Err(why) => self.lose(line, AnnotationFault::UnusableText, why),
            Ok(name) => {
                self.file.rows += 1;
                self.part.tags.push(NamedTag {
                    media_id: self.picture(picture).id,
                    name: name.to_owned(),
                    line,
                    place: self.place.clone(),
                });
                self.step()
            }
        }
    }

    /// A box with a label.
    pub(super) fn object(
        &mut self,
        line: u64,
        picture: u32,
        label: &str,
        given: Given,
        original_id: i64,
    ) -> Result<(), Halt> {
        let label = match checked(label, LONGEST_LABEL, "label") {
            Ok(label) => label.to_owned(),
            Err(why) => return self.lose(line, AnnotationFault::UnusableText, why),
        };
        let of = self.picture(picture);
        let cut = match cut(given, of) {
            Ok(cut) => cut,
            Err((fault, why)) => return self.lose(line, fault, why),
        };
        if cut.is_less {
            let why = format!(
                "the box {} reaches outside the picture of {}x{} pixels and was cut to it",
                shown(given),
                of.width_px,
                of.height_px
            );
            self.note(line, AnnotationFault::BoxCut, why)?;
        }
        self.file.rows += 1;
        self.file.boxes += 1;
        let mut object = ObjectBox {
            id: ObjectId::from_uuid(uuid::Uuid::nil()),
            media_id: of.id,
            label,
            source: MarkSource::Annotation,
            x_px: i64::from(cut.x),
            y_px: i64::from(cut.y),
            width_px: cut.width,
            height_px: cut.height,
            original_id,
        };
        object.id = id_of(self.course.dataset, self.course.boxes, &object);
        self.course.boxes += 1;
        self.part.said.objects.push(object);
        self.step()
    }
}

/// What a name that leads to no single picture is told as.
pub(super) fn say(found: Named, name: &str) -> Result<u32, (AnnotationFault, String)> {
    match found {
        Named::One(picture) => Ok(picture),
        Named::Nothing => Err((
            AnnotationFault::NoSuchPicture,
            format!("the dataset has no picture {:?}", quote(name)),
        )),
        Named::Several(count) => Err((
            AnnotationFault::AmbiguousPicture,
            format!(
                "{count} pictures are called {:?}; name the one that is meant with its folders",
                quote(name)
            ),
        )),
    }
}

/// The beginning of a file's own text.
pub(super) fn quote(text: &str) -> String {
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

pub(super) fn checked<'t>(text: &'t str, longest: usize, what: &str) -> Result<&'t str, String> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 {
        return Err(format!("the row has no {what}"));
    }
    if length > longest || text.chars().any(char::is_control) {
        return Err(format!(
            "a {what} has 1 to {longest} characters and no control characters; this is {:?}",
            quote(text)
        ));
    }
    Ok(text)
}

/// A box in whole pixels inside a picture.
#[derive(Debug, PartialEq, Eq)]
struct Cut {
    x: u32,
    y: u32,
    width: u32,
    height: u32,
    is_less: bool,
}

fn shown(given: Given) -> String {
    let Given {
        x,
        y,
        width,
        height,
    } = given;
    format!("[{x}, {y}, {width}, {height}]")
}

/// Rounds a box to whole pixels and cuts it to its picture.
fn cut(given: Given, picture: Picture) -> Result<Cut, (AnnotationFault, String)> {
    let Given {
        x,
        y,
        width,
        height,
    } = given;
    let invalid = |why: &str| {
        let note = format!("the box {} {why}", shown(given));
        Err((AnnotationFault::InvalidBox, note))
    };
    if [x, y, width, height].iter().any(|side| !side.is_finite()) {
        return invalid("holds what is no number");
    }
    if width <= 0.0 || height <= 0.0 {
        return invalid("is empty");
    }
    let across = cut_side(x, width, picture.width_px);
    let down = cut_side(y, height, picture.height_px);
    let (Some((x, width, cut_x)), Some((y, height, cut_y))) = (across, down) else {
        let note = format!(
            "the box {} lies outside the picture of {}x{} pixels",
            shown(given),
            picture.width_px,
            picture.height_px
        );
        return Err((AnnotationFault::BoxOutside, note));
    };
    Ok(Cut {
        x,
        y,
        width,
        height,
        is_less: cut_x || cut_y,
    })
}

/// Start and length of one side within a picture that is so long, and whether it was cut. What
/// rounding moves by less than a pixel is no cut.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cut to the picture before"
)]
fn cut_side(from: f64, length: f64, whole: u32) -> Option<(u32, u32, bool)> {
    let whole = f64::from(whole);
    let to = from + length;
    if from >= whole || to <= 0.0 {
        return None;
    }
    let mut start = from.round().clamp(0.0, whole);
    let mut end = to.round().clamp(0.0, whole);
    if end <= start {
        // Thinner than a pixel: the pixel that it lies in.
        start = from.floor().clamp(0.0, whole - 1.0);
        end = start + 1.0;
    }
    let was_cut = from <= -1.0 || to >= whole + 1.0;
    Some((start as u32, (end - start) as u32, was_cut))
}

/// The same for the same box told in the same place, so that its address lasts; in the order of
/// telling.
fn id_of(dataset: DatasetId, ordinal: u64, object: &ObjectBox) -> ObjectId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(dataset.as_uuid().as_bytes());
    hasher.update(&ordinal.to_le_bytes());
    hasher.update(object.media_id.as_uuid().as_bytes());
    hasher.update(object.label.as_bytes());
    for side in [
        object.x_px,
        object.y_px,
        i64::from(object.width_px),
        i64::from(object.height_px),
    ] {
        hasher.update(&side.to_le_bytes());
    }
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&ordinal.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(&hasher.finalize().as_bytes()[..10]);
    ObjectId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use lamina_model::AnnotationFault;
    use proptest::prelude::*;

    use super::*;

    fn given(x: f64, y: f64, width: f64, height: f64) -> Given {
        Given {
            x,
            y,
            width,
            height,
        }
    }

    fn of(width_px: u32, height_px: u32) -> Picture {
        Picture {
            id: MediaId::from_uuid(uuid::Uuid::nil()),
            width_px,
            height_px,
        }
    }

    #[test]
    fn odd_boxes_are_cut_or_refused_with_a_word() {
        let picture = of(320, 200);
        let fault = |x, y, w, h| cut(given(x, y, w, h), picture).unwrap_err().0;
        assert_eq!(fault(10., 10., 0., 0.), AnnotationFault::InvalidBox);
        assert_eq!(fault(10., 10., 0., 5.), AnnotationFault::InvalidBox);
        assert_eq!(fault(10., 10., -3., 5.), AnnotationFault::InvalidBox);
        assert_eq!(fault(f64::NAN, 0., 1., 1.), AnnotationFault::InvalidBox);
        assert_eq!(fault(320., 0., 1., 1.), AnnotationFault::BoxOutside);
        assert_eq!(fault(0., -9., 1., 9.), AnnotationFault::BoxOutside);
        let sides = |x, y, w, h| {
            let cut = cut(given(x, y, w, h), picture).unwrap();
            (cut.x, cut.y, cut.width, cut.height, cut.is_less)
        };
        assert_eq!(sides(-5., -5., 20., 20.), (0, 0, 15, 15, true));
        assert_eq!(sides(310., 190., 50., 50.), (310, 190, 10, 10, true));
        assert_eq!(sides(0., 0., 1e9, 1.), (0, 0, 320, 1, true));
        assert_eq!(sides(1.4, 1.6, 10.4, 0.1), (1, 1, 11, 1, false));
        assert_eq!(sides(0., 0., 320.3, 200.4), (0, 0, 320, 200, false));
    }

    proptest! {
        #[test]
        fn a_box_that_counts_lies_inside_its_picture(
            x in -50.0..400.0_f64, y in -50.0..400.0_f64,
            w in -1.0..500.0_f64, h in -1.0..500.0_f64,
            width in 1..400_u32, height in 1..400_u32,
        ) {
            if let Ok(cut) = cut(given(x, y, w, h), of(width, height)) {
                prop_assert!(cut.width > 0 && cut.height > 0);
                prop_assert!(cut.x + cut.width <= width && cut.y + cut.height <= height);
            }
        }

        #[test]
        fn a_box_of_whole_pixels_inside_is_kept_as_it_is(
            x in 0..100_u32, y in 0..100_u32, w in 1..100_u32, h in 1..100_u32,
        ) {
            let whole = given(x.into(), y.into(), w.into(), h.into());
            let same = Cut { x, y, width: w, height: h, is_less: false };
            prop_assert_eq!(cut(whole, of(200, 200)).unwrap(), same);
        }
    }
}
