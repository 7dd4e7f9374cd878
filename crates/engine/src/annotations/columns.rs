//! What the columns of a table of annotations mean, and taking its rows.

use lamina_model::AnnotationFault;

use super::taker::{Given, Halt, Taker, quote};

/// One value of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Nothing.
    Empty,
    /// A text, as it stands.
    Text(String),
    /// A number.
    Number(f64),
    /// Several texts.
    List(Vec<String>),
}

impl Cell {
    fn text(&self) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::Text(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
            Self::Number(number) if number.is_nan() => None,
            Self::Number(number) => Some(number.to_string()),
            Self::List(list) => list.first().cloned(),
        }
    }

    /// Whether there is nothing, also as programs write that.
    fn is_empty(&self) -> bool {
        self.text().is_none_or(|text| {
            matches!(
                text.trim().to_lowercase().as_str(),
                "" | "nan" | "none" | "null"
            )
        })
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Empty | Self::List(_) => None,
        }
    }

    /// The labels that it holds: one, or a list as JSON or Python writes it.
    fn labels(&self) -> Vec<String> {
        match self {
            Self::List(list) => list.clone(),
            _ if self.is_empty() => Vec::new(),
            other => other.text().map(|text| list(&text)).unwrap_or_default(),
        }
    }
}

/// `["a", "b"]`, `['a', 'b']`, or one text.
fn list(text: &str) -> Vec<String> {
    let text = text.trim();
    if let Ok(list) = serde_json::from_str(text) {
        return list;
    }
    let inside = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    inside
        .and_then(python_list)
        .unwrap_or_else(|| vec![text.to_owned()])
}

/// The inside of a list of texts in single or double quotes; nothing where it is none.
fn python_list(inside: &str) -> Option<Vec<String>> {
    let mut all = Vec::new();
    let mut rest = inside.trim();
    while !rest.is_empty() {
        let mark = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut one = String::new();
        let mut chars = rest[1..].char_indices();
        let end = loop {
            match chars.next()? {
                (_, '\\') => one.push(chars.next()?.1),
                (at, c) if c == mark => break at + 2,
                (_, c) => one.push(c),
            }
        };
        all.push(one);
        rest = rest[end..].trim_start();
        rest = match rest.strip_prefix(',') {
            Some(rest) => rest.trim_start(),
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    Some(all)
}

/// How a box is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Corners {
    /// Left, top, width, height.
    Size([usize; 4]),
    /// Left, top, right, bottom.
    Both([usize; 4]),
}

/// Which column is what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Columns {
    name: usize,
    label: Option<usize>,
    caption: Option<usize>,
    corners: Option<Corners>,
}

impl Columns {
    /// Reads the head of a table.
    ///
    /// # Errors
    /// A sentence where it has no column of file names or says nothing of them.
    pub(super) fn of(head: &[String]) -> Result<Self, String> {
        let heads: Vec<String> = head.iter().map(|one| one.trim().to_lowercase()).collect();
        let find = |names: &[&str]| {
            let mut found = names
                .iter()
                .filter_map(|name| heads.iter().position(|head| head == name));
            found.next()
        };
        let all = |names: [&[&str]; 4]| {
            let found = names.map(find);
            match found {
                [Some(a), Some(b), Some(c), Some(d)] => Some([a, b, c, d]),
                _ => None,
            }
        };
        let width: &[&str] = &["width", "w"];
        let height: &[&str] = &["height", "h"];
        // One converter of the original names left and top the other way round.
        let size = all([
            &["col_x", "x", "left"],
            &["row_y", "y", "top"],
            width,
            height,
        ])
        .or_else(|| all([&["row_x"], &["col_y"], width, height]))
        .map(Corners::Size);
        let both = || {
            all([
                &["xmin", "x_min", "x1"],
                &["ymin", "y_min", "y1"],
                &["xmax", "x_max", "x2"],
                &["ymax", "y_max", "y2"],
            ])
            .map(Corners::Both)
        };
        let shown = || {
            let names: Vec<String> = head.iter().take(20).map(|one| quote(one)).collect();
            format!("{names:?}")
        };
        let name = find(&[
            "filename",
            "file_name",
            "file_path",
            "path",
            "image",
            "image_path",
        ])
        .ok_or_else(|| {
            format!(
                "there is no column called filename; the columns are {}",
                shown()
            )
        })?;
        let columns = Self {
            name,
            label: find(&["label", "labels", "class", "category", "class_name"]),
            caption: find(&["caption", "captions"]),
            corners: size.or_else(both),
        };
        if columns.label.is_none() && columns.caption.is_none() {
            return Err(format!(
                "there is no column called label or caption; the columns are {}",
                shown()
            ));
        }
        Ok(columns)
    }

