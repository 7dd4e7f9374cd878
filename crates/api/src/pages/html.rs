//! What every page is made of.

/// Text fit to stand between tags and in quoted attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // Shown, so that a name with a line break does not look like two.
            c if c.is_control() => safe.push_str(&c.escape_default().to_string()),
            c => safe.push(c),
        }
    }
    safe
}

/// A number with thin spaces between its thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A whole page around a body.
pub(crate) fn page(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"icon\" href=\"/assets/icon.svg\">\
         <title>{title} · Lamina</title><style>{STYLE}</style></head>\
         <body><a class=\"skip\" href=\"#main\">Skip to content</a>\
         <header><a href=\"/\">Lamina</a><nav><a href=\"/account\">Account</a> · <a href=\"/docs/\">Guide</a> · <a href=\"/api/v1/docs\">API</a></nav></header>\
         <main id=\"main\">{body}</main></body></html>\n"
    )
}

const STYLE: &str = "\
:root{--ink:#1c2024;--quiet:#5b636b;--ground:#fff;--panel:#f4f6f8;--line:#d7dce0;--link:#0b57d0;--bar:#1a7f5a;--bad:#b3261e}\
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--quiet:#a3abb3;--ground:#15181b;--panel:#1f2428;--line:#363d44;\
--link:#8ab4f8;--bar:#5bd1a2;--bad:#ff897d}}\
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}\
a{color:var(--link)}a:focus-visible{outline:3px solid var(--link);outline-offset:2px}\
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.25rem .5rem}\
header{display:flex;justify-content:space-between;padding:.75rem 1.25rem;border-bottom:1px solid var(--line);font-weight:600}\
main{max-width:72rem;margin:0 auto;padding:1.25rem}h1{font-size:1.6rem;margin:.2rem 0 .6rem;overflow-wrap:anywhere}\
h2{font-size:1.15rem;margin:1.6rem 0 .5rem}.quiet{color:var(--quiet)}.bad{color:var(--bad)}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid var(--line);\
vertical-align:top;overflow-wrap:anywhere}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\
dl.numbers{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.6rem;margin:0}\
dl.numbers div{background:var(--panel);border-radius:.5rem;padding:.6rem .8rem}dt{color:var(--quiet);font-size:.85rem}\
dd{margin:0;font-size:1.25rem;font-variant-numeric:tabular-nums}\
progress{width:100%;height:.6rem;accent-color:var(--bar)}\
ul.tiles{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.6rem}\
ul.tiles a{display:block;text-decoration:none;color:inherit}ul.tiles img{display:block;width:100%;aspect-ratio:1;\
object-fit:contain;background:var(--panel);border-radius:.4rem}ul.tiles span{display:block;font-size:.8rem;\
color:var(--quiet);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}\
code{font-size:.95em;overflow-wrap:anywhere}pre{background:var(--panel);padding:.8rem;border-radius:.5rem;overflow-x:auto}\
pre code{overflow-wrap:normal}.guide{max-width:46rem}";

#[cfg(test)]
mod tests {
    use super::{escaped, grouped};

    #[test]
    fn no_name_can_become_markup() {
        assert_eq!(
            escaped("<img src=x onerror='a'>\"&\n\u{1b}[2J"),
            "&lt;img src=x onerror=&#39;a&#39;&gt;&quot;&amp;\\n\\u{1b}[2J"
        );
    }

    #[test]
    fn groups_thousands() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(123_456), "123\u{202f}456");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
