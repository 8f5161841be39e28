//! The rules of a shared circuit, and lengths of time on a clock that may be replaced.

/// The highest number of a record. Lua, whose numbers are floating-point, is exact up to it.
pub(super) const MAX_NUMBER: u64 = (1 << 53) - 1;

/// The latest time of a store's clock: what is added to it stays below 2^53.
pub(super) const MAX_NOW: u64 = (1 << 53) - (1 << 24);

/// A time of the store's clock or a length of time, in milliseconds.
pub type Millis = u64;

/// The rules of a circuit, from the settings of the breaker that joined. They come with each step, so that the store has
/// no settings. A number outside its range counts as the nearest one in it; times are at most [`Rules::MAX_TIME`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The number of processes whose failures open the circuit, `1..=32`; all of them where fewer are live,
    /// once the record is older than `window`.
    pub quorum: u32,
    /// The period of time over which calls are counted, at least 10 ms.
    pub window: Millis,
    /// The number of calls in the window from which on rates are evaluated, at least 1.
    pub minimum_calls: u32,
    /// The failed calls of a million that open the circuit; 0 without this rule.
    pub failure_rate: u32,
    /// The slow calls of a million that open the circuit; 0 without this rule.
    pub slow_rate: u32,
    /// How long the circuit stays open at first, at least 1 ms.
    pub open_for: Millis,
    /// The limit up to which this time doubles with each failed recovery. If it is not above `open_for`, the time does not
    /// double.
    pub open_for_max: Millis,
    /// How long a lease lasts, at least 1 ms.
    pub trial_timeout: Millis,
    /// The number of trials, `1..=65535`.
    pub trials: u32,
    /// How many of them may fail; below `trials`.
    pub trial_failures: u32,
}

impl Rules {
    /// The most processes that a quorum can have: the record keeps this many that have failed.
    pub const MAX_QUORUM: u32 = 32;

    /// The longest time of any rule: with it, every sum stays below 2^53, up to which Lua is exact.
    pub const MAX_TIME: Millis = 1 << 50;

    /// Returns the rules with each number in its range.
    pub(super) fn bounded(&self) -> Rules {
        let trials = self.trials.clamp(1, 65_535);
        Rules {
            quorum: self.quorum.clamp(1, Self::MAX_QUORUM),
            window: self.window.clamp(10, Self::MAX_TIME),
            minimum_calls: self.minimum_calls.max(1),
            failure_rate: self.failure_rate.min(1_000_000),
            slow_rate: self.slow_rate.min(1_000_000),
            open_for: self.open_for.clamp(1, Self::MAX_TIME),
            open_for_max: self.open_for_max.min(Self::MAX_TIME),
            trial_timeout: self.trial_timeout.clamp(1, Self::MAX_TIME),
            trials,
            trial_failures: self.trial_failures.min(trials.saturating_sub(1)),
        }
    }

    /// Returns how long a circuit stays open that has opened `openings` times without closing.
    pub(super) fn open_time(&self, openings: u32) -> Millis {
        let mut time = self.open_for;
        for _ in 1..openings {
            if time >= self.open_for_max {
                break;
            }
            time = time.saturating_mul(2).min(self.open_for_max);
        }
        time
    }

    /// Returns how long a process counts as open by its own rules. It reports so again when its trial fails, which is later
    /// than the longest time for which it is open.
    pub(super) fn trip_memory(&self) -> Millis {
        self.window.max(self.open_for).max(self.open_for_max).saturating_mul(2).min(self.retention())
    }

    /// Returns how long a process counts as live after its last step.
    pub(super) fn retention(&self) -> Millis {
        self.window.saturating_mul(10).min(Self::MAX_TIME)
    }

    /// Returns how long a record lives after its last change. The fleet has forgotten everything in it by then.
    pub(super) fn record_life(&self) -> Millis {
        let longest = self.window.max(self.open_for).max(self.open_for_max).max(self.trial_timeout);
        longest.saturating_mul(10).min(Self::MAX_TIME)
    }
}

/// Returns the time that is left of `length`, which began at `start`.
///
/// If the start is in the future, the clock of the store has been set back. Then nothing of the length has passed; but if
/// the start is further away than the length, the clock is another one, and nothing is left. So nobody waits longer than
/// twice the length.
pub(super) fn left_of(length: Millis, start: Millis, now: Millis) -> Millis {
    match now.checked_sub(start) {
        Some(elapsed) => length.saturating_sub(elapsed),
        None if start.saturating_sub(now) <= length => length,
        None => 0,
    }
}
