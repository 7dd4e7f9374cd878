//! What a single writing statement gives back is written down by then.

use std::path::Path;

fn sources(folder: &Path, all: &mut Vec<std::path::PathBuf>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else {
            all.push(path);
        }
    }
}

/// A statement outside a transaction is committed when it is read to its end. Whoever stops at
/// its first row is told of success, also where the disk is full and nothing was written.
#[test]
fn no_single_writing_statement_stops_at_its_first_row() {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    let mut statements = 0;
    for path in all {
        let text = fs_err::read_to_string(&path).unwrap();
        for body in text.split("write!(&self.db, ").skip(1) {
            let body = body.split("\n        });").next().unwrap();
            statements += 1;
            for stops in [".fetch_one(", ".fetch_optional("] {
                assert!(!body.contains(stops), "{}: {body}", path.display());
            }
        }
        assert!(
            !text.contains("(writer)") || !text.contains(".fetch_optional(writer)"),
            "{}",
            path.display()
        );
    }
    assert!(statements > 20, "{statements}");
}
