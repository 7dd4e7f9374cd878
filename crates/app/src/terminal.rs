//! Writing to people: stdout for results, stderr for everything else.

use std::io::{self, IsTerminal, Write};

/// A line of a result. A reader that has gone away is no failure of ours.
pub(crate) fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// A line about what is going on.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Draws a line over the one before, on a terminal.
pub(crate) fn redraw(line: &str) {
    let mut out = io::stderr().lock();
    let _ = write!(out, "\r{line}\x1b[K");
    let _ = out.flush();
}

/// Takes the redrawn line away.
pub(crate) fn clear_line() {
    redraw("");
}

/// Whether a person watches stderr.
pub(crate) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// A text from elsewhere, fit for a terminal: control characters, which could move the cursor or
/// change colours, and marks that turn the reading direction are written as escapes.
pub(crate) fn plain(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || turns(c) || matches!(c, '\u{2028}' | '\u{2029}') {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// The same, no longer than `most` characters; what was left out is in the middle, where names
/// of one folder differ least.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let safe = plain(text);
    let count = safe.chars().count();
    if count <= most {
        return safe;
    }
    let head = most.saturating_sub(1) / 2;
    let tail = most.saturating_sub(1) - head;
    let start: String = safe.chars().take(head).collect();
    let end: String = safe.chars().skip(count - tail).collect();
    format!("{start}…{end}")
}

#[cfg(test)]
mod tests {
    use super::{plain, shortened};

    #[test]
    fn nothing_in_a_name_reaches_the_terminal_as_a_command() {
        assert_eq!(plain("a\u{1b}[2Jb\r\nc\u{7}"), "a\\u{1b}[2Jb\\r\\nc\\u{7}");
        assert_eq!(plain("gpj.\u{202e}exe"), "gpj.\\u{202e}exe");
        assert_eq!(plain("Žluťoučký 🏎️.jpg"), "Žluťoučký 🏎️.jpg");
    }

    #[test]
    fn shortening_cuts_between_characters_wherever_it_falls() {
        let name = format!("{}🏎️.jpg", "x".repeat(246));
        for most in 1..260 {
            let short = shortened(&name, most);
            assert!(short.chars().count() <= most, "{most}");
        }
        assert_eq!(shortened("short.jpg", 20), "short.jpg");
        assert_eq!(shortened("abcdefghij", 5), "ab…ij");
    }
}
