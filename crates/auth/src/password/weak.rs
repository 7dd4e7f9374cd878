//! What everybody tries first.
//!
//! A list of a few hundred words stands for the many passwords that people build from them:
//! a password is common when it is at most two such words, with any letters swapped for
//! look-alike digits, and short numbers, years, repetitions and keyboard rows between and
//! around them. Nothing is asked about kinds of characters.

use super::PasswordContext;

/// Lower-case letters only, one word a line. The words are the bases that every published
/// list of leaked passwords is full of.
const WORDS: &str = include_str!("common_words.txt");
const ROWS: [&str; 6] = [
    "abcdefghijklmnopqrstuvwxyz",
    "12345678901234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];
/// Above this many characters nothing is common but a repetition.
const MAX_LOOKED_AT: usize = 96;
/// A date, or a year between signs.
const MAX_FILLER: usize = 8;
const PRODUCT: [&str; 4] = ["lamina", "visuallayer", "visual", "layer"];

/// The words that one person must not build a password of.
pub(super) fn words_of(context: &PasswordContext<'_>) -> Vec<String> {
    [context.email, context.name]
        .into_iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() >= 3)
        .chain(PRODUCT.map(str::to_owned))
        .collect()
}

/// Whether a password is built of the list and these further words.
pub(super) fn is_common(password: &str, further: &[String]) -> bool {
    let plain: Vec<char> = password.to_lowercase().chars().collect();
    if has_few_characters(&plain) {
        return true;
    }
    let unit = &plain[..period_of(&plain)];
    if unit.len() <= 4 && unit.len() < plain.len() {
        return true;
    }
    let looked_at = if unit.len() < plain.len() {
        unit
    } else {
        &plain
    };
    if looked_at.len() > MAX_LOOKED_AT {
        return false;
    }
    let folded: Vec<char> = looked_at.iter().map(|c| unswapped(*c)).collect();
    words_needed(looked_at, &folded, further).is_some_and(|words| words <= 2)
}

fn has_few_characters(text: &[char]) -> bool {
    let mut distinct = text.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    distinct.len() <= 4
}

/// The length of the shortest unit whose repetition gives the text; its own length if none.
fn period_of(text: &[char]) -> usize {
    (1..=text.len() / 2)
        .find(|period| (*period..text.len()).all(|i| text[i] == text[i - period]))
        .unwrap_or(text.len())
}

/// The letter that people write with this digit or sign.
fn unswapped(character: char) -> char {
    match character {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// The least number of words that, with fillers, make up the whole text; `None` if no number
/// does. `best[i]` holds the least number for the first `i` characters.
fn words_needed(plain: &[char], folded: &[char], further: &[String]) -> Option<usize> {
    let mut best = vec![None; plain.len() + 1];
    best[0] = Some(0);
    for start in 0..plain.len() {
        let Some(so_far) = best[start] else { continue };
        let mut reach = |length: usize, words: usize| {
            let place: &mut Option<usize> = &mut best[start + length];
            let total = so_far + words;
            *place = Some(place.map_or(total, |known| known.min(total)));
        };
        for length in 1..=filler_at(plain, start) {
            reach(length, 0);
        }
        for word in WORDS.lines().chain(further.iter().map(String::as_str)) {
            if begins_with(&plain[start..], word) || begins_with(&folded[start..], word) {
                reach(word.chars().count(), 1);
            }
        }
        let row = row_at(&plain[start..]);
        if row >= 4 {
            // A whole row is no secret, however long; two or three letters of it are any text.
            (4..=row).for_each(|length| reach(length, 0));
        }
    }
    best[plain.len()]
}

fn begins_with(text: &[char], word: &str) -> bool {
    let mut rest = text.iter();
    !word.is_empty() && word.chars().all(|c| rest.next() == Some(&c))
}

/// How many characters from here are a filler: one character repeated, or a short number or
/// punctuation as a whole. A long number is no filler, and neither are its pieces.
fn filler_at(text: &[char], start: usize) -> usize {
    let rest = &text[start..];
    let same = rest.iter().take_while(|c| **c == rest[0]).count();
    if same >= 3 {
        return same;
    }
    let begins = start == 0 || text[start - 1].is_alphabetic();
    let run = rest.iter().take_while(|c| !c.is_alphabetic()).count();
    if begins && run <= MAX_FILLER { run } else { 0 }
}

/// How many characters from here follow a row of the keyboard or alphabet, either way.
fn row_at(text: &[char]) -> usize {
    ROWS.iter()
        .flat_map(|row| [row.chars().collect::<Vec<_>>(), row.chars().rev().collect()])
        .flat_map(|row| {
            (0..row.len())
                .map(|start| {
                    let pairs = row[start..].iter().zip(text);
                    pairs.take_while(|(a, b)| a == b).count()
                })
                .collect::<Vec<_>>()
        })
        .max()
        .unwrap_or(0)
}
