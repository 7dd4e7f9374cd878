//! Words looked for in labels that stand by themselves, such as those of boxes in pictures.

use super::{
    query::{Expr, parse},
    tokens::Tokeniser,
};

/// Which of these labels have the words asked for, each by itself; English words match in every
/// form. A query that cannot be read is in no label, and neither is what is not to be there: a
/// label that lacks a word says nothing.
pub fn labels_with_words(query: &str, labels: &[String]) -> Vec<bool> {
    let tokeniser = Tokeniser::new();
    let Ok(expr) = parse(query, &tokeniser) else {
        return vec![false; labels.len()];
    };
    let has = |label: &String| holds(&expr, &tokeniser.list(label));
    labels.iter().map(has).collect()
}

fn holds(expr: &Expr, words: &[String]) -> bool {
    match expr {
        Expr::Phrase(phrase) => words.windows(phrase.len()).any(|part| part == phrase),
        Expr::All(parts) => parts.iter().all(|part| holds(part, words)),
        Expr::Any(parts) => parts.iter().any(|part| holds(part, words)),
        Expr::Not(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::labels_with_words;

    #[test]
    fn labels_are_found_by_their_words_in_every_form() {
        let labels = [
            "sailing boat",
            "Boats",
            "boat, sailing",
            "traffic light",
            "",
        ];
        let labels = labels.map(str::to_owned);
        for (query, expected) in [
            ("boat", [true, true, true, false, false]),
            ("a boat", [true, true, true, false, false]),
            ("sailing boat", [true, false, true, false, false]),
            ("\"sailing boat\"", [true, false, false, false, false]),
            ("light OR sail", [true, false, true, true, false]),
            ("boat -light", [false; 5]),
            ("((", [false; 5]),
            ("", [false; 5]),
        ] {
            assert_eq!(labels_with_words(query, &labels), expected, "{query}");
        }
    }
}
