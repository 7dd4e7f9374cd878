//! Large JSON documents, element by element: the lists at the top of an object, one value of
//! which is in memory at a time, each with the line on which it begins.

use std::{
    cell::Cell,
    fmt,
    io::{BufRead, Read},
    rc::Rc,
};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use super::{taker::Halt, text::Text};

/// Calls `each` with the name of the list, the line, and the value of every element of the lists
/// of these names, in the order of the file. Gives the names that were there and are lists.
///
/// # Errors
/// What `each` says; [`Halt::Unreadable`] where the document breaks off.
pub(super) fn elements<R: Read>(
    file: R,
    names: &[&'static str],
    each: &mut dyn FnMut(&'static str, u64, Value) -> Result<(), Halt>,
) -> Result<Vec<&'static str>, Halt> {
    let line = Rc::new(Cell::new(1));
    let text = Text::of(file).map_err(|cause| Halt::unreadable(0, &cause))?;
    let clean = Clean {
        text: std::io::BufReader::with_capacity(64 << 10, text),
        line: Rc::clone(&line),
        state: State::Between,
        left: &[],
    };
    let mut halted = None;
    let mut found = Vec::new();
    let mut document = serde_json::Deserializer::from_reader(clean);
    let read = document.deserialize_any(Top {
        names,
        each,
        line: &line,
        halted: &mut halted,
        found: &mut found,
    });
    match (halted, read.and_then(|()| document.end())) {
        (Some(halt), _) => Err(halt),
        (None, Ok(())) => Ok(found),
        (None, Err(cause)) => Err(Halt::Unreadable {
            line: cause.line() as u64,
            note: format!("the file breaks off: {cause}"),
        }),
    }
}

/// Where a byte stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Between,
    Text,
    Escape,
    /// Inside a word that is no JSON.
    Word,
}

/// Counts lines, and makes `null` of the words that some programs write for what is no number.
struct Clean<R: Read> {
    text: std::io::BufReader<R>,
    line: Rc<Cell<u64>>,
    state: State,
    /// What is still to come of a word put in the place of another.
    left: &'static [u8],
}

impl<R: Read> Clean<R> {
    fn byte(&mut self) -> std::io::Result<Option<u8>> {
        if let Some((first, rest)) = self.left.split_first() {
            self.left = rest;
            return Ok(Some(*first));
        }
        loop {
            let mut one = [0];
            if self.text.read(&mut one)? == 0 {
                return Ok(None);
            }
            let [byte] = one;
            if byte == b'\n' {
                self.line.set(self.line.get() + 1);
            }
            match (self.state, byte) {
                (State::Text, b'\\') => self.state = State::Escape,
                (State::Text, b'"') => self.state = State::Between,
                (State::Escape, _) | (State::Between, b'"') => self.state = State::Text,
                // NaN, Infinity; the minus of -Infinity is passed over with it.
                (State::Between, b'N' | b'I') => {
                    self.state = State::Word;
                    self.left = b"ull";
                    return Ok(Some(b'n'));
                }
                (State::Between, b'-') => match self.text.fill_buf()?.first() {
                    Some(b'I') => continue,
                    _ => return Ok(Some(byte)),
                },
                (State::Word, b'a'..=b'z' | b'A'..=b'Z') => continue,
                (State::Word, _) => {
                    self.state = if byte == b'"' {
                        State::Text
                    } else {
                        State::Between
                    };
                }
                _ => {}
            }
            return Ok(Some(byte));
        }
    }
}

impl<R: Read> Read for Clean<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let Some(place) = out.first_mut() else {
            return Ok(0);
        };
        // One byte at a time, so that the count of lines is that of what was read.
        match self.byte()? {
            Some(byte) => {
                *place = byte;
                Ok(1)
            }
            None => Ok(0),
        }
    }
}

/// The document.
struct Top<'a> {
    names: &'a [&'static str],
    each: &'a mut dyn FnMut(&'static str, u64, Value) -> Result<(), Halt>,
    line: &'a Cell<u64>,
    halted: &'a mut Option<Halt>,
    found: &'a mut Vec<&'static str>,
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object at the top")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match self.names.iter().find(|name| **name == key) {
                Some(name) => {
                    let is_list = map.next_value_seed(List {
                        name,
                        each: &mut *self.each,
                        line: self.line,
                        halted: &mut *self.halted,
                    })?;
                    if is_list {
                        self.found.push(name);
                    }
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// One list; gives whether it is one.
struct List<'a> {
    name: &'static str,
    each: &'a mut dyn FnMut(&'static str, u64, Value) -> Result<(), Halt>,
    line: &'a Cell<u64>,
    halted: &'a mut Option<Halt>,
}

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list called {}", self.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<bool, A::Error> {
        while let Some((line, value)) = list.next_element_seed(Lined(self.line))? {
            if let Err(halt) = (self.each)(self.name, line, value) {
                *self.halted = Some(halt);
                return Err(A::Error::custom("halted"));
            }
        }
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }
}

/// A value with the line on which it begins.
struct Lined<'a>(&'a Cell<u64>);

impl<'de> DeserializeSeed<'de> for Lined<'_> {
    type Value = (u64, Value);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let line = self.0.get();
        serde::Deserialize::deserialize(deserializer).map(|value| (line, value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    type Element = (&'static str, u64, Value);

    fn read(text: &str) -> (Vec<Element>, Result<Vec<&'static str>, Halt>) {
        let mut all = Vec::new();
        let ended = elements(text.as_bytes(), &["a", "b"], &mut |name, line, value| {
            all.push((name, line, value));
            Ok(())
        });
        (all, ended)
    }

    #[test]
    fn elements_come_with_their_lines_and_other_things_are_passed_over() {
        let (all, ended) =
            read("{\"x\": {\"a\": [1]},\n\"b\":\n[ {\"y\":\n2}\n,\n\"N\\\"aN\"], \"a\": 7}");
        assert_eq!(all, [("b", 3, json!({"y": 2})), ("b", 6, json!("N\"aN"))]);
        assert_eq!(ended.unwrap(), ["b"]);
    }

    #[test]
    fn what_is_no_number_becomes_null() {
        let (all, ended) =
            read("{\"a\": [NaN, -Infinity, [Infinity, -1, -2.5], \"NaN -Infinity\"]}");
        let values: Vec<_> = all.into_iter().map(|(.., value)| value).collect();
        assert_eq!(
            values,
            [
                json!(null),
                json!(null),
                json!([null, -1, -2.5]),
                json!("NaN -Infinity")
            ]
        );
        ended.unwrap();
    }

    #[test]
    fn a_document_that_breaks_off_gives_what_stands_before() {
        let (all, ended) = read("{\"a\": [1,\n2,\n{\"x\"");
        assert_eq!(all.len(), 2);
        assert!(
            matches!(ended, Err(Halt::Unreadable { line: 3, .. })),
            "{ended:?}"
        );
        let (_, ended) = read("[1]");
        assert!(matches!(ended, Err(Halt::Unreadable { .. })));
        let (_, ended) = read("");
        assert!(matches!(ended, Err(Halt::Unreadable { .. })));
    }
}
