//! The plan after a failed attempt, with the event that has yet to be emitted.

use core::fmt::Display;
use core::time::Duration;
use std::borrow::Cow;

use super::progress::Progress;
use super::refusal::Refusal;
use super::site::Site;
use crate::decision::GiveUpReason;
use crate::error::{Describe, Known, Report, RetryError, Sourced, text_of};
use crate::observe::{self, Facts, LogLevel, LogRules};
use crate::policy::nanos::{Nanos, to_duration};
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
use crate::runtime::sleep;
use crate::runtime::{self, Clock, Delay};

/// The contents of an event that is emitted later. The error is kept as text, because a hook may have the
/// error by then.
#[derive(Clone, Debug)]
pub(super) struct PendingEvent {
    operation: Cow<'static, str>,
    label: &'static str,
    max_attempts: Option<u32>,
    pub(super) error: String,
    log: LogRules,
    /// The number of the attempt since the last restart.
    since_start: u32,
    is_after_wait: bool,
    /// Whether the peer asked to wait.
    pub(super) is_hinted: bool,
}

impl PendingEvent {
    pub(super) fn new(
        site: &Site<'_>,
        since_start: u32,
        max_attempts: Option<u32>,
        is_hinted: bool,
        report: &Report<'_>,
    ) -> PendingEvent {
        let operation = match report.failure.operation() {
            Some(operation) => Cow::Owned(text_of(operation)),
            None => Cow::Borrowed(site.operation),
        };
        let (label, log, error) = (site.operation, site.log, report.to_string());
        PendingEvent {
            operation,
            label,
            max_attempts,
            error,
            log,
            since_start,
            is_after_wait: false,
            is_hinted,
        }
    }

    fn facts(&self, attempt: u32, elapsed: Duration, level: LogLevel) -> Facts<'_> {
        let &PendingEvent { ref operation, label, max_attempts, is_after_wait, .. } = self;
        Facts { operation, label, attempt, max_attempts, elapsed, is_after_wait, level }
    }
}

/// The plan for another attempt after a wait.
#[derive(Clone, Debug)]
pub struct Planned {
    pub(crate) attempt: u32,
    pub(super) clock: Clock,
    /// The start of the call, or `UNKNOWN`.
    pub(super) started: Nanos,
    pub(super) elapsed: Nanos,
    pub(super) wait: Nanos,
    pub(super) pending: Option<PendingEvent>,
}

impl Planned {
    /// Emits the event if it is still pending.
    #[cold]
    #[inline(never)]
    pub fn emit(&self) {
        if let Some(pending) = &self.pending {
            let level = pending.log.of_retry(pending.since_start);
            observe::retry(&pending.facts(self.attempt, self.elapsed(), level), self.delay(), &pending.error);
        }
    }

    /// Returns how long the call has taken until the plan was made.
    #[must_use]
    pub(crate) fn elapsed(&self) -> Duration {
        to_duration(self.elapsed)
    }

    /// Returns the delay, for hooks.
    #[must_use]
    pub(crate) fn delay(&self) -> Duration {
        to_duration(self.wait)
    }

    /// Blocks this thread for the delay.
    #[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
    #[cold]
    #[inline(never)]
    pub fn block(&self) {
        sleep::block(self.wait);
    }

    /// Returns the delay.
    #[must_use]
    pub fn wait(&self) -> Delay {
        Delay(self.wait)
    }

    /// Returns the end of a call whose breaker has opened during the wait.
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    pub(crate) fn refused(&self) -> GivenUp {
        self.ended(GiveUpReason::CircuitOpen)
    }

    /// Returns the end of a call that `cancel` has ended during the wait.
    #[must_use]
    pub fn cancelled(&self) -> GivenUp {
        self.ended(GiveUpReason::Cancelled)
    }

