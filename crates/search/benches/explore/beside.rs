//! The same questions asked of this index, of SQLite and of `DuckDB`, in one run.
//!
//! `LAMINA_BENCH_PYTHON` names a Python that has the packages `duckdb` and `numpy`
//! (`cargo xtask explore` makes one). The columns of the synthetic dataset are written beside
//! the index, `beside.py` loads them into both databases, asks, and holds every count against
//! what the index said: a quick wrong answer would be worth nothing.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use lamina_model::{Band, Clause, ClusterLevel, Filter, IssueKind, Presence, SetOp};
use lamina_search::{Answer, FacetLimits, Place};

use crate::{Bench, print};

/// The level that questions are about.
const LEVEL: u8 = 2;
/// The label that a filter names.
const LABEL: u64 = 40;
const TIMES: usize = 9;

/// Asks of everything, and stops where answers differ.
pub(crate) fn compare(bench: &Bench, folder: &Path, python: &Path) {
    let columns = folder.join("columns");
    fs_err::create_dir_all(&columns).unwrap();
    write_columns(bench, &columns);
    println!("beside SQLite and DuckDB, on one thread, in memory:");
    let mut answers = String::new();
    let level = ClusterLevel::new(LEVEL).unwrap();
    let everything = Filter::everything();
    let labelled = Filter::everything()
        .and(Clause::Labels {
            op: SetOp::Is,
            names: [format!("label{LABEL}")].into(),
        })
        .and(not_blurred());
    for (name, filter) in [("all", &everything), ("filtered", &labelled)] {
        let page = || {
            let rows = bench.index.matching(filter, &bench.overlay);
            let answer = Answer::unranked(rows);
            let order = bench.index.cluster_order(&answer, level);
            let page = bench.index.cluster_page(&answer, &order, &Place::default());
            let page = page.unwrap().items;
            let shown = page.iter().flat_map(|tile| &tile.previews);
            let tiles: Vec<_> = shown.map(|shown| bench.index.tile(shown.row)).collect();
            let counts: Vec<u32> = page.iter().map(|tile| tile.count).collect();
            (counts, tiles.len())
        };
        print(
            &format!("  Lamina, {name}: clusters with previews"),
            TIMES,
            |_| page(),
        );
        let counts: Vec<String> = page().0.iter().map(u32::to_string).collect();
        writeln!(answers, "{name} {}", counts.join(",")).unwrap();
    }
    let facets = || {
        let filter = Filter::everything().and(not_blurred());
        let filter = filter.and(Clause::Uniqueness { least: 0.5 });
        let rows = bench.index.matching(&filter, &bench.overlay);
        let limits = FacetLimits {
            labels: usize::MAX,
            folders: usize::MAX,
        };
        bench.index.facets(&rows, &bench.overlay, limits)
    };
    print(
        "  Lamina, counts of labels, folders and everything else",
        TIMES,
        |_| facets(),
    );
    let found = facets();
    let mut labels: Vec<u64> = found.labels.iter().map(|(_, count)| *count).collect();
    let mut folders: Vec<u64> = found.folders.iter().map(|(_, count)| *count).collect();
    for (name, counts) in [("labels", &mut labels), ("folders", &mut folders)] {
        counts.sort_unstable();
        let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
        writeln!(answers, "{name} {}", counts.join(",")).unwrap();
    }
    fs_err::write(columns.join("answers.txt"), answers).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/explore/beside.py");
    let mut asked = Command::new(python);
    let asked = asked.arg(script).arg(&columns).arg(LABEL.to_string());
    let status = asked.arg(LEVEL.to_string()).arg(TIMES.to_string()).status();
    assert!(
        status.unwrap().success(),
        "the databases answered otherwise, or not at all"
    );
}

/// The Python to ask with, if there is one.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark is told where things are by whoever runs it"
)]
pub(crate) fn python() -> Option<PathBuf> {
    std::env::var_os("LAMINA_BENCH_PYTHON").map(PathBuf::from)
}

fn not_blurred() -> Clause {
    Clause::Issue {
        kind: IssueKind::Blur,
        mode: Presence::Out,
        confidence: Band::COUNTS,
    }
}

fn write_columns(bench: &Bench, folder: &Path) {
    let index = &bench.index;
    let rows = index.rows();
    let number = |text: &str| -> u32 {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    };
    let (mut folders, mut labels, mut label_rows) = (Vec::new(), Vec::new(), Vec::new());
    let (mut blur, mut unique) = (Vec::new(), Vec::new());
    for row in 0..rows {
        let tile = index.tile(row);
        folders.push(number(&String::from_utf8_lossy(tile.path.folder())));
        unique.push(tile.uniqueness.to_bits());
        for label in &tile.labels {
            labels.push(number(label));
            label_rows.push(row);
        }
        let found = index.issues(row).into_iter();
        let found = found.filter(|(kind, _)| *kind == IssueKind::Blur);
        blur.push(found.map(|(_, sure)| sure).fold(0.0, f32::max).to_bits());
    }
    let put = |name: &str, numbers: &[u32]| {
        let bytes: Vec<u8> = numbers.iter().flat_map(|one| one.to_le_bytes()).collect();
        fs_err::write(folder.join(name), bytes).unwrap();
    };
    put("folder", &folders);
    put("blur", &blur);
    put("uniqueness", &unique);
    put("label", &labels);
    put("label_row", &label_rows);
    for level in ClusterLevel::ALL {
        let of = |row| index.cluster_of(level, row).as_uuid().as_u128() as u32;
        let clusters: Vec<u32> = (0..rows).map(of).collect();
        put(&format!("cluster{}", level.number()), &clusters);
    }
}
