//! [`Stats`], an observer that counts events per operation, breaker, budget and throttle.

mod frequent;
mod limits;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
mod shared;
mod table;

use core::cmp::Reverse;
use core::fmt::{self, Display};
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use self::frequent::ErrorCount;
use self::frequent::count_error;
use self::limits::beginning;
#[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
pub use self::shared::FleetStats;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use self::shared::SharedCounts;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub use self::shared::{BreakerStats, BudgetStats, ThrottleStats};
#[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
use super::event::FleetEvent;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::event::{BudgetEvent, CircuitEvent, CircuitRefusalEvent, HedgeEvent, ThrottleEvent};
use super::observer::Observer;
use super::{AnyGiveUpEvent, AnyRetryEvent, RecoveryEvent};
use crate::decision::GiveUpReason;

/// An observer that counts, for each operation: calls that retried, retries, recoveries, give-ups by reason,
/// the time waited, the most frequent errors and the copies of hedged attempts. It also counts the changes and
/// refusals of each circuit breaker, what each retry budget and throttle refuses, and how often a fleet loses its store.
///
/// Calls that succeed on the first attempt emit no events and are not counted. Memory is bounded: a `Stats`
/// keeps up to [`MAX_OPERATIONS`](Stats::MAX_OPERATIONS) operations and, for each of them, up to
/// [`MAX_ERRORS`](Stats::MAX_ERRORS) different errors of at most [`MAX_ERROR_BYTES`](Stats::MAX_ERROR_BYTES) bytes.
/// Operations are distinguished by label, so all calls of `drain {node}` count as one operation. Breakers,
/// budgets and throttles are distinguished by name, and there are at most as many of each.
///
/// Its `Display` writes a table, and below it one of breakers, budgets and throttles where there are any:
///
/// ```
/// # let _guard = retry_core::testing::no_wait();
/// use retry_core::{Jitter, Policy, Stats, set_observer};
///
/// static STATS: Stats = Stats::new();
///
/// set_observer(&STATS).expect("it is set once");
/// let policy = Policy::new().jitter(Jitter::None);
/// assert!(policy.retry(|| Err::<(), _>("disk full")).name("upload").log_errors().run().is_err());
///
/// let expected = "
/// operation  retried  retries  recovered  gave up  mean delay
/// upload           1        2          0        1        1.5s
///   gave up: 1 × max_attempts
///   error: 3 × disk full
/// ";
/// assert_eq!(STATS.to_string(), expected.trim_start());
/// ```
#[derive(Debug, Default)]
pub struct Stats(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    operations: BTreeMap<&'static str, OperationStats>,
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    shared: SharedCounts,
}

impl Stats {
    /// The number of operations that are counted separately, and of breakers, budgets and throttles. Later
    /// ones are counted together, as [`Stats::OTHERS`].
    pub const MAX_OPERATIONS: usize = limits::COUNTED;
    /// The label under which operations beyond the limit are counted.
    pub const OTHERS: &str = limits::OTHERS;
    /// The number of different errors that are kept for an operation. Beyond it, a new error replaces the
    /// rarest error.
    pub const MAX_ERRORS: usize = frequent::KEPT;
    /// The number of bytes that are kept of an error's text.
    pub const MAX_ERROR_BYTES: usize = limits::BYTES;
    /// The number of bytes that are kept of the name of a breaker, a budget or a throttle.
    pub const MAX_NAME_BYTES: usize = limits::BYTES;

    /// Creates a `Stats` without counts.
    #[must_use]
    pub const fn new() -> Stats {
        Stats(Mutex::new(Counts {
            operations: BTreeMap::new(),
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            shared: SharedCounts::new(),
        }))
    }

    /// Returns a copy of the current counts.
    #[must_use]
    pub fn snapshot(&self) -> StatsSnapshot {
        let mut snapshot = self.lock().snapshot();
        // The sorts are stable: of equally frequent entries, the first to occur stays first.
        for operation in &mut snapshot.operations {
            operation.gave_up.sort_by_key(|(_, count)| Reverse(*count));
            operation.errors.sort_by_key(|error| Reverse(error.count));
        }
        #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
        for breaker in &mut snapshot.breakers {
            breaker.changes.sort_by_key(|(_, count)| Reverse(*count));
        }
        snapshot
    }

