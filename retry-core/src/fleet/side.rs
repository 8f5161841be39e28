//! The side of one process in a shared circuit: its next message, and its reading of the answer.

use super::circuit::{Action, Phase, Step, View};
use super::identity;
use super::members::ProcessId;
use super::rules::{Millis, Rules};
use super::tally::Calls;
use crate::breaker::{CircuitBreaker, EndedLease, HeldLease, Link, LinkCounts};
use crate::policy::nanos::Nanos;

/// The side of one process. See the module's documentation.
#[derive(Debug)]
pub(super) struct Side {
    process: ProcessId,
    /// The epoch and the generation of the last view; none before the process has joined.
    seen: Option<(u64, u64)>,
    /// The report that was sent, until it is answered.
    report: Option<Report>,
    reports: u64,
    reported: LinkCounts,
    reported_at: Nanos,
    /// The time of the last view.
    viewed_at: Nanos,
    /// The last time at which there was nothing to report.
    quiet_at: Nanos,
    /// Whether the calls that are not reported yet began after a rest, a moment before the look that was sent.
    counts_are_new: bool,
    leases: u64,
    /// The number of processes in the last view.
    live: u32,
}

/// A report. It is sent unchanged until it is answered, so that the store counts it once.
#[derive(Clone, Copy, Debug)]
struct Report {
    number: u64,
    calls: Calls,
    tripped: bool,
    seen: (u64, u64),
    counts: LinkCounts,
}

/// A message to the store.
#[derive(Clone, Copy, Debug)]
pub(super) enum Message {
    Join,
    Look,
    Ended(EndedLease),
    Lease,
    Report,
}

/// The longest time that a failure is kept before it is reported, if a report was sent shortly before.
const SOON: Nanos = 100_000_000;

/// It grows by this time with each process, up to `sync_every`, so that a large fleet in which everything fails sends a
/// thousand reports a second.
const TURN: Nanos = 1_000_000;

impl Side {
    /// Returns the side of a process that reports the calls after those of `reported`.
    pub(super) fn new(reported: LinkCounts) -> Side {
        Side {
            process: identity::draw(),
            seen: None,
            report: None,
            reports: 0,
            reported,
            reported_at: 0,
            viewed_at: 0,
            quiet_at: 0,
            counts_are_new: false,
            leases: 0,
            live: 1,
        }
    }

    /// Takes part as a new process, because the store does not know this one or because it is another one after a fork.
    pub(super) fn begin_anew(&mut self) {
        *self = Side { reported_at: self.reported_at, ..Side::new(self.reported) };
    }

    /// Returns the next message. `sync_every` is the time between two reports without a failure; where it is 0, a report is
    /// due at once.
    pub(super) fn next(
        &mut self,
        breaker: &CircuitBreaker,
        link: &Link,
        sync_every: Nanos,
    ) -> Option<Message> {
        self.counts_are_new = false;
        if let Some(ended) = link.next_ended() {
            return Some(Message::Ended(ended));
        }
        let Some(seen) = self.seen else { return Some(Message::Join) };
        if link.wants_lease() {
            return Some(Message::Lease);
        }
        if self.report.is_some() {
            return Some(Message::Report);
        }
        if link.wants_look() {
            return Some(Message::Look);
        }
        if breaker.is_refusing_for_fleet(link) {
            return None;
        }
        // Taken before the counts: those of a later report would end the trip in the store.
        let tripped = link.take_trip();
        let counts = link.counts();
        let now = breaker.fleet_now();
        let wait = self.wait(&counts, sync_every);
        let is_due = now.saturating_sub(self.reported_at) >= wait;
        if counts == self.reported {
            self.quiet_at = now;
        } else if is_due && self.has_failed_after_a_rest(&counts, now, sync_every) {
            self.counts_are_new = true;
            if tripped {
                link.restore_trip();
            }
            return Some(Message::Look);
        }
        let is_worth_it = tripped || is_due && counts != self.reported;
        if !is_worth_it {
            return None;
        }
        let since = |part: fn(&LinkCounts) -> u64| {
            u32::try_from(part(&counts).saturating_sub(part(&self.reported))).unwrap_or(u32::MAX)
        };
        let calls = Calls { good: since(|c| c.good), bad: since(|c| c.bad), slow: since(|c| c.slow) };
        self.reports = self.reports.saturating_add(1);
        self.report = Some(Report { number: self.reports, calls, tripped, seen, counts });
        Some(Message::Report)
    }

    /// Returns whether the first calls after a rest have failed. The view is then old, and a report for its generation might not
    /// count: the process looks first. The calls are too new to belong to another generation than the one that it sees.
    fn has_failed_after_a_rest(&self, counts: &LinkCounts, now: Nanos, sync_every: Nanos) -> bool {
        self.has_failed(counts)
            && now.saturating_sub(self.viewed_at) > sync_every.saturating_mul(3)
            && now.saturating_sub(self.quiet_at) <= sync_every.saturating_mul(2)
    }

