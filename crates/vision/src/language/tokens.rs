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
use serde_json::Value;

/// Bytes of the mark before a continued piece of a word.
const MARK: usize = "##".len();

/// Characters of a text that are looked at: more than any text model reads, and few enough that
/// nobody waits.
const MOST_CHARACTERS: usize = 8192;

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
        let (json, of_words) = completed(json);
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

    /// The ids of a text's tokens; of a very long one, those of its beginning.
    pub(crate) fn of(&self, text: &str) -> Cut {
        let (answer, cut) = channel();
        let text: String = text.chars().take(MOST_CHARACTERS).collect();
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = texts.send((text, answer));
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

/// A `tokenizer.json` with what the library wants to be said and older files leave to be meant;
/// and whether it is one of words. What is no JSON is left for the library to complain of.
fn completed(json: String) -> (String, bool) {
    let Ok(mut file) = serde_json::from_str::<Value>(&json) else {
        return (json, false);
    };
    if let Some(before) = file.get_mut("pre_tokenizer") {
        let inner = before
            .get_mut("pretokenizers")
            .and_then(Value::as_array_mut);
        match inner {
            Some(several) => several.iter_mut().for_each(complete),
            None => complete(before),
        }
    }
    let of_words = file["model"]["type"] == "WordPiece";
    if file["model"]["type"] == "BPE"
        && let Some(Value::Object(model)) = file.get_mut("model")
    {
        model.entry("ignore_merges").or_insert(Value::Bool(false));
    }
    (file.to_string(), of_words)
}

fn complete(before: &mut Value) {
    if before["type"] == "ByteLevel"
        && let Value::Object(fields) = before
    {
        fields.entry("use_regex").or_insert(Value::Bool(true));
    }
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
    use serde_json::{Value, json};

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

    /// The shape of CLIP's, as it was published: lower case, pieces of letters or digits, pairs
    /// of bytes with a mark at the end of a word. Bytes that do not show stand as characters
    /// from 256 on.
    fn of_pairs() -> String {
        let shows = |byte: &u32| matches!(byte, 33..=126 | 161..=172 | 174..=255);
        let hidden = (0..256_u32).filter(|byte| !shows(byte)).count();
        let all = (0..256_u32).filter(shows).chain((256..).take(hidden));
        let bytes: Vec<String> = all.filter_map(char::from_u32).map(String::from).collect();
        let ends = bytes.iter().map(|byte| format!("{byte}</w>"));
        let rest = ["ca", "cat</w>", "<|start|>", "<|end|>"].map(str::to_owned);
        let vocabulary = bytes.iter().cloned().chain(ends).chain(rest);
        let vocabulary: serde_json::Map<_, _> = vocabulary.zip((0..).map(Value::from)).collect();
        json!({
            "added_tokens": [
                {"id": vocabulary["<|start|>"], "content": "<|start|>"},
                {"id": vocabulary["<|end|>"], "content": "<|end|>"},
            ],
            "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "NFC"},
                {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
                {"type": "Lowercase"},
            ]},
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": "[\\p{L}]+|[\\p{N}]"},
                    "behavior": "Removed", "invert": true},
                {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
            ]},
            "model": {"type": "BPE", "end_of_word_suffix": "</w>", "vocab": vocabulary,
                "merges": ["c a", "ca t</w>"]},
        })
        .to_string()
    }

    #[test]
    fn pairs_of_bytes_are_cut_as_clip_does() {
        let names = ["<|start|>", "<|end|>", "cat</w>", "a</w>"];
        let (tokens, named) = Tokens::load(of_pairs(), &names).unwrap();
        let [start, end, cat, a] = named[..] else {
            panic!("{named:?}");
        };
        assert!(start < end);
        assert_eq!(tokens.of("A  CAT, a cat").unwrap(), [a, cat, a, cat]);
        assert!(tokens.of("").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_tokenizer_is_told() {
        assert!(Tokens::load("{}".to_owned(), &[]).is_err());
        let missing = Tokens::load(SMALL.to_owned(), &["<|end|>"]).unwrap_err();
        assert!(missing.contains("<|end|>"), "{missing}");
    }
}
