//! For every word the documents that hold it, and where in them.
#![expect(
    clippy::cast_precision_loss,
    reason = "weights need no more digits than f32 has"
)]

use std::collections::HashMap;

use super::tokens::Tokeniser;
use crate::{
    SearchError,
    lists::Texts,
    sections::{SectionReader, SectionWriter},
};

/// Words lie this far apart at least when they stand in different texts of one document, so
/// that no phrase goes from one into the other.
const BETWEEN_TEXTS: u32 = 16;

/// An inverted index with positions.
#[derive(Debug)]
pub(crate) struct WordIndex {
    /// Words in the order of their bytes.
    words: Texts,
    /// For each word, for each document with it: how many documents further on, how often, and
    /// each position as a distance from the last; 7 bits a byte, the last byte below 128.
    postings: Texts,
    /// Words in each document, up to 65,535.
    lengths: Vec<u16>,
    mean_length: f32,
}

/// Documents that hold what was asked for, in ascending order, and where in them.
#[derive(Debug, Default)]
struct Found {
    /// Each with the end of its part of `positions`.
    documents: Vec<(u32, usize)>,
    positions: Vec<u32>,
}

impl Found {
    /// Each document with its positions in ascending order.
    fn iter(&self) -> impl Iterator<Item = (u32, &[u32])> {
        let mut start = 0;
        self.documents.iter().map(move |(document, end)| {
            let positions = &self.positions[start..*end];
            start = *end;
            (*document, positions)
        })
    }

    /// The positions from which `next` follows so many words later.
    fn followed_by(&self, next: &Self, words_later: u32) -> Self {
        let mut both = Self::default();
        let mut others = next.iter().peekable();
        for (document, positions) in self.iter() {
            while others.next_if(|(other, _)| *other < document).is_some() {}
            let Some((_, follow)) = others.next_if(|(other, _)| *other == document) else {
                continue;
            };
            let before = both.positions.len();
            let followed = |from: &&u32| follow.binary_search(&(**from + words_later)).is_ok();
            both.positions.extend(positions.iter().filter(followed));
            if both.positions.len() > before {
                both.documents.push((document, both.positions.len()));
            }
        }
        both
    }
}

impl WordIndex {
    /// Indexes documents of one or more texts each.
    pub(crate) fn build<'a, D: IntoIterator<Item = &'a [u8]>>(
        documents: impl Iterator<Item = D>,
    ) -> Result<Self, SearchError> {
        let tokeniser = Tokeniser::new();
        let mut postings: HashMap<String, (u32, Vec<u8>)> = HashMap::new();
        let mut lengths = Vec::new();
        let mut here: Vec<(String, u32)> = Vec::new();
        for (document, texts) in (0_u32..).zip(documents) {
            let mut position = 0;
            for text in texts {
                tokeniser.words(&String::from_utf8_lossy(text), |word| {
                    here.push((word.to_owned(), position));
                    position += 1;
                });
                position += BETWEEN_TEXTS;
            }
            lengths.push(u16::try_from(here.len()).unwrap_or(u16::MAX));
            here.sort_unstable();
            for same in here.chunk_by(|a, b| a.0 == b.0) {
                let (last, bytes) = postings.entry(same[0].0.clone()).or_default();
                put(bytes, document - *last);
                put(bytes, u32::try_from(same.len()).unwrap_or(u32::MAX));
                let mut before = 0;
                for (_, position) in same {
                    put(bytes, position - before);
                    before = *position;
                }
                *last = document;
            }
            here.clear();
        }
        let mut ordered: Vec<(String, Vec<u8>)> = postings
            .into_iter()
            .map(|(word, (_, bytes))| (word, bytes))
            .collect();
        ordered.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let (mut words, mut lists) = (Texts::default(), Texts::default());
        for (word, bytes) in &ordered {
            words.push(word.as_bytes())?;
            lists.push(bytes)?;
        }
        Ok(Self::new(words, lists, lengths))
    }

