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

/// Tags of which any will do, and whether no tag at all will do too; an empty list asks nothing.
pub(crate) fn of_tags(text: Option<&str>) -> Result<(BTreeSet<TagId>, bool), Problem> {
    let text = text.unwrap_or_default();
    let mut names = match text {
        "" => Vec::new(),
        text => {
            let names = whole_list("tags", text)?;
            names.iter().flat_map(|name| ids(name)).collect()
        }
    };
    let all = names.len();
    names.retain(|name| name != "untagged");
    let untagged = names.len() < all;
    let tags: Result<_, _> = names.iter().map(|id| id.parse::<TagId>()).collect();
    let takes = "ids of tags as a list, one id, or untagged";
    Ok((tags.map_err(|_| unknown("tags", text, takes))?, untagged))
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
        Some(inside) => inside
            .split(',')
            .map(|name| unquoted(name.trim()).to_owned())
            .filter(|name| !name.is_empty())
            .collect(),
        None => vec![text.to_owned()],
    }
}

/// A name without the quotes around it.
fn unquoted(name: &str) -> &str {
    let within = |quote: char| name.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(name)
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
