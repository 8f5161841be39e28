//! The state machine: which calls are admitted, and which changes an outcome causes.
//!
//! The whole state is one word, [`CircuitWord`]. Every step uses compare-and-swap to replace the word on
//! which the step was decided. A change of state begins a new generation. A ticket carries the generation in
//! which it was issued, and an outcome of an older generation changes nothing. So a late outcome cannot
//! change a state that it does not belong to, and two threads cannot both take the last trial.
//!
//! Times stand beside the word: the start of each state that ends by itself. Each is set before its state begins.

use super::recovery::Recovery;
use super::state::{Change, CircuitState, CircuitWord};
use crate::policy::nanos::{FOREVER, Nanos};
use crate::runtime::sync::{AtomicU64, Ordering};

/// The ticket of an admitted call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) generation: u32,
    pub(crate) is_trial: bool,
    /// The tag of the fleet's lease, or 0 without one.
    #[cfg(feature = "fleet")]
    pub(crate) lease: u16,
}

impl Ticket {
    /// The ticket of a call inside a trial. The outcome belongs to the trial, so this ticket has a generation
    /// that does not exist, and changes nothing.
    pub(crate) const INSIDE_TRIAL: Ticket = Ticket::new(u32::MAX, false);

    #[inline]
    pub(crate) const fn new(generation: u32, is_trial: bool) -> Ticket {
        Ticket {
            generation,
            is_trial,
            #[cfg(feature = "fleet")]
            lease: 0,
        }
    }
}

/// The state of a circuit. See the module's documentation.
#[derive(Debug)]
pub(crate) struct Circuit {
    pub(super) moment: AtomicU64,
    opened_at: AtomicU64,
    /// The start of the last trial, from which on the outcomes of all trials are awaited.
    trials_since: AtomicU64,
    forced_at: AtomicU64,
    /// How long the circuit is forced open.
    forced_for: AtomicU64,
}

impl Circuit {
    pub(crate) const fn new() -> Circuit {
        Circuit {
            moment: AtomicU64::new(CircuitWord::FIRST.to_word()),
            opened_at: AtomicU64::new(0),
            trials_since: AtomicU64::new(0),
            forced_at: AtomicU64::new(0),
            forced_for: AtomicU64::new(0),
        }
    }

    #[inline]
    pub(crate) fn moment(&self) -> CircuitWord {
        CircuitWord::from_word(self.moment.load(Ordering::Acquire))
    }

