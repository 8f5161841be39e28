//! Counts of what happened, per operation, to be printed or read.

mod frequent;
mod table;

use core::fmt::{self, Display};
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::frequent::ErrorCount;
use self::frequent::count_error;
use super::observer::Observer;
use super::{GaveUp, Recovered, RetryScheduled};
use crate::decision::GiveUpReason;

/// An observer that counts, for each operation: calls that retried, retries, recoveries, give-ups by reason, the time
/// waited and the most frequent errors.
///
/// Calls that succeed at once are not counted: nobody is told of them. Its memory is bounded: it keeps
/// [`MAX_OPERATIONS`](Stats::MAX_OPERATIONS) operations, and for each of them [`ERRORS`](Stats::ERRORS) different errors of at
/// most [`ERROR_BYTES`](Stats::ERROR_BYTES). Operations are told apart by their labels, so `drain {node}` is one.
///
/// Its `Display` is a table:
///
/// ```
/// # let _guard = retry_core::testing::no_wait();
/// use retry_core::{Jitter, Policy, Stats, set_observer};
///
/// static STATS: Stats = Stats::new();
///
/// set_observer(&STATS).expect("it is set once");
/// let upload = Policy::new().jitter(Jitter::None).name("upload").log_errors();
/// assert!(upload.run(|| Err::<(), _>("disk full")).is_err());
///
/// let expected = "
/// operation  retried  retries  recovered  gave up  mean delay
/// upload           1        2          0        1        1.5s
///   gave up: 1 × MaxAttempts
///   error: 3 × disk full
/// ";
/// assert_eq!(STATS.to_string(), expected.trim_start());
/// ```
#[derive(Debug, Default)]
pub struct Stats(Mutex<BTreeMap<&'static str, OperationStats>>);

impl Stats {
    /// How many operations are told apart. Those that come later are counted together, as [`Stats::OTHERS`].
    pub const MAX_OPERATIONS: usize = 256;
    /// What operations beyond the limit are called.
    pub const OTHERS: &str = "(others)";
    /// How many different errors of an operation are kept. A new one beyond that takes the place of the rarest.
    pub const ERRORS: usize = frequent::KEPT;
    /// How many bytes of an error's text are kept.
    pub const ERROR_BYTES: usize = 200;

    /// Nothing counted yet.
    #[must_use]
    pub const fn new() -> Stats {
        Stats(Mutex::new(BTreeMap::new()))
    }

    /// The counts as they are now.
    #[must_use]
    pub fn snapshot(&self) -> StatsSnapshot {
        let mut operations: Vec<_> = self.lock().values().cloned().collect();
        for operation in &mut operations {
            // Stable, so that of equally frequent ones the first to be seen stays first.
            operation.gave_up.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
            operation.errors.sort_by_key(|error| core::cmp::Reverse(error.count));
        }
        StatsSnapshot { operations }
    }

    /// A panic elsewhere leaves the counts usable: each change to them is a single step.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, OperationStats>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, label: &'static str, count: impl FnOnce(&mut OperationStats)) {
        let mut operations = self.lock();
        let is_full = operations.len() >= Self::MAX_OPERATIONS && !operations.contains_key(label);
        let label = if is_full { Self::OTHERS } else { label };
        count(operations.entry(label).or_insert_with(|| OperationStats::new(label)));
    }
}

impl Observer for Stats {
    fn retry_scheduled(&self, event: &RetryScheduled<'_>) {
        let error = text(event.error());
        self.count(event.label(), |operation| {
            operation.attempts += 1;
            operation.calls_retried += u64::from(event.attempt() == 1);
            operation.retries += 1;
            operation.total_delay = operation.total_delay.saturating_add(event.delay());
            count_error(&mut operation.errors, error);
        });
    }

    fn recovered(&self, event: &Recovered<'_>) {
        self.count(event.label(), |operation| {
            operation.attempts += 1;
            operation.recovered += 1;
        });
    }

    fn gave_up(&self, event: &GaveUp<'_>) {
        let error = text(event.error());
        self.count(event.label(), |operation| {
            operation.attempts += 1;
            match operation.gave_up.iter_mut().find(|(reason, _)| *reason == event.reason()) {
                Some((_, count)) => *count += 1,
                None => operation.gave_up.push((event.reason(), 1)),
            }
            count_error(&mut operation.errors, error);
        });
    }
}

impl Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.snapshot().fmt(f)
    }
}

/// The beginning of an error's text. Written before the lock is taken: it is the user's code that writes it.
fn text(error: &dyn Display) -> String {
    let mut text = Beginning(String::new());
    // An error that cannot write itself is counted with what it has written.
    let _ = fmt::write(&mut text, format_args!("{error}"));
    text.0
}

