//! Cutting texts into the tokens that a text model was trained on, as a `tokenizer.json` says.
//!
//! The tokenizer of the library stays on the thread that made it, so it gets one of its own,
//! which sleeps until a text comes and ends when nobody can send one any more.
//!
//! Version 0.27 of the library counts the marks before continued pieces of a word (`##`) as if
//! they stood in the text, and panics where that leads past its end, as with the one word
//! "espresso". Spaces behind the text, which tokenizers of words pass over, make room for that.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

use rten_text::Tokenizer;

/// Bytes of the mark before a continued piece of a word.
const MARK: usize = "##".len();

type Cut = Result<Vec<u32>, String>;

/// A tokenizer. Threads may share it.
#[derive(Debug)]
pub(crate) struct Tokens {
    texts: Mutex<Sender<(String, Sender<Cut>)>>,
}

impl Tokens {
    /// Reads a `tokenizer.json` and looks up some tokens by name; the message says what is wrong.
    pub(crate) fn load(json: String, named: &[&str]) -> Result<(Self, Vec<u32>), String> {
        let (texts, coming) = channel::<(String, Sender<Cut>)>();
        let (ready, made) = channel();
        let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
        let thread = std::thread::Builder::new().name("tokenizer".to_owned());
        let of_words = json.contains("\"WordPiece\"");
        let serve = move || {
            let loaded = read(&json, &named);
            drop(json);
            let (tokenizer, ids) = match loaded {
                Ok(loaded) => loaded,
                Err(message) => {
                    // Nobody waits any more where this fails.
                    let _ = ready.send(Err(message));
                    return;
                }
            };
            let _ = ready.send(Ok(ids));
            for (text, answer) in coming {
                let text = if of_words { for_words(&text) } else { text };
                let cut = catch_unwind(AssertUnwindSafe(|| tokenizer.encode(text.as_str(), None)));
                let _ = answer.send(match cut {
                    Ok(Ok(cut)) => Ok(cut.token_ids().to_vec()),
                    Ok(Err(error)) => Err(error.to_string()),
                    Err(_) => Err(ENDED.to_owned()),
                });
            }
        };
        thread.spawn(serve).map_err(|error| error.to_string())?;
        let ids = made.recv().map_err(|_| ENDED.to_owned())??;
        Ok((
            Self {
                texts: Mutex::new(texts),
            },
            ids,
        ))
    }

    /// The ids of a text's tokens.
    pub(crate) fn of(&self, text: &str) -> Cut {
        let (answer, cut) = channel();
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = texts.send((text.to_owned(), answer));
        drop(texts);
        sent.map_err(|_| ENDED.to_owned())?;
        cut.recv().map_err(|_| ENDED.to_owned())?
    }
}

/// What is said where the thread is gone, which only a fault of the library can bring about.
const ENDED: &str = "the tokenizer failed";

/// A text as tokenizers of words want it: Chinese characters stand alone, as in the tokenizer of
/// BERT, which the library leaves out; and with room at the end.
fn for_words(text: &str) -> String {
    let mut wide = String::with_capacity(text.len() * (1 + MARK) + MARK);
    for character in text.chars() {
        let alone = matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}');
        if alone {
            wide.extend([' ', character, ' ']);
        } else {
            wide.push(character);
        }
    }
    let room = MARK * (text.len() + 1);
    wide.extend(std::iter::repeat_n(' ', room));
    wide
}

fn read(json: &str, named: &[String]) -> Result<(Tokenizer, Vec<u32>), String> {
    let tokenizer = Tokenizer::from_json(json).map_err(|error| error.to_string())?;
    let id = |name: &String| {
        let id = tokenizer.get_token_id(name);
        id.map_err(|_| format!("it has no token {name:?}"))
    };
    let ids = named.iter().map(id).collect::<Result<_, _>>()?;
    Ok((tokenizer, ids))
}

#[cfg(test)]
mod tests {
    use super::Tokens;

    const SMALL: &str = r###"{"model": {"type": "WordPiece",
        "vocab": {"[CLS]": 0, "[SEP]": 1, "[UNK]": 2, "cat": 3, "##s": 4, "##e": 5}},
        "normalizer": {"type": "BertNormalizer", "lowercase": true, "strip_accents": null},
        "pre_tokenizer": {"type": "BertPreTokenizer"}}"###;

    #[test]
    fn a_text_becomes_tokens_from_any_thread() {
        let (tokens, named) = Tokens::load(SMALL.to_owned(), &["cat"]).unwrap();
        assert_eq!(named, [3]);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| assert_eq!(tokens.of("Cats dog").unwrap(), [0, 3, 4, 2, 1]));
            }
        });
        assert_eq!(tokens.of("catesese").unwrap(), [0, 3, 5, 4, 5, 4, 5, 1]);
        assert_eq!(tokens.of("").unwrap(), [0, 1]);
    }

    #[test]
    fn what_is_no_tokenizer_is_told() {
        assert!(Tokens::load("{}".to_owned(), &[]).is_err());
        let missing = Tokens::load(SMALL.to_owned(), &["<|end|>"]).unwrap_err();
        assert!(missing.contains("<|end|>"), "{missing}");
    }
}