    fn step(&self, from: CircuitWord, to: CircuitWord) -> bool {
        let (from, to) = (from.to_word(), to.to_word());
        self.moment.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Replaces `from` by `to`, the start of the next generation. Returns `None` if the word is no longer `from`.
    fn change(&self, from: CircuitWord, to: CircuitWord) -> Option<Change> {
        let change = Change { generation: to.generation, from: from.state, to: to.state };
        self.step(from, to).then_some(change)
    }

    /// Stores the start of the state that is about to follow `seen`, unless it has followed already: a thread that was
    /// delayed, and has an earlier or a later time, changes nothing.
    fn start(&self, cell: &AtomicU64, seen: CircuitWord, now: Nanos) {
        let if_next = |_| (self.moment() == seen).then_some(now);
        // An error means that the stored time stays.
        let _ = cell.fetch_update(Ordering::AcqRel, Ordering::Acquire, if_next);
    }

    /// Admits a call, or returns for how much longer calls are refused. Also returns the change of state, if
    /// there was one.
    ///
    /// `now` is called only if time matters, and after the state was read. So the time is never before the
    /// start of that state.
    pub(crate) fn admit(
        &self,
        recovery: &Recovery,
        now: impl Fn() -> Nanos,
    ) -> (Result<Ticket, Nanos>, Option<Change>) {
        loop {
            let seen = self.moment();
            let here = Ticket::new(seen.generation, false);
            match seen.state {
                CircuitState::Closed | CircuitState::Disabled => return (Ok(here), None),
                CircuitState::HalfOpen if seen.count < recovery.trials.calls() => {
                    // The last trial of all has as much time as the first.
                    self.start(&self.trials_since, seen, now());
                    let count = seen.count.saturating_add(1);
                    if self.step(seen, CircuitWord { count, ..seen }) {
                        return (Ok(Ticket::new(seen.generation, true)), None);
                    }
                }
                CircuitState::Open | CircuitState::HalfOpen | CircuitState::ForcedOpen => {
                    let left = self.left(seen, recovery, &now);
                    if left > 0 {
                        return (Err(left), None);
                    }
                    self.start(&self.trials_since, seen, now());
                    if let Some(change) = self.change(seen, seen.next(CircuitState::HalfOpen, 1)) {
                        return (Ok(Ticket::new(change.generation, true)), Some(change));
                    }
                }
            }
        }
    }

    /// Returns how much longer calls are refused; 0 if the next call may be admitted.
    pub(crate) fn refuses_for(&self, recovery: &Recovery, now: impl Fn() -> Nanos) -> Nanos {
        let seen = self.moment();
        match seen.state {
            CircuitState::HalfOpen if seen.count < recovery.trials.calls() => 0,
            _ => self.left(seen, recovery, &now),
        }
    }

    /// Returns the remaining time of the state, or [`FOREVER`] if it does not end by itself.
    fn left(&self, seen: CircuitWord, recovery: &Recovery, now: &impl Fn() -> Nanos) -> Nanos {
        // The length is read first: a circuit that is forced open once more gets its new start first.
        let (length, start) = match seen.state {
            CircuitState::Closed | CircuitState::Disabled => return 0,
            CircuitState::Open => (recovery.open_time(seen.openings), &self.opened_at),
            CircuitState::HalfOpen => (recovery.trial_time(), &self.trials_since),
            CircuitState::ForcedOpen if seen.is_timed() => {
                (self.forced_for.load(Ordering::Acquire), &self.forced_at)
            }
            CircuitState::ForcedOpen => return FOREVER,
        };
        if length == FOREVER {
            return FOREVER;
        }
        let start = start.load(Ordering::Acquire);
        // The clock is read after the start, so a start in the future is that of another clock.
        now().checked_sub(start).map_or(0, |elapsed| length.saturating_sub(elapsed))
    }

    /// Counts a failed call. A closed circuit opens after `threshold` consecutive failures, a half-open circuit when more
    /// trials have failed than may.
    pub(crate) fn failed(
        &self,
        ticket: Ticket,
        threshold: u16,
        recovery: &Recovery,
        now: impl Fn() -> Nanos,
    ) -> Option<Change> {
        loop {
            let seen = self.current_if(ticket)?;
            let counted = if seen.state == CircuitState::Closed {
                let count = seen.count.saturating_add(1);
                (count < threshold).then_some(CircuitWord { count, ..seen })
            } else {
                recovery.trials.add_failure(seen.ended).map(|ended| CircuitWord { ended, ..seen })
            };
            match counted {
                None => return self.open(ticket, recovery, now),
                Some(counted) if self.step(seen, counted) => return None,
                Some(_) => {}
            }
        }
    }

    /// Opens the circuit, unless the ticket is too old.
    pub(crate) fn open(
        &self,
        ticket: Ticket,
        recovery: &Recovery,
        now: impl Fn() -> Nanos,
    ) -> Option<Change> {
        loop {
            let seen = self.current_if(ticket)?;
            let openings = recovery.opened_again(seen.openings);
            self.start(&self.opened_at, seen, now());
            let by_rule = seen.by_rule || seen.state == CircuitState::Closed;
            let opened = CircuitWord { openings, by_rule, ..seen.next(CircuitState::Open, 0) };
            if let Some(change) = self.change(seen, opened) {
                return Some(change);
            }
        }
    }

    /// Counts a successful call, which ends a series of failures. The last trial that has to succeed closes the
    /// circuit.
    #[inline]
    pub(crate) fn succeeded(&self, ticket: Ticket, recovery: &Recovery) -> Option<Change> {
        let seen = self.moment();
        // No failure is counted, so the generation of the ticket does not matter.
        if seen.state == CircuitState::Closed && seen.count == 0 {
            return None;
        }
        self.succeeded_after_failures(ticket, recovery)
    }

    #[cold]
    #[inline(never)]
    fn succeeded_after_failures(&self, ticket: Ticket, recovery: &Recovery) -> Option<Change> {
        loop {
            let seen = self.current_if(ticket)?;
            if seen.state == CircuitState::Closed {
                if seen.count == 0 || self.step(seen, CircuitWord { count: 0, ..seen }) {
                    return None;
                }
            } else if let Some(ended) = recovery.trials.add_success(seen.ended) {
                if self.step(seen, CircuitWord { ended, ..seen }) {
                    return None;
                }
            } else if let Some(change) = self.change(seen, seen.next(CircuitState::Closed, 0)) {
                return Some(change);
            }
        }
    }

    /// Releases the ticket of a call without an outcome. If the call was a trial, another call may take its
    /// place.
    #[inline]
    pub(crate) fn release(&self, ticket: Ticket) {
        if !ticket.is_trial {
            return;
        }
        while let Some(seen) = self.current_if(ticket) {
            // The count stays at its highest number where a fleet grants more leases than that.
            let count = seen.count.saturating_sub(1);
            if self.step(seen, CircuitWord { count, ..seen }) {
                return;
            }
        }
    }

    /// Returns the current word if it has the generation of the ticket and a state in which outcomes count.
    #[inline]
    pub(crate) fn current_if(&self, ticket: Ticket) -> Option<CircuitWord> {
        let seen = self.moment();
        let matters = matches!(seen.state, CircuitState::Closed | CircuitState::HalfOpen);
        (matters && seen.generation == ticket.generation).then_some(seen)
    }

    /// Changes the state to `state` by hand. If the circuit is in that state already, the state changes only
    /// if `afresh` is set, or if the circuit is forced open for a limited time.
    pub(crate) fn force(&self, state: CircuitState, afresh: bool) -> Option<Change> {
        loop {
            let seen = self.moment();
            if seen.state == state && !seen.is_timed() && !afresh {
                return None;
            }
            if let Some(change) = self.change(seen, seen.next(state, 0)) {
                return Some(change);
            }
        }
    }

    /// Opens the circuit by hand for a time. Where it is forced open already, the time starts anew.
    pub(crate) fn force_for(&self, time: Nanos, now: Nanos) -> Change {
        self.forced_at.store(now, Ordering::Release);
        self.forced_for.store(time, Ordering::Release);
        loop {
            let seen = self.moment();
            if let Some(change) = self.change(seen, seen.next(CircuitState::ForcedOpen, 1)) {
                return change;
            }
        }
    }
}

/// Changes that the fleet of the breaker has decided.
#[cfg(feature = "fleet")]
impl Circuit {
    /// Admits a call that has a lease, whatever the local rules for trials are. Returns no ticket if the circuit is forced
    /// open. A circuit that has closed in the meantime returns a ticket that is no trial.
    pub(super) fn admit_leased(&self, lease: u16, now: Nanos) -> (Option<Ticket>, Option<Change>) {
        loop {
            let seen = self.moment();
            match seen.state {
                CircuitState::Closed | CircuitState::Disabled => {
                    return (Some(Ticket::new(seen.generation, false)), None);
                }
                CircuitState::ForcedOpen => return (None, None),
                CircuitState::HalfOpen => {
                    self.start(&self.trials_since, seen, now);
                    let count = seen.count.saturating_add(1);
                    if self.step(seen, CircuitWord { count, ..seen }) {
                        return (Some(Ticket { lease, ..Ticket::new(seen.generation, true) }), None);
                    }
                }
                CircuitState::Open => {
                    self.start(&self.trials_since, seen, now);
                    if let Some(change) = self.change(seen, seen.next(CircuitState::HalfOpen, 1)) {
                        let ticket = Ticket { lease, ..Ticket::new(change.generation, true) };
                        return (Some(ticket), Some(change));
                    }
                }
            }
        }
    }

