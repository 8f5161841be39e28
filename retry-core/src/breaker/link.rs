//! The link between a breaker and the fleet that it has joined.
//!
//! The breaker writes down its calls and its trials; the fleet's member collects them and writes down what it has seen in the
//! store. Neither waits for the other. A breaker whose fleet is away, or whose fleet's circuit is closed, follows its own
//! rules alone.

use core::fmt::{self, Debug, Formatter};
use core::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::boxed::Box;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::vec::Vec;

use super::coordinator::Coordinator;
use super::lease::{EndedLease, HeldLease};
use super::link_counts::{CallCounters, LinkCounts};
use super::window::CallResult;
use crate::policy::nanos::Nanos;

/// The link of a breaker, which stays when the fleet is left.
#[derive(Debug)]
pub(super) struct Joined(OnceLock<Box<Link>>);

impl Joined {
    pub(super) const fn new() -> Joined {
        Joined(OnceLock::new())
    }

    #[inline]
    pub(super) fn link(&self) -> Option<&Link> {
        match self.0.get() {
            Some(link) if link.is_active() => Some(link),
            _ => None,
        }
    }

    /// Returns the link, active or not.
    pub(super) fn make(&self) -> &Link {
        self.0.get_or_init(|| Box::new(Link::new()))
    }
}

/// The answer to a call that the local circuit does not admit by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trial {
    /// The breaker's own rules decide.
    Local,
    /// The call is a trial with this tag.
    Leased(u16),
    /// The call is refused for so long.
    Refused(Nanos),
}

/// The fleet's circuit as a breaker has last seen it, while that is not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Followed {
    /// Before this time nobody asks for a lease, because the store grants none.
    refused_until: Nanos,
}

/// The link. See the module's documentation.
pub(crate) struct Link {
    is_active: AtomicBool,
    counters: CallCounters,
    /// The tag of the last trial, also in an earlier fleet: the number of a lease may come again when its record was lost.
    last_tag: AtomicU16,
    state: Mutex<State>,
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct State {
    coordinator: Option<Arc<dyn Coordinator>>,
    has_tripped: bool,
    followed: Option<Followed>,
    /// Whether the store is away, so that nobody asks it.
    is_alone: bool,
    /// The time of the last view.
    seen_at: Option<Nanos>,
    wants_look: bool,
    /// Whether a look that a call has asked for was answered. Then the next call, whenever it comes, needs no other one.
    has_looked: bool,
    wants_lease: bool,
    /// Since when one of the two is wanted.
    wanted_since: Option<Nanos>,
    /// How long an answer is waited for. Without one, there is no member, such as after the end of its runtime.
    answers_within: Nanos,
    /// Leases that no call has yet, and since when.
    granted: VecDeque<(HeldLease, Nanos)>,
    /// Leases of the trials that run.
    held: Vec<(u16, HeldLease)>,
    ended: VecDeque<EndedLease>,
}

impl State {
    fn be_alone(&mut self) {
        self.is_alone = true;
        self.wants_look = false;
        self.wants_lease = false;
        self.wanted_since = None;
        self.unfollow();
    }

    fn give_up_on_the_member(&mut self, now: Nanos) {
        let is_gone = |since: Nanos| now.saturating_sub(since) > self.answers_within;
        if self.wanted_since.is_some_and(is_gone) {
            self.be_alone();
        }
    }

    /// Follows the fleet's circuit no longer. Returns whether the breaker did. That the breaker opened by its own rules was
    /// in another phase.
    fn unfollow(&mut self) -> bool {
        let did = self.followed.take().is_some();
        self.has_tripped &= !did;
        did
    }

    fn return_unused(&mut self, before: Nanos) {
        while self.granted.front().is_some_and(|&(_, since)| since <= before) {
            if let Some((lease, _)) = self.granted.pop_front() {
                self.ended.push_back(EndedLease { lease, has_failed: None });
            }
        }
    }

