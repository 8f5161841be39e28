//! The circuit that a fleet shares. The function [`step`] is its specification: a store runs it, or the same rules in
//! another language.

use super::latest::Latest;
use super::leases::Leases;
use super::members::{Members, ProcessId};
use super::rules::{MAX_NOW, Millis, Rules, left_of};
use super::tally::{Calls, Tally};

/// The circuit of a fleet, as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circuit {
    /// A random number that tells this record from one that was lost.
    pub(super) epoch: u64,
    /// A number that grows by one with each change of the phase.
    pub(super) generation: u64,
    pub(super) phase: Phase,
    /// The time at which the phase began; 0 before the first change of a new record.
    pub(super) since: Millis,
    /// How long the circuit is forced open; [`Rules::MAX_TIME`] if until a reset.
    pub(super) forced_for: Millis,
    /// How often the circuit has opened since it was closed.
    pub(super) openings: u32,
    pub(super) succeeded: u32,
    pub(super) failed: u32,
    /// The processes that have opened by their own rules and have reported no call since.
    pub(super) tripped: Latest,
    pub(super) tally: Tally,
    /// The processes in which calls fail, and when they did so last.
    pub(super) failing: Latest,
    pub(super) leases: Leases,
    pub(super) members: Members,
}

/// The phase of a shared circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a store in another language has these four")]
pub enum Phase {
    /// Calls run.
    Closed,
    /// Calls are refused. When the time is over, a lease begins the trials.
    Open,
    /// Calls with a lease run.
    HalfOpen,
    /// Calls are refused, for a time or until a reset.
    ForcedOpen,
}

/// One step of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The process.
    pub process: ProcessId,
    /// A random number below 2^48: the epoch of the circuit, if there is none yet.
    pub fresh: u64,
    /// The rules of the process's breaker.
    pub rules: Rules,
    /// The kind of the step.
    pub action: Action,
}

/// The kind of a step. An action that names an epoch and a generation changes nothing in any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Only looks.
    Look,
    /// Takes part, without a call yet.
    Join,
    /// Reports the calls of a closed circuit since the last report.
    Report {
        /// The epoch in which they ran.
        epoch: u64,
        /// The generation in which they ran.
        generation: u64,
        /// 1 for the first report of a process; each report has a higher one, and a repeated report the same.
        number: u64,
        /// The calls.
        calls: Calls,
        /// Whether the process's own rules have opened its breaker.
        tripped: bool,
    },
    /// Asks for a lease, when the circuit is open no longer.
    Lease {
        /// 1 for the first lease of a process; each has a higher one, and a repeated request the same.
        number: u64,
    },
    /// Ends a lease with the outcome of its trial.
    Outcome {
        /// The epoch of the lease.
        epoch: u64,
        /// The generation of the lease.
        generation: u64,
        /// The number of the lease.
        lease: u64,
        /// Whether the trial has failed.
        has_failed: bool,
    },
    /// Ends a lease whose trial has no outcome.
    Release {
        /// The epoch of the lease.
        epoch: u64,
        /// The generation of the lease.
        generation: u64,
        /// The number of the lease.
        lease: u64,
    },
    /// Takes part no longer. The leases of the process end.
    Leave,
    /// Opens the circuit by hand.
    Force {
        /// The epoch that was seen.
        epoch: u64,
        /// The generation that was seen.
        generation: u64,
        /// For how long; [`Rules::MAX_TIME`] and more is until a reset.
        time: Millis,
    },
    /// Closes the circuit by hand.
    Reset {
        /// The epoch that was seen.
        epoch: u64,
        /// The generation that was seen.
        generation: u64,
    },
}

/// The view of the circuit that a process gets after its step. Times are remaining times, so clocks are never compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// The epoch of the record. Another one means that the record was lost in between.
    pub epoch: u64,
    /// The generation, which changes with the phase.
    pub generation: u64,
    /// The phase.
    pub phase: Phase,
    /// How much longer calls are refused; [`Rules::MAX_TIME`] if until a reset, 0 where a lease may be asked for.
    pub left: Millis,
    /// Whether the process has the lease that it asked for.
    pub granted: bool,
    /// How many processes are live.
    pub live: u32,
    /// Whether the record knows the process. One that it does not know draws another number and begins anew.
    pub known: bool,
    /// Whether the step has changed the record.
    pub changed: bool,
}

