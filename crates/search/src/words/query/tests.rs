use super::{Expr, parse};
use crate::words::tokens::Tokeniser;

fn read(text: &str) -> String {
    match parse(text, &Tokeniser::new()) {
        Ok(expr) => shown(&expr),
        Err(error) => format!("{}: {}", error.at, error.what),
    }
}

fn shown(expr: &Expr) -> String {
    let list = |parts: &[Expr], sign: &str| {
        let parts: Vec<String> = parts.iter().map(shown).collect();
        format!("({})", parts.join(sign))
    };
    match expr {
        Expr::Phrase(words) => words.join("_"),
        Expr::All(parts) => list(parts, "&"),
        Expr::Any(parts) => list(parts, "|"),
        Expr::Not(part) => format!("!{}", shown(part)),
    }
}

#[test]
fn every_spelling_of_and_or_and_not_is_read() {
    for text in ["red car", "red AND car", "red and car", "red + car"] {
        assert_eq!(read(text), "(red&car)", "{text}");
    }
    for text in ["red OR car", "red or car"] {
        assert_eq!(read(text), "(red|car)", "{text}");
    }
    assert_eq!(read("red -car"), "(red&!car)");
    assert_eq!(read("red NOT car"), "(red&!car)");
    assert_eq!(read("-(red or car)"), "!(red|car)");
}

#[test]
fn and_binds_more_closely_than_or() {
    assert_eq!(read("a1 b1 or c1 d1"), "((a_1&b_1)|(c_1&d_1))");
    assert_eq!(read("red (car or bus) -blue"), "(red&(car|bus)&!blue)");
}

#[test]
fn quotations_and_words_of_several_parts_are_phrases() {
    assert_eq!(read("\"red cars\""), "red_car");
    assert_eq!(read("t-shirt IMG_0012.jpg"), "(t_shirt&img_0012_jpg)");
}

#[test]
fn empty_words_count_only_when_alone() {
    assert_eq!(read("a cat on the mat"), "(cat&mat)");
    assert_eq!(read("the"), "the");
    assert_eq!(read("\"the cat\""), "the_cat");
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    assert_eq!(read("red \"car"), "5: the quotation `\"car` is not closed");
    assert_eq!(read("red (car"), "5: `(` is not closed");
    assert_eq!(read("red) car"), "4: `)` closes nothing");
    assert_eq!(read("OR car"), "1: a word is missing before `OR`");
    assert_eq!(read("red AND"), "8: a word is missing at the end");
    assert_eq!(read(""), "1: a word is missing at the end");
    assert_eq!(read("red !!"), "5: `!!` has neither letters nor digits");
    assert_eq!(read("()"), "2: a word is missing before `)`");
    let deep = "(".repeat(40) + "cat" + &")".repeat(40);
    assert!(read(&deep).contains("inside each other"));
}
