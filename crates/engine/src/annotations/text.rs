//! Text as files have it: with or without a mark of its encoding, in UTF-8 or UTF-16.

use std::{
    collections::VecDeque,
    io::{BufReader, Chain, Cursor, Read},
};

/// Bytes read from a file at a time.
const BUFFER_BYTES: usize = 256 << 10;

/// A file as UTF-8, without the mark of its encoding.
pub(crate) enum Text<R: Read> {
    /// As it is.
    Plain(Chain<Cursor<Vec<u8>>, BufReader<R>>),
    /// Brought over from UTF-16.
    Wide(Wide<R>),
}

impl<R: Read> Text<R> {
    /// Begins to read.
    pub(crate) fn of(file: R) -> std::io::Result<Self> {
        let mut file = BufReader::with_capacity(BUFFER_BYTES, file);
        let mut head = Vec::new();
        file.by_ref().take(3).read_to_end(&mut head)?;
        let wide = |big_endian, rest: &[u8], file| {
            Self::Wide(Wide {
                file,
                big_endian,
                bytes: rest.iter().copied().collect(),
                text: VecDeque::new(),
                high: None,
            })
        };
        Ok(match head.as_slice() {
            [0xef, 0xbb, 0xbf] => Self::Plain(Cursor::new(Vec::new()).chain(file)),
            [0xff, 0xfe, rest @ ..] => wide(false, rest, file),
            [0xfe, 0xff, rest @ ..] => wide(true, rest, file),
            _ => Self::Plain(Cursor::new(head).chain(file)),
        })
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(plain) => plain.read(out),
            Self::Wide(wide) => wide.read(out),
        }
    }
}

/// UTF-16 being brought over; what is no character becomes U+FFFD.
pub(crate) struct Wide<R: Read> {
    file: BufReader<R>,
    big_endian: bool,
    bytes: VecDeque<u8>,
    text: VecDeque<u8>,
    high: Option<u16>,
}

impl<R: Read> Wide<R> {
    fn push(&mut self, unit: u16) {
        let units = self.high.take().into_iter().chain([unit]);
        for decoded in char::decode_utf16(units) {
            match decoded {
                Ok(c) => self.text.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(lone) if (0xd800..0xdc00).contains(&lone.unpaired_surrogate()) => {
                    if lone.unpaired_surrogate() == unit {
                        self.high = Some(unit);
                    } else {
                        self.text.extend("\u{fffd}".as_bytes());
                    }
                }
                Err(_) => self.text.extend("\u{fffd}".as_bytes()),
            }
        }
    }
}

impl<R: Read> Read for Wide<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.text.is_empty() {
            while self.bytes.len() < 2 {
                let mut more = [0; 4096];
                let read = self.file.read(&mut more)?;
                if read == 0 {
                    return Ok(0);
                }
                self.bytes.extend(&more[..read]);
            }
            while let (Some(first), Some(second)) = (self.bytes.front(), self.bytes.get(1)) {
                let pair = [*first, *second];
                self.bytes.drain(..2);
                self.push(if self.big_endian {
                    u16::from_be_bytes(pair)
                } else {
                    u16::from_le_bytes(pair)
                });
            }
        }
        self.text.read(out)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::Text;

    fn read(bytes: &[u8]) -> String {
        let mut text = String::new();
        Text::of(bytes).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn text_is_the_same_with_and_without_a_mark_and_in_utf_16() {
        let text = "name,ü 🏎️\n";
        assert_eq!(read(text.as_bytes()), text);
        assert_eq!(read(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), text);
        let wide = |to: fn(u16) -> [u8; 2], mark: [u8; 2]| {
            let units = text.encode_utf16().flat_map(to);
            mark.into_iter().chain(units).collect::<Vec<u8>>()
        };
        assert_eq!(read(&wide(u16::to_le_bytes, [0xff, 0xfe])), text);
        assert_eq!(read(&wide(u16::to_be_bytes, [0xfe, 0xff])), text);
        assert_eq!(read(b"a"), "a");
        assert_eq!(read(b""), "");
    }
}