impl Circuit {
    /// Returns a closed circuit.
    #[must_use]
    pub fn new(epoch: u64) -> Circuit {
        Circuit {
            epoch,
            generation: 0,
            phase: Phase::Closed,
            since: 0,
            forced_for: 0,
            openings: 0,
            succeeded: 0,
            failed: 0,
            tripped: Latest::default(),
            tally: Tally::default(),
            failing: Latest::default(),
            leases: Leases::default(),
            members: Members::default(),
        }
    }

    /// Returns how long the record lives after a change; `None` if for ever.
    #[must_use]
    pub fn life(&self, rules: &Rules) -> Option<Millis> {
        let rules = rules.bounded();
        let until_reset = self.phase == Phase::ForcedOpen && self.forced_for >= Rules::MAX_TIME;
        (!until_reset).then(|| {
            let forced = if self.phase == Phase::ForcedOpen { self.forced_for } else { 0 };
            rules.record_life().max(forced.saturating_mul(2).min(Rules::MAX_TIME))
        })
    }

    fn is_at(&self, epoch: u64, generation: u64) -> bool {
        self.epoch == epoch && self.generation == generation
    }

    /// Begins a phase, which is a new generation. The counts of the last one are discarded.
    fn begin(&mut self, phase: Phase, now: Millis) {
        self.generation = self.generation.saturating_add(1);
        self.phase = phase;
        self.since = now;
        self.forced_for = 0;
        if matches!(phase, Phase::Closed | Phase::ForcedOpen) {
            self.openings = 0;
        }
        self.succeeded = 0;
        self.failed = 0;
        self.tripped = Latest::default();
        self.tally = Tally::default();
        self.failing = Latest::default();
        self.leases = Leases::default();
    }

    fn open(&mut self, now: Millis, rules: &Rules) {
        let grows = self.openings == 0 || rules.open_time(self.openings) < rules.open_for_max;
        self.begin(Phase::Open, now);
        self.openings = self.openings.saturating_add(u32::from(grows));
    }

    /// Returns how much longer calls are refused, whatever leases there are.
    fn refused_for(&self, now: Millis, rules: &Rules) -> Millis {
        match self.phase {
            Phase::Closed | Phase::HalfOpen => 0,
            Phase::Open => left_of(rules.open_time(self.openings), self.since, now),
            Phase::ForcedOpen if self.forced_for >= Rules::MAX_TIME => Rules::MAX_TIME,
            Phase::ForcedOpen => left_of(self.forced_for, self.since, now),
        }
    }

    /// Counts a report, unless it is a repeated one or is about another generation.
    fn report(&mut self, process: ProcessId, calls: Calls, tripped: bool, now: Millis, rules: &Rules) {
        self.tally.add(calls, now, rules);
        if tripped || calls.reach_half_of_rate(rules) {
            self.failing.note(process, now);
        }
        // Calls that are reported have run through a closed breaker, so the process is open no longer.
        self.tripped.forget(process);
        if tripped {
            self.tripped.note(process, now);
        }
        let quorum = self.quorum(now, rules) as usize;
        let have_tripped = self.tripped.since(rules.trip_memory(), now) >= quorum;
        let have_failed = self.failing.since(rules.window.max(rules.open_for), now) >= quorum;
        if have_tripped || have_failed && self.tally.reaches_rate(rules) {
            self.open(now, rules);
        }
    }

    /// Returns how many processes have to fail. In the first window of a record, which may be one that was lost, those that
    /// have joined are not yet all.
    fn quorum(&self, now: Millis, rules: &Rules) -> u32 {
        let is_new = self.since == 0 || left_of(rules.window, self.since, now) > 0;
        let is_young = self.generation == 0 && is_new;
        if is_young { rules.quorum } else { rules.quorum.min(self.members.live()) }
    }

    /// Returns how many trials have ended or hold a live lease.
    fn used(&self, now: Millis, rules: &Rules) -> u32 {
        self.succeeded.saturating_add(self.failed).saturating_add(self.leases.count(now, rules))
    }

