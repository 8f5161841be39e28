//! What each action makes of each phase.

use super::*;

const PHASES: [Phase; 4] = [Phase::Closed, Phase::Open, Phase::HalfOpen, Phase::ForcedOpen];

/// The phase after an action, and whether it has changed the record, for each phase before it.
fn row(name: &str, expected: [(Phase, bool); 4], act: impl Fn(&mut Bench) -> View) {
    for (phase, expected) in PHASES.into_iter().zip(expected) {
        let mut bench = Bench::in_phase(phase);
        let generation = bench.circuit.generation;
        let view = act(&mut bench);
        assert_eq!((view.phase, view.changed), expected, "{name} in {phase:?}");
        assert_eq!(view.phase, bench.circuit.phase);
        if view.phase != phase {
            assert_eq!(view.generation, generation + 1, "{name} in {phase:?}");
        }
    }
}

/// The same phase after the action.
fn stays(changed: bool) -> [(Phase, bool); 4] {
    PHASES.map(|phase| (phase, changed))
}

#[test]
fn actions_in_each_phase() {
    use Phase::{Closed, ForcedOpen, HalfOpen, Open};

    row("look", stays(false), Bench::look);
    row("join of a member", stays(false), |bench| bench.run(A, Action::Join));
    row("join of a new one", stays(true), |bench| bench.run(ProcessId(9), Action::Join));
    row("leave", stays(true), |bench| bench.run(A, Action::Leave));
    row("leave of a stranger", stays(false), |bench| bench.run(ProcessId(9), Action::Leave));
    row("good report", stays(true), |bench| bench.report(A, SUCCESSES));
    row("bad report", stays(true), |bench| bench.report(A, FAILURES));
    let expected = [(Open, true), (Open, true), (HalfOpen, true), (ForcedOpen, true)];
    row("bad reports of two", expected, |bench| {
        bench.report(A, FAILURES);
        bench.report(B, FAILURES)
    });
    row("trips of two", expected, |bench| {
        bench.trip(A);
        bench.trip(B)
    });
    let expected = [(Closed, false), (Open, false), (HalfOpen, true), (ForcedOpen, false)];
    row("lease", expected, |bench| bench.lease(B));
    let expected = [(Closed, false), (HalfOpen, true), (HalfOpen, true), (HalfOpen, true)];
    row("lease after the time", expected, |bench| {
        bench.wait(RULES.open_for);
        bench.lease(B)
    });
    let expected = [(Closed, false), (Open, false), (HalfOpen, true), (ForcedOpen, false)];
    row("good outcome", expected, |bench| bench.run(A, bench.outcome_action(bench.number, false)));
    let expected = [(Closed, false), (Open, false), (Open, true), (ForcedOpen, false)];
    row("bad outcome", expected, |bench| bench.run(A, bench.outcome_action(bench.number, true)));
    let expected = [(Closed, false), (Open, false), (HalfOpen, true), (ForcedOpen, false)];
    row("release", expected, |bench| {
        let (epoch, generation) = bench.place();
        bench.run(A, Action::Release { epoch, generation, lease: bench.number })
    });
    row("force", [(ForcedOpen, true); 4], |bench| bench.force(1));
    row("reset", [(Closed, true); 4], Bench::reset);
}

#[test]
fn actions_of_another_epoch_or_generation() {
    for (epoch, generation) in [(1, 0), (0, 1), (0, u64::MAX)] {
        let place =
            |bench: &Bench| (bench.circuit.epoch + epoch, bench.circuit.generation.wrapping_add(generation));
        row("force", stays(false), |bench| {
            let (epoch, generation) = place(bench);
            bench.run(A, Action::Force { epoch, generation, time: 1 })
        });
        row("reset", stays(false), |bench| {
            let (epoch, generation) = place(bench);
            bench.run(A, Action::Reset { epoch, generation })
        });
        row("release", stays(false), |bench| {
            let (epoch, generation) = place(bench);
            bench.run(A, Action::Release { epoch, generation, lease: bench.number })
        });
        for has_failed in [false, true] {
            row("outcome", stays(false), |bench| {
                let (epoch, generation) = place(bench);
                bench.run(A, Action::Outcome { epoch, generation, lease: bench.number, has_failed })
            });
        }
        // It is noted, so that a repeated one has the same answer, and its calls are not counted.
        row("report", stays(true), |bench| {
            let (epoch, generation) = place(bench);
            let number = bench.next_number();
            let tally = bench.circuit.tally.clone();
            let view =
                bench.run(A, Action::Report { epoch, generation, number, calls: FAILURES, tripped: true });
            assert_eq!((&bench.circuit.tally, bench.circuit.tripped.0.len()), (&tally, 0));
            view
        });
    }
}

