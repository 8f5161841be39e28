//! The state machine: which calls are admitted, and which changes an outcome causes.
//!
//! The whole state is one word, [`CircuitWord`]. Every step uses compare-and-swap to replace the word on
//! which the step was decided. A change of state begins a new generation. A ticket carries the generation in
//! which it was issued, and an outcome of an older generation changes nothing. So a late outcome cannot
//! change a state that it does not belong to, and two threads cannot both take the last trial.
//!
//! Two times stand beside the word. Each is extended before the state in which it counts begins.

use super::state::{Change, CircuitState, CircuitWord};
use crate::policy::nanos::{FOREVER, Nanos};
use crate::runtime::sync::{AtomicU64, Ordering};

/// The settings for the recovery of a circuit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recovery {
    /// How long the circuit stays open, and how long trials may take before other calls are admitted in their
    /// place.
    pub(crate) open_for: Nanos,
    /// The number of trials that have to succeed.
    pub(crate) trials: u16,
}

/// The ticket of an admitted call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) generation: u32,
    pub(crate) is_trial: bool,
}

impl Ticket {
    /// The ticket of a call inside a trial. The outcome belongs to the trial, so this ticket has a generation
    /// that does not exist, and changes nothing.
    pub(crate) const INSIDE_TRIAL: Ticket = Ticket { generation: u32::MAX, is_trial: false };
}

/// The state of a circuit. See the module's documentation.
#[derive(Debug)]
pub(crate) struct Circuit {
    moment: AtomicU64,
    open_until: AtomicU64,
    /// The time until which the outcomes of trials are awaited.
    trials_until: AtomicU64,
}

