//! From text to the words that are compared.

use rust_stemmers::{Algorithm, Stemmer};

/// Cuts text into words: runs of letters or of digits, in lower case, English endings taken
/// off. Characters of scripts without spaces are words each.
#[derive(Debug)]
pub(crate) struct Tokeniser(Stemming);

struct Stemming(Stemmer);

impl std::fmt::Debug for Stemming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stemmer(English)")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Between,
    Letter,
    Digit,
    Alone,
}

impl Tokeniser {
    pub(crate) fn new() -> Self {
        Self(Stemming(Stemmer::create(Algorithm::English)))
    }

    /// Calls `each` with every word in turn.
    pub(crate) fn words(&self, text: &str, mut each: impl FnMut(&str)) {
        let mut word = String::new();
        let mut last = Kind::Between;
        for character in text.chars() {
            let kind = kind_of(character);
            if (kind != last || kind == Kind::Alone) && !word.is_empty() {
                self.stem(&word, &mut each);
                word.clear();
            }
            if kind != Kind::Between {
                word.extend(character.to_lowercase());
            }
            last = kind;
        }
        if !word.is_empty() {
            self.stem(&word, &mut each);
        }
    }

    /// The words of a text.
    pub(crate) fn list(&self, text: &str) -> Vec<String> {
        let mut list = Vec::new();
        self.words(text, |word| list.push(word.to_owned()));
        list
    }

    fn stem(&self, word: &str, each: &mut impl FnMut(&str)) {
        if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            each(&self.0.0.stem(word));
        } else {
            each(word);
        }
    }
}

fn kind_of(character: char) -> Kind {
    if character.is_ascii_digit() || character.is_numeric() {
        Kind::Digit
    } else if !character.is_alphanumeric() && !is_mark(character) {
        Kind::Between
    } else if matches!(character, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
    {
        Kind::Alone
    } else {
        Kind::Letter
    }
}

/// Combining accents belong to the letter before them.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::Tokeniser;

    fn words(text: &str) -> Vec<String> {
        Tokeniser::new().list(text)
    }

    #[test]
    fn endings_and_case_do_not_matter() {
        assert_eq!(words("Running dogs"), words("run dog"));
        assert_eq!(words("CAFÉ"), ["café"]);
    }

    #[test]
    fn file_names_fall_into_their_parts() {
        assert_eq!(words("IMG_0012-b.jpeg"), ["img", "0012", "b", "jpeg"]);
        assert_eq!(words("photo12"), ["photo", "12"]);
    }

    #[test]
    fn scripts_without_spaces_are_cut_into_characters() {
        assert_eq!(words("黒い猫 cat"), ["黒", "い", "猫", "cat"]);
    }
}
