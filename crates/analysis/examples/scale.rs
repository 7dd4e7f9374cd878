//! How time and memory of an analysis grow with the set, on synthetic vectors.
//!
//! `cargo run --release -p lamina-analysis --example scale -- 1000 10000 100000`, with
//! `--columns 256` before them for shorter vectors, and `--add 1` to say beside what adding one in a
//! hundred costs. Below each is what the parts of it cost. Vectors lie around subjects of twenty
//! pictures each, as those of real photographs do; `--subject 1000000 --apart 30` makes all of one
//! subject, three tenths of its length away from it, and `--apart 0` all equal. Of up to 20,000 rows
//! it also says how many have the same nearest neighbour when they are compared within neighbourhoods
//! only.

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

use std::io::{self, Write};
use std::sync::Mutex;
use std::time::Instant;

use lamina_analysis::{
    Compared, Facts, Matrix, Memory, Settings, Unwatched, Watch, analyse, analyse_after,
};
use made::{Drawn, Shape, facts, vectors};

/// Rows up to which neighbourhoods are held against all with all.
const HELD_AGAINST: usize = 20_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut shape, mut add, mut sizes) = (Shape::default(), None, Vec::new());
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().unwrap().parse::<usize>().unwrap();
        match argument.as_str() {
            "--columns" => shape.columns = number(),
            "--subject" => shape.of_subject = number(),
            "--apart" => shape.apart = number(),
            "--add" => add = Some(number()),
            size => sizes.push(size.parse::<usize>().unwrap()),
        }
    }
    println!(
        "{:>9} {:>9} {:>9} {:>9} {:>9}  {}",
        "rows",
        "seconds",
        "CPU s",
        "us a row",
        "peak MB",
        if add.is_some() {
            "adding: seconds, CPU s, share; compared, laid; bytes a row"
        } else {
            "same nearest in neighbourhoods"
        }
    );
    for rows in sizes {
        let (vectors, facts) = (vectors(rows, shape), facts(rows));
        let measured = measured(None, &vectors, &facts, &mut io::sink());
        let peak = peak_megabytes();
        let beside = match add {
            Some(share) => added(&measured, share, &vectors, &facts),
            None if rows <= HELD_AGAINST => within(&measured.compared, &vectors, &facts),
            None => String::new(),
        };
        let Measured { seconds, spent, .. } = &measured;
        let each = *spent * 1e6 / rows as f64;
        println!("{rows:>9} {seconds:>9.2} {spent:>9.2} {each:>9.1} {peak:>9}  {beside}");
        println!("{:>9} {}", "", measured.parts);
    }
}

struct Measured {
    compared: Compared,
    seconds: f64,
    spent: f64,
    /// What each part of it took.
    parts: String,
}

/// The parts of an analysis, and by which thousandth of it each is done.
const PARTS: [(&str, u64); 5] = [
    ("neighbours", 500),
    ("hashes", 550),
    ("laying", 800),
    ("uniqueness", 900),
    ("clusters", 1000),
];

/// Notes the processor time at which each part was first known to be done.
#[derive(Default)]
struct Clock(Mutex<Vec<f64>>);

impl Watch for Clock {
    fn step(&self, done: u64, _: u64) {
        let mut ended = self.0.lock().unwrap();
        while PARTS.get(ended.len()).is_some_and(|part| done >= part.1) {
            ended.push(processor_seconds());
        }
    }

    fn cancelled(&self) -> bool {
        false
    }
}

impl Clock {
    fn told(self, began: f64) -> String {
        let mut last = began;
        let parts = PARTS.iter().zip(self.0.into_inner().unwrap());
        let parts = parts.map(|((name, _), ended)| {
            let spent = ended - last;
            last = ended;
            format!("{name} {spent:.2}")
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

fn measured(
    before: Option<Memory>,
    vectors: &Matrix,
    facts: &[Facts],
    remember: &mut dyn Write,
) -> Measured {
    let (began, spent) = (Instant::now(), processor_seconds());
    let settings = Settings::default();
    let clock = Clock::default();
    let compared = analyse_after(before, vectors, facts, &Drawn, &settings, &clock, remember);
    Measured {
        compared: compared.unwrap(),
        seconds: began.elapsed().as_secs_f64(),
        parts: clock.told(spent),
        spent: processor_seconds() - spent,
    }
}

/// The same set, of which all but the last so many in a hundred were known.
fn added(whole: &Measured, share: usize, vectors: &Matrix, facts: &[Facts]) -> String {
    let known = facts.len() - facts.len() * share / 100;
    let values = (0..known).flat_map(|row| vectors.row(row)).copied();
    let fewer = Matrix::from_vec(vectors.columns(), values.collect()).unwrap();
    let mut bytes = Vec::new();
    measured(None, &fewer, &facts[..known], &mut bytes);
    drop(fewer);
    let before = Memory::from_bytes(&bytes);
    let bytes = bytes.len();
    let again = measured(before, vectors, facts, &mut io::sink());
    let same = again.compared.findings == whole.compared.findings;
    format!(
        "{:.2} {:.2} {:.3}; {} {}; {}{}\n{:>9} adding: {}",
        again.seconds,
        again.spent,
        again.spent / whole.spent,
        again.compared.work.pictures_compared,
        again.compared.work.pairs_laid,
        bytes / known,
        if same { "; same findings" } else { "" },
        "",
        again.parts
    )
}

/// How many rows have the same nearest neighbour within neighbourhoods, and how long that takes.
fn within(whole: &Compared, vectors: &Matrix, facts: &[Facts]) -> String {
    let settings = Settings {
        exact_up_to: 0,
        ..Settings::default()
    };
    let began = Instant::now();
    let other = analyse(vectors, facts, &Drawn, &settings, &Unwatched).unwrap();
    let nearest = &whole.findings.nearest_distance;
    let pairs = nearest.iter().zip(&other.nearest_distance);
    let same = pairs.filter(|(a, b)| (*a - *b).abs() < 1e-5).count();
    format!(
        "{:.4} in {:.1} s",
        same as f64 / facts.len() as f64,
        began.elapsed().as_secs_f64()
    )
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