    fn has_failed(&self, counts: &LinkCounts) -> bool {
        counts.bad > self.reported.bad || counts.slow > self.reported.slow
    }

    /// Returns the time between the last report and one of these calls.
    fn wait(&self, counts: &LinkCounts, sync_every: Nanos) -> Nanos {
        if self.has_failed(counts) {
            SOON.max(TURN * u64::from(self.live)).min(sync_every)
        } else {
            sync_every
        }
    }

    /// Returns how long it takes until the next report is due, if there is one.
    pub(super) fn due_in(&self, breaker: &CircuitBreaker, link: &Link, sync_every: Nanos) -> Option<Nanos> {
        let counts = link.counts();
        let wait = self.wait(&counts, sync_every);
        let is_due = !breaker.is_refusing_for_fleet(link) && counts != self.reported;
        let since_report = breaker.fleet_now().saturating_sub(self.reported_at);
        is_due.then(|| wait.saturating_sub(since_report))
    }

    /// Returns the step of a message.
    pub(super) fn step(&self, message: Message, rules: Rules) -> Step {
        let action = match (message, self.report) {
            (Message::Join, _) => Action::Join,
            (Message::Ended(EndedLease { lease, has_failed }), _) => {
                let HeldLease { epoch, generation, number: lease } = lease;
                match has_failed {
                    Some(has_failed) => Action::Outcome { epoch, generation, lease, has_failed },
                    None => Action::Release { epoch, generation, lease },
                }
            }
            (Message::Lease, _) => Action::Lease { number: self.leases.saturating_add(1) },
            (Message::Report, Some(Report { number, calls, tripped, seen: (epoch, generation), .. })) => {
                Action::Report { epoch, generation, number, calls, tripped }
            }
            (Message::Look | Message::Report, _) => Action::Look,
        };
        Step { process: self.process, fresh: identity::number(), rules, action }
    }

    /// Returns a step of another kind.
    pub(super) fn step_of(&self, action: Action, rules: Rules) -> Step {
        Step { process: self.process, fresh: identity::number(), rules, action }
    }

    /// Returns the epoch and the generation of the last view.
    pub(super) fn seen(&self) -> (u64, u64) {
        self.seen.unwrap_or_default()
    }

    /// Reads the answer to a message, and makes the breaker follow the circuit.
    pub(super) fn read(
        &mut self,
        message: Message,
        view: &View,
        breaker: &CircuitBreaker,
        link: &Link,
        sync_every: Nanos,
    ) {
        let now = breaker.fleet_now();
        match message {
            Message::Ended(ended) => link.forget_ended(&ended),
            // A process that the store does not know asks again when it has joined anew.
            Message::Lease if !view.known => {}
            Message::Lease => {
                let number = self.leases.saturating_add(1);
                // A lease that is free and is not granted is one of this number that was granted before, and has ended
                // since: the answer got lost.
                let has_ended = matches!(view.phase, Phase::Open | Phase::HalfOpen) && view.left == 0;
                if view.granted || has_ended {
                    self.leases = number;
                }
                let lease = HeldLease { epoch: view.epoch, generation: view.generation, number };
                link.answer_lease(view.granted.then_some(lease), now);
            }
            Message::Report => {
                if let Some(report) = self.report.take() {
                    self.reported_at = now;
                    // A report of a process that the store has forgotten was not counted.
                    if view.known {
                        self.reported = report.counts;
                    } else if report.tripped {
                        link.restore_trip();
                    }
                }
            }
            Message::Join | Message::Look => {}
        }
        self.see(view, breaker, link, sync_every);
        if !view.known {
            self.begin_anew();
        }
    }

    fn see(&mut self, view: &View, breaker: &CircuitBreaker, link: &Link, sync_every: Nanos) {
        self.live = view.live;
        self.viewed_at = breaker.fleet_now();
        let counts_are_new = core::mem::take(&mut self.counts_are_new);
        let before = self.seen.replace((view.epoch, view.generation));
        if before.is_some_and(|before| before != (view.epoch, view.generation)) {
            // What was counted in another generation does not count in this one, nor does a report of it that has no answer.
            if !(counts_are_new && view.phase == Phase::Closed) {
                self.reported = link.counts();
            }
            self.report = None;
            link.forget_leases_but_of(view.epoch, view.generation);
        }
        if before.is_some_and(|(epoch, _)| epoch != view.epoch) {
            breaker.follow_no_longer();
        }
        link.see(breaker.fleet_now());
        let left = nanos(view.left);
        match view.phase {
            Phase::Closed => breaker.follow_closed(),
            Phase::Open => breaker.follow(left, true),
            // A reset, or the end of another process's trial, may end this phase before its time.
            Phase::HalfOpen => breaker.follow(left.min(sync_every), false),
            Phase::ForcedOpen => breaker.follow(left.min(sync_every), true),
        }
    }
}

/// Returns nanoseconds of a time of the store.
pub(super) fn nanos(time: Millis) -> Nanos {
    time.saturating_mul(1_000_000)
}
