//! Reading licence expressions such as `MIT OR (Apache-2.0 AND Unicode-3.0)`.
//!
//! Only what package manifests use: names, `WITH` an exception, `AND`, `OR`, brackets, and `/` for `OR` as old manifests
//! write it.

use std::{iter::Peekable, vec::IntoIter};

use anyhow::{Result, bail};

/// Whether the expression can be met with licences that `is_allowed` says yes to.
///
/// # Errors
/// The text is no licence expression.
pub(crate) fn is_met(expression: &str, is_allowed: &dyn Fn(&str) -> bool) -> Result<bool> {
    let mut words = words(expression).into_iter().peekable();
    let met = any(&mut words, is_allowed)?;
    match words.next() {
        None => Ok(met),
        Some(word) => bail!("unexpected {word:?} in the licence expression {expression:?}"),
    }
}

fn words(expression: &str) -> Vec<String> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

type Words = Peekable<IntoIter<String>>;

/// `a OR b OR …`: both sides are read even when the first is met, so that a fault is always found.
fn any(words: &mut Words, is_allowed: &dyn Fn(&str) -> bool) -> Result<bool> {
    let mut met = all(words, is_allowed)?;
    while words.next_if(|word| word == "OR").is_some() {
        met |= all(words, is_allowed)?;
    }
    Ok(met)
}

/// `a AND b AND …`, which binds more tightly than `OR`.
fn all(words: &mut Words, is_allowed: &dyn Fn(&str) -> bool) -> Result<bool> {
    let mut met = one(words, is_allowed)?;
    while words.next_if(|word| word == "AND").is_some() {
        met &= one(words, is_allowed)?;
    }
    Ok(met)
}

fn one(words: &mut Words, is_allowed: &dyn Fn(&str) -> bool) -> Result<bool> {
    match words.next().as_deref() {
        Some("(") => {
            let met = any(words, is_allowed)?;
            match words.next().as_deref() {
                Some(")") => Ok(met),
                _ => bail!("a bracket of the licence expression is not closed"),
            }
        }
        None | Some(")" | "AND" | "OR" | "WITH") => bail!("a licence is missing"),
        Some(name) => {
            // An exception only ever grants more.
            if words.next_if(|word| word == "WITH").is_some() && words.next().is_none() {
                bail!("an exception is missing after WITH");
            }
            Ok(is_allowed(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(expression: &str) -> bool {
        is_met(expression, &|name| {
            ["MIT", "Apache-2.0", "Unicode-3.0"].contains(&name)
        })
        .unwrap()
    }

    #[test]
    fn expressions_mean_what_they_say() {
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("GPL-3.0 OR MIT", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0 AND MIT", false),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
            ("(MIT OR Apache-2.0) AND GPL-3.0", false),
            ("MIT OR Apache-2.0 AND GPL-3.0", true),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
        ] {
            assert_eq!(met(expression), expected, "{expression}");
        }
    }

    #[test]
    fn what_is_no_expression_is_an_error() {
        for text in [
            "",
            "MIT OR",
            "(MIT",
            "MIT)",
            "MIT Apache-2.0",
            "AND MIT",
            "MIT WITH",
        ] {
            assert!(is_met(text, &|_| true).is_err(), "{text}");
        }
    }
}
