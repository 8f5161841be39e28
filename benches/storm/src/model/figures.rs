//! The figures of one run.

use std::ops::Range;

use super::record::{BIN, Counts, Record};
use super::scenario::{NANOS_PER_SECOND, Scenario};

/// Recovered: this part of the calls of each second is answered.
const NORMAL: f64 = 0.95;
/// After this time of calm, the figures are those of a server that has recovered, or that will not.
const SETTLED: u64 = 20 * NANOS_PER_SECOND;

/// What a run comes to. Parts are of 1; times are in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figures {
    /// Calls that were answered, of those that began during the trouble.
    pub(crate) answered_during: f64,
    /// The same, as a part of what the hosts can answer in that time.
    pub(crate) of_capacity: f64,
    /// Calls that were answered, of those that began later than the trouble and a time of calm.
    pub(crate) answered_after: f64,
    /// Calls that the client refused, of all calls.
    pub(crate) refused: f64,
    /// Requests for each answered call during the trouble.
    pub(crate) sent_during: f64,
    /// Requests for each answered call in the whole run.
    pub(crate) sent_in_all: f64,
    /// Requests for each call in the whole run.
    pub(crate) sent_per_call: f64,
    /// From the end of the trouble until enough of the calls of each second are answered; `None` if that does not happen.
    pub(crate) recovery: Option<f64>,
    /// Times of the answers to calls that began during the trouble.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Figures {
    pub(crate) fn of(record: &Record, scenario: &Scenario) -> Figures {
        let trouble = scenario.trouble();
        let during = sum(record, trouble.clone());
        let all = sum(record, 0..u64::MAX);
        let after = sum(record, trouble.end + SETTLED..u64::MAX);
        let times = sorted_times(record, trouble.clone());
        Figures {
            answered_during: ratio(during.answers, during.calls),
            of_capacity: f64::from(during.answers) / scenario.capacity(),
            answered_after: ratio(after.answers, after.calls),
            refused: ratio(all.refused, all.calls),
            sent_during: ratio(during.sent, during.answers),
            sent_in_all: ratio(all.sent, all.answers),
            sent_per_call: ratio(all.sent, all.calls),
            recovery: recovery(record, trouble.end),
            p50: quantile(&times, 0.5),
            p99: quantile(&times, 0.99),
        }
    }
}

fn sum(record: &Record, time: Range<u64>) -> Counts {
    let bins = record.bins.iter().zip((0..).step_by(BIN as usize));
    bins.filter(|(_, begin)| time.contains(begin)).map(|(counts, _)| *counts).sum()
}

fn ratio(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole)
}

/// The last second in which too few calls were answered decides, so a relapse counts.
fn recovery(record: &Record, end: u64) -> Option<f64> {
    const SECOND: usize = (NANOS_PER_SECOND / BIN) as usize;
    let bins = &record.bins[(end / BIN) as usize..];
    let is_bad = |second: &[Counts]| {
        let answers: u32 = second.iter().map(|counts| counts.answers).sum();
        let calls: u32 = second.iter().map(|counts| counts.calls).sum();
        f64::from(answers) < NORMAL * f64::from(calls)
    };
    match bins.windows(SECOND).rposition(is_bad) {
        None => Some(0.0),
        Some(last) if last + 1 + SECOND < bins.len() => Some((last + 1) as f64 / SECOND as f64),
        Some(_) => None,
    }
}

/// The times of the answers to calls that began in this time, in seconds.
pub(crate) fn sorted_times(record: &Record, began: Range<u64>) -> Vec<f64> {
    let answers = record.answers.iter().filter(|(at, _)| began.contains(at));
    let mut times: Vec<f64> = answers.map(|&(_, took)| took as f64 / NANOS_PER_SECOND as f64).collect();
    times.sort_by(f64::total_cmp);
    times
}

pub(crate) fn quantile(sorted: &[f64], quantile: f64) -> f64 {
    let rank = (sorted.len() as f64 * quantile).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
