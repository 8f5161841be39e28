//! A breaker that has joined a fleet: where its own rules end and the fleet's circuit decides.

use std::sync::Arc;
use std::time::Duration;

use super::circuit::Ticket;
use super::circuit_breaker::CircuitBreaker;
use super::coordinator::Coordinator;
use super::link::{Link, Trial};
use super::link_counts::LinkCounts;
use super::state::{CircuitState, CircuitWord};
use super::window::{CallResult, Reach};
use crate::policy::nanos::{FOREVER, Nanos};

/// The settings that the fleet needs of a breaker. A rate is a fraction, or 0 without its rule.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JoinedSettings {
    pub(crate) failure_rate: f64,
    pub(crate) slow_rate: f64,
    pub(crate) minimum_calls: u32,
    pub(crate) window: Nanos,
    pub(crate) open_for: Nanos,
    pub(crate) open_for_max: Nanos,
    pub(crate) trial_timeout: Nanos,
    pub(crate) trials: u32,
    pub(crate) trial_failures: u32,
}

/// The side of the calls.
impl CircuitBreaker {
    /// Counts a call through the closed circuit for the fleet.
    #[inline]
    pub(super) fn count_for_fleet(&self, result: CallResult) {
        if let Some(link) = self.joined.link() {
            link.count(result);
        }
    }

    /// Counts an outcome for the fleet, if the breaker has no rates, whose calls are counted already.
    #[inline]
    pub(super) fn count_outcome_for_fleet(&self, ticket: Ticket, has_failed: bool) {
        if let Some(link) = self.joined.link() {
            let counts = |seen: CircuitWord| seen.state == CircuitState::Closed;
            if !self.rates.are_watched() && self.circuit.current_if(ticket).is_some_and(counts) {
                link.count(CallResult { has_failed, was_slow: false });
            }
        }
    }

    /// Notes for the fleet that the breaker's own rules have opened it.
    pub(super) fn trip_for_fleet(&self) {
        if let Some(link) = self.joined.link() {
            link.trip();
        }
    }

    /// Returns the link if the fleet has a part in the admission of a call: the circuit is not closed, and its own rules do not
    /// refuse the call.
    fn admitting_link(&self) -> Option<&Link> {
        if !matches!(self.state(), CircuitState::Open | CircuitState::HalfOpen) {
            return None;
        }
        let link = self.joined.link()?;
        let refuses = || self.circuit.refuses_for(&self.recovery, || self.time.now()) > 0;
        (link.is_following() || !refuses()).then_some(link)
    }

    /// Admits a call to a circuit that is not closed, if the fleet decides that.
    pub(super) fn admit_by_fleet(&self) -> Option<Result<Ticket, Nanos>> {
        let link = self.admitting_link()?;
        match link.trial(self.time.now(), self.unused_since()) {
            Trial::Local => None,
            Trial::Refused(left) => Some(Err(left)),
            Trial::Leased(tag) => {
                let (ticket, change) = self.circuit.admit_leased(tag, self.time.now());
                self.emit(change);
                if ticket.is_none_or(|ticket| !ticket.is_trial) {
                    link.end(tag, None);
                }
                Some(ticket.ok_or(FOREVER))
            }
        }
    }

    /// Reports the outcome of a trial to the fleet and to the local circuit.
    #[cold]
    #[inline(never)]
    pub(super) fn settle_leased(&self, ticket: Ticket, started: Nanos, has_failed: bool) {
        let was_slow = self.was_slow(started);
        let has_failed = has_failed || was_slow;
        self.end_lease(ticket, Some(has_failed));
        self.settle_in_a_row(ticket, has_failed);
    }

    pub(super) fn end_lease(&self, ticket: Ticket, has_failed: Option<bool>) {
        if let Some(link) = self.joined.link() {
            link.end(ticket.lease, has_failed);
        }
    }

    /// Returns how much longer calls are refused, if the fleet decides that.
    pub(super) fn refused_by_fleet_for(&self) -> Option<Nanos> {
        let link = self.joined.link()?;
        let is_local = !matches!(self.state(), CircuitState::Open | CircuitState::HalfOpen);
        if is_local { None } else { link.refuses_for(self.time.now()) }
    }

    /// Returns the member to wait for, if a call that is refused may get a lease from the fleet. A call inside a trial runs with
    /// the lease of that.
    pub(crate) fn fleet_to_wait_for(&self) -> Option<Arc<dyn Coordinator>> {
        if self.is_on_trial_here() {
            return None;
        }
        self.admitting_link()?.to_wait_for(self.time.now())
    }