    fn has_seen_shortly_before(&self, now: Nanos) -> bool {
        self.seen_at.is_some_and(|seen_at| now.saturating_sub(seen_at) <= FRESH)
    }
}

/// How long a call is refused that has caused a request: the answer of a store nearby is there by then.
const SHORT: Nanos = 5_000_000;

/// How old the view of a closed circuit may be with which a breaker begins a trial by its own rules.
const FRESH: Nanos = 100_000_000;

impl Link {
    pub(super) fn new() -> Link {
        Link {
            is_active: AtomicBool::new(false),
            counters: CallCounters::default(),
            last_tag: AtomicU16::new(0),
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code of a user runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    pub(super) fn is_active(&self) -> bool {
        self.is_active.load(Ordering::Relaxed)
    }

    /// Counts a call through the closed circuit.
    pub(super) fn count(&self, result: CallResult) {
        self.counters.add(result);
        if !result.is_good() {
            self.wake();
        }
    }

    /// Notes that the breaker's own rules have opened it.
    pub(super) fn trip(&self) {
        self.state().has_tripped = true;
        self.wake();
    }

    fn wake(&self) {
        let coordinator = self.coordinator();
        if let Some(coordinator) = coordinator {
            coordinator.wake();
        }
    }

    fn coordinator(&self) -> Option<Arc<dyn Coordinator>> {
        self.state().coordinator.clone()
    }

    /// Returns whether a call may be a trial of the fleet. Where a lease is needed and none is there, asks for one.
    ///
    /// A breaker that its own rules have opened begins a trial by itself only if it has seen a moment ago that the circuit of
    /// the fleet is closed: it was refusing calls, and so has reported nothing that would have shown it the fleet's circuit.
    ///
    /// `unused_since` is the time before which a lease was granted that no call has taken in time.
    pub(super) fn trial(&self, now: Nanos, unused_since: Nanos) -> Trial {
        let mut state = self.state();
        state.give_up_on_the_member(now);
        state.return_unused(unused_since);
        let Some(followed) = state.followed else {
            if core::mem::take(&mut state.has_looked) || state.is_alone || state.has_seen_shortly_before(now)
            {
                return Trial::Local;
            }
            state.wants_look = true;
            state.wanted_since.get_or_insert(now);
            drop(state);
            self.wake();
            return Trial::Refused(SHORT);
        };
        if let Some((lease, _)) = state.granted.pop_front() {
            let tag = self.draw_tag(&state);
            state.held.push((tag, lease));
            return Trial::Leased(tag);
        }
        let left = followed.refused_until.saturating_sub(now);
        if left > 0 {
            return Trial::Refused(left);
        }
        state.wants_lease = true;
        state.wanted_since.get_or_insert(now);
        drop(state);
        self.wake();
        Trial::Refused(SHORT)
    }

    /// Returns a tag that no running trial has.
    fn draw_tag(&self, state: &State) -> u16 {
        loop {
            let tag = self.last_tag.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
            if tag != 0 && state.held.iter().all(|&(held, _)| held != tag) {
                return tag;
            }
        }
    }

    /// Returns whether a look that a call has asked for was answered: the circuit of the fleet is closed.
    pub(super) fn has_looked(&self) -> bool {
        let state = self.state();
        state.followed.is_none() && state.has_looked
    }

    /// Returns whether there is a lease that no call has taken.
    pub(super) fn has_lease(&self) -> bool {
        !self.state().granted.is_empty()
    }

    /// Returns how much longer calls are refused, if the fleet decides it.
    pub(super) fn refuses_for(&self, now: Nanos) -> Option<Nanos> {
        let state = self.state();
        let followed = state.followed?;
        Some(if state.granted.is_empty() { followed.refused_until.saturating_sub(now) } else { 0 })
    }

    /// Ends the lease of a trial.
    pub(super) fn end(&self, tag: u16, has_failed: Option<bool>) {
        let mut state = self.state();
        if let Some(at) = state.held.iter().position(|&(held, _)| held == tag) {
            let (_, lease) = state.held.swap_remove(at);
            state.ended.push_back(EndedLease { lease, has_failed });
            drop(state);
            self.wake();
        }
    }

    /// Returns the member that a refused call has to wait for: its answer may be a lease.
    pub(super) fn to_wait_for(&self, now: Nanos) -> Option<Arc<dyn Coordinator>> {
        let mut state = self.state();
        state.give_up_on_the_member(now);
        match state.followed {
            None if state.is_alone || state.has_seen_shortly_before(now) => return None,
            None => state.wants_look = true,
            Some(followed) if !state.granted.is_empty() || now < followed.refused_until => return None,
            Some(_) => state.wants_lease = true,
        }
        state.wanted_since.get_or_insert(now);
        state.coordinator.clone()
    }
}

/// The side of the member.
impl Link {
    pub(super) fn activate(&self, coordinator: Arc<dyn Coordinator>, answers_within: Nanos) {
        let mut state = self.state();
        // Until the first answer, the breaker follows its own rules.
        *state = State { coordinator: Some(coordinator), is_alone: true, answers_within, ..State::default() };
        self.is_active.store(true, Ordering::Relaxed);
    }

    /// Ends the link. The breaker follows its own rules.
    pub(super) fn deactivate(&self) {
        self.is_active.store(false, Ordering::Relaxed);
        // The coordinator is dropped without the lock.
        let _state = core::mem::take(&mut *self.state());
    }

    /// Returns the calls since the breaker has joined.
    pub(crate) fn counts(&self) -> LinkCounts {
        self.counters.sum()
    }

    /// Returns whether the breaker's own rules have opened it since this was last asked.
    pub(crate) fn take_trip(&self) -> bool {
        core::mem::take(&mut self.state().has_tripped)
    }

    /// Notes once more that the breaker's own rules have opened it, because the store has not counted it.
    pub(crate) fn restore_trip(&self) {
        self.state().has_tripped = true;
    }

    /// Returns the next lease whose end the store does not know.
    pub(crate) fn next_ended(&self) -> Option<EndedLease> {
        self.state().ended.front().copied()
    }

    /// Notes that the store knows the end of a lease.
    pub(crate) fn forget_ended(&self, ended: &EndedLease) {
        self.state().ended.retain(|other| other != ended);
    }

    /// Returns whether a call waits for a look at the fleet's circuit.
    pub(crate) fn wants_look(&self) -> bool {
        self.state().wants_look
    }

    /// Notes that the store has answered at `now`.
    pub(crate) fn see(&self, now: Nanos) {
        let mut state = self.state();
        state.is_alone = false;
        state.has_looked |= state.wants_look;
        state.wants_look = false;
        state.wanted_since = None;
        state.seen_at = Some(now);
    }

    /// Notes that the store is away.
    pub(super) fn be_alone(&self) {
        self.state().be_alone();
    }

    /// Returns whether a call waits for a lease.
    pub(crate) fn wants_lease(&self) -> bool {
        let state = self.state();
        state.wants_lease && state.followed.is_some()
    }

    /// Notes the answer to a request for a lease.
    pub(crate) fn answer_lease(&self, lease: Option<HeldLease>, now: Nanos) {
        let mut state = self.state();
        state.wants_lease = false;
        if let Some(lease) = lease {
            state.granted.push_back((lease, now));
        }
    }

    /// Forgets the leases that no call has taken and that belong to another phase, with which they have ended.
    pub(crate) fn forget_leases_but_of(&self, epoch: u64, generation: u64) {
        let is_of = |lease: &HeldLease| lease.epoch == epoch && lease.generation == generation;
        self.state().granted.retain(|(lease, _)| is_of(lease));
    }

    /// Gives back the leases that no call has taken since `before`.
    pub(crate) fn return_unused(&self, before: Nanos) {
        self.state().return_unused(before);
    }

    /// Returns whether the breaker follows the fleet's circuit.
    pub(crate) fn is_following(&self) -> bool {
        self.state().followed.is_some()
    }

    /// Follows a circuit that refuses calls until a time. From then on, calls ask for leases.
    pub(super) fn follow(&self, refused_until: Nanos) {
        let mut state = self.state();
        state.has_looked = false;
        state.followed = Some(Followed { refused_until });
    }

    /// Follows the fleet's circuit no longer. Returns whether the breaker did.
    pub(super) fn unfollow(&self) -> bool {
        let mut state = self.state();
        state.wants_lease = false;
        state.unfollow()
    }
}

impl Debug for Link {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("is_active", &self.is_active())
            .field("followed", &self.state().followed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
