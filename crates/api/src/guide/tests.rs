use std::{collections::BTreeSet, path::Path};

use super::{PAGES, Page, anchor, page_address, rendered};

fn docs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// Every address that a page links to.
fn links(html: &str) -> Vec<String> {
    html.split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_file_of_the_guide_is_a_page_and_stands_on_the_first() {
    let files: BTreeSet<String> = fs_err::read_dir(docs().join("guide"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let (of_reference, pages): (BTreeSet<String>, BTreeSet<String>) = PAGES
        .iter()
        .map(|page| format!("{}.md", page.name))
        .partition(|file| docs().join("reference").join(file).is_file());
    assert_eq!(files, pages);
    assert!(of_reference.contains("accuracy.md"));
    let first = links(&rendered(Page::named("index").unwrap().markdown));
    for page in PAGES.iter().filter(|page| page.name != "index") {
        let address = format!("/docs/{}", page.name);
        assert!(
            first.contains(&address),
            "{address} is not linked to by the first page"
        );
        assert!(
            page.markdown.starts_with("# "),
            "{} has no title",
            page.name
        );
    }
}

#[test]
fn every_link_of_the_guide_leads_somewhere() {
    for page in PAGES {
        for link in links(&rendered(page.markdown)) {
            if link.starts_with("https://") || link.starts_with("http://127.0.0.1") {
                continue;
            }
            let (address, part) = link.split_once('#').unwrap_or((&link, ""));
            let to = address
                .strip_prefix("/docs/")
                .and_then(Page::named)
                .unwrap_or_else(|| panic!("{}: {link} leads nowhere", page.name));
            let there = rendered(to.markdown);
            assert!(
                part.is_empty() || there.contains(&format!("id=\"{part}\"")),
                "{}: {link} names no heading",
                page.name
            );
        }
    }
}

#[test]
fn every_example_in_the_guide_is_the_file_that_the_tests_run() {
    let mut shown = BTreeSet::new();
    for page in PAGES {
        for rest in page.markdown.split("<!-- docs/examples/").skip(1) {
            let (name, rest) = rest.split_once(" -->\n```").unwrap();
            let (_, rest) = rest.split_once('\n').unwrap();
            let (code, _) = rest.split_once("```\n").unwrap();
            let file = fs_err::read_to_string(docs().join("examples").join(name)).unwrap();
            assert_eq!(code, file, "{name} in {}", page.name);
            shown.insert(name.to_owned());
        }
    }
    let files: BTreeSet<String> = fs_err::read_dir(docs().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(shown, files);
}

#[test]
fn headings_and_links_become_addresses() {
    assert_eq!(anchor("1. Sign in"), "1-sign-in");
    assert_eq!(anchor("Errors, and what to do"), "errors-and-what-to-do");
    assert_eq!(page_address("indexing.md#again"), "/docs/indexing#again");
    assert_eq!(
        page_address("https://x.example/a.md"),
        "https://x.example/a.md"
    );
    let html = rendered("## A `b`\n\n<script>x</script>\n\n|a|\n|-|\n|1|\n");
    assert!(
        html.contains("<h2 id=\"a-b\">") && html.contains("<table>"),
        "{html}"
    );
    assert!(!html.contains("<script"), "{html}");
}
