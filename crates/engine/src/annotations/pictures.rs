//! Finding the picture that a row of an annotation file names.
//!
//! Names are kept as hashes, about 100 bytes a picture in all, because a set may have millions.

use lamina_model::{ImageFormat, MediaId, SourcePath};

/// A picture that rows may be about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture {
    /// Its id.
    pub id: MediaId,
    /// Width of the upright picture in pixels.
    pub width_px: u32,
    /// Height of the upright picture in pixels.
    pub height_px: u32,
}

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// The number of a picture.
    One(u32),
    /// Nothing.
    Nothing,
    /// Several pictures; so many.
    Several(usize),
}

/// Every picture of a dataset by its names.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    list: Vec<Picture>,
    /// The folder of the source, ending in a slash, for rows that give full paths.
    source: Vec<u8>,
    /// Whole paths, and whole paths without the ending of the file.
    paths: Names,
    stems: Names,
    /// The last folder and the file, the file, and the file without its ending.
    ends: Names,
    files: Names,
    file_stems: Names,
}

/// Hashes of names with the numbers of the pictures that have them.
#[derive(Debug, Default)]
struct Names(Vec<(u64, u32)>);

impl Names {
    fn add(&mut self, name: &[u8], picture: u32) {
        self.0.push((hash(name), picture));
    }

    fn find(&self, name: &[u8]) -> Named {
        let hash = hash(name);
        let from = self.0.partition_point(|(known, _)| *known < hash);
        let same = self.0[from..]
            .iter()
            .take_while(|(known, _)| *known == hash);
        match same.count() {
            0 => Named::Nothing,
            1 => Named::One(self.0[from].1),
            several => Named::Several(several),
        }
    }
}

fn hash(name: &[u8]) -> u64 {
    let bytes = blake3::hash(name);
    u64::from_le_bytes(std::array::from_fn(|at| bytes.as_bytes()[at]))
}

impl Pictures {
    /// None yet, of a source whose folder this is.
    pub(super) fn of(source: &[u8]) -> Self {
        let mut source = source.to_vec();
        if !source.ends_with(b"/") {
            source.push(b'/');
        }
        Self {
            source,
            ..Self::default()
        }
    }

    /// Adds a picture; [`Self::ready`] has to follow the last.
    pub(super) fn add(&mut self, path: &SourcePath, picture: Picture) {
        let Ok(number) = u32::try_from(self.list.len()) else {
            return;
        };
        self.list.push(picture);
        let path = path.as_bytes();
        self.paths.add(path, number);
        self.stems.add(stem(path), number);
        self.ends.add(end(path), number);
        self.files.add(file(path), number);
        self.file_stems.add(stem(file(path)), number);
    }

    /// Makes names ready to be found.
    pub(super) fn ready(&mut self) {
        for names in [
            &mut self.paths,
            &mut self.stems,
            &mut self.ends,
            &mut self.files,
            &mut self.file_stems,
        ] {
            names.0.sort_unstable();
        }
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.list.len()
    }

    /// The picture with a number.
    pub(super) fn get(&self, number: u32) -> Picture {
        self.list[number as usize]
    }

    /// The picture that a row means: by its path from the folder of the annotation file, from the
    /// top, or below `images`; else the only one whose path ends so; else the only one of that
    /// file name. An ending may be left out.
    pub(super) fn find(&self, folder: &[u8], name: &str) -> Named {
        let given = name.as_bytes();
        let exact = self.paths.find(&join(folder, given));
        if exact != Named::Nothing {
            return exact;
        }
        let plain = name.trim().replace('\\', "/");
        let plain = plain.strip_prefix("file://").unwrap_or(&plain).as_bytes();
        let plain = plain.strip_prefix(&self.source[..]).unwrap_or(plain);
        let Some(name) = normal(plain) else {
            return Named::Nothing;
        };
        let from_folder = normal(&join(folder, plain));
        let places = [
            from_folder.clone(),
            Some(name.clone()),
            Some(join(&join(folder, b"images"), &name)),
            Some(join(b"images", &name)),
        ];
        let places: Vec<_> = places.into_iter().flatten().collect();
        let has_end = std::str::from_utf8(&name).is_ok_and(|name| {
            let end = name.rsplit_once('.').map(|(_, end)| end.to_lowercase());
            end.is_some_and(|end| ImageFormat::from_extension(&end).is_some())
        });
        let whole = |names: &Names| {
            let found = places.iter().map(|place| names.find(place));
            found.into_iter().find(|found| *found != Named::Nothing)
        };
        let mut last = None;
        let mut tries = vec![whole(&self.paths)];
        if !has_end {
            tries.push(whole(&self.stems));
        }
        if name.contains(&b'/') {
            tries.push(Some(self.ends.find(end(&name))));
        }
        tries.push(Some(self.files.find(file(&name))));
        if !has_end {
            tries.push(Some(self.file_stems.find(file(&name))));
        }
        for found in tries.into_iter().flatten() {
            match found {
                Named::One(_) => return found,
                Named::Several(_) => last = last.or(Some(found)),
                Named::Nothing => {}
            }
        }
        last.unwrap_or(Named::Nothing)
    }

