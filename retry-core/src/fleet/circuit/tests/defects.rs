//! Each test excludes a defect that a shared breaker of others has had.

use std::vec::Vec;

use super::*;
use crate::fleet::{Answer, Record, Request};

#[test]
fn processes_that_adopt_an_open_circuit_do_not_restart_its_time() {
    let mut bench = Bench::in_phase(Phase::Open);
    for left in (0..5).map(|second| 5_000 - 1_000 * second) {
        for process in 100..110 {
            let process = ProcessId(process + left);
            assert_eq!(bench.run(process, Action::Join).left, left);
            let action = bench.report_action(FAILURES);
            assert_eq!(bench.run(process, action).left, left);
            assert_eq!(bench.lease(process).left, left);
        }
        bench.wait(1_000);
    }
    assert!(bench.lease(A).granted);
}

#[test]
fn a_herd_gets_no_more_leases_than_there_are_trials() {
    let mut bench = Bench::in_phase(Phase::Open);
    bench.wait(RULES.open_for);
    let granted =
        (100..1_100).filter(|&process| bench.run(ProcessId(process), Action::Lease { number: 1 }).granted);
    assert_eq!(granted.count(), 2);
    bench.wait(RULES.trial_timeout - 1);
    assert_eq!(bench.lease(A).left, 1, "and all others hear when the next is free");
}

#[test]
fn trials_that_have_ended_are_not_free_again() {
    let mut bench = Bench::in_phase(Phase::HalfOpen);
    let outcome = bench.outcome_action(bench.number, false);
    bench.run(A, outcome);
    assert!(bench.lease(B).granted);
    assert!(!bench.lease(C).granted, "one has succeeded and one runs");
}

#[test]
fn a_lease_that_is_released_is_free_again() {
    let mut bench = Bench::in_phase(Phase::HalfOpen);
    let (epoch, generation) = bench.place();
    let release = Action::Release { epoch, generation, lease: bench.number };
    assert!(bench.lease(B).granted);
    assert!(!bench.lease(C).granted);
    bench.run(A, release);
    assert!(bench.lease(C).granted);
}

#[test]
fn leases_of_the_last_trials_hold_no_place() {
    let mut bench = Bench::in_phase(Phase::Open);
    bench.rules.trial_timeout = 1_000_000;
    bench.wait(RULES.open_for);
    bench.lease(A);
    bench.trial(B, true);
    bench.wait(2 * RULES.open_for);
    assert!(bench.lease(B).granted);
    assert!(bench.lease(C).granted);
}

#[test]
fn leases_of_processes_that_died_are_free_after_their_time() {
    let mut bench = Bench::in_phase(Phase::HalfOpen);
    bench.lease(B);
    for _ in 0..100 {
        // Others keep asking, which does not keep the leases.
        bench.wait(RULES.trial_timeout / 2);
        bench.lease(C);
        bench.wait(RULES.trial_timeout / 2);
        assert!(bench.lease(ProcessId(4)).granted || bench.lease(C).granted, "nobody waits longer");
        bench.lease(ProcessId(5));
    }
}

#[test]
fn a_refused_lease_changes_nothing_and_so_extends_no_life() {
    let mut bench = Bench::in_phase(Phase::HalfOpen);
    bench.lease(B);
    let record = Record::Circuit(bench.circuit.clone());
    for action in [Action::Lease { number: 9 }, Action::Look, Action::Join] {
        let request = Request::Circuit(Step { process: C, fresh: 1, rules: RULES, action });
        let now = core::time::Duration::from_millis(bench.now);
        let (answer, written) = Record::answer(Some(&record), now, &request);
        assert!(matches!(answer, Answer::Circuit(view) if !view.granted && !view.changed));
        assert_eq!(written, None, "{action:?}");
    }
}

#[test]
fn a_prober_whose_lease_is_over_cannot_close() {
    let mut bench = Bench::in_phase(Phase::HalfOpen);
    let stale = bench.outcome_action(bench.number, false);
    let number = bench.number;
    bench.wait(RULES.trial_timeout);
    assert!(!bench.run(A, stale).changed, "its time is over");
    // Another one opens the circuit again, and new trials begin.
    bench.trial(B, true);
    bench.wait(2 * RULES.open_for);
    bench.lease(B);
    assert!(!bench.run(A, stale).changed, "its generation is over");
    let (epoch, generation) = bench.place();
    let guessed = Action::Outcome { epoch, generation, lease: number, has_failed: false };
    assert!(!bench.run(A, guessed).changed, "it has no lease");
    let foreign = Action::Outcome { epoch, generation, lease: bench.number, has_failed: false };
    assert!(!bench.run(A, foreign).changed, "the lease is another's");
}

#[test]
fn a_new_process_does_not_reset() {
    for phase in [Phase::Open, Phase::HalfOpen, Phase::ForcedOpen] {
        let mut bench = Bench::in_phase(phase);
        let before = bench.place();
        let new = ProcessId(50);
        assert_eq!(bench.run(new, Action::Look).phase, phase);
        assert_eq!(bench.run(new, Action::Join).phase, phase);
        assert_eq!(bench.run(new, Action::Leave).phase, phase);
        assert_eq!(bench.place(), before);
    }
}