impl Circuit {
    pub(crate) const fn new() -> Circuit {
        Circuit {
            moment: AtomicU64::new(CircuitWord::FIRST.to_word()),
            open_until: AtomicU64::new(0),
            trials_until: AtomicU64::new(0),
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

    /// Replaces `from` by the start of a generation in `state`. Returns `None` if the word is no longer
    /// `from`.
    fn change(&self, from: CircuitWord, state: CircuitState, count: u16) -> Option<Change> {
        let to = from.next(state, count);
        self.step(from, to).then_some(Change { generation: to.generation, from: from.state, to: state })
    }

    /// Admits a call, or returns for how much longer calls are refused. Also returns the change of state, if
    /// there was one.
    ///
    /// `now` is called only if time matters, and after the state was read. So the time is never before the
    /// start of that state.
    pub(crate) fn admit(
        &self,
        recovery: Recovery,
        now: impl Fn() -> Nanos,
    ) -> (Result<Ticket, Nanos>, Option<Change>) {
        loop {
            let seen = self.moment();
            let here = Ticket { generation: seen.generation, is_trial: false };
            match seen.state {
                CircuitState::Closed | CircuitState::Disabled => return (Ok(here), None),
                CircuitState::ForcedOpen => return (Err(FOREVER), None),
                CircuitState::HalfOpen if seen.count < recovery.trials => {
                    if self.step(seen, CircuitWord { count: seen.count + 1, ..seen }) {
                        return (Ok(Ticket { is_trial: true, ..here }), None);
                    }
                }
                CircuitState::Open | CircuitState::HalfOpen => {
                    let now = now();
                    let left = self.left(seen.state, recovery, now);
                    if left > 0 {
                        return (Err(left), None);
                    }
                    extend(&self.trials_until, recovery, now);
                    if let Some(change) = self.change(seen, CircuitState::HalfOpen, 1) {
                        let ticket = Ticket { generation: change.generation, is_trial: true };
                        return (Ok(ticket), Some(change));
                    }
                }
            }
        }
    }

    /// Returns how much longer calls are refused; 0 if the next call may be admitted.
    pub(crate) fn refuses_for(&self, recovery: Recovery, now: impl Fn() -> Nanos) -> Nanos {
        let seen = self.moment();
        match seen.state {
            CircuitState::Closed | CircuitState::Disabled => 0,
            CircuitState::ForcedOpen => FOREVER,
            CircuitState::HalfOpen if seen.count < recovery.trials => 0,
            CircuitState::Open | CircuitState::HalfOpen => self.left(seen.state, recovery, now()),
        }
    }

    /// Returns the remaining time of a state that ends by itself.
    fn left(&self, state: CircuitState, recovery: Recovery, now: Nanos) -> Nanos {
        let until = if state == CircuitState::Open { &self.open_until } else { &self.trials_until };
        let left = until.load(Ordering::Acquire).saturating_sub(now);
        // A longer time than `open_for` is impossible, so the clock was replaced by another clock.
        if left > recovery.open_for { 0 } else { left }
    }

    /// Counts a failed call. A closed circuit opens after `threshold` consecutive failures, a half-open
    /// circuit after one.
    pub(crate) fn failed(
        &self,
        ticket: Ticket,
        threshold: u16,
        recovery: Recovery,
        now: impl Fn() -> Nanos,
    ) -> Option<Change> {
        loop {
            let seen = self.current_if(ticket)?;
            if seen.state == CircuitState::Closed && seen.count + 1 < threshold {
                if self.step(seen, CircuitWord { count: seen.count + 1, ..seen }) {
                    return None;
                }
            } else {
                return self.open(ticket, recovery, now);
            }
        }
    }

    /// Opens the circuit, unless the ticket is too old.
    pub(crate) fn open(&self, ticket: Ticket, recovery: Recovery, now: impl Fn() -> Nanos) -> Option<Change> {
        loop {
            let seen = self.current_if(ticket)?;
            extend(&self.open_until, recovery, now());
            if let Some(change) = self.change(seen, CircuitState::Open, 0) {
                return Some(change);
            }
        }
    }

    /// Counts a successful call, which ends a series of failures. The last trial to succeed closes the
    /// circuit.
    #[inline]
    pub(crate) fn succeeded(&self, ticket: Ticket, trials: u16) -> Option<Change> {
        let seen = self.moment();
        // No failure is counted, so the generation of the ticket does not matter.
        if seen.state == CircuitState::Closed && seen.count == 0 {
            return None;
        }
        self.succeeded_after_failures(ticket, trials)
    }

    #[cold]
    #[inline(never)]
    fn succeeded_after_failures(&self, ticket: Ticket, trials: u16) -> Option<Change> {
        loop {
            let seen = self.current_if(ticket)?;
            if seen.state == CircuitState::Closed {
                if seen.count == 0 || self.step(seen, CircuitWord { count: 0, ..seen }) {
                    return None;
                }
            } else if seen.succeeded + 1 < trials {
                if self.step(seen, CircuitWord { succeeded: seen.succeeded + 1, ..seen }) {
                    return None;
                }
            } else if let Some(change) = self.change(seen, CircuitState::Closed, 0) {
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
            if self.step(seen, CircuitWord { count: seen.count - 1, ..seen }) {
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
    /// if `afresh` is set.
    pub(crate) fn force(&self, state: CircuitState, afresh: bool) -> Option<Change> {
        loop {
            let seen = self.moment();
            if seen.state == state && !afresh {
                return None;
            }
            if let Some(change) = self.change(seen, state, 0) {
                return Some(change);
            }
        }
    }
}

/// Sets the time in `cell` to `open_for` from now. The time only grows, so a thread that was delayed and has
/// an earlier time changes nothing. If the stored time is later than is possible, the clock was replaced, for
/// example between two tests, and the time is set.
fn extend(cell: &AtomicU64, recovery: Recovery, now: Nanos) {
    let time = now.saturating_add(recovery.open_for);
    let raised = |old: Nanos| {
        let is_another_clock = old.saturating_sub(time) > recovery.open_for;
        (is_another_clock || old < time).then_some(time)
    };
    // An error means that the stored time stays.
    let _ = cell.fetch_update(Ordering::AcqRel, Ordering::Acquire, raised);
}
