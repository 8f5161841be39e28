//! [`CircuitBreaker`]: its settings and its state.

use core::time::Duration;
#[cfg(feature = "std")]
use std::sync::Arc;

use super::circuit::{Circuit, Ticket};
#[cfg(feature = "fleet")]
use super::link::Joined;
#[cfg(feature = "std")]
use super::listeners::Listeners;
#[cfg(feature = "std")]
use super::rates::Rates;
use super::recovery::{Recovery, Trials};
#[cfg(feature = "std")]
use super::state::CircuitState;
use super::state::{Change, CircuitWord};
#[cfg(feature = "std")]
use super::transitions::TransitionQueue;
#[cfg(feature = "std")]
use super::trial;
#[cfg(feature = "std")]
use super::window::Window;
use crate::error::circuit_open::Name;
#[cfg(feature = "std")]
use crate::observe::CircuitEvent;
use crate::runtime::TimeSource;
use crate::runtime::sync::AtomicU64;

/// The name of a breaker that has none.
const UNNAMED: &str = "unnamed";

/// A circuit breaker, which stops calls to a failing server, so that calls fail at once and the server can
/// recover.
///
/// A *closed* breaker lets every call through. Too many failures open it: by default five in a row, or a
/// [rate](Self::failure_rate) of them. An *open* breaker refuses calls for [`open_for`](Self::open_for). Then
/// the breaker is *half-open* and lets [`trials`](Self::trials) calls through. If all of them succeed, it
/// closes; at the first failure, it opens again.
///
/// ```
/// use std::io;
/// use retry_core::{CircuitBreaker, CircuitState};
///
/// static DATABASE: CircuitBreaker = CircuitBreaker::new().name("database").consecutive_failures(3);
///
/// # fn query() -> io::Result<u32> { Err(io::ErrorKind::ConnectionRefused.into()) }
/// for _ in 0..3 {
///     let _ = DATABASE.call(query);
/// }
/// assert_eq!(DATABASE.state(), CircuitState::Open);
/// let refused: io::Result<u32> = DATABASE.call(|| unreachable!("the circuit is open"));
/// assert!(refused.is_err());
/// ```
///
/// Setters are `const`, so a breaker can be a `static`. To have one breaker for each host, keep the breakers
/// in a map. A call that is let through while no failure is counted costs one load before the call and one
/// load after it. The time is that of the calls: the time of tokio, of a test context, or of
/// [`clock`](Self::clock). Without `std`, the time stands still until a clock is given.
#[derive(Debug)]
pub struct CircuitBreaker {
    /// The name that was set last; it takes precedence over `made_name`.
    name: Option<&'static str>,
    /// A name that was made at run time. A `const` setter cannot drop it.
    #[cfg(feature = "std")]
    made_name: Option<Arc<str>>,
    pub(super) consecutive_failures: u16,
    pub(super) recovery: Recovery,
    pub(super) counts_permanent_errors: bool,
    pub(super) time: TimeSource,
    pub(super) circuit: Circuit,
    #[cfg(feature = "std")]
    pub(super) rates: Rates,
    #[cfg(feature = "std")]
    pub(super) window: Window,
    #[cfg(feature = "std")]
    pub(super) listeners: Listeners,
    #[cfg(feature = "std")]
    transitions: TransitionQueue,
    #[cfg(feature = "fleet")]
    pub(super) joined: Joined,
}

impl Default for CircuitBreaker {
    fn default() -> Self {
        Self::new()
    }
}

impl CircuitBreaker {
    /// Creates a breaker that opens after 5 failures in a row, stays open for 30 s and closes after 1 trial.
    #[must_use]
    pub const fn new() -> CircuitBreaker {
        CircuitBreaker {
            name: None,
            #[cfg(feature = "std")]
            made_name: None,
            consecutive_failures: 5,
            recovery: Recovery {
                open_for: 30_000_000_000,
                open_for_max: None,
                trial_timeout: None,
                trials: Trials::ONE,
            },
            counts_permanent_errors: false,
            time: TimeSource::Runtime,
            circuit: Circuit::new(),
            #[cfg(feature = "std")]
            rates: Rates::NONE,
            #[cfg(feature = "std")]
            window: Window::new(),
            #[cfg(feature = "std")]
            listeners: Listeners::NONE,
            #[cfg(feature = "std")]
            transitions: TransitionQueue::new(),
            #[cfg(feature = "fleet")]
            joined: Joined::new(),
        }
    }