#[test]
fn a_lost_record_is_a_new_epoch_and_closed() {
    let bench = Bench::in_phase(Phase::HalfOpen);
    let (epoch, generation) = bench.place();
    let mut lost = bench.clone();
    lost.circuit = Circuit::new(99);
    let view = lost.run(A, Action::Outcome { epoch, generation, lease: bench.number, has_failed: true });
    assert_eq!((view.epoch, view.phase, view.known, view.changed), (99, Phase::Closed, false, false));
    // What was seen before the loss does not count after it, not even in the same generation.
    let mut lost = bench;
    lost.circuit = Circuit::new(99);
    for process in [A, B] {
        lost.run(process, Action::Report { epoch, generation: 0, number: 1, calls: FAILURES, tripped: true });
    }
    assert_eq!(lost.look().phase, Phase::Closed);
    lost.open();
    assert_eq!(lost.look().phase, Phase::Open);
}

#[test]
fn a_process_that_the_record_has_forgotten_begins_anew() {
    let mut bench = Bench::new();
    let report =
        |number| Action::Report { epoch: 77, generation: 0, number, calls: FAILURES, tripped: false };
    let view = bench.run(A, report(5));
    assert_eq!((view.known, view.changed, view.live), (false, false, 0), "it may be a repeated one");
    assert!(bench.run(B, report(1)).known);
}

#[test]
fn one_bad_process_of_eight_never_opens_the_fleet_and_two_do() {
    let mut bench = Bench::new();
    for second in 0..600 {
        // It reports first, also to a record that is new or was lost; and its failures are most of what there is.
        if second % 100 == 0 {
            bench.circuit = Circuit::new(second);
        }
        let first = 1 + 100 * (second / 100);
        bench.run(ProcessId(first), Action::Join);
        for _ in 0..8 {
            bench.trip(ProcessId(first));
            bench.report(ProcessId(first), FAILURES);
        }
        for process in first + 1..first + 8 {
            bench.run(ProcessId(process), Action::Join);
            bench.report(ProcessId(process), SUCCESSES);
        }
        assert_eq!(bench.look().live, 8);
        assert_eq!(bench.look().phase, Phase::Closed, "after {second} seconds");
        bench.wait(1_000);
    }
    assert_eq!(bench.report(ProcessId(502), FAILURES).phase, Phase::Open);
}

#[test]
fn failures_now_and_then_do_not_help_a_bad_process() {
    let mut bench = Bench::new();
    let bad = ProcessId(1);
    for second in 0..600 {
        bench.run(bad, Action::Join);
        bench.report(bad, FAILURES);
        bench.trip(bad);
        for process in 2..9 {
            bench.run(ProcessId(process), Action::Join);
            bench.report(ProcessId(process), Calls { good: 19, bad: 1, slow: 1 });
        }
        assert_eq!(bench.look().phase, Phase::Closed, "after {second} seconds");
        bench.wait(1_000);
    }
    bench.trip(ProcessId(2));
    assert_eq!(bench.look().phase, Phase::Open);
}

#[test]
fn a_fleet_that_is_smaller_than_the_quorum_opens_if_all_fail() {
    let mut bench = Bench::new();
    bench.rules.quorum = 3;
    bench.run(A, Action::Join);
    bench.wait(RULES.window - 1);
    assert_eq!(bench.report(A, FAILURES).phase, Phase::Closed, "others may not have joined yet");
    bench.wait(1);
    assert_eq!(bench.report(A, FAILURES).phase, Phase::Open);
    bench.reset();
    bench.run(B, Action::Join);
    assert_eq!(bench.report(A, FAILURES).phase, Phase::Closed);
    assert_eq!(bench.report(B, FAILURES).phase, Phase::Open);
}

#[test]
fn fifty_processes_that_fail_once_open_the_fleet() {
    let mut bench = Bench::new();
    for process in 1..=50 {
        bench.run(ProcessId(process), Action::Join);
    }
    let once = Calls { good: 0, bad: 1, slow: 0 };
    let phases: Vec<Phase> = (1..=10).map(|process| bench.report(ProcessId(process), once).phase).collect();
    assert_eq!(
        phases.iter().position(|&phase| phase == Phase::Open),
        Some(9),
        "the tenth call is the minimum"
    );
}

#[test]
fn the_life_of_a_record() {
    let mut bench = Bench::in_phase(Phase::Closed);
    assert_eq!(bench.circuit.life(&RULES), Some(200_000), "ten times the longest time");
    bench.force(1_000_000);
    assert_eq!(bench.circuit.life(&RULES), Some(2_000_000), "not before it ends");
    bench.force(Rules::MAX_TIME);
    assert_eq!(bench.circuit.life(&RULES), None);
    bench.reset();
    assert_eq!(bench.circuit.life(&RULES), Some(200_000));
}

#[test]
fn a_clock_that_is_set_back_delays_by_the_time_at_most() {
    for back in [1, 4_999, 5_000, 5_001, 900_000] {
        let mut bench = Bench::in_phase(Phase::Open);
        bench.now -= back;
        assert!(bench.wait_for_lease(A) <= 2 * RULES.open_for, "{back} ms");
        bench.lease(B);
        bench.now -= back;
        assert!(bench.wait_for_lease(C) <= 2 * RULES.trial_timeout, "{back} ms");
    }
}

#[test]
fn a_process_that_has_left_is_none_of_the_quorum() {
    let mut bench = Bench::new();
    for process in [A, B] {
        bench.run(process, Action::Join);
        bench.report(process, SUCCESSES);
    }
    bench.wait(2 * RULES.window);
    bench.trip(A);
    assert_eq!(bench.look().phase, Phase::Closed);
    bench.run(A, Action::Leave);
    bench.report(B, SUCCESSES);
    assert_eq!(bench.look().phase, Phase::Closed);
}
