use core::num::NonZeroU64;

use super::super::circuit::Circuit;
use super::super::recovery::{Recovery, Trials};
use super::*;

/// Two trials, and an open time that doubles from 10.
const RECOVERY: Recovery = Recovery {
    open_for: 10,
    open_for_max: NonZeroU64::new(1000),
    trial_timeout: None,
    trials: Trials::ONE.of(2),
};

#[test]
fn each_trial_of_the_fleet_has_its_own_lease_and_counts_as_a_local_trial() {
    let circuit = Circuit::new();
    circuit.follow_open(&RECOVERY, true, 0);
    let lease_of = |lease| match circuit.admit_leased(lease, 5) {
        (Some(ticket), _) => (ticket.lease, ticket.is_trial, ticket.generation),
        (None, _) => panic!("it is not forced open"),
    };
    assert_eq!(lease_of(7), (7, true, 2));
    assert_eq!(circuit.refuses_for(&RECOVERY, || 5), 0, "one trial of two is left");
    assert_eq!(lease_of(8), (8, true, 2));
    assert_eq!(circuit.refuses_for(&RECOVERY, || 5), 10, "both trials run");
    assert_eq!(lease_of(9), (9, true, 2), "the fleet decides about its leases");
}

#[test]
fn a_circuit_follows_that_of_the_fleet_for_a_time_that_doubles() {
    let circuit = Circuit::new();
    let follow = |is_open| circuit.follow_open(&RECOVERY, is_open, 0).map(|change| change.from);
    for (is_half_open, time) in [(false, 10), (true, 20), (true, 40)] {
        if is_half_open {
            let (ticket, _) = circuit.admit_leased(7, 0);
            assert!(ticket.is_some_and(|ticket| ticket.is_trial));
            assert_eq!(follow(false), None, "that of the fleet is half-open, too");
            assert_eq!(follow(true), Some(CircuitState::HalfOpen));
        } else {
            assert_eq!(follow(false), Some(CircuitState::Closed));
        }
        assert_eq!(circuit.refuses_for(&RECOVERY, || 0), time);
        assert_eq!((follow(false), follow(true)), (None, None), "it is open already");
    }
    for state in [CircuitState::ForcedOpen, CircuitState::Disabled] {
        circuit.force(state, false);
        assert_eq!(follow(true), None, "{state} by hand");
    }
}
