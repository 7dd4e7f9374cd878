//! What people call things and say of them: how long it may be, and how it is kept.
//!
//! One rule for whatever a request brings. The length is counted as it was sent, so that the
//! bound in the document holds word for word; spaces around it are left out of what is kept. Rows
//! of annotation files have a rule of their own: programs fill their columns up with spaces.

use crate::Error;

/// What a text is for, and how long it may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Naming {
    /// Where it stands in a request.
    pub field: &'static str,
    /// What it is, in words.
    pub what: &'static str,
    /// The most characters, spaces around it counted.
    pub longest: usize,
}

impl Naming {
    /// A text of one line as it is kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing but spaces is in it, it is too long, or holds a control
    /// character.
    pub(crate) fn line(self, text: &str) -> Result<String, Error> {
        self.needed(self.line_or_nothing(text)?)
    }

    /// A text of one line as it is kept, which may be empty.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is too long, or holds a control character.
    pub(crate) fn line_or_nothing(self, text: &str) -> Result<String, Error> {
        let kept = self.counted(text)?;
        if let Some(odd) = kept.chars().find(|one| one.is_control()) {
            let why = format!(
                "{} holds the control character U+{:04X}; leave it out",
                self.what,
                u32::from(odd)
            );
            return Err(Error::invalid(self.field, why));
        }
        Ok(kept)
    }

    /// A text that may have several lines, as it is kept.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing but spaces is in it, or it is too long.
    pub(crate) fn text(self, text: &str) -> Result<String, Error> {
        self.needed(self.counted(text)?)
    }

    fn counted(self, text: &str) -> Result<String, Error> {
        let length = text.chars().count();
        if length > self.longest {
            let why = format!(
                "{} has at most {} characters, spaces around it counted; this one has {length}",
                self.what, self.longest
            );
            return Err(Error::invalid(self.field, why));
        }
        Ok(text.trim().to_owned())
    }

    fn needed(self, kept: String) -> Result<String, Error> {
        if kept.is_empty() {
            let why = format!(
                "{} has 1 to {} characters that are not all spaces; this one has none",
                self.what, self.longest
            );
            return Err(Error::invalid(self.field, why));
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::Naming;
    use crate::Error;

    const NAME: Naming = Naming {
        field: "name",
        what: "the name of a thing",
        longest: 4,
    };

    fn refused(text: &str) -> String {
        match NAME.line(text).unwrap_err() {
            Error::Invalid { field: "name", why } => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_name_is_counted_as_it_was_sent_and_kept_without_spaces_around_it() {
        for (sent, kept) in [
            ("abcd", "abcd"),
            (" ab ", "ab"),
            ("ab\n", "ab"),
            ("é é\u{3000}", "é é"),
            ("\u{a0}\u{1f3ce}", "\u{1f3ce}"),
        ] {
            assert_eq!(NAME.line(sent).unwrap(), kept);
        }
        for (sent, why) in [
            ("abcde", "has at most 4 characters"),
            (" abcd", "this one has 5"),
            ("abcd\n", "this one has 5"),
            ("     ", "this one has 5"),
            ("", "this one has none"),
            ("\u{3000}", "this one has none"),
            ("a\u{7}b", "U+0007; leave it out"),
            ("a\nb", "U+000A"),
        ] {
            let told = refused(sent);
            assert!(told.starts_with("the name of a thing "), "{told}");
            assert!(told.contains(why), "{sent:?}: {told}");
        }
        assert_eq!(NAME.text(" a\nb").unwrap(), "a\nb");
        assert_eq!(NAME.line_or_nothing("  ").unwrap(), "");
        assert!(NAME.line_or_nothing("     ").is_err());
    }
}