    /// Locks the counts, even after a panic: each change to the counts is a single step, so they stay usable.
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, label: &'static str, count: impl FnOnce(&mut OperationStats)) {
        let operations = &mut self.lock().operations;
        let is_full = operations.len() >= Self::MAX_OPERATIONS && !operations.contains_key(label);
        let label = if is_full { Self::OTHERS } else { label };
        count(operations.entry(label).or_insert_with(|| OperationStats::new(label)));
    }
}

impl Counts {
    fn snapshot(&self) -> StatsSnapshot {
        StatsSnapshot {
            operations: self.operations.values().cloned().collect(),
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            breakers: self.shared.breakers.clone(),
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            budgets: self.shared.budgets.clone(),
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            throttles: self.shared.throttles.clone(),
            #[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
            fleets: self.shared.fleets.clone(),
        }
    }
}

#[expect(clippy::arithmetic_side_effects, reason = "64 bits count an event in every nanosecond of 584 years")]
impl Observer for Stats {
    fn retry_scheduled(&self, event: &AnyRetryEvent<'_>) {
        let error = text(event.error());
        self.count(event.label(), |operation| {
            operation.attempts += 1;
            operation.calls_retried += u64::from(event.attempt() == 1);
            operation.retries += 1;
            operation.total_delay = operation.total_delay.saturating_add(event.delay());
            count_error(&mut operation.errors, error);
        });
    }

    fn recovered(&self, event: &RecoveryEvent<'_>) {
        self.count(event.label(), |operation| {
            operation.attempts += 1;
            operation.recovered += 1;
        });
    }