/// Keeps the first [`Stats::ERROR_BYTES`] of what is written, or less where a character would be cut.
struct Beginning(String);

impl fmt::Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = Stats::ERROR_BYTES - self.0.len();
        let fits = (0..=room.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
        self.0.push_str(&text[..fits.unwrap_or(0)]);
        Ok(())
    }
}

/// The counts of a [`Stats`] at one moment. Its `Display` is a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatsSnapshot {
    /// Every operation that has failed, by name.
    pub operations: Vec<OperationStats>,
}

/// What happened to one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationStats {
    /// Its [label](super::GaveUp::label).
    pub operation: &'static str,
    /// Attempts that have ended, of calls that failed at least once: the first ones, and the retries.
    pub attempts: u64,
    /// Calls that were attempted more than once. One that is dropped while it waits counts too.
    pub calls_retried: u64,
    /// Attempts after the first of a call.
    pub retries: u64,
    /// Calls that succeeded after a retry.
    pub recovered: u64,
    /// Calls that ended without success, by reason, the most frequent first.
    pub gave_up: Vec<(GiveUpReason, u64)>,
    /// All waits before retries.
    pub total_delay: Duration,
    /// The most frequent errors, the most frequent first.
    pub errors: Vec<ErrorCount>,
}

impl OperationStats {
    const fn new(operation: &'static str) -> OperationStats {
        OperationStats {
            operation,
            attempts: 0,
            calls_retried: 0,
            retries: 0,
            recovered: 0,
            gave_up: Vec::new(),
            total_delay: Duration::ZERO,
            errors: Vec::new(),
        }
    }

    /// How many calls gave up, for whatever reason.
    #[must_use]
    pub fn total_give_ups(&self) -> u64 {
        self.gave_up.iter().map(|(_, count)| count).sum()
    }

    /// The mean wait before a retry; zero if there was none.
    #[must_use]
    pub fn mean_delay(&self) -> Duration {
        let mean = self.total_delay.as_nanos() / u128::from(self.retries.max(1));
        // A mean is not above the longest delay, and that fits.
        Duration::from_nanos(u64::try_from(mean).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Facts;
    use super::*;

    fn give_up(stats: &Stats, label: &'static str, error: &dyn Display) {
        let facts = Facts { operation: &"", label, attempt: 1, max_attempts: None, elapsed: Duration::ZERO };
        stats.gave_up(&GaveUp { facts: &facts, reason: GiveUpReason::MaxAttempts, error });
    }

    fn only_error(error: &dyn Display) -> String {
        let stats = Stats::new();
        give_up(&stats, "", error);
        stats.snapshot().operations[0].errors[0].error.clone()
    }

    #[test]
    fn operations_beyond_the_limit_are_counted_together() {
        let stats = Stats::new();
        let labels: Vec<&'static str> = (0..300).map(|n| &*n.to_string().leak()).collect();
        for label in labels.iter().chain(&labels) {
            give_up(&stats, label, &"down");
        }
        let operations = stats.snapshot().operations;
        assert_eq!(operations.len(), Stats::MAX_OPERATIONS + 1);
        let count_of =
            |label| operations.iter().find(|one| one.operation == label).map(OperationStats::total_give_ups);
        assert_eq!((count_of(labels[0]), count_of(labels[255])), (Some(2), Some(2)));
        assert_eq!((count_of(labels[256]), count_of(Stats::OTHERS)), (None, Some(2 * 44)));
    }

    #[test]
    fn a_long_error_is_cut_between_two_characters() {
        assert_eq!(only_error(&"é".repeat(150)), "é".repeat(100));
        assert_eq!(only_error(&format_args!("a{}", "é".repeat(150))), format!("a{}", "é".repeat(99)));
        assert_eq!(only_error(&format_args!("{}{}", "x".repeat(200), "more")), "x".repeat(200));
        assert_eq!(only_error(&"short"), "short");
    }

    #[test]
    fn an_error_of_many_lines_takes_one_in_the_table() {
        let stats = Stats::new();
        give_up(&stats, "fetch", &"no route\n\tto host");
        assert!(stats.to_string().ends_with("  error: 1 × no route to host\n"), "{stats}");
    }

    #[test]
    fn an_estimate_is_shown_as_one() {
        let stats = Stats::new();
        (0..17).for_each(|n| give_up(&stats, "fetch", &n));
        let table = stats.to_string();
        assert!(table.contains("  error: ≤ 2 × 16\n") && table.contains("  error: 1 × 1\n"), "{table}");
    }
}