    /// Sets the name of the breaker in events and errors; `unnamed` if not set.
    #[must_use]
    pub const fn name(mut self, name: &'static str) -> CircuitBreaker {
        self.name = Some(name);
        self
    }

    /// Sets a [`name`](Self::name) that is made at run time, such as that of one host of many.
    ///
    /// ```
    /// use retry_core::CircuitBreaker;
    ///
    /// let host = "10.0.0.7";
    /// let breaker = CircuitBreaker::new().named(format!("search on {host}"));
    /// breaker.force_open();
    /// let refused = breaker.acquire().unwrap_err();
    /// assert_eq!(refused.to_string(), "the circuit breaker `search on 10.0.0.7` is held open");
    /// ```
    #[cfg(feature = "std")]
    #[must_use]
    pub fn named(mut self, name: impl Into<Arc<str>>) -> CircuitBreaker {
        self.name = None;
        self.made_name = Some(name.into());
        self
    }

    /// Returns the name, for an error.
    pub(super) fn name_of_error(&self) -> Name {
        match (self.name, self.made_name()) {
            (None, Some(name)) => name,
            (name, _) => Name::Fixed(name.unwrap_or(UNNAMED)),
        }
    }

    /// Returns the name, for an event.
    #[cfg(feature = "std")]
    pub(super) fn label(&self) -> &str {
        self.given_name().unwrap_or(UNNAMED)
    }

    #[cfg(feature = "std")]
    pub(super) fn given_name(&self) -> Option<&str> {
        self.name.or(self.made_name.as_deref())
    }

    #[cfg(feature = "std")]
    fn made_name(&self) -> Option<Name> {
        self.made_name.clone().map(Name::Made)
    }

    #[cfg(not(feature = "std"))]
    #[expect(clippy::unused_self, reason = "without `std` no name is made at run time")]
    const fn made_name(&self) -> Option<Name> {
        None
    }

    /// Opens the circuit after this many failures without a success between them; 5 if not set. A
    /// [`failure_rate`](Self::failure_rate) replaces this rule, unless the breaker follows [`any_of`](Self::any_of) them.
    ///
    /// # Panics
    /// If `failures` is not in `1..=65535`.
    #[must_use]
    #[track_caller]
    pub const fn consecutive_failures(mut self, failures: u32) -> CircuitBreaker {
        assert!(
            failures >= 1 && failures <= u16::MAX as u32,
            "`consecutive_failures` is not in 1..=65535; write `consecutive_failures(1)` to open at the first failure"
        );
        self.consecutive_failures = failures as u16;
        self.afresh()
    }

    /// Counts errors that are not retryable as failures too, in a `#[retry]` loop. If not set, these errors
    /// are ignored, because they show that the request was wrong and not that the server is failing.
    #[must_use]
    pub const fn count_permanent_errors(mut self) -> CircuitBreaker {
        self.counts_permanent_errors = true;
        self.afresh()
    }

    #[cfg(feature = "std")]
    pub(crate) const fn counts_permanent_errors(&self) -> bool {
        self.counts_permanent_errors
    }

    /// Sets the clock, a function that returns the time since any moment that stays the same.
    #[must_use]
    pub const fn clock(mut self, clock: fn() -> Duration) -> CircuitBreaker {
        self.time = TimeSource::Custom(clock);
        self.afresh()
    }

    /// Discards what was counted under other settings. The circuit stays open or closed as it is.
    pub(super) const fn afresh(mut self) -> CircuitBreaker {
        #[cfg(feature = "std")]
        {
            self.rates.revision = self.rates.revision.wrapping_add(1);
        }
        let word = CircuitWord::from_word(self.circuit.moment.into_inner());
        self.circuit.moment = AtomicU64::new(word.afresh().to_word());
        self
    }

