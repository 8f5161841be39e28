//! The type [`CircuitBreaker`]: its settings and its state.

use core::time::Duration;

use super::circuit::{Circuit, Recovery, Ticket};
#[cfg(feature = "std")]
use super::rates::Rates;
use super::state::{Change, CircuitState};
#[cfg(feature = "std")]
use super::transitions::TransitionQueue;
#[cfg(feature = "std")]
use super::trial;
#[cfg(feature = "std")]
use super::window::Window;
use crate::error::circuit_open::left;
use crate::policy::nanos::{from_duration, to_duration};
use crate::runtime::TimeSource;

/// Stops calls to a server that fails them, so that they fail at once and the server can recover.
///
/// *Closed*, it lets every call through. Too many failures open it: by default five in a row, or a
/// [rate](Self::failure_rate) of them. *Open*, it refuses calls for [`open_for`](Self::open_for). Then, *half-open*, it
/// lets [`trials`](Self::trials) calls through: if all succeed it closes, at the first failure it opens again.
///
/// ```
/// use retry_core::{CircuitBreaker, CircuitState};
///
/// static DATABASE: CircuitBreaker = CircuitBreaker::new().name("database").consecutive_failures(3);
///
/// # #[derive(Debug)] struct Error;
/// # impl From<retry_core::CircuitOpen> for Error { fn from(_: retry_core::CircuitOpen) -> Error { Error } }
/// for _ in 0..3 {
///     let _: Result<(), Error> = DATABASE.call(|| Err(Error));
/// }
/// assert_eq!(DATABASE.state(), CircuitState::Open);
/// let refused: Result<(), Error> = DATABASE.call(|| unreachable!());
/// assert!(refused.is_err());
/// ```
///
/// Setters are `const`, so a breaker can be a `static`; where there is one for each host, it is a value in a map. A
/// call that is let through while nothing has failed costs a load before and a load after it. The time is that of the
/// calls themselves: tokio's, that of a test's guard, or that of [`clock`](Self::clock); without `std` it stands still
/// until a clock is given.
#[derive(Debug)]
pub struct CircuitBreaker {
    pub(super) name: &'static str,
    consecutive_failures: u16,
    pub(super) recovery: Recovery,
    counts_permanent_errors: bool,
    pub(super) time: TimeSource,
    pub(super) circuit: Circuit,
    #[cfg(feature = "std")]
    pub(super) rates: Rates,
    #[cfg(feature = "std")]
    pub(super) window: Window,
    #[cfg(feature = "std")]
    transitions: TransitionQueue,
}

impl Default for CircuitBreaker {
    fn default() -> Self {
        Self::new()
    }
}

impl CircuitBreaker {
    /// Opens after 5 failures in a row, for 30 s; closes after 1 trial.
    #[must_use]
    pub const fn new() -> CircuitBreaker {
        CircuitBreaker {
            name: "unnamed",
            consecutive_failures: 5,
            recovery: Recovery { open_for: 30_000_000_000, trials: 1 },
            counts_permanent_errors: false,
            time: TimeSource::Runtime,
            circuit: Circuit::new(),
            #[cfg(feature = "std")]
            rates: Rates::NONE,
            #[cfg(feature = "std")]
            window: Window::new(),
            #[cfg(feature = "std")]
            transitions: TransitionQueue::new(),
        }
    }

    /// What it is called in events and errors; `unnamed` if not set.
    #[must_use]
    pub const fn name(mut self, name: &'static str) -> CircuitBreaker {
        self.name = name;
        self
    }

    /// Opens after so many failures without a success between them; 5 if not set. With a
    /// [`failure_rate`](Self::failure_rate) the rate takes this rule's place.
    ///
    /// # Panics
    /// If it is not in `1..=65535`.
    #[must_use]
    #[track_caller]
    pub const fn consecutive_failures(mut self, failures: u32) -> CircuitBreaker {
        assert!(
            failures >= 1 && failures <= u16::MAX as u32,
            "`consecutive_failures` is not in 1..=65535; write `consecutive_failures(1)` to open at the first failure"
        );
        self.consecutive_failures = failures as u16;
        self
    }