    /// Grants a lease if one is free. Returns whether this changes the record.
    fn lease(&mut self, process: ProcessId, number: u64, now: Millis, rules: &Rules) -> bool {
        let is_new = self.members.is_next_lease(process, number);
        if !is_new || self.phase == Phase::Closed || self.refused_for(now, rules) > 0 {
            return false;
        }
        if self.phase != Phase::HalfOpen {
            self.begin(Phase::HalfOpen, now);
        } else if self.used(now, rules) >= rules.trials {
            // The trials that have ended decide it by themselves, if a process has other rules than the last one.
            return self.leases.count(now, rules) == 0 && self.settle(now, rules);
        }
        self.members.visit(process).lease = number;
        self.leases.add(process, number, now, rules);
        true
    }

    /// Ends the phase if the trials that have ended decide it. Returns whether it did.
    fn settle(&mut self, now: Millis, rules: &Rules) -> bool {
        if self.failed > rules.trial_failures {
            self.open(now, rules);
            return true;
        }
        let closes = self.succeeded.saturating_add(rules.trial_failures) >= rules.trials;
        if closes {
            self.begin(Phase::Closed, now);
        }
        closes
    }

    /// Ends the leases of a process, which is none of the quorum any longer. Returns whether this changes the record.
    fn leave(&mut self, process: ProcessId) -> bool {
        let had_leases = self.leases.end_all(process);
        let was_there = self.members.leave(process);
        if was_there {
            self.tripped.forget(process);
            self.failing.forget(process);
        }
        was_there || had_leases
    }

    fn apply(&mut self, now: Millis, step: &Step, rules: &Rules) -> bool {
        let Step { process, action, .. } = step;
        match *action {
            Action::Look => false,
            Action::Join => self.members.join(*process),
            Action::Report { epoch, generation, number, calls, tripped } => {
                if !self.members.is_next_report(*process, number) {
                    return false;
                }
                self.members.visit(*process).report = number;
                if self.phase == Phase::Closed && self.is_at(epoch, generation) {
                    self.report(*process, calls, tripped, now, rules);
                }
                true
            }
            Action::Lease { number } => self.lease(*process, number, now, rules),
            Action::Outcome { epoch, generation, lease, has_failed } => {
                if !self.is_at(epoch, generation) || !self.leases.end(*process, lease, now, rules) {
                    return false;
                }
                let ended = if has_failed { &mut self.failed } else { &mut self.succeeded };
                *ended = ended.saturating_add(1);
                self.settle(now, rules);
                true
            }
            Action::Release { epoch, generation, lease } => {
                self.is_at(epoch, generation) && self.leases.end(*process, lease, now, rules)
            }
            Action::Leave => self.leave(*process),
            Action::Force { epoch, generation, .. } | Action::Reset { epoch, generation }
                if !self.is_at(epoch, generation) =>
            {
                false
            }
            Action::Force { time, .. } => {
                self.begin(Phase::ForcedOpen, now);
                self.forced_for = time.min(Rules::MAX_TIME);
                true
            }
            Action::Reset { .. } => {
                self.begin(Phase::Closed, now);
                true
            }
        }
    }
}

/// Runs one step at `now`, a time of the store's clock, and returns the view of the process after it.
///
/// The function is total: every step is possible in every circuit, at every time. Numbers that are out of range are
/// bounded first: those of the [`Rules`] by their ranges, the time by `1..=2^53 - 2^24`, because 0 stands for "never". Where
/// [`View::changed`] is `false`, the circuit is as it was.
pub fn step(circuit: &mut Circuit, now: Millis, step: Step) -> View {
    let now = now.clamp(1, MAX_NOW);
    let Step { process, action, .. } = &step;
    let rules = &step.rules.bounded();
    let changed = circuit.apply(now, &step, rules);
    if changed {
        if circuit.since == 0 {
            circuit.since = now;
        }
        circuit.members.see(*process, now, rules.retention());
    }
    let left = match circuit.phase {
        Phase::HalfOpen if circuit.used(now, rules) >= rules.trials => circuit.leases.next_end(now, rules),
        _ => circuit.refused_for(now, rules),
    };
    View {
        epoch: circuit.epoch,
        generation: circuit.generation,
        phase: circuit.phase,
        left,
        granted: matches!(*action, Action::Lease { number } if circuit.leases.has(*process, number, now, rules)),
        live: circuit.members.live(),
        known: circuit.members.has(*process),
        changed,
    }
}

#[cfg(test)]
mod tests;
