//! How time and memory of an analysis grow with the set, on synthetic vectors.
//!
//! `cargo run --release -p lamina-analysis --example scale -- 1000 10000 100000`, with
//! `--columns 256` before them for shorter vectors. Vectors lie around
//! subjects of twenty pictures each, as those of real photographs do. Of up to 20,000 rows it also
//! says how many have the same nearest neighbour when they are compared within neighbourhoods only.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for people at a shell: what it makes is small, and it may panic"
)]

#[path = "made/set.rs"]
mod made;

use std::time::Instant;

use lamina_analysis::{Settings, Unwatched, analyse};
use made::{COLUMNS, facts, vectors};

/// Rows up to which neighbourhoods are held against all with all.
const HELD_AGAINST: usize = 20_000;

fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let asked = arguments.next_if(|argument| argument == "--columns");
    let asked = asked.and_then(|_| arguments.next());
    let columns = asked.map_or(COLUMNS, |columns| columns.parse().unwrap());
    let sizes = arguments.map(|size| size.parse().unwrap());
    println!(
        "{:>9} {:>9} {:>9} {:>9} {:>9}  same nearest in neighbourhoods",
        "rows", "seconds", "CPU s", "us a row", "peak MB"
    );
    for rows in sizes {
        let (vectors, facts) = (vectors(rows, columns), facts(rows));
        let (began, spent) = (Instant::now(), processor_seconds());
        let found = analyse(&vectors, &facts, &Settings::default(), &Unwatched).unwrap();
        let seconds = began.elapsed().as_secs_f64();
        let spent = processor_seconds() - spent;
        let peak = peak_megabytes();
        let held = if rows <= HELD_AGAINST {
            let within = Settings {
                exact_up_to: 0,
                ..Settings::default()
            };
            let began = Instant::now();
            let other = analyse(&vectors, &facts, &within, &Unwatched).unwrap();
            let pairs = found.nearest_distance.iter().zip(&other.nearest_distance);
            let same = pairs.filter(|(a, b)| (*a - *b).abs() < 1e-5).count();
            format!(
                "{:.4} in {:.1} s",
                same as f64 / rows as f64,
                began.elapsed().as_secs_f64()
            )
        } else {
            String::new()
        };
        let each = spent * 1e6 / rows as f64;
        println!("{rows:>9} {seconds:>9.2} {spent:>9.2} {each:>9.1} {peak:>9}  {held}");
    }
}

/// Processor time of this process so far, of all its threads, where the system tells.
fn processor_seconds() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may hold spaces, the 12th and 13th are user's and system's.
    let fields = status.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

/// The most memory that this process ever had, where the system tells.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