#[test]
fn times_left() {
    let mut bench = Bench::in_phase(Phase::Closed);
    assert_eq!(bench.look().left, 0);
    bench.open();
    assert_eq!(bench.look().left, 5_000);
    bench.wait(4_999);
    assert_eq!(bench.look().left, 1);
    bench.wait(1);
    assert_eq!(bench.look().left, 0);
    assert_eq!(bench.lease(A).left, 0, "another is free");
    bench.wait(300);
    assert_eq!(bench.lease(B).left, 700, "the first ends next");
    bench.wait(699);
    assert_eq!(bench.look().left, 1);
    bench.wait(1);
    assert_eq!(bench.look().left, 0);
    bench.force(40);
    assert_eq!(bench.look().left, 40);
    bench.force(u64::MAX);
    bench.wait(1_000_000_000);
    assert_eq!(bench.look().left, Rules::MAX_TIME);
    assert!(!bench.lease(B).granted);
}

#[test]
fn the_open_time_doubles_up_to_its_limit_and_begins_anew() {
    let mut bench = Bench::in_phase(Phase::Closed);
    bench.open();
    for left in [5_000, 10_000, 20_000, 20_000] {
        assert_eq!(bench.look().left, left);
        bench.wait(left);
        bench.trial(A, true);
    }
    bench.wait(20_000);
    bench.trial(A, false);
    assert_eq!(bench.trial(A, false).phase, Phase::Closed);
    bench.open();
    assert_eq!(bench.look().left, 5_000);
}

#[test]
fn some_trials_may_fail() {
    let mut bench = Bench::in_phase(Phase::Open);
    (bench.rules.trials, bench.rules.trial_failures) = (3, 1);
    bench.wait(RULES.open_for);
    let closes = |outcomes: &[bool]| {
        let mut bench = bench.clone();
        outcomes.iter().map(|&has_failed| bench.trial(A, has_failed).phase).last()
    };
    assert_eq!(closes(&[true, false]), Some(Phase::HalfOpen));
    assert_eq!(closes(&[true, false, false]), Some(Phase::Closed));
    assert_eq!(closes(&[false, false]), Some(Phase::Closed));
    assert_eq!(closes(&[true, true]), Some(Phase::Open));
}

#[test]
fn a_rate_takes_the_minimum_of_calls() {
    for (bad, good, phase) in
        [(4, 5, Phase::Closed), (5, 6, Phase::Closed), (5, 5, Phase::Open), (9, 0, Phase::Closed)]
    {
        let mut bench = Bench::in_phase(Phase::Closed);
        bench.report(A, Calls { good, bad: bad - 1, slow: 0 });
        assert_eq!(
            bench.report(B, Calls { good: 0, bad: 1, slow: 0 }).phase,
            phase,
            "{bad} of {}",
            bad + good
        );
    }
}

#[test]
fn calls_leave_the_window() {
    let mut bench = Bench::in_phase(Phase::Closed);
    bench.report(A, Calls { good: 0, bad: 9, slow: 0 });
    bench.wait(RULES.window);
    assert_eq!(bench.report(B, Calls { good: 0, bad: 9, slow: 0 }).phase, Phase::Closed);
    bench.report(A, Calls { good: 0, bad: 1, slow: 0 });
    assert_eq!(bench.look().phase, Phase::Open);
}

#[test]
fn openings_are_counted_until_the_time_no_longer_grows() {
    let mut bench = Bench::in_phase(Phase::Open);
    let mut openings = vec![bench.circuit.openings];
    for _ in 0..4 {
        bench.wait(RULES.open_for_max);
        bench.trial(A, true);
        openings.push(bench.circuit.openings);
    }
    // 5 s, 10 s, 20 s.
    assert_eq!(openings, [1, 2, 3, 3, 3]);
}

#[test]
fn the_first_opening_is_counted_where_the_time_does_not_grow() {
    let mut bench = Bench::new();
    bench.rules.open_for_max = 0;
    bench.run(A, Action::Join);
    bench.run(B, Action::Join);
    bench.open();
    assert_eq!(bench.circuit.openings, 1);
}

#[test]
fn trials_that_have_ended_decide_by_other_rules_only_when_none_runs() {
    let mut bench = Bench::in_phase(Phase::HalfOpen);
    assert_eq!(bench.trial(B, false).phase, Phase::HalfOpen);
    // By the new rules the trial of B is enough, but that of A runs.
    bench.rules = Rules { trials: 1, ..RULES };
    let view = bench.lease(C);
    assert_eq!((view.granted, view.phase), (false, Phase::HalfOpen));
    bench.wait(RULES.trial_timeout);
    let view = bench.lease(C);
    assert_eq!((view.granted, view.phase), (false, Phase::Closed));
}