    /// Opens a closed circuit because that of the fleet is not closed; with `is_open`, a half-open circuit too.
    pub(super) fn follow_open(&self, recovery: &Recovery, is_open: bool, now: Nanos) -> Option<Change> {
        loop {
            let seen = self.moment();
            let follows =
                seen.state == CircuitState::Closed || is_open && seen.state == CircuitState::HalfOpen;
            if !follows {
                return None;
            }
            self.start(&self.opened_at, seen, now);
            let openings = recovery.opened_again(seen.openings);
            let opened = CircuitWord { openings, ..seen.next(CircuitState::Open, 0) };
            if let Some(change) = self.change(seen, opened) {
                return Some(change);
            }
        }
    }

    /// Closes an open or half-open circuit because that of the fleet has closed.
    pub(super) fn follow_closed(&self) -> Option<Change> {
        loop {
            let seen = self.moment();
            if !matches!(seen.state, CircuitState::Open | CircuitState::HalfOpen) {
                return None;
            }
            if let Some(change) = self.change(seen, seen.next(CircuitState::Closed, 0)) {
                return Some(change);
            }
        }
    }
}

#[cfg(all(test, feature = "fleet"))]
mod tests {
    use super::*;

    #[test]
    fn more_trials_than_the_word_counts_are_all_released() {
        let circuit = Circuit::new();
        circuit.force(CircuitState::Open, false);
        let trials: Vec<_> = (0..=u16::MAX).map(|_| circuit.admit_leased(1, 0).0).collect();
        assert_eq!(circuit.moment().count, u16::MAX);
        trials.into_iter().flatten().for_each(|ticket| circuit.release(ticket));
        assert_eq!(circuit.moment().count, 0);
    }
}