    /// Returns the end of a call whose wait has ended otherwise than by the next attempt. The call took as long as it has
    /// waited, too.
    fn ended(&self, reason: GiveUpReason) -> GivenUp {
        let Planned { attempt: attempts, clock, started, elapsed, ref pending, .. } = *self;
        let is_timed = started != Progress::UNKNOWN;
        let elapsed = if is_timed { runtime::now(clock).saturating_sub(started) } else { elapsed };
        let pending = pending.clone().map(|pending| PendingEvent { is_after_wait: true, ..pending });
        GivenUp { reason, attempts, elapsed: to_duration(elapsed), pending }
    }

    pub(crate) fn operation(&self) -> &str {
        self.pending.as_ref().map_or("", |pending| &pending.operation)
    }

    pub(crate) fn max_attempts(&self) -> Option<u32> {
        self.pending.as_ref().and_then(|pending| pending.max_attempts)
    }
}

/// The end of a call without success.
#[derive(Clone, Debug)]
pub struct GivenUp {
    pub(crate) reason: GiveUpReason,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(super) pending: Option<PendingEvent>,
}

impl GivenUp {
    /// Returns the end of a call that was refused before the first attempt. Its event is still pending.
    #[cold]
    #[inline(never)]
    #[must_use]
    pub fn refused(site: &Site<'_>, operation: Option<&dyn Display>, refusal: &Refusal) -> GivenUp {
        let pending = PendingEvent {
            operation: operation.map_or(Cow::Borrowed(site.operation), |name| text_of(name).into()),
            label: site.operation,
            max_attempts: site.max_attempts(),
            error: refusal.to_string(),
            log: site.log,
            since_start: 0,
            is_after_wait: false,
            is_hinted: false,
        };
        let (reason, attempts, elapsed) = (refusal.reason(), 0, Duration::ZERO);
        GivenUp { reason, attempts, elapsed, pending: Some(pending) }
    }

    /// Emits the event if it is still pending.
    #[cold]
    #[inline(never)]
    pub fn emit(&self) {
        if let Some(pending) = &self.pending {
            let level = pending.log.of_give_up(self.attempts, self.reason);
            observe::give_up(&pending.facts(self.attempts, self.elapsed, level), self.reason, &pending.error);
        }
    }

    /// Returns the `RetryError` of the call, with the error of its last attempt.
    pub fn retry_error<E, D, O, C>(&self, last: Option<E>, known: Known<D, O, C>) -> RetryError<E>
    where
        D: Describe<E> + Default,
        C: Sourced<E> + Default,
    {
        RetryError::new(self.reason, self.attempts, self.elapsed, last, known)
    }

    pub(crate) fn operation(&self) -> &str {
        self.pending.as_ref().map_or("", |pending| &pending.operation)
    }

    pub(crate) fn max_attempts(&self) -> Option<u32> {
        self.pending.as_ref().and_then(|pending| pending.max_attempts)
    }
}

/// A success after a failed attempt.
#[derive(Clone, Debug)]
pub struct Recovered {
    operation: Cow<'static, str>,
    label: &'static str,
    attempt: u32,
    max_attempts: Option<u32>,
    elapsed: Duration,
}

impl Recovered {
    pub(super) fn new(
        site: &Site<'_>,
        attempt: u32,
        elapsed: Duration,
        operation: Option<&dyn Display>,
    ) -> Recovered {
        Recovered {
            operation: operation.map_or(Cow::Borrowed(site.operation), |name| text_of(name).into()),
            label: site.operation,
            attempt,
            max_attempts: site.max_attempts(),
            elapsed,
        }
    }

    pub(super) fn facts(&self, level: LogLevel) -> Facts<'_> {
        let Recovered { operation, label, attempt, max_attempts, elapsed } = self;
        let (attempt, max_attempts, elapsed) = (*attempt, *max_attempts, *elapsed);
        Facts { operation, label, attempt, max_attempts, elapsed, is_after_wait: false, level }
    }

    pub(super) fn operation(&self) -> &str {
        &self.operation
    }

    pub(super) fn attempt(&self) -> u32 {
        self.attempt
    }

    pub(super) fn max_attempts(&self) -> Option<u32> {
        self.max_attempts
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.elapsed
    }
}