    /// How long it refuses calls before it tries some; 30 s if not set. Trials that take longer than this are not
    /// waited for: others are let through in their place.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub const fn open_for(mut self, duration: Duration) -> CircuitBreaker {
        assert!(
            !duration.is_zero(),
            "a circuit that opens for no time refuses nothing; write how long, such as `open_for(Duration::from_secs(30))`"
        );
        self.recovery.open_for = from_duration(duration);
        self
    }

    /// How many calls are let through when it is half-open, and have to succeed for it to close; 1 if not set.
    ///
    /// # Panics
    /// If it is not in `1..=65535`.
    #[must_use]
    #[track_caller]
    pub const fn trials(mut self, calls: u32) -> CircuitBreaker {
        assert!(
            calls >= 1 && calls <= u16::MAX as u32,
            "`trials` is not in 1..=65535; write `trials(1)` to close after one success"
        );
        self.recovery.trials = calls as u16;
        self
    }

    /// In a `#[retry]` loop, counts errors that are not retryable as failures too. If not set they are ignored: they
    /// say that the request was wrong, and nothing of the server.
    #[must_use]
    pub const fn count_permanent_errors(mut self) -> CircuitBreaker {
        self.counts_permanent_errors = true;
        self
    }

    #[cfg(feature = "std")]
    pub(crate) const fn counts_permanent_errors(&self) -> bool {
        self.counts_permanent_errors
    }

    /// Reads the time from `clock`: what has passed since any moment that stays the same.
    #[must_use]
    pub const fn clock(mut self, clock: fn() -> Duration) -> CircuitBreaker {
        self.time = TimeSource::Custom(clock);
        self
    }

    /// Whether the code that asks runs inside a trial, which lets it through.
    #[cfg_attr(
        not(feature = "std"),
        expect(clippy::unused_self, reason = "there is no thread to note it on")
    )]
    pub(crate) fn is_on_trial_here(&self) -> bool {
        #[cfg(feature = "std")]
        {
            let moment = self.circuit.moment();
            moment.state == CircuitState::HalfOpen && trial::runs_here(self.address(), moment.generation)
        }
        #[cfg(not(feature = "std"))]
        false
    }

    /// Returns the address of the breaker, which identifies its trials.
    #[cfg(feature = "std")]
    pub(super) fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    /// What it does with calls. An open circuit becomes half-open with the first call after its time.
    #[must_use]
    pub fn state(&self) -> CircuitState {
        self.circuit.moment().state
    }

    /// How much longer calls are refused: zero if the next may be let through, [`Duration::MAX`] if no time is set.
    #[must_use]
    pub fn retry_in(&self) -> Duration {
        if self.is_on_trial_here() {
            return Duration::ZERO;
        }
        left(to_duration(self.circuit.refuses_for(self.recovery, || self.time.now())))
    }

    /// Refuses all calls until [`reset`](Self::reset) or [`disable`](Self::disable).
    pub fn force_open(&self) {
        self.emit(self.circuit.force(CircuitState::ForcedOpen, false));
    }

    /// Lets all calls through, and takes no notice of how they end, until [`reset`](Self::reset) or
    /// [`force_open`](Self::force_open).
    pub fn disable(&self) {
        self.emit(self.circuit.force(CircuitState::Disabled, false));
    }

    /// Closes the circuit and forgets all that was counted; calls that still run do not count either.
    pub fn reset(&self) {
        self.emit(self.circuit.force(CircuitState::Closed, true));
    }
}

impl CircuitBreaker {
    /// By the rule of failures in a row, which is also that of trials.
    #[inline]
    pub(super) fn settle_in_a_row(&self, ticket: Ticket, has_failed: bool) {
        if has_failed {
            self.fail(ticket);
        } else {
            self.emit(self.circuit.succeeded(ticket, self.recovery.trials));
        }
    }

    #[cold]
    #[inline(never)]
    fn fail(&self, ticket: Ticket) {
        let threshold = self.consecutive_failures;
        self.emit(self.circuit.failed(ticket, threshold, self.recovery, || self.time.now()));
    }

    #[inline]
    #[cfg_attr(not(feature = "std"), expect(clippy::unused_self, reason = "there is nobody to tell"))]
    pub(super) fn emit(&self, change: Option<Change>) {
        #[cfg(feature = "std")]
        if let Some(change) = change {
            self.transitions.emit(self.name, change);
        }
        #[cfg(not(feature = "std"))]
        let _ = change;
    }
}