    /// The picture with a path without its ending.
    pub(super) fn find_stem(&self, stem: &[u8]) -> Named {
        self.stems.find(stem)
    }

    /// The only picture with a file name without its ending.
    pub(super) fn find_file_stem(&self, stem: &[u8]) -> Named {
        self.file_stems.find(file(stem))
    }
}

/// Both parts with a slash between them.
pub(super) fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() {
        name.to_vec()
    } else {
        [folder, b"/", name].concat()
    }
}

/// A path without `.`, `..` and empty parts; nothing where none is left.
fn normal(path: &[u8]) -> Option<Vec<u8>> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join(&b'/'))
}

fn file(path: &[u8]) -> &[u8] {
    let from = path.iter().rposition(|byte| *byte == b'/');
    from.map_or(path, |at| &path[at + 1..])
}

/// The last folder and the file.
fn end(path: &[u8]) -> &[u8] {
    let mut slashes = path
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, byte)| **byte == b'/');
    slashes.nth(1).map_or(path, |(at, _)| &path[at + 1..])
}

/// A path without the ending of the file.
pub(super) fn stem(path: &[u8]) -> &[u8] {
    let from = path.len() - file(path).len();
    match path[from..].iter().rposition(|byte| *byte == b'.') {
        Some(at) if at > 0 => &path[..from + at],
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn pictures(paths: &[&str]) -> Pictures {
        let mut all = Pictures::of(b"/data/set");
        for (path, number) in paths.iter().zip(1..) {
            let picture = Picture {
                id: MediaId::from_uuid(Uuid::from_u128(number)),
                width_px: 1,
                height_px: 1,
            };
            all.add(&SourcePath::from_bytes(*path), picture);
        }
        all.ready();
        all
    }

    #[test]
    fn a_picture_is_found_by_its_path_and_else_by_what_of_it_is_unique() {
        let all = pictures(&[
            "a.jpg",
            "train/a.jpg",
            "train/b c.jpg",
            "images/val/d.png",
            "100% #1 + ?&;,.jpg",
            "x/e\\f.jpg",
        ]);
        let find = |folder: &str, name: &str| all.find(folder.as_bytes(), name);
        assert_eq!(find("", "a.jpg"), Named::One(0));
        assert_eq!(find("train", "a.jpg"), Named::One(1));
        assert_eq!(find("elsewhere", "train/a.jpg"), Named::One(1));
        assert_eq!(find("", "./train/../train/b c.jpg"), Named::One(2));
        assert_eq!(find("", "train\\b c.jpg"), Named::One(2));
        assert_eq!(find("", "/data/set/train/a.jpg"), Named::One(1));
        assert_eq!(find("", "/somewhere/else/val/d.png"), Named::One(3));
        assert_eq!(find("", "val/d.png"), Named::One(3));
        assert_eq!(find("labels", "d.png"), Named::One(3));
        assert_eq!(find("", "d"), Named::One(3), "an ending may be left out");
        assert_eq!(find("", "100% #1 + ?&;,.jpg"), Named::One(4));
        assert_eq!(
            find("x", "e\\f.jpg"),
            Named::One(5),
            "as it is, first of all"
        );
        assert_eq!(find("q", "w/a.jpg"), Named::Several(2));
        for name in ["", "..", "z.jpg", "d.jpg"] {
            assert_eq!(find("", name), Named::Nothing, "{name:?}");
        }
    }
}