    fn gave_up(&self, event: &AnyGiveUpEvent<'_>) {
        let error = text(event.error());
        let is_new = !event.facts.is_after_wait;
        self.count(event.label(), |operation| {
            // A breaker may refuse a call before its first attempt.
            operation.attempts += u64::from(is_new && event.attempt() > 0);
            match operation.gave_up.iter_mut().find(|(reason, _)| *reason == event.reason()) {
                Some((_, count)) => *count += 1,
                None => operation.gave_up.push((event.reason(), 1)),
            }
            if is_new {
                count_error(&mut operation.errors, error);
            }
        });
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn circuit_changed(&self, event: &CircuitEvent<'_>) {
        self.lock().shared.changed(event);
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn circuit_refused(&self, event: &CircuitRefusalEvent<'_>) {
        self.lock().shared.refused(event);
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn budget_withdrawn(&self, event: &BudgetEvent<'_>) {
        self.lock().shared.budget(event).withdrawn += 1;
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn budget_refused(&self, event: &BudgetEvent<'_>) {
        self.lock().shared.budget(event).refused += 1;
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn throttled(&self, event: &ThrottleEvent<'_>) {
        self.lock().shared.throttled(event);
    }

    #[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
    fn fleet_lost(&self, event: &FleetEvent<'_>) {
        self.lock().shared.fleet(event, true);
    }

    #[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
    fn fleet_found(&self, event: &FleetEvent<'_>) {
        self.lock().shared.fleet(event, false);
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn hedge_started(&self, event: &HedgeEvent<'_>) {
        self.count(event.label(), |operation| operation.hedges_started += 1);
    }

    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn hedge_won(&self, event: &HedgeEvent<'_>) {
        self.count(event.label(), |operation| operation.hedges_won += 1);
    }
}

impl Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.snapshot().fmt(f)
    }
}

/// Returns the beginning of an error's text. It is called before the lock is taken, because `error` is the
/// user's code.
fn text(error: &dyn Display) -> String {
    let mut text = Beginning(String::new());
    // If `Display` fails, the error is counted with the text that it has written.
    let _ = fmt::write(&mut text, format_args!("{error}"));
    text.0
}

/// A writer that keeps the first [`Stats::MAX_ERROR_BYTES`] bytes of a text, or fewer to keep the last character
/// whole.
struct Beginning(String);

impl fmt::Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(beginning(text, Stats::MAX_ERROR_BYTES.saturating_sub(self.0.len())));
        Ok(())
    }
}

/// The counts of a [`Stats`] at one moment. Its `Display` writes a table.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StatsSnapshot {
    /// Every operation that has failed or was hedged, sorted by label.
    pub operations: Vec<OperationStats>,
    /// Every circuit breaker that has changed its state or refused a call, sorted by name.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    pub breakers: Vec<BreakerStats>,
    /// Every retry budget that has paid for a retry or refused one, sorted by name.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    pub budgets: Vec<BudgetStats>,
    /// Every throttle that has refused a call, sorted by name.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    pub throttles: Vec<ThrottleStats>,
    /// Every fleet whose store was away, sorted by name.
    #[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
    pub fleets: Vec<FleetStats>,
}

/// The counts of one operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationStats {
    /// The [label](super::AnyGiveUpEvent::label) of the operation.
    pub operation: &'static str,
    /// Attempts that have ended, in calls with at least one failed attempt. First attempts are included.
    pub attempts: u64,
    /// Calls that were retried, including calls that were dropped during a wait.
    pub calls_retried: u64,
    /// Retries, which are the attempts after the first attempt of a call.
    pub retries: u64,
    /// Calls that succeeded after a retry.
    pub recovered: u64,
    /// Calls that ended without success, by reason, the most frequent reason first.
    pub gave_up: Vec<(GiveUpReason, u64)>,
    /// The sum of all delays before retries.
    pub total_delay: Duration,
    /// The most frequent errors, the most frequent first.
    pub errors: Vec<ErrorCount>,
    /// Copies that started beside an attempt, because it had not answered in time.
    pub hedges_started: u64,
    /// Copies that answered first.
    pub hedges_won: u64,
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
            hedges_started: 0,
            hedges_won: 0,
        }
    }

    /// Returns the number of calls that gave up, for any reason.
    #[must_use]
    pub fn total_give_ups(&self) -> u64 {
        self.gave_up.iter().map(|(_, count)| count).sum()
    }

    /// Returns the mean delay before a retry, or zero if there was no retry.
    #[must_use]
    pub fn mean_delay(&self) -> Duration {
        let mean = self.total_delay.as_nanos().checked_div(self.retries.into()).unwrap_or(0);
        // The mean is at most the longest delay, which fits.
        Duration::from_nanos(u64::try_from(mean).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::super::LogLevel;
    use super::super::event::Facts;
    use super::*;

    fn give_up(stats: &Stats, label: &'static str, error: &dyn Display) {
        let (max_attempts, elapsed, level) = (None, Duration::ZERO, LogLevel::Off);
        let facts =
            Facts { operation: &"", label, attempt: 1, max_attempts, elapsed, is_after_wait: false, level };
        stats.gave_up(&AnyGiveUpEvent { facts: &facts, reason: GiveUpReason::MaxAttempts, error });
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
    fn an_error_of_many_lines_is_one_line_in_the_table() {
        let stats = Stats::new();
        give_up(&stats, "fetch", &"no route\n\tto host");
        assert!(stats.to_string().ends_with("  error: 1 × no route to host\n"), "{stats}");
    }

    #[test]
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    fn hedges_are_counted_by_label_and_shown_where_there_are_any() {
        let stats = Stats::new();
        give_up(&stats, "fetch", &"down");
        let (attempt, copy, delay, level) = (1, 1, Duration::ZERO, LogLevel::Off);
        let event = |label| HedgeEvent { operation: &"", label, attempt, copy, delay, level };
        (0..3).for_each(|_| stats.hedge_started(&event("read {key}")));
        stats.hedge_won(&event("read {key}"));
        let operations = stats.snapshot().operations;
        let hedges = operations.iter().map(|operation| (operation.hedges_started, operation.hedges_won));
        assert_eq!(hedges.collect::<Vec<_>>(), [(0, 0), (3, 1)]);
        let table = stats.to_string();
        assert_eq!(table.matches("hedged").count(), 1, "{table}");
        assert!(table.ends_with("  hedged: 3 × started, 1 × won\n"), "{table}");
    }

    #[test]
    fn an_inexact_count_is_shown_as_an_upper_bound() {
        let stats = Stats::new();
        (0..17).for_each(|n| give_up(&stats, "fetch", &n));
        let table = stats.to_string();
        assert!(table.contains("  error: ≤ 2 × 16\n") && table.contains("  error: 1 × 1\n"), "{table}");
    }
}
