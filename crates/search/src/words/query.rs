//! Reads what people type to search in words.
//!
//! ```text
//! any   = all { ("OR" | "or") all }
//! all   = not { [ "AND" | "and" | "+" ] not }
//! not   = ( "-" | "NOT" ) not | part
//! part  = "(" any ")" | '"' phrase '"' | word
//! ```

use super::tokens::Tokeniser;

/// What a query asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expr {
    /// These words, one right after the other.
    Phrase(Vec<String>),
    /// All of these.
    All(Vec<Expr>),
    /// At least one of these.
    Any(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
}

/// A query that cannot be read, with the element that is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the query at character {at}: {what}")]
pub struct QueryError {
    /// Which character, from 1.
    pub at: usize,
    /// What is wrong there, naming the element.
    pub what: String,
}

/// Parentheses inside each other at most.
const MOST_DEPTH: usize = 32;
/// Characters of a query at most.
const MOST_CHARACTERS: usize = 4096;
/// Bare words that say nothing of a picture; left out beside words that do.
const EMPTY_WORDS: [&str; 20] = [
    "a", "an", "the", "of", "in", "on", "at", "to", "is", "are", "was", "be", "by", "for", "with",
    "from", "it", "its", "this", "that",
];

/// Reads a query.
pub(crate) fn parse(text: &str, tokeniser: &Tokeniser) -> Result<Expr, QueryError> {
    let characters = text.chars().count();
    if characters > MOST_CHARACTERS {
        return Err(QueryError {
            at: MOST_CHARACTERS + 1,
            what: format!("it has {characters} characters, at most {MOST_CHARACTERS} are read"),
        });
    }
    let mut parser = Parser {
        elements: elements(text)?,
        next: 0,
        depth: 0,
        tokeniser,
        end: characters + 1,
    };
    let expr = parser.any()?;
    match parser.peek() {
        None => Ok(expr),
        Some(left) => Err(QueryError {
            at: left.at,
            what: format!("{} closes nothing", left.shown()),
        }),
    }
}

/// Whether a query can be read, for whoever wants to know before it is asked of an index.
///
/// # Errors
/// [`QueryError`] with the element at fault.
pub fn check_query(text: &str) -> Result<(), QueryError> {
    parse(text, &Tokeniser::new()).map(|_| ())
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Open,
    Close,
    And,
    Or,
    Not,
    Quoted(String),
    Word(String),
}

#[derive(Debug, Clone)]
struct Element {
    kind: Kind,
    at: usize,
}

impl Element {
    fn shown(&self) -> String {
        match &self.kind {
            Kind::Open => "`(`".to_owned(),
            Kind::Close => "`)`".to_owned(),
            Kind::And => "`AND`".to_owned(),
            Kind::Or => "`OR`".to_owned(),
            Kind::Not => "`-`".to_owned(),
            Kind::Quoted(text) => format!("`\"{text}\"`"),
            Kind::Word(text) => format!("`{text}`"),
        }
    }
}

fn elements(text: &str) -> Result<Vec<Element>, QueryError> {
    let mut elements = Vec::new();
    let mut rest = (1..).zip(text.chars()).peekable();
    while let Some((at, character)) = rest.next() {
        let kind = match character {
            space if space.is_whitespace() => continue,
            '(' => Kind::Open,
            ')' => Kind::Close,
            '"' => {
                let mut quoted = String::new();
                let mut closed = false;
                for (_, character) in rest.by_ref() {
                    if character == '"' {
                        closed = true;
                        break;
                    }
                    quoted.push(character);
                }
                if !closed {
                    return Err(QueryError {
                        at,
                        what: format!("the quotation `\"{quoted}` is not closed"),
                    });
                }
                Kind::Quoted(quoted)
            }
            '-' if rest.peek().is_some_and(|(_, next)| !next.is_whitespace()) => Kind::Not,
            first => {
                let mut word = String::from(first);
                while let Some((_, character)) =
                    rest.next_if(|(_, c)| !c.is_whitespace() && !matches!(c, '(' | ')' | '"'))
                {
                    word.push(character);
                }
                match word.as_str() {
                    "AND" | "and" | "+" => Kind::And,
                    "OR" | "or" => Kind::Or,
                    "NOT" => Kind::Not,
                    _ => Kind::Word(word),
                }
            }
        };
        elements.push(Element { kind, at });
    }
    Ok(elements)
}

struct Parser<'a> {
    elements: Vec<Element>,
    next: usize,
    depth: usize,
    tokeniser: &'a Tokeniser,
    end: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Element> {
        self.elements.get(self.next)
    }

    fn take_if(&mut self, kind: &Kind) -> bool {
        let there = self.peek().is_some_and(|element| element.kind == *kind);
        self.next += usize::from(there);
        there
    }

    fn any(&mut self) -> Result<Expr, QueryError> {
        let mut parts = vec![self.all()?];
        while self.take_if(&Kind::Or) {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Expr::Any))
    }

    fn all(&mut self) -> Result<Expr, QueryError> {
        let mut parts = Vec::new();
        loop {
            let bare = matches!(self.peek(), Some(Element { kind: Kind::Word(word), .. })
                if EMPTY_WORDS.contains(&word.to_lowercase().as_str()));
            parts.push((self.not()?, bare));
            let joined = self.take_if(&Kind::And);
            let ends = matches!(
                self.peek().map(|element| &element.kind),
                None | Some(Kind::Or | Kind::Close)
            );
            if ends && !joined {
                break;
            }
        }
        if parts.iter().any(|(_, bare)| !bare) {
            parts.retain(|(_, bare)| !bare);
        }
        Ok(one_or(
            parts.into_iter().map(|(part, _)| part).collect(),
            Expr::All,
        ))
    }

    fn not(&mut self) -> Result<Expr, QueryError> {
        let mut negated = false;
        while self.take_if(&Kind::Not) {
            negated = !negated;
        }
        let part = self.part()?;
        Ok(if negated {
            Expr::Not(Box::new(part))
        } else {
            part
        })
    }

    fn part(&mut self) -> Result<Expr, QueryError> {
        let Some(element) = self.peek().cloned() else {
            return Err(QueryError {
                at: self.end,
                what: "a word is missing at the end".to_owned(),
            });
        };
        self.next += 1;
        match &element.kind {
            Kind::Word(text) | Kind::Quoted(text) => {
                let words = self.tokeniser.list(text);
                if words.is_empty() {
                    return Err(QueryError {
                        at: element.at,
                        what: format!("{} has neither letters nor digits", element.shown()),
                    });
                }
                Ok(Expr::Phrase(words))
            }
            Kind::Open => {
                self.depth += 1;
                if self.depth > MOST_DEPTH {
                    return Err(QueryError {
                        at: element.at,
                        what: format!("more than {MOST_DEPTH} parentheses inside each other"),
                    });
                }
                let inside = self.any()?;
                self.depth -= 1;
                if !self.take_if(&Kind::Close) {
                    return Err(QueryError {
                        at: element.at,
                        what: "`(` is not closed".to_owned(),
                    });
                }
                Ok(inside)
            }
            Kind::Close | Kind::And | Kind::Or | Kind::Not => Err(QueryError {
                at: element.at,
                what: format!("a word is missing before {}", element.shown()),
            }),
        }
    }
}

fn one_or(mut parts: Vec<Expr>, many: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match parts.len() {
        1 => parts.remove(0),
        _ => many(parts),
    }
}

#[cfg(test)]
mod tests;