    /// Returns whether a call that was refused a moment ago would run now, because the fleet's answer has come in between.
    pub(crate) fn fleet_has_answered(&self) -> bool {
        let refuses = || self.circuit.refuses_for(&self.recovery, || self.time.now()) > 0;
        self.joined.link().is_some_and(|link| {
            self.state() == CircuitState::Closed || link.has_lease() || link.has_looked() && !refuses()
        })
    }
}

/// The side of the member.
impl CircuitBreaker {
    /// Joins a fleet, whose member answers within a time, or is gone. Returns `false` if the breaker belongs to one.
    pub(crate) fn join_fleet(&self, coordinator: Arc<dyn Coordinator>, answers_within: Nanos) -> bool {
        let link = self.joined.make();
        let is_free = !link.is_active();
        if is_free {
            link.activate(coordinator, answers_within);
        }
        is_free
    }

    /// Leaves the fleet. The local circuit goes on by its own rules.
    pub(crate) fn leave_fleet(&self) {
        if let Some(link) = self.joined.link() {
            link.deactivate();
        }
    }

    /// Returns the calls that were counted for fleets before.
    pub(crate) fn counted_for_fleet(&self) -> LinkCounts {
        self.joined.make().counts()
    }

    /// Returns whether the fleet refuses the calls of this breaker. One that was reset by hand, or whose trial has succeeded,
    /// is closed while it still follows the fleet.
    pub(crate) fn is_refusing_for_fleet(&self, link: &Link) -> bool {
        link.is_following() && self.state() != CircuitState::Closed
    }

    pub(crate) fn link(&self) -> Option<&Link> {
        self.joined.link()
    }

    /// Returns the time before which a lease was granted that no call has taken in time. A caller that does not wait comes
    /// back for its lease, so it is kept for half of its life.
    pub(crate) fn unused_since(&self) -> Nanos {
        self.time.now().saturating_sub(self.recovery.trial_time() / 2)
    }

    /// Returns the time by which the breaker measures.
    pub(crate) fn fleet_now(&self) -> Nanos {
        self.time.now()
    }

    /// Follows the fleet's circuit, which is not closed.
    pub(crate) fn follow(&self, refused_for: Nanos, is_open: bool) {
        let Some(link) = self.joined.link() else { return };
        let now = self.time.now();
        link.follow(now.saturating_add(refused_for));
        self.emit(self.circuit.follow_open(&self.recovery, is_open, now));
    }

    /// Follows the fleet's circuit, which has closed, if this breaker has followed it before.
    pub(crate) fn follow_closed(&self) {
        if self.joined.link().is_some_and(Link::unfollow) {
            self.emit(self.circuit.follow_closed());
        }
    }

    /// Goes on by its own rules, because the fleet's circuit was lost. The local circuit stays as it is.
    pub(crate) fn follow_no_longer(&self) {
        if let Some(link) = self.joined.link() {
            link.unfollow();
        }
    }

    /// Goes on by its own rules, because the store is away.
    pub(crate) fn follow_alone(&self) {
        if let Some(link) = self.joined.link() {
            link.be_alone();
        }
    }

    pub(crate) fn settings_for_fleet(&self) -> JoinedSettings {
        let recovery = &self.recovery;
        let window = match self.rates.reach {
            Reach::Time(window) => window,
            Reach::Calls(_) => recovery.open_for,
        };
        JoinedSettings {
            failure_rate: self.rates.failure.unwrap_or(0.0),
            slow_rate: self.rates.slow.unwrap_or(0.0),
            minimum_calls: self.rates.minimum,
            window,
            open_for: recovery.open_for,
            open_for_max: recovery.open_for_max.map_or(0, core::num::NonZeroU64::get),
            trial_timeout: recovery.trial_time(),
            trials: recovery.trials.calls().into(),
            trial_failures: recovery.trials.failures().into(),
        }
    }

    pub(crate) fn name_in_fleet(&self) -> Option<&str> {
        self.given_name()
    }

    /// Returns a breaker with the same settings, a name of its own and a state of its own.
    pub(crate) fn sibling(&self, name: Arc<str>) -> CircuitBreaker {
        let mut sibling = CircuitBreaker::new().named(name);
        sibling.consecutive_failures = self.consecutive_failures;
        sibling.recovery = self.recovery;
        sibling.counts_permanent_errors = self.counts_permanent_errors();
        sibling.time = self.time;
        sibling.rates = self.rates;
        sibling.listeners = self.listeners.again();
        sibling
    }
}

/// Returns a time in whole milliseconds, rounded up.
pub(crate) fn millis(time: Nanos) -> u64 {
    time.div_ceil(Duration::from_millis(1).as_nanos() as u64)
}

#[cfg(test)]
mod tests;
