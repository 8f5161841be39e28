//! The use that a call makes of its hedge, over all its attempts.

use core::cell::Cell;
use core::fmt::Display;
use core::sync::atomic::AtomicU32;
use core::time::Duration;

use crate::call::handle::Call;
use crate::call::limits::Lend;
use crate::call::site::Site;
use crate::error::{Failure, OwnDelay};
use crate::hedge::Hedge;
use crate::observe::{HedgeEvent, LogLevel};
use crate::policy::nanos::{Nanos, from_duration, to_duration};
use crate::runtime::sync::{AtomicBool, AtomicU64, Ordering};
use crate::runtime::{self, enabled};

/// Returns the hedge that an argument lends.
#[inline]
pub fn lend_hedge<L: Lend<Hedge> + ?Sized>(lender: &L) -> Option<&Hedge> {
    lender.lend()
}

/// The use that a call makes of its hedge.
#[derive(Debug)]
pub struct Hedging<'a> {
    hedge: Option<&'a Hedge>,
    operation: &'static str,
    level: LogLevel,
    /// Whether the peer has asked to wait, so that no more copies start.
    is_over: AtomicBool,
    /// The longest wait that a try of the attempt that runs has asked for, plus 1, or 0 if none has.
    hint: AtomicU64,
    /// The number of the attempt that runs.
    attempt: AtomicU32,
}

impl<'a> Hedging<'a> {
    /// Starts a call. Its first attempt deposits the call's part of a copy.
    #[inline]
    #[must_use]
    pub fn new(hedge: Option<&'a Hedge>, site: &Site<'_>) -> Hedging<'a> {
        let (operation, level) = (site.operation, site.log.of_hedge());
        let (is_over, hint) = (AtomicBool::new(false), AtomicU64::new(0));
        Hedging { hedge, operation, level, is_over, hint, attempt: AtomicU32::new(1) }
    }

    /// Returns the failure of an attempt, whose hint is the longest of all its tries. It ends hedging for the call when it is
    /// read.
    #[inline]
    pub fn watch<F: Failure>(&self, failure: F) -> Watched<'_, F> {
        Watched { failure, hedging: self }
    }

    /// Returns the hedge if a copy may start in this call.
    pub(super) fn active(&self) -> Option<&'a Hedge> {
        let hedge = self.hedge.filter(|_| !self.is_over.load(Ordering::Relaxed))?;
        enabled::is_enabled().then_some(hedge)
    }

    /// Returns the failure of one try, and whether it ends the attempt although others run. Its hint ends hedging.
    pub fn is_final(&self, failure: &impl Failure) -> bool {
        self.hinted(failure.hint());
        !failure.is_retryable()
    }

    /// Ends hedging for this call if a try has asked to wait, and keeps the longest wait for the decision.
    #[inline]
    pub fn hinted(&self, hint: Option<Duration>) {
        if let Some(hint) = hint {
            self.is_over.store(true, Ordering::Relaxed);
            self.hint.fetch_max(from_duration(hint).saturating_add(1), Ordering::Relaxed);
        }
    }

    /// Returns the longest wait that a try of the attempt has asked for.
    pub(in crate::call) fn hint(&self) -> Option<Duration> {
        self.hint.load(Ordering::Relaxed).checked_sub(1).map(to_duration)
    }

    /// Keeps the wait that the attempt that has ended asked for through its handle.
    #[inline]
    pub fn ended(&self, call: Option<&Call>) {
        self.hinted(call.and_then(Call::asked_wait));
    }

    /// Begins an attempt. The first one deposits the call's part of a copy.
    #[inline]
    pub(in crate::call) fn begin(&self, attempt: u32) {
        if let Some(hedge) = self.hedge.filter(|_| attempt == 1) {
            hedge.deposit();
        }
        self.attempt.store(attempt, Ordering::Relaxed);
        self.hint.store(0, Ordering::Relaxed);
    }

    /// Emits an event of a copy, by its number from 1, of an attempt that started at `started`.
    pub(super) fn emit(&self, emit: fn(&HedgeEvent<'_>), copy: u32, started: Nanos) {
        let (label, level, attempt) = (self.operation, self.level, self.attempt.load(Ordering::Relaxed));
        let delay = to_duration(runtime::timer_now().saturating_sub(started));
        emit(&HedgeEvent { operation: &label, label, attempt, copy, delay, level });
    }
}

/// A failure with the longest hint of all tries. See [`Hedging::watch`].
#[derive(Debug)]
pub struct Watched<'h, F> {
    failure: F,
    hedging: &'h Hedging<'h>,
}

impl<F: Failure> Failure for Watched<'_, F> {
    fn describe(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.failure.describe(f)
    }

    fn is_retryable(&self) -> bool {
        self.failure.is_retryable()
    }

    fn hint(&self) -> Option<Duration> {
        self.hedging.hinted(self.failure.hint());
        self.hedging.hint()
    }

    fn own_delay(&self) -> Option<&dyn OwnDelay> {
        self.failure.own_delay()
    }

    fn is_refusal(&self) -> bool {
        self.failure.is_refusal()
    }

    fn operation(&self) -> Option<&dyn Display> {
        self.failure.operation()
    }

    fn waited(&self) -> Option<&Cell<u64>> {
        self.failure.waited()
    }
}