    fn new(words: Texts, postings: Texts, lengths: Vec<u16>) -> Self {
        let total: f64 = lengths.iter().map(|length| f64::from(*length)).sum();
        let documents = lengths.len().max(1) as f64;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a mean needs no more than f32"
        )]
        let mean_length = (total / documents).max(1.0) as f32;
        Self {
            words,
            postings,
            lengths,
            mean_length,
        }
    }

    pub(crate) fn write(&self, out: &mut SectionWriter, name: &str) -> Result<(), SearchError> {
        self.words.write(out, &format!("{name}.word"))?;
        self.postings.write(out, &format!("{name}.post"))?;
        out.put(&format!("{name}.lengths"), &self.lengths)
    }

    pub(crate) fn read(
        from: &mut SectionReader,
        name: &str,
        documents: usize,
    ) -> Result<Self, SearchError> {
        let words = Texts::read(from, &format!("{name}.word"))?;
        let postings = Texts::read(from, &format!("{name}.post"))?;
        let lengths = from.get_len(&format!("{name}.lengths"), documents)?;
        if words.len() != postings.len() {
            return Err(from.damaged("words and their places do not match"));
        }
        Ok(Self::new(words, postings, lengths))
    }

    /// The documents that hold these words one right after the other, each with its weight.
    pub(crate) fn weighted(&self, words: &[String]) -> Vec<(u32, f32)> {
        let Some((first, rest)) = words.split_first() else {
            return Vec::new();
        };
        let mut found = self.holding(first);
        for (after, word) in (1..).zip(rest) {
            found = found.followed_by(&self.holding(word), after);
        }
        let holders = found.documents.len();
        let weight = |(document, positions): (u32, &[u32])| {
            (document, self.weight(document, positions.len(), holders))
        };
        found.iter().map(weight).collect()
    }

    /// How much it says that a document of this length holds something so often, when so many
    /// hold it at all: the weight of Robertson and Zaragoza, "The Probabilistic Relevance
    /// Framework: BM25 and Beyond" (2009), with k₁ = 1.2 and b = 0.75.
    fn weight(&self, document: u32, times: usize, holders: usize) -> f32 {
        let (documents, holders) = (self.lengths.len() as f32, holders as f32);
        let rarity = (1.0 + (documents - holders + 0.5) / (holders + 0.5)).ln();
        let length = f32::from(self.lengths[document as usize]) / self.mean_length;
        let times = times as f32;
        rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length))
    }

    fn holding(&self, word: &str) -> Found {
        let mut found = Found::default();
        let Some(at) = self.words.find(word.as_bytes()) else {
            return found;
        };
        let mut bytes = self.postings.of(at);
        let mut document = 0;
        while !bytes.is_empty() {
            document += take(&mut bytes);
            let times = take(&mut bytes);
            let mut position = 0;
            for _ in 0..times {
                position += take(&mut bytes);
                found.positions.push(position);
            }
            found.documents.push((document, found.positions.len()));
        }
        found
    }
}

fn put(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 128 {
        bytes.push(number.to_le_bytes()[0] | 128);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

/// The next number; 0 where the bytes are at an end, which a checked file never is.
fn take(bytes: &mut &[u8]) -> u32 {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let Some((byte, rest)) = bytes.split_first() else {
            break;
        };
        *bytes = rest;
        number |= u32::from(byte & 127) << shift;
        if *byte < 128 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::{put, take};

    #[test]
    fn numbers_round_trip() {
        let numbers = [0, 1, 127, 128, 300, 1 << 21, u32::MAX];
        let mut bytes = Vec::new();
        for number in numbers {
            put(&mut bytes, number);
        }
        let mut rest = &bytes[..];
        assert_eq!(numbers.map(|_| take(&mut rest)), numbers);
        assert!(rest.is_empty());
    }
}