    /// Takes one row.
    pub(super) fn take(
        &self,
        taker: &mut Taker<'_, '_>,
        line: u64,
        cells: &[Cell],
    ) -> Result<(), Halt> {
        const EMPTY: &Cell = &Cell::Empty;
        let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).unwrap_or(EMPTY);
        let Some(name) = cell(Some(self.name)).text() else {
            if cells.iter().all(Cell::is_empty) {
                return Ok(());
            }
            let why = "the row names no file".to_owned();
            return taker.lose(line, AnnotationFault::Malformed, why);
        };
        let picture = match taker.named(&name) {
            Ok(picture) => picture,
            Err((fault, why)) => return taker.lose(line, fault, why),
        };
        let labels = cell(self.label).labels();
        match self.given(line, cells, taker)? {
            Bounds::None => {
                for label in &labels {
                    taker.label(line, picture, label)?;
                }
            }
            Bounds::Wrong => {}
            Bounds::Box(_) if labels.is_empty() => {
                let why = "the box has no label".to_owned();
                taker.lose(line, AnnotationFault::UnusableText, why)?;
            }
            Bounds::Box(given) => {
                for label in &labels {
                    taker.object(line, picture, label, given, -1)?;
                }
            }
        }
        match cell(self.caption) {
            Cell::List(captions) => {
                for caption in captions {
                    taker.caption(line, picture, caption)?;
                }
            }
            caption => {
                if let Some(text) = caption.text() {
                    taker.caption(line, picture, &text)?;
                }
            }
        }
        Ok(())
    }

    fn given(&self, line: u64, cells: &[Cell], taker: &mut Taker<'_, '_>) -> Result<Bounds, Halt> {
        let Some(corners) = self.corners else {
            return Ok(Bounds::None);
        };
        let (Corners::Size(places) | Corners::Both(places)) = corners;
        let sides = places.map(|at| cells.get(at).unwrap_or(&Cell::Empty));
        if sides.iter().all(|side| side.is_empty()) {
            return Ok(Bounds::None);
        }
        let numbers = sides.map(Cell::number);
        let [Some(x), Some(y), Some(third), Some(fourth)] = numbers else {
            let texts = sides.map(|side| quote(&side.text().unwrap_or_default()));
            let why = format!("the box {texts:?} holds what is no number");
            taker.lose(line, AnnotationFault::InvalidBox, why)?;
            return Ok(Bounds::Wrong);
        };
        let (width, height) = match corners {
            Corners::Size(_) => (third, fourth),
            Corners::Both(_) => (third - x, fourth - y),
        };
        Ok(Bounds::Box(Given {
            x,
            y,
            width,
            height,
        }))
    }
}

/// What a row says of a box.
enum Bounds {
    None,
    Wrong,
    Box(Given),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(names: &[&str]) -> Result<Columns, String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Columns::of(&names)
    }

    #[test]
    fn columns_are_known_by_the_originals_names_in_any_order_and_case() {
        let columns = heads(&[
            "Label",
            " filename ",
            "xml",
            "col_x",
            "row_y",
            "width",
            "height",
        ]);
        let expected = Columns {
            name: 1,
            label: Some(0),
            caption: None,
            corners: Some(Corners::Size([3, 4, 5, 6])),
        };
        assert_eq!(columns.unwrap(), expected);
        let swapped = heads(&["filename", "row_x", "col_y", "width", "height", "label"]).unwrap();
        assert_eq!(swapped.corners, Some(Corners::Size([1, 2, 3, 4])));
        let both = heads(&["image", "xmin", "ymin", "xmax", "ymax", "class"]).unwrap();
        assert_eq!(both.corners, Some(Corners::Both([1, 2, 3, 4])));
        for wrong in [&["label"][..], &["filename", "width"], &[]] {
            let why = heads(wrong).unwrap_err();
            assert!(why.contains("there is no column"), "{why}");
        }
    }

    #[test]
    fn lists_of_labels_are_read_as_json_and_as_python_writes_them() {
        let text = |text: &str| Cell::Text(text.to_owned()).labels();
        assert_eq!(text(r#"["a", "b, c"]"#), ["a", "b, c"]);
        assert_eq!(text("['a', 'it\\'s']"), ["a", "it's"]);
        assert_eq!(text(r#"['a', "b's"]"#), ["a", "b's"]);
        assert_eq!(text("[]"), Vec::<String>::new());
        assert_eq!(text("cat"), ["cat"]);
        assert_eq!(text("[cat"), ["[cat"]);
        assert_eq!(text("[cat]"), ["[cat]"]);
        assert_eq!(text("7"), ["7"]);
        assert_eq!(text(" NaN"), Vec::<String>::new());
        assert_eq!(Cell::Number(3.0).labels(), ["3"]);
    }
}
