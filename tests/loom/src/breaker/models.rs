//! A circuit admits exactly its trials, and an outcome only changes the state that it belongs to.

use core::num::NonZeroU64;

use super::circuit::{Circuit, Ticket};
use super::recovery::{Recovery, Trials};
use super::state::{Change, CircuitState};
use crate::explore;

const RECOVERY: Recovery = Recovery {
    open_for: 10,
    open_for_max: NonZeroU64::new(80),
    trial_timeout: None,
    trials: Trials::ONE.of(2),
};
/// The time at which the circuit is opened, and a time at which trials are admitted.
const THEN: u64 = 5;
const LATER: u64 = 15;

fn admit(circuit: &Circuit) -> (Option<Ticket>, Vec<Change>) {
    let (ticket, change) = circuit.admit(RECOVERY, || LATER);
    (ticket.ok(), change.into_iter().collect())
}

fn closed() -> Ticket {
    Ticket { generation: 0, is_trial: false }
}

fn fail(circuit: &Circuit, ticket: Ticket, threshold: u16) -> Option<Change> {
    circuit.failed(ticket, threshold, RECOVERY, || THEN)
}

/// Returns an open circuit whose `open_for` is over.
fn opened() -> Circuit {
    let circuit = Circuit::new();
    fail(&circuit, closed(), 1).expect("it opens");
    circuit
}

/// Asserts that each change of state was made by one thread, and that the changes follow each other without a
/// gap.
fn assert_in_order(changes: impl IntoIterator<Item = Change>, first: u32) {
    let mut changes: Vec<_> = changes.into_iter().collect();
    changes.sort_by_key(|change| change.generation);
    for (number, change) in (first..).zip(&changes) {
        assert_eq!(change.generation, number);
    }
    assert!(changes.windows(2).all(|pair| pair[0].to == pair[1].from), "{changes:?}");
}

/// Of three callers, exactly two get a trial.
pub fn half_open_it_admits_exactly_its_trials() {
    explore(opened, &[admit, admit, admit], |circuit, admitted| {
        let trials = admitted.iter().filter_map(|(ticket, _)| *ticket).filter(|ticket| ticket.is_trial);
        assert_eq!(trials.count(), usize::from(RECOVERY.trials.calls()));
        assert_in_order(admitted.into_iter().flat_map(|(_, changes)| changes), 2);
        assert_eq!(circuit.moment().state, CircuitState::HalfOpen);
    });
}

/// Two trials succeed at once, and the circuit closes once.
pub fn the_last_of_the_trials_closes_it() {
    fn try_once(circuit: &Circuit) -> Vec<Change> {
        let (ticket, mut changes) = admit(circuit);
        changes.extend(circuit.succeeded(ticket.expect("a trial"), RECOVERY));
        changes
    }
    explore(opened, &[try_once, try_once], |circuit, changes| {
        assert_in_order(changes.into_iter().flatten(), 2);
        assert_eq!(circuit.moment().state, CircuitState::Closed);
    });
}

/// One trial succeeds and one fails. The circuit is open afterwards, in any order.
pub fn a_failed_trial_opens_it() {
    fn succeed(circuit: &Circuit) -> Vec<Change> {
        let (Some(ticket), mut changes) = admit(circuit) else { return Vec::new() };
        changes.extend(circuit.succeeded(ticket, RECOVERY));
        changes
    }
    fn fail_once(circuit: &Circuit) -> Vec<Change> {
        let (ticket, changes) = circuit.admit(RECOVERY, || LATER);
        let failed = circuit.failed(ticket.expect("a trial"), 1, RECOVERY, || LATER);
        changes.into_iter().chain(failed).collect()
    }
    explore(opened, &[succeed, fail_once], |circuit, changes| {
        assert_in_order(changes.into_iter().flatten(), 2);
        assert_eq!(circuit.moment().state, CircuitState::Open);
    });
}

/// A trial that is released can be taken by another call, and only once.
pub fn a_trial_given_back_is_one_trial() {
    fn give_back(circuit: &Circuit) -> usize {
        if let (Some(ticket), _) = admit(circuit) {
            circuit.release(ticket);
        }
        0
    }
    fn keep(circuit: &Circuit) -> usize {
        admit(circuit).0.into_iter().count()
    }
    explore(opened, &[give_back, keep, keep], |circuit, kept| {
        let kept: usize = kept.into_iter().sum();
        let left = (0..3).filter(|_| admit(circuit).0.is_some()).count();
        assert_eq!(kept + left, usize::from(RECOVERY.trials.calls()));
    });
}

/// Calls of the closed circuit end while the circuit is open or half-open. Their outcomes change nothing.
pub fn a_late_outcome_moves_nothing() {
    fn late_failure(circuit: &Circuit) -> Vec<Change> {
        fail(circuit, closed(), 1).into_iter().collect()
    }
    fn late_success(circuit: &Circuit) -> Vec<Change> {
        circuit.succeeded(closed(), RECOVERY).into_iter().collect()
    }
    fn trial(circuit: &Circuit) -> Vec<Change> {
        admit(circuit).1
    }
    explore(opened, &[trial, late_failure, late_success], |circuit, mut changes| {
        assert_eq!(changes.pop(), Some(Vec::new()));
        assert_eq!(changes.pop(), Some(Vec::new()));
        let moment = circuit.moment();
        assert_eq!((moment.state, moment.count, moment.ended), (CircuitState::HalfOpen, 1, 0));
    });
}

/// Failures of two threads are consecutive, and the circuit opens once.
pub fn failures_of_all_threads_are_in_a_row() {
    fn fail_once(circuit: &Circuit) -> Vec<Change> {
        fail(circuit, closed(), 2).into_iter().collect()
    }
    explore(Circuit::new, &[fail_once, fail_once], |circuit, changes| {
        assert_eq!(changes.concat().len(), 1);
        assert_eq!(circuit.moment().state, CircuitState::Open);
        assert_eq!(circuit.refuses_for(RECOVERY, || THEN), RECOVERY.open_for);
    });
}

/// A circuit is forced open while a call fails. The circuit is forced open afterwards, in any order.
pub fn the_hand_wins() {
    fn by_hand(circuit: &Circuit) -> Vec<Change> {
        circuit.force(CircuitState::ForcedOpen, false).into_iter().collect()
    }
    fn fail_once(circuit: &Circuit) -> Vec<Change> {
        fail(circuit, closed(), 1).into_iter().collect()
    }
    explore(Circuit::new, &[by_hand, fail_once], |circuit, changes| {
        assert_in_order(changes.into_iter().flatten(), 1);
        assert_eq!(circuit.moment().state, CircuitState::ForcedOpen);
    });
}
