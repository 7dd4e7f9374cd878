//! Texts as vectors: all-MiniLM-L6-v2 with weights of 8 bits, inside the program.
//!
//! Four to seven CPU ms a query. Both runtimes agree to four digits. It is loaded when the first
//! text is asked about: a server that nobody asks does without its 60 MB.

use std::collections::VecDeque;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::names::WORD_DIMENSIONS;
use super::tokens::Tokens;
use crate::EmbedError;
use crate::embed::graph::{Graph, GraphRuntime, GraphSource, Input, Numbers};
use crate::embed::unit;

/// all-MiniLM-L6-v2 (opset 17): `input_ids`, `attention_mask`, `token_type_ids` [n, tokens] →
/// `last_hidden_state` [n, tokens, 384], whose mean over tokens is the vector.
static MODEL_BYTES: &[u8] = include_bytes!("../../models/all-minilm-l6-v2-int8.onnx");
static TOKENIZER: &str = include_str!("../../models/all-minilm-l6-v2-tokenizer.json");

const NAME: &str = "all-minilm-l6-v2/int8";
/// Tokens that it was trained with; what comes after is cut off.
const MOST_TOKENS: usize = 256;
/// Texts that are remembered with their vectors: every page of an answer asks for the same.
const MOST_KNOWN: usize = 32;

/// The text model.
#[derive(Debug)]
pub(crate) struct Sentences {
    runtime: GraphRuntime,
    loaded: OnceLock<Result<Loaded, EmbedError>>,
    known: Mutex<VecDeque<(String, Vec<f32>)>>,
}

#[derive(Debug)]
struct Loaded {
    graph: Graph,
    tokens: Tokens,
}

impl Sentences {
    pub(crate) fn new(runtime: GraphRuntime) -> Self {
        Self {
            runtime,
            loaded: OnceLock::new(),
            known: Mutex::default(),
        }
    }

    pub(super) fn pure() -> Self {
        Self::new(GraphRuntime::Pure)
    }

    /// The vector of a text, of length 1.
    pub(crate) fn vector(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, vector)) = lock().iter().find(|(known, _)| known == text) {
            return Ok(vector.clone());
        }
        let loaded = self.loaded.get_or_init(|| self.load());
        let loaded = loaded.as_ref().map_err(Clone::clone)?;
        let vector = loaded
            .vector(text)
            .map_err(|message| self.failed(message))?;
        let mut known = lock();
        known.push_back((text.to_owned(), vector.clone()));
        while known.len() > MOST_KNOWN {
            known.pop_front();
        }
        Ok(vector)
    }

    fn load(&self) -> Result<Loaded, EmbedError> {
        let graph = Graph::load(GraphSource::Inside(MODEL_BYTES), self.runtime);
        let loaded = graph.and_then(|graph| {
            let (tokens, _) = Tokens::load(TOKENIZER.to_owned(), &[])?;
            Ok(Loaded { graph, tokens })
        });
        loaded.map_err(|message| EmbedError::Load {
            model: NAME.to_owned(),
            runtime: self.runtime.name(),
            message,
        })
    }

    fn failed(&self, message: String) -> EmbedError {
        EmbedError::Run {
            model: NAME.to_owned(),
            runtime: self.runtime.name(),
            batch: 1,
            message,
        }
    }
}

impl Loaded {
    fn vector(&self, text: &str) -> Result<Vec<f32>, String> {
        let ids = cut(&self.tokens.of(text)?);
        let shape = [1, ids.len()];
        let (mask, types) = (vec![1; ids.len()], vec![0; ids.len()]);
        let input = |name, numbers| Input {
            name,
            shape: &shape,
            numbers: Numbers::Integers(numbers),
        };
        let inputs = [
            input("input_ids", &ids),
            input("attention_mask", &mask),
            input("token_type_ids", &types),
        ];
        let states = self.graph.run(&inputs, "last_hidden_state")?;
        if states.shape != [1, ids.len(), WORD_DIMENSIONS] {
            return Err(format!("it gave numbers of shape {:?}", states.shape));
        }
        let mut sum = vec![0.0; WORD_DIMENSIONS];
        for state in states.numbers.chunks_exact(WORD_DIMENSIONS) {
            for (sum, value) in sum.iter_mut().zip(state) {
                *sum += value;
            }
        }
        Ok(unit(&sum))
    }
}

/// The ids of tokens, cut to what the model takes; the mark at the end is kept.
fn cut(ids: &[u32]) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.iter().map(|id| i64::from(*id)).collect();
    if let Some(end) = ids.last().copied()
        && ids.len() > MOST_TOKENS
    {
        ids.truncate(MOST_TOKENS - 1);
        ids.push(end);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::super::tokens::Tokens;
    use super::{MOST_TOKENS, TOKENIZER, cut};

    /// Ids by the tokenizer that the model was trained with.
    #[test]
    fn texts_are_cut_as_the_model_was_trained() {
        let (tokens, _) = Tokens::load(TOKENIZER.to_owned(), &[]).unwrap();
        for (text, ids) in [
            ("espresso", &[101, 9686, 20110, 2080, 102][..]),
            (
                "A photo of a D\u{e9}j\u{e0}-vu caf\u{e9}, isn't it?",
                &[
                    101, 1037, 6302, 1997, 1037, 2139, 3900, 1011, 24728, 7668, 1010, 3475, 1005,
                    1056, 2009, 1029, 102,
                ],
            ),
            (
                "\u{9ed2}\u{3044}\u{732b} & 3.14 \u{20ac}",
                &[101, 100, 1647, 100, 1004, 1017, 1012, 2403, 1574, 102],
            ),
            (
                "supercalifragilisticexpialidocious\tx",
                &[
                    101, 3565, 9289, 10128, 29181, 24411, 4588, 10288, 19312, 21273, 10085, 6313,
                    1060, 102,
                ],
            ),
        ] {
            assert_eq!(tokens.of(text).unwrap(), ids, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_keeps_its_mark_at_the_end() {
        let ids: Vec<u32> = (0..1000).collect();
        let kept = cut(&ids);
        assert_eq!((kept.len(), kept.last()), (MOST_TOKENS, Some(&999)));
        assert_eq!(cut(&[7, 8]), [7, 8]);
    }
}
