//! Reading how many tests passed out of what the test runners print, and saying it in one last line.

use std::fmt;

/// How many tests a run had, by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Count {
    /// Adds another run's numbers.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Who runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    /// Closes with `Summary [   0.5s] 12 tests run: 11 passed (1 slow), 1 failed, 3 skipped`.
    Nextest,
    /// Closes each of its programs with `test result: ok. 5 passed; 0 failed; 1 ignored; …`.
    Cargo,
    /// Closes with `      Tests  1 failed | 77 passed | 2 skipped (80)`.
    Vitest,
    /// Closes with `Walked: 12 passed, 0 failed`.
    Walk,
}

/// The numbers of one line, if it is a closing line of that runner. Nextest shows the output of failed tests, which has
/// the closing lines of cargo's runner in it, so they are not interchangeable.
pub(crate) fn read(runner: Runner, line: &str) -> Option<Count> {
    let line = without_colour(line);
    let numbers = match runner {
        Runner::Cargo => line.strip_prefix("test result: ")?.split_once(". ")?.1,
        Runner::Nextest if line.trim_start().starts_with("Summary [") => {
            line.split_once(" run: ")?.1
        }
        Runner::Nextest => return None,
        Runner::Vitest => line.trim().strip_prefix("Tests  ")?,
        Runner::Walk => line.strip_prefix("Walked: ")?,
    };
    let mut count = Count::default();
    for part in numbers.split([',', ';', '|']) {
        let Some((number, outcome)) = part.trim().split_once(' ') else {
            continue;
        };
        let Ok(number) = number.parse::<u64>() else {
            continue;
        };
        let outcome = outcome.split(" (").next().unwrap_or(outcome);
        match outcome {
            "passed" => count.passed += number,
            "failed" | "timed out" | "exec failed" => count.failed += number,
            "ignored" | "skipped" => count.skipped += number,
            _ => {}
        }
    }
    Some(count)
}

/// The line without the escape sequences that colour it.
fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            // A sequence ends with its first letter: `ESC [ 3 1 m`, `ESC ( B`.
            for c in rest.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: u64, failed: u64, skipped: u64) -> Count {
        Count {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn closing_lines_of_cargo_are_read() {
        for (line, expected) in [
            (
                "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s",
                count(5, 0, 1),
            ),
            (
                "test result: \u{1b}[31mFAILED\u{1b}(B\u{1b}[m. 5 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
                count(5, 2, 0),
            ),
        ] {
            assert_eq!(read(Runner::Cargo, line), Some(expected), "{line}");
        }
    }

    #[test]
    fn closing_lines_of_nextest_are_read() {
        for (line, expected) in [
            (
                "     Summary [   0.012s] 12 tests run: 12 passed, 3 skipped",
                count(12, 0, 3),
            ),
            (
                "     Summary [   9.012s] 4/6 tests run: 1 passed (1 slow, 1 leaky), 1 failed, 1 timed out, 1 exec failed, 0 skipped",
                count(1, 3, 0),
            ),
            (
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m1\u{1b}[0m test run: \u{1b}[1m1\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m",
                count(1, 0, 0),
            ),
        ] {
            assert_eq!(read(Runner::Nextest, line), Some(expected), "{line}");
        }
    }

    #[test]
    fn closing_lines_of_vitest_are_read() {
        for (line, expected) in [
            ("      Tests  78 passed (78)", count(78, 0, 0)),
            (
                "      Tests  1 failed | 77 passed | 2 skipped (80)",
                count(77, 1, 2),
            ),
            (
                "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m78 passed\u{1b}[39m\u{1b}[22m\u{1b}[90m (78)\u{1b}[39m",
                count(78, 0, 0),
            ),
        ] {
            assert_eq!(read(Runner::Vitest, line), Some(expected), "{line}");
        }
    }

    #[test]
    fn the_walk_through_the_app_closes_with_its_numbers() {
        let line = "Walked: 12 passed, 1 failed";
        assert_eq!(read(Runner::Walk, line), Some(count(12, 1, 0)));
    }

    #[test]
    fn other_lines_are_no_closing_lines() {
        for line in [
            "",
            "running 5 tests",
            "test a ... ok",
            "12 passed",
            "Summary of it",
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
        ] {
            for runner in [Runner::Nextest, Runner::Cargo, Runner::Vitest, Runner::Walk] {
                assert_eq!(read(runner, line), None, "{line}");
            }
        }
    }

    #[test]
    fn the_last_line_names_skipped_tests_only_where_there_are_some() {
        assert_eq!(count(12, 0, 0).to_string(), "12 passed, 0 failed");
        assert_eq!(
            count(12, 1, 3).to_string(),
            "12 passed, 1 failed, 3 skipped"
        );
    }
}
