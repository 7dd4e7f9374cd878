//! Lists in parameters, in every spelling that clients of the original use.

use std::collections::BTreeSet;

use lamina_model::{Clause, SetOp, TagId};

use super::wanted::unknown;
use crate::error::{ParameterFault, Problem};

/// Pictures with any of these labels; an empty list, as clients send it, asks nothing.
pub(crate) fn of_labels(text: Option<&str>) -> Result<Option<Clause>, Problem> {
    let names = match text {
        None | Some("") => return Ok(None),
        Some(text) => whole_list("labels", text)?,
    };
    Ok((!names.is_empty()).then(|| Clause::Labels {
        op: SetOp::OneOf,
        names: names.into_iter().collect(),
    }))
}

/// Stands for pictures without a tag among the ids of tags.
pub(crate) const UNTAGGED: &str = "untagged";

/// Tags of which any will do, and whether no tag at all will do too; an empty list asks nothing.
pub(crate) fn of_tags(text: Option<&str>) -> Result<(BTreeSet<TagId>, bool), Problem> {
    let text = text.unwrap_or_default();
    let names = match text {
        "" => Vec::new(),
        text => {
            let names = whole_list("tags", text)?;
            names.iter().flat_map(|name| ids(name)).collect()
        }
    };
    let takes = "ids of tags as a list, one id, or untagged";
    tags_among(names).ok_or_else(|| unknown("tags", text, takes))
}

/// The ids of tags, and whether [`UNTAGGED`] is among them; nothing where there is any other text.
pub(crate) fn tags_among(mut names: Vec<String>) -> Option<(BTreeSet<TagId>, bool)> {
    let all = names.len();
    names.retain(|name| name != UNTAGGED);
    let untagged = names.len() < all;
    let tags: Option<BTreeSet<TagId>> = names.iter().map(|id| id.parse().ok()).collect();
    Some((tags?, untagged))
}

/// Ids may stand in a row without brackets: no id has a comma.
pub(crate) fn ids(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(|id| id.trim().to_owned())
}

/// A [`list`]; one that was cut off is none.
fn whole_list(name: &str, text: &str) -> Result<Vec<String>, Problem> {
    let text = text.trim();
    if text.starts_with('[') && !text.ends_with(']') {
        return Err(Problem::faults(vec![ParameterFault {
            kind: "value_error".to_owned(),
            loc: vec!["query".to_owned(), name.to_owned()],
            msg: format!(
                "Value error, a list that begins with [ ends with ]; one that begins so itself is \
                 written as JSON: {}",
                serde_json::json!([text])
            ),
            input: text.into(),
        }]));
    }
    Ok(list(text))
}

/// `["a","b"]`, `['a','b']`, `[a,b]` or `a`.
pub(crate) fn list(text: &str) -> Vec<String> {
    if let Ok(names) = serde_json::from_str(text) {
        return names;
    }
    let inside = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    match inside {
        Some(inside) => items(inside),
        None => vec![text.to_owned()],
    }
}

/// The items of a list, parted by the commas outside of quotes.
fn items(inside: &str) -> Vec<String> {
    let mut quotes = vec!['"', '\''];
    let mut items = Vec::new();
    let mut rest = inside.trim_start();
    while !rest.is_empty() {
        let quote = quotes
            .iter()
            .copied()
            .find(|quote| rest.starts_with(*quote));
        let closed = quote.and_then(|quote| quoted(rest, quote));
        if closed.is_none() {
            // One that is opened further on is not closed either: looking again for each would
            // take the square of the length.
            quotes.retain(|known| Some(*known) != quote);
        }
        let (item, behind) = closed.unwrap_or_else(|| {
            let (item, behind) = rest.split_once(',').unwrap_or((rest, ""));
            (item.trim_end(), behind)
        });
        items.push(item.to_owned());
        rest = behind.trim_start();
    }
    items.retain(|item| !item.is_empty());
    items
}

/// The first item without the quotes around it, and what follows its comma; none where the quote
/// that it begins with is not the end of an item too.
fn quoted(text: &str, quote: char) -> Option<(&str, &str)> {
    let within = text.strip_prefix(quote)?;
    within.match_indices(quote).find_map(|(at, _)| {
        let (item, behind) = (&within[..at], within[at + 1..].trim_start());
        match behind.strip_prefix(',') {
            Some(behind) => Some((item, behind)),
            None => behind.is_empty().then_some((item, behind)),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{list, of_tags};

    #[test]
    fn a_list_is_read_in_every_spelling() {
        for spelling in [
            r#"["boat","a b"]"#,
            "['boat', 'a b']",
            "[boat,a b]",
            r#"["boat", a b]"#,
        ] {
            assert_eq!(list(spelling), ["boat", "a b"], "{spelling}");
        }
        assert_eq!(list("boat, a b"), ["boat, a b"]);
        assert_eq!(list("[it's,'s,\"]"), ["it's", "'s", "\""]);
        let commas = r#"['a, b', "it's, so", c, ' d' , '', 'e'f]"#;
        let parted = ["a, b", "it's, so", "c", " d", "'e'f"];
        assert_eq!(list(commas), parted);
    }

    #[test]
    fn tags_are_ids_and_the_word_for_none_in_every_spelling() {
        let id = "0198c0de-0000-7000-8000-000000000001";
        let of = |text: &str| of_tags(Some(text)).ok();
        let one = (BTreeSet::from([id.parse().unwrap()]), false);
        for spelling in [
            id.to_owned(),
            format!("[{id}]"),
            format!("[\"{id}\"]"),
            format!("{id}, {id}"),
        ] {
            assert_eq!(of(&spelling), Some(one.clone()), "{spelling}");
        }
        for spelling in ["untagged", "[untagged]", r#"["untagged"]"#, "['untagged']"] {
            assert_eq!(of(spelling), Some((BTreeSet::new(), true)), "{spelling}");
        }
        let both = of(&format!("[{id},untagged]")).unwrap();
        assert_eq!(both, (one.0, true));
        for nothing in ["", "[]"] {
            assert_eq!(of(nothing), Some((BTreeSet::new(), false)));
        }
        assert_eq!(of("nobody"), None);
    }
}
