//! Telling how far a job is: a line redrawn on a terminal, a line every few seconds elsewhere.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use lamina_model::{Phase, Progress};

use crate::terminal;

/// Over how long the rate is taken.
const WINDOW: Duration = Duration::from_secs(20);
/// How often a line is redrawn on a terminal.
const REDRAW: Duration = Duration::from_millis(200);

/// Tells progress as it comes.
#[derive(Debug)]
pub(crate) struct Teller {
    redraws: bool,
    interval: Duration,
    last_told: Option<Instant>,
    last_phase: Option<Phase>,
    pace: Pace,
}

impl Teller {
    /// A teller for stderr; `interval` is the time between two lines where it is no terminal.
    pub(crate) fn new(interval: Duration) -> Self {
        let redraws = terminal::is_watched();
        Self {
            redraws,
            interval: if redraws { REDRAW } else { interval },
            last_told: None,
            last_phase: None,
            pace: Pace::default(),
        }
    }

    /// Tells, if it is time to.
    pub(crate) fn tell(&mut self, progress: Progress, now: Instant) {
        self.pace.note(progress, now);
        let new_phase = self.last_phase != Some(progress.phase);
        let due = self
            .last_told
            .is_none_or(|last| now.duration_since(last) >= self.interval);
        if progress.phase == Phase::Waiting || !(due || new_phase) {
            return;
        }
        self.last_told = Some(now);
        self.last_phase = Some(progress.phase);
        let line = line(progress, self.pace.rate());
        if self.redraws {
            terminal::redraw(&line);
        } else {
            terminal::tell(&line);
        }
    }

    /// Takes the redrawn line away, before something else is written.
    pub(crate) fn clear(&self) {
        if self.redraws {
            terminal::clear_line();
        }
    }
}

/// How quickly steps are done, over the last while.
#[derive(Debug, Default)]
struct Pace {
    phase: Option<Phase>,
    samples: VecDeque<(Instant, u64)>,
}

impl Pace {
    fn note(&mut self, progress: Progress, now: Instant) {
        if self.phase != Some(progress.phase) {
            self.phase = Some(progress.phase);
            self.samples.clear();
        }
        if self
            .samples
            .back()
            .is_none_or(|(_, done)| *done != progress.done)
        {
            self.samples.push_back((now, progress.done));
        }
        while self.samples.len() > 2
            && self
                .samples
                .front()
                .is_some_and(|(then, _)| now.duration_since(*then) > WINDOW)
        {
            self.samples.pop_front();
        }
    }

    /// Steps a second; nothing before there is something to measure.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a count of files is shown with one decimal"
    )]
    fn rate(&self) -> Option<f64> {
        let (first, before) = self.samples.front()?;
        let (last, after) = self.samples.back()?;
        let seconds = last.duration_since(*first).as_secs_f64();
        (seconds > 0.2 && after > before).then(|| (after - before) as f64 / seconds)
    }
}

/// One line: phase, how many of how many, rate, time left, rejected so far.
fn line(progress: Progress, rate: Option<f64>) -> String {
    let Progress {
        phase,
        done,
        total,
        rejected,
    } = progress;
    let mut line = format!("{:<11}", name(phase));
    if total > 0 {
        line.push_str(&format!("{done}/{total} ({} %)", percent(done, total)));
    } else if done > 0 {
        line.push_str(&format!("{done}"));
    }
    if let Some(rate) = rate {
        line.push_str(&format!(" · {rate:.1}/s"));
        if total > done {
            #[expect(clippy::cast_precision_loss, reason = "an estimate in seconds")]
            let seconds = (total - done) as f64 / rate;
            line.push_str(&format!(" · {} left", duration(seconds)));
        }
    }
    if rejected > 0 {
        line.push_str(&format!(" · {rejected} rejected"));
    }
    line.trim_end().to_owned()
}

/// Never 100 before all is done.
fn percent(done: u64, total: u64) -> u64 {
    (u128::from(done) * 100)
        .checked_div(u128::from(total))
        .and_then(|p| u64::try_from(p).ok())
        .unwrap_or(0)
        .min(100)
}

/// The name of a phase, for people.
pub(crate) const fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Waiting => "waiting",
        Phase::Scanning => "scanning",
        Phase::Indexing => "indexing",
        Phase::Analysing => "analysing",
        Phase::Publishing => "publishing",
        Phase::Marking => "tagging",
        Phase::Exporting => "exporting",
    }
}

/// Seconds as people say them.
pub(crate) fn duration(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to a day count that fits"
    )]
    let whole = seconds.clamp(0.0, 8_640_000.0).ceil() as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use lamina_model::{Phase, Progress};

    use super::{Pace, duration, line};

    fn at(done: u64) -> Progress {
        Progress {
            phase: Phase::Indexing,
            done,
            total: 1000,
            rejected: 3,
        }
    }

    #[test]
    fn a_line_tells_phase_count_rate_time_left_and_rejected() {
        assert_eq!(
            line(at(250), Some(12.5)),
            "indexing   250/1000 (25 %) · 12.5/s · 1 min 00 s left · 3 rejected"
        );
        let scanning = Progress {
            phase: Phase::Scanning,
            done: 9,
            total: 0,
            rejected: 0,
        };
        assert_eq!(line(scanning, None), "scanning   9");
    }

    #[test]
    fn the_rate_is_that_of_the_last_while_and_begins_anew_with_each_phase() {
        let mut pace = Pace::default();
        let start = Instant::now();
        pace.note(at(0), start);
        assert_eq!(pace.rate(), None);
        pace.note(at(100), start + Duration::from_secs(10));
        assert!((pace.rate().unwrap() - 10.0).abs() < 1e-9);
        pace.note(at(700), start + Duration::from_secs(30));
        assert!((pace.rate().unwrap() - 30.0).abs() < 1e-9);
        pace.note(
            Progress {
                phase: Phase::Analysing,
                ..at(0)
            },
            start + Duration::from_secs(41),
        );
        assert_eq!(pace.rate(), None);
    }

    #[test]
    fn durations_are_told_in_two_units_at_most() {
        assert_eq!(duration(0.2), "1 s");
        assert_eq!(duration(59.0), "59 s");
        assert_eq!(duration(61.0), "1 min 01 s");
        assert_eq!(duration(7260.0), "2 h 01 min");
    }
}
