//! The latency of attempts, as a quantile of the last ones.

use std::boxed::Box;
use std::sync::{Mutex, MutexGuard, TryLockError};

use hdrhistogram::Histogram;

use crate::policy::nanos::Nanos;
use crate::runtime::sync::{AtomicU64, Ordering};

/// A quantile of the latency.
///
/// Attempts are recorded behind a lock that is only tried: a sample that meets another one is skipped. The quantile is a
/// word beside it, so reading it never waits.
#[derive(Debug)]
pub(super) struct Latency {
    /// The quantile in nanoseconds, or 0 while it is unknown.
    current: AtomicU64,
    samples: Mutex<Option<Box<Samples>>>,
}

/// The number of samples from which on a quantile is read.
const ENOUGH: u64 = 100;

/// The quantile is read again after this many samples. A read walks over the histogram.
const EVERY: u64 = 32;

/// The time after which a histogram may be replaced by the younger one.
const AGE: Nanos = 10_000_000_000;

/// The latencies in microseconds, twice. Each sample is in both histograms. When the older one has served for [`AGE`] and
/// the younger one has [`ENOUGH`] samples, the younger one takes its place, and a new one starts.
#[derive(Debug)]
struct Samples {
    older: Histogram<u32>,
    younger: Histogram<u32>,
    /// The time at which the younger one started.
    started: Nanos,
    until_read: u64,
}

impl Latency {
    pub(super) const fn new() -> Latency {
        Latency { current: AtomicU64::new(0), samples: Mutex::new(None) }
    }

    /// Forgets the quantile until it is read again.
    pub(super) const fn forget(&mut self) {
        self.current = AtomicU64::new(0);
    }

    /// Returns the quantile, or `None` while it is unknown.
    #[inline]
    pub(super) fn quantile(&self) -> Option<Nanos> {
        let current = self.current.load(Ordering::Relaxed);
        (current > 0).then_some(current)
    }

    /// Records the latency of an attempt that ended at `now`, unless another thread records at this moment.
    pub(super) fn record(&self, latency: Nanos, now: Nanos, quantile: f64) {
        let Some(mut samples) = self.try_lock() else { return };
        let samples = samples.get_or_insert_with(|| Box::new(Samples::new(now)));
        if let Some(quantile) = samples.record(latency, now, quantile) {
            self.current.store(quantile, Ordering::Relaxed);
        }
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Option<Box<Samples>>>> {
        match self.samples.try_lock() {
            Ok(samples) => Some(samples),
            // Nothing under the lock panics, and a sample less is no loss.
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl Samples {
    fn new(now: Nanos) -> Samples {
        Samples { older: histogram(), younger: histogram(), started: now, until_read: ENOUGH }
    }

    /// Records a latency, and returns the quantile if it is read.
    fn record(&mut self, latency: Nanos, now: Nanos, quantile: f64) -> Option<Nanos> {
        let micros = (latency / 1000).max(1);
        self.older.saturating_record(micros);
        self.younger.saturating_record(micros);
        self.until_read = self.until_read.saturating_sub(1);
        if self.until_read > 0 {
            return None;
        }
        self.until_read = EVERY;
        // A clock that was replaced, for example between two tests, may be earlier.
        if now.abs_diff(self.started) >= AGE && self.younger.len() >= ENOUGH {
            core::mem::swap(&mut self.older, &mut self.younger);
            self.younger.reset();
            self.started = now;
        }
        Some(self.older.value_at_quantile(quantile).saturating_mul(1000))
    }
}

/// Returns an empty histogram from 1 µs to an hour, with two digits. Longer latencies count as an hour.
#[expect(clippy::expect_used, reason = "the bounds and the digits are constants")]
fn histogram() -> Histogram<u32> {
    const HOUR: u64 = 3_600_000_000;
    Histogram::new_with_bounds(1, HOUR, 2).expect("the bounds are in order and the digits are few")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Nanos = 1_000_000;

    fn recorded(latency: &Latency, times: impl Iterator<Item = Nanos>) {
        times.enumerate().for_each(|(n, time)| latency.record(time, n as Nanos * MILLI, 0.95));
    }

    fn assert_about(latency: &Latency, expected: Nanos) {
        let found = latency.quantile().expect("enough samples");
        assert!(found.abs_diff(expected) <= expected / 50, "{found} is not about {expected}");
    }

    #[test]
    fn the_quantile_is_unknown_before_a_hundred_samples() {
        let latency = Latency::new();
        recorded(&latency, (1..100).map(|n| n * MILLI));
        assert_eq!(latency.quantile(), None);
        latency.record(100 * MILLI, 0, 0.95);
        assert_about(&latency, 95 * MILLI);
    }

    #[test]
    fn the_quantile_follows_the_last_ten_to_twenty_seconds() {
        let latency = Latency::new();
        // A sample each 10 ms: fast for 30 s, then slow.
        let at = |n: u64| n * 10 * MILLI;
        (0..3000).for_each(|n| latency.record(MILLI, at(n), 0.95));
        assert_about(&latency, MILLI);
        (3000..5100).for_each(|n| latency.record(200 * MILLI, at(n), 0.95));
        assert_about(&latency, 200 * MILLI);
        (5100..7200).for_each(|n| latency.record(MILLI, at(n), 0.95));
        assert_about(&latency, MILLI);
    }

    #[test]
    fn a_function_that_is_called_rarely_keeps_its_last_hundred_samples() {
        let latency = Latency::new();
        // One sample a minute, which is longer than a histogram serves.
        (0..500).for_each(|n| latency.record(7 * MILLI, n * 60_000 * MILLI, 0.5));
        assert_about(&latency, 7 * MILLI);
        assert!(latency.samples.lock().unwrap().as_ref().unwrap().older.len() >= ENOUGH);
    }

    #[test]
    fn extreme_latencies_and_clocks_are_recorded() {
        let latency = Latency::new();
        for n in 0..1000 {
            latency.record(
                if n % 2 == 0 { 0 } else { u64::MAX },
                if n % 3 == 0 { u64::MAX } else { 0 },
                0.95,
            );
        }
        assert!(latency.quantile().is_some_and(|found| found >= 3600 * 1000 * MILLI));
    }

    #[test]
    fn a_sample_that_meets_another_one_is_skipped() {
        let latency = Latency::new();
        let held = latency.samples.lock().unwrap();
        recorded(&latency, (0..200).map(|_| MILLI));
        drop(held);
        assert_eq!(latency.quantile(), None);
    }

    #[test]
    fn all_samples_of_ten_seconds_are_in_the_quantile() {
        let latency = Latency::new();
        (0..200).for_each(|n| latency.record(200 * MILLI, n * MILLI, 0.75));
        (200..400).for_each(|n| latency.record(MILLI, n * MILLI, 0.75));
        assert_about(&latency, 200 * MILLI);
    }

    #[test]
    fn a_quantile_that_was_forgotten_is_unknown_until_it_is_read_again() {
        let mut latency = Latency::new();
        recorded(&latency, (0..100).map(|_| 7 * MILLI));
        assert_about(&latency, 7 * MILLI);
        latency.forget();
        assert_eq!(latency.quantile(), None);
        recorded(&latency, (0..EVERY).map(|_| 7 * MILLI));
        assert_about(&latency, 7 * MILLI);
    }
}
