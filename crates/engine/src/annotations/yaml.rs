//! The names of classes in a `data.yaml`: as much of YAML as programs write there.

use std::collections::BTreeMap;

/// The names by number; nothing where the text has no `names`.
pub(super) fn names(text: &str) -> Option<BTreeMap<u64, String>> {
    let mut lines = text.lines();
    let inline = loop {
        let line = lines.next()?;
        if let Some(rest) = line.strip_prefix("names:") {
            break bare(rest);
        }
    };
    if !inline.is_empty() {
        // A list or map in brackets may go on over several lines.
        let mut whole = inline.to_owned();
        let close = if whole.starts_with('[') { ']' } else { '}' };
        while !whole.ends_with(close) {
            whole.push(' ');
            whole.push_str(bare(lines.next()?));
        }
        let inside = &whole[1..whole.len() - 1];
        let parts = split(inside);
        return if close == ']' {
            Some((0..).zip(parts.iter().map(|part| text_of(part))).collect())
        } else {
            parts.iter().map(|part| pair(part)).collect()
        };
    }
    let mut all = BTreeMap::new();
    for line in lines {
        let item = bare(line);
        if item.is_empty() {
            continue;
        }
        if let Some(name) = item.strip_prefix("- ") {
            all.insert(all.len() as u64, text_of(name));
        } else if line.starts_with([' ', '\t']) {
            let (number, name) = pair(item)?;
            all.insert(number, name);
        } else {
            break;
        }
    }
    Some(all)
}

/// A line without its comment and the space around it.
fn bare(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') if before.is_whitespace() || "[,:{".contains(before) => {
                quote = Some(c);
            }
            (None, '#') if before.is_whitespace() => return line[..at].trim(),
            (Some(mark), c) if c == mark && before != '\\' => quote = None,
            _ => {}
        }
        before = c;
    }
    line.trim()
}

/// The parts between commas outside of quotation marks.
fn split(inside: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    let mut before = ' ';
    for c in inside.chars() {
        match (quote, c) {
            (None, '"' | '\'')
                if parts.last().is_some_and(|part| {
                    part.trim().is_empty() || part.trim_end().ends_with(':')
                }) =>
            {
                quote = Some(c);
            }
            (Some(mark), c) if c == mark && before != '\\' => quote = None,
            (None, ',') => {
                parts.push(String::new());
                before = c;
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
        before = c;
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// `0: name`.
fn pair(item: &str) -> Option<(u64, String)> {
    let (number, name) = item.split_once(':')?;
    let number = number.trim().trim_matches(['"', '\'']).parse().ok()?;
    Some((number, text_of(name)))
}

/// A text in quotation marks or bare.
fn text_of(text: &str) -> String {
    let text = text.trim();
    if text.starts_with('"')
        && let Ok(read) = serde_json::from_str(text)
    {
        return read;
    }
    let single = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    single.map_or_else(|| text.to_owned(), |inside| inside.replace("''", "'"))
}

#[cfg(test)]
mod tests {
    use super::names;

    fn read(text: &str) -> Vec<(u64, String)> {
        names(text).unwrap().into_iter().collect()
    }

    #[test]
    fn names_are_read_in_every_shape_that_programs_write() {
        let two = [(0, "cat".to_owned()), (1, "big, dog".to_owned())];
        for text in [
            "nc: 2\nnames: ['cat', 'big, dog']\n",
            "names: [cat, \"big, dog\"] # classes\nnc: 2",
            "names: ['cat',\n  'big, dog']\n",
            "train: a\nnames:\n  0: cat\n  1: big, dog # not small\n\nroboflow:\n  x: y\n",
            "names:\n- cat\n- 'big, dog'\nnc: 2\n",
            "names:\n  - cat\n  - \"big, dog\"\n",
            "names: {0: cat, 1: 'big, dog'}\n",
        ] {
            assert_eq!(read(text), two, "{text}");
        }
        assert_eq!(read("names:\n  7: it's\n  3: 'it''s'\n")[1].1, "it's");
        assert_eq!(names("nc: 2"), None);
        assert_eq!(names("names: ['a',"), None);
        assert_eq!(names("names:\n  a: b"), None);
    }
}
