//! The state machine: who is let through, and what the outcome of a call changes.
//!
//! All of it is one word, [`CircuitWord`], and every step replaces the moment that it was decided on by compare-and-swap. A
//! change of state begins a new generation; a ticket carries the generation that it was given out in, and an outcome
//! that comes with an older one changes nothing. So no late outcome can move a state that it does not belong to, and
//! no two threads can both take the last trial.
//!
//! Two times stand beside the word. Each is raised before the state in which it counts begins.

use super::state::{Change, CircuitState, CircuitWord};
use crate::policy::nanos::{FOREVER, Nanos};
use crate::runtime::sync::{AtomicU64, Ordering};

/// How the circuit recovers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recovery {
    /// How long it stays open, and how long trials may take before others are let through in their place.
    pub(crate) open_for: Nanos,
    /// How many trials have to succeed.
    pub(crate) trials: u16,
}

/// What is given to a call that is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) generation: u32,
    pub(crate) is_trial: bool,
}

impl Ticket {
    /// That of a call inside a trial, whose outcome belongs to the trial: it is of no generation, so it changes nothing.
    pub(crate) const INSIDE_TRIAL: Ticket = Ticket { generation: u32::MAX, is_trial: false };
}

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Circuit {
    moment: AtomicU64,
    open_until: AtomicU64,
    /// Until when the outcome of a trial is waited for.
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

    /// From `from` into another state.
    fn change(&self, from: CircuitWord, state: CircuitState, count: u16) -> Option<Change> {
        let to = from.next(state, count);
        self.step(from, to).then_some(Change { generation: to.generation, from: from.state, to: state })
    }

    /// Lets a call through or, for how much longer, not; and the change that came with it.
    ///
    /// `now` is asked only if time matters, and after the state for which it does: so it is never before the moment at
    /// which that state began.
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

    /// How much longer calls are refused; 0 if the next may be let through.
    pub(crate) fn refuses_for(&self, recovery: Recovery, now: impl Fn() -> Nanos) -> Nanos {
        let seen = self.moment();
        match seen.state {
            CircuitState::Closed | CircuitState::Disabled => 0,
            CircuitState::ForcedOpen => FOREVER,
            CircuitState::HalfOpen if seen.count < recovery.trials => 0,
            CircuitState::Open | CircuitState::HalfOpen => self.left(seen.state, recovery, now()),
        }
    }

    /// What is left of a state that ends by itself.
    fn left(&self, state: CircuitState, recovery: Recovery, now: Nanos) -> Nanos {
        let until = if state == CircuitState::Open { &self.open_until } else { &self.trials_until };
        let left = until.load(Ordering::Acquire).saturating_sub(now);
        // More than there ever was: another clock has taken the place of the one that was read then.
        if left > recovery.open_for { 0 } else { left }
    }

    /// A call has failed. `threshold` failures in a row open a closed circuit, one reopens one that is half-open.
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

    /// Opens the circuit, unless the ticket is too old to do so.
    pub(crate) fn open(&self, ticket: Ticket, recovery: Recovery, now: impl Fn() -> Nanos) -> Option<Change> {
        loop {
            let seen = self.current_if(ticket)?;
            extend(&self.open_until, recovery, now());
            if let Some(change) = self.change(seen, CircuitState::Open, 0) {
                return Some(change);
            }
        }
    }

    /// A call has succeeded: failures are in a row no longer; the last of the trials closes the circuit.
    #[inline]
    pub(crate) fn succeeded(&self, ticket: Ticket, trials: u16) -> Option<Change> {
        let seen = self.moment();
        // In whichever generation: there is nothing to forget.
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

    /// A call ended without an outcome: where it was a trial, another may take its place.
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

    /// The moment, if the generation is still the ticket's and outcomes matter in it.
    #[inline]
    pub(crate) fn current_if(&self, ticket: Ticket) -> Option<CircuitWord> {
        let seen = self.moment();
        let matters = matches!(seen.state, CircuitState::Closed | CircuitState::HalfOpen);
        (matters && seen.generation == ticket.generation).then_some(seen)
    }

    /// Into `state` by hand, from whichever; without a change if it is that already and `afresh` is not asked for.
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

/// Sets a time to `open_for` from now. Time only moves on: a thread that was held up and comes with an earlier one
/// changes nothing. If it comes with one earlier than could be, the clock was replaced, as between two tests.
fn extend(cell: &AtomicU64, recovery: Recovery, now: Nanos) {
    let time = now.saturating_add(recovery.open_for);
    let raised = |old: Nanos| {
        let is_another_clock = old.saturating_sub(time) > recovery.open_for;
        (is_another_clock || old < time).then_some(time)
    };
    // An error says that it stays as it was.
    let _ = cell.fetch_update(Ordering::AcqRel, Ordering::Acquire, raised);
}
