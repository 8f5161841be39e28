//! What is repeated, late or out of range changes nothing, and the answer tells so.

use super::*;

#[test]
fn the_outcome_of_an_expired_lease_leaves_the_record_as_it_is() {
    let mut bench = Bench::in_phase(Phase::HalfOpen);
    let late = bench.outcome_action(bench.number, false);
    bench.wait(RULES.trial_timeout);
    // `run` compares the circuits.
    assert!(!bench.run(A, late).changed);
}

#[test]
fn leaving_ends_the_leases_of_a_process_that_is_forgotten() {
    let mut bench = Bench::in_phase(Phase::HalfOpen);
    bench.rules.trial_timeout = 1_000_000;
    bench.wait(200_000);
    bench.report(B, SUCCESSES);
    bench.rules.trials = 1;
    assert!(!bench.run(A, Action::Look).known, "it was not seen for twenty windows");
    assert!(!bench.lease(B).granted);
    assert!(bench.run(A, Action::Leave).changed);
    assert!(bench.run(C, Action::Lease { number: 1 }).granted);
}

#[test]
fn nothing_brings_back_a_process_that_has_left() {
    let mut bench = Bench::in_phase(Phase::Closed);
    let report = bench.report_action(FAILURES);
    bench.run(A, report);
    let left = bench.run(A, Action::Leave);
    assert_eq!((left.live, left.known, left.changed), (2, false, true));
    let late = [report, Action::Join, Action::Leave, Action::Lease { number: 1 }];
    for action in late {
        let view = bench.run(A, action);
        assert_eq!((view.live, view.known, view.changed), (2, false, false), "{action:?}");
    }
    bench.wait(10 * RULES.window);
    assert_eq!(bench.report(B, SUCCESSES).live, 1);
    assert_eq!(bench.circuit.members.all.len(), 1, "the one that left is swept with the others");
}

#[test]
fn slow_calls_open_where_a_rule_is_about_them() {
    let slow = Calls { good: 10, bad: 0, slow: 10 };
    for (slow_rate, phase) in [(500_000, Phase::Open), (0, Phase::Closed)] {
        let mut bench = Bench::in_phase(Phase::Closed);
        bench.rules.slow_rate = slow_rate;
        assert_eq!(bench.report(A, slow).phase, Phase::Closed, "one of three");
        assert_eq!(bench.report(B, slow).phase, phase);
    }
}

#[test]
fn rules_out_of_range_count_as_the_nearest_inside() {
    let least = Rules {
        quorum: 0,
        window: 0,
        minimum_calls: 0,
        failure_rate: 0,
        slow_rate: 0,
        open_for: 0,
        open_for_max: 0,
        trial_timeout: 0,
        trials: 0,
        trial_failures: 0,
    };
    let most = Rules {
        quorum: u32::MAX,
        window: u64::MAX,
        minimum_calls: u32::MAX,
        failure_rate: u32::MAX,
        slow_rate: u32::MAX,
        open_for: u64::MAX,
        open_for_max: u64::MAX,
        trial_timeout: u64::MAX,
        trials: u32::MAX,
        trial_failures: u32::MAX,
    };
    let least = least.bounded();
    assert_eq!((least.quorum, least.trials, least.trial_failures, least.minimum_calls), (1, 1, 0, 1));
    assert_eq!((least.window, least.open_for, least.open_for_max, least.trial_timeout), (10, 1, 0, 1));
    let most = most.bounded();
    assert_eq!((most.quorum, most.trials, most.trial_failures), (32, 65_535, 65_534));
    assert_eq!((most.failure_rate, most.slow_rate), (1_000_000, 1_000_000));
    assert_eq!([most.window, most.open_for, most.open_for_max, most.trial_timeout], [Rules::MAX_TIME; 4]);
    assert_eq!(RULES.bounded(), RULES);
}

#[test]
fn no_trials_at_all_are_one_trial() {
    let mut bench = Bench::in_phase(Phase::Open);
    bench.rules.trials = 0;
    bench.rules.trial_failures = 7;
    bench.wait(RULES.open_for);
    assert_eq!(bench.trial(A, true).phase, Phase::Open);
    bench.wait(2 * RULES.open_for);
    assert_eq!(bench.trial(A, false).phase, Phase::Closed);
}
