//! A circuit whose fleet decides beside its own rules: each change is made once, and no late outcome undoes one.

use super::circuit::{Circuit, Ticket};
use super::recovery::{Recovery, Trials};
use super::state::{Change, CircuitState};
use crate::explore;

const RECOVERY: Recovery =
    Recovery { open_for: 10, open_for_max: None, trial_timeout: None, trials: Trials::ONE.of(2) };
const NOW: u64 = 5;

fn follow_open(circuit: &Circuit) -> Vec<Change> {
    circuit.follow_open(&RECOVERY, true, NOW).into_iter().collect()
}

/// A call fails, which opens the circuit, when the fleet opens it too.
pub fn it_opens_once_if_the_fleet_opens_too() {
    fn fail(circuit: &Circuit) -> Vec<Change> {
        circuit.failed(Ticket::new(0, false), 1, &RECOVERY, || NOW).into_iter().collect()
    }
    explore(Circuit::new, &[fail, follow_open], |circuit, changes| {
        assert_eq!(changes.concat().len(), 1);
        assert_eq!(circuit.moment().state, CircuitState::Open);
        assert_eq!(circuit.refuses_for(&RECOVERY, || NOW), RECOVERY.open_for);
    });
}

/// Two calls with leases begin at once. Both are trials of the same phase, which begins once.
pub fn each_lease_is_a_trial_of_one_phase() {
    fn opened() -> Circuit {
        let circuit = Circuit::new();
        follow_open(&circuit);
        circuit
    }
    fn begin<const LEASE: u16>(circuit: &Circuit) -> (Option<Ticket>, Option<Change>) {
        circuit.admit_leased(LEASE, NOW)
    }
    explore(opened, &[begin::<1>, begin::<2>], |circuit, begun| {
        assert_eq!(begun.iter().filter(|(_, change)| change.is_some()).count(), 1);
        let moment = circuit.moment();
        assert_eq!((moment.state, moment.count), (CircuitState::HalfOpen, 2));
        for ((ticket, _), lease) in begun.into_iter().zip(1..) {
            let ticket = ticket.expect("a trial");
            assert_eq!((ticket.generation, ticket.is_trial, ticket.lease), (moment.generation, true, lease));
        }
    });
}

/// The fleet closes the circuit while a trial of this process fails. It is closed afterwards, in any order.
pub fn a_trial_that_fails_late_does_not_open_what_the_fleet_has_closed() {
    fn on_trial() -> (Circuit, Ticket) {
        let circuit = Circuit::new();
        follow_open(&circuit);
        let ticket = circuit.admit_leased(1, NOW).0.expect("a trial");
        (circuit, ticket)
    }
    fn fail((circuit, ticket): &(Circuit, Ticket)) -> Vec<Change> {
        circuit.failed(*ticket, 1, &RECOVERY, || NOW).into_iter().collect()
    }
    fn close((circuit, _): &(Circuit, Ticket)) -> Vec<Change> {
        circuit.follow_closed().into_iter().collect()
    }
    explore(on_trial, &[fail, close], |(circuit, _), changes| {
        assert!(!changes.concat().is_empty());
        assert_eq!(circuit.moment().state, CircuitState::Closed);
    });
}
