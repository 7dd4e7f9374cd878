//! Names of files, which are bytes.

use std::fmt;

/// Where a file stands below its source folder: raw bytes with `/` between the parts.
///
/// Any byte but NUL may occur, so this is no `String`. [`fmt::Display`] shows it to people:
/// bytes that are not UTF-8 appear as U+FFFD.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourcePath(Vec<u8>);

impl SourcePath {
    /// From the raw bytes of a path relative to the source.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The raw bytes, as the file system knows them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last part of the path.
    pub fn file_name(&self) -> &[u8] {
        self.0
            .rsplit(|byte| *byte == b'/')
            .next()
            .unwrap_or_default()
    }

    /// Everything before the last part, without the slash; empty at the top.
    pub fn folder(&self) -> &[u8] {
        self.0
            .iter()
            .rposition(|byte| *byte == b'/')
            .map_or(&[], |slash| &self.0[..slash])
    }

    /// The lower-cased ASCII text after the last dot of the file name, if there is any.
    pub fn extension(&self) -> Option<String> {
        let name = self.file_name();
        let dot = name.iter().rposition(|byte| *byte == b'.')?;
        let tail = std::str::from_utf8(&name[dot + 1..]).ok()?;
        (dot > 0 && !tail.is_empty()).then(|| tail.to_ascii_lowercase())
    }

    /// The file name as people read it.
    pub fn shown_file_name(&self) -> String {
        String::from_utf8_lossy(self.file_name()).into_owned()
    }
}

impl fmt::Display for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::SourcePath;

    #[test]
    fn splits_into_folder_name_and_extension() {
        let path = SourcePath::from_bytes("a/b.c/Photo 1.JPG");
        assert_eq!(path.folder(), b"a/b.c");
        assert_eq!(path.file_name(), b"Photo 1.JPG");
        assert_eq!(path.extension().as_deref(), Some("jpg"));
        assert_eq!(SourcePath::from_bytes("x").folder(), b"");
    }

    #[test]
    fn a_dot_file_has_no_extension() {
        assert_eq!(SourcePath::from_bytes("a/.jpg").extension(), None);
        assert_eq!(SourcePath::from_bytes("a/name.").extension(), None);
    }

    #[test]
    fn keeps_bytes_that_are_not_utf8() {
        let path = SourcePath::from_bytes(b"caf\xe9.jpg".to_vec());
        assert_eq!(path.as_bytes(), b"caf\xe9.jpg");
        assert_eq!(path.to_string(), "caf\u{fffd}.jpg");
        assert_eq!(path.extension().as_deref(), Some("jpg"));
    }
}
