//! Code blocks and tables out of a page of Markdown.

/// A fenced block: the language it names, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) language: String,
    pub(crate) text: String,
}

/// Every fenced block of a page, in order.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (None, Some(about)) => {
                open = Some(Block {
                    language: about.split(' ').next().unwrap_or_default().to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert_eq!(open, None, "the last block never ends");
    blocks
}

/// The cells of every row of every table of a page, headings and rules left out.
pub(crate) fn rows(page: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut in_table = false;
    for line in page.lines() {
        let Some(cells) = line
            .trim()
            .strip_prefix('|')
            .and_then(|line| line.strip_suffix('|'))
        else {
            in_table = false;
            continue;
        };
        if cells.trim_start_matches([' ', '-', '|']).is_empty() {
            in_table = true;
        } else if in_table {
            rows.push(
                cells
                    .split('|')
                    .map(|cell| cell.trim().to_owned())
                    .collect(),
            );
        }
    }
    rows
}

#[test]
fn blocks_and_rows_are_found_in_order() {
    let page =
        "a\n```sh x=1\nls\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n| no table |\n```\n\n```\n";
    let block = |language: &str, text: &str| Block {
        language: language.to_owned(),
        text: text.to_owned(),
    };
    assert_eq!(blocks(page), [block("sh", "ls\n"), block("", "\n")]);
    assert_eq!(rows(page), [["1", "2"]]);
}