    /// Returns whether the caller runs inside a trial of this breaker, which lets the call through.
    #[cfg_attr(
        not(feature = "std"),
        expect(clippy::unused_self, reason = "there is no thread to mark with a trial")
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
}

/// Listeners, which receive each change of the circuit's state.
#[cfg(feature = "std")]
impl CircuitBreaker {
    /// Calls `listener` after each change of this breaker's state, after the [`Observer`](crate::Observer) of the process.
    ///
    /// The events arrive in the order of the changes, on the thread of a call that caused one of them. No lock is held, so
    /// the listener may use the breaker; the event of a change that it causes follows when it has returned. A panic in it
    /// is a panic of that call, and later events still arrive. A change that a fleet has caused may arrive in the fleet's task or
    /// thread, which goes on after a panic.
    ///
    /// A second listener replaces the first one. A closure that captures is set by
    /// [`on_change_with`](Self::on_change_with).
    ///
    /// ```
    /// use retry_core::CircuitBreaker;
    ///
    /// static SEARCH: CircuitBreaker = CircuitBreaker::new()
    ///     .name("search")
    ///     .on_change(|event| eprintln!("{}: from {} to {}", event.breaker(), event.from(), event.to()));
    ///
    /// SEARCH.force_open();
    /// ```
    #[must_use]
    pub const fn on_change(mut self, listener: fn(&CircuitEvent<'_>)) -> CircuitBreaker {
        self.listeners.function = Some(listener);
        self
    }

    /// Calls a closure after each change of this breaker's state, like [`on_change`](Self::on_change), whose function is
    /// called before it.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use retry_core::{CircuitBreaker, CircuitState};
    ///
    /// let (sender, changes) = mpsc::channel();
    /// let breaker = CircuitBreaker::new().on_change_with(move |event| sender.send(event.to()).unwrap());
    ///
    /// breaker.force_open();
    /// assert_eq!(changes.recv(), Ok(CircuitState::ForcedOpen));
    /// ```
    #[must_use]
    pub fn on_change_with(
        mut self,
        listener: impl Fn(&CircuitEvent<'_>) + Send + Sync + 'static,
    ) -> CircuitBreaker {
        self.listeners.set_closure(listener);
        self
    }
}

impl CircuitBreaker {
    /// Counts the outcome by the rule of consecutive failures, which also applies to trials.
    #[inline]
    pub(super) fn settle_in_a_row(&self, ticket: Ticket, has_failed: bool) {
        #[cfg(feature = "fleet")]
        self.count_outcome_for_fleet(ticket, has_failed);
        if has_failed {
            self.fail(ticket);
        } else {
            self.emit(self.circuit.succeeded(ticket, &self.recovery));
        }
    }

    #[cold]
    #[inline(never)]
    fn fail(&self, ticket: Ticket) {
        let threshold = self.consecutive_failures;
        self.emit_opening(ticket, self.circuit.failed(ticket, threshold, &self.recovery, || self.time.now()));
    }

    /// Emits the change by which the result of a call has opened the circuit, if it has.
    #[cfg_attr(
        not(feature = "fleet"),
        expect(unused_variables, reason = "only a fleet asks whose rules it were")
    )]
    pub(super) fn emit_opening(&self, ticket: Ticket, change: Option<Change>) {
        // Also by a failed trial: a process that is bad for long counts as long.
        #[cfg(feature = "fleet")]
        if ticket.lease == 0 && change.is_some_and(|change| change.to == CircuitState::Open) {
            self.trip_for_fleet();
        }
        self.emit(change);
    }

    #[inline]
    #[cfg_attr(not(feature = "std"), expect(clippy::unused_self, reason = "there are no observers"))]
    pub(super) fn emit(&self, change: Option<Change>) {
        #[cfg(feature = "std")]
        if let Some(change) = change {
            self.emit_change(change);
        }
        #[cfg(not(feature = "std"))]
        let _ = change;
    }

    /// Emits a change out of line, because few calls cause one.
    #[cfg(feature = "std")]
    #[cold]
    #[inline(never)]
    fn emit_change(&self, change: Change) {
        self.transitions.emit(self.label(), &self.listeners, change);
    }
}
