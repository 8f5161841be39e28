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
    let (ticket, change) = circuit.admit(&RECOVERY, || LATER);
    (ticket.ok(), change.into_iter().collect())
}

fn closed() -> Ticket {
    Ticket::new(0, false)
}

fn fail(circuit: &Circuit, ticket: Ticket, threshold: u16) -> Option<Change> {
    circuit.failed(ticket, threshold, &RECOVERY, || THEN)
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
        changes.extend(circuit.succeeded(ticket.expect("a trial"), &RECOVERY));
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
        changes.extend(circuit.succeeded(ticket, &RECOVERY));
        changes
    }
    fn fail_once(circuit: &Circuit) -> Vec<Change> {
        let (ticket, changes) = circuit.admit(&RECOVERY, || LATER);
        let failed = circuit.failed(ticket.expect("a trial"), 1, &RECOVERY, || LATER);
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
        circuit.succeeded(closed(), &RECOVERY).into_iter().collect()
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
        assert_eq!(circuit.refuses_for(&RECOVERY, || THEN), RECOVERY.open_for);
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

/// Trials of which one may fail.
const TOLERANT: Recovery = Recovery { trials: Trials::ONE.of(3).tolerating(1), ..RECOVERY };

/// A half-open circuit with the tickets of its trials.
type Trying = (Circuit, [Ticket; 3]);

fn trying() -> Trying {
    let circuit = opened();
    let admit = || circuit.admit(&TOLERANT, || LATER).0.expect("a trial");
    let tickets = [admit(), admit(), admit()];
    (circuit, tickets)
}

fn fail_trial<const N: usize>((circuit, tickets): &Trying) -> Vec<Change> {
    circuit.failed(tickets[N], 1, &TOLERANT, || LATER).into_iter().collect()
}

fn pass_trial<const N: usize>((circuit, tickets): &Trying) -> Vec<Change> {
    circuit.succeeded(tickets[N], &TOLERANT).into_iter().collect()
}

/// Two of three trials succeed and one fails, which may. The circuit closes once, in any order.
pub fn a_trial_that_may_fail_opens_nothing() {
    explore(trying, &[fail_trial::<0>, pass_trial::<1>, pass_trial::<2>], |(circuit, _), changes| {
        assert_eq!(changes.concat().len(), 1);
        assert_eq!(circuit.moment().state, CircuitState::Closed);
    });
}

/// Two of three trials fail, of which one may. The circuit opens once, in any order.
pub fn too_many_failed_trials_open_it_once() {
    explore(trying, &[fail_trial::<0>, fail_trial::<1>, pass_trial::<2>], |(circuit, _), changes| {
        assert_eq!(changes.concat().len(), 1);
        let moment = circuit.moment();
        assert_eq!((moment.state, moment.openings), (CircuitState::Open, 2));
    });
}

/// Two trials fail at once. The open time has doubled once.
pub fn the_open_time_doubles_once() {
    fn half_open() -> (Circuit, [Ticket; 2]) {
        let circuit = opened();
        let admit = || circuit.admit(&RECOVERY, || LATER).0.expect("a trial");
        let tickets = [admit(), admit()];
        (circuit, tickets)
    }
    fn fail_one((circuit, tickets): &(Circuit, [Ticket; 2])) -> Vec<Change> {
        circuit.failed(tickets[0], 1, &RECOVERY, || LATER).into_iter().collect()
    }
    fn fail_other((circuit, tickets): &(Circuit, [Ticket; 2])) -> Vec<Change> {
        circuit.failed(tickets[1], 1, &RECOVERY, || LATER).into_iter().collect()
    }
    explore(half_open, &[fail_one, fail_other], |(circuit, _), changes| {
        assert_eq!(changes.concat().len(), 1);
        assert_eq!(circuit.refuses_for(&RECOVERY, || LATER), 20);
    });
}

/// A trial fails while others take its place, because its time is over. Only in time does it double the open time.
pub fn a_late_trial_doubles_nothing() {
    const TOO_LATE: u64 = LATER + 10;
    fn half_open() -> (Circuit, Ticket) {
        let circuit = opened();
        let recovery = Recovery { trials: Trials::ONE, ..RECOVERY };
        let ticket = circuit.admit(&recovery, || LATER).0.expect("a trial");
        (circuit, ticket)
    }
    fn take_over((circuit, _): &(Circuit, Ticket)) -> bool {
        let recovery = Recovery { trials: Trials::ONE, ..RECOVERY };
        circuit.admit(&recovery, || TOO_LATE).0.is_ok()
    }
    fn fail_late((circuit, ticket): &(Circuit, Ticket)) -> bool {
        circuit.failed(*ticket, 1, &RECOVERY, || TOO_LATE).is_some()
    }
    explore(half_open, &[take_over, fail_late], |(circuit, _), done| {
        let moment = circuit.moment();
        let expected = if done[1] { (CircuitState::Open, 2) } else { (CircuitState::HalfOpen, 1) };
        assert_eq!((moment.state, moment.openings), expected);
        assert_ne!(done[0], done[1]);
    });
}

/// A call fails, and is late with its outcome: meanwhile the circuit has opened, and opened again at another time. The time
/// of the second opening stays.
pub fn a_late_failure_moves_no_time() {
    fn open_twice(circuit: &Circuit) -> bool {
        fail(circuit, closed(), 1);
        let ticket = admit(circuit).0.expect("a trial");
        circuit.failed(ticket, 1, &RECOVERY, || LATER).is_some()
    }
    fn fail_late(circuit: &Circuit) -> bool {
        fail(circuit, closed(), 1).is_some()
    }
    explore(Circuit::new, &[open_twice, fail_late], |circuit, changed| {
        assert!(changed[0]);
        assert_eq!(circuit.refuses_for(&RECOVERY, || LATER), 20);
    });
}

/// A circuit is forced open for a time while a call fails and another succeeds. It is forced open afterwards.
pub fn the_hand_wins_for_a_time() {
    fn by_hand(circuit: &Circuit) -> Vec<Change> {
        vec![circuit.force_for(7, THEN)]
    }
    fn fail_once(circuit: &Circuit) -> Vec<Change> {
        fail(circuit, closed(), 1).into_iter().collect()
    }
    explore(Circuit::new, &[by_hand, fail_once, fail_once], |circuit, changes| {
        assert_in_order(changes.into_iter().flatten(), 1);
        assert_eq!(circuit.moment().state, CircuitState::ForcedOpen);
        assert_eq!(circuit.refuses_for(&RECOVERY, || THEN), 7);
        assert_eq!(circuit.refuses_for(&RECOVERY, || THEN + 7), 0);
    });
}

/// When the time is over for which the circuit was forced open, it admits exactly its trials.
pub fn forced_open_for_a_time_it_admits_exactly_its_trials() {
    fn forced() -> Circuit {
        let circuit = Circuit::new();
        circuit.force_for(10, THEN);
        circuit
    }
    explore(forced, &[admit, admit, admit], |circuit, admitted| {
        let trials = admitted.iter().filter_map(|(ticket, _)| *ticket).filter(|ticket| ticket.is_trial);
        assert_eq!(trials.count(), usize::from(RECOVERY.trials.calls()));
        assert_in_order(admitted.into_iter().flat_map(|(_, changes)| changes), 2);
        assert_eq!(circuit.moment().state, CircuitState::HalfOpen);
    });
}

/// A circuit is forced open for a time while a call is admitted: as a call of the closed circuit, or not at all.
pub fn forced_open_for_a_time_it_admits_no_trial_at_once() {
    fn by_hand(circuit: &Circuit) -> bool {
        circuit.force_for(8, LATER);
        false
    }
    fn try_one(circuit: &Circuit) -> bool {
        admit(circuit).0.is_some_and(|ticket| ticket.is_trial)
    }
    explore(Circuit::new, &[by_hand, try_one], |circuit, trials| {
        assert!(!trials[1]);
        assert_eq!(circuit.moment().state, CircuitState::ForcedOpen);
    });
}

/// A circuit that is forced open is forced open for another time. Meanwhile no call is admitted.
pub fn forced_open_once_more_it_admits_nobody() {
    fn forced() -> Circuit {
        let circuit = Circuit::new();
        circuit.force_for(20, THEN);
        circuit
    }
    fn by_hand(circuit: &Circuit) -> bool {
        circuit.force_for(8, LATER);
        false
    }
    fn try_one(circuit: &Circuit) -> bool {
        admit(circuit).0.is_some()
    }
    explore(forced, &[by_hand, try_one], |circuit, admitted| {
        assert!(!admitted[1]);
        assert_eq!(circuit.refuses_for(&RECOVERY, || LATER), 8);
    });
}
