//! The circuit: its leases, its fence against what is old or repeated, its counts and its quorum.

use std::collections::HashSet;

use proptest::prelude::*;
use retry_core::fleet::{Action, Calls, Circuit, Phase, ProcessId, Record, Rules, Step, step};

use crate::model::{Arrival, Event, Fleet, RULES, events};

/// A lease that was granted, as one sees it who hears all messages.
#[derive(Debug, PartialEq)]
struct Granted {
    process: ProcessId,
    place: (u64, u64),
    number: u64,
    since: u64,
}

/// Checks each grant and each end of a lease against the messages before it.
fn check_leases(arrivals: &[Arrival], rules: &Rules) {
    let mut live: Vec<Granted> = Vec::new();
    let mut place = (0, 0);
    let mut ended = 0;
    for Arrival { now, step, view, .. } in arrivals {
        live.retain(|lease| now - lease.since < rules.trial_timeout);
        match step.action {
            Action::Outcome { epoch, generation, lease, .. }
            | Action::Release { epoch, generation, lease } => {
                let at = live.iter().position(|granted| {
                    granted.process == step.process
                        && granted.place == (epoch, generation)
                        && granted.number == lease
                });
                assert_eq!(view.changed, at.is_some(), "only a live lease ends: {step:?} of {live:?}");
                let has_outcome = matches!(step.action, Action::Outcome { .. });
                ended += u32::from(at.is_some() && has_outcome);
                at.map(|at| live.remove(at));
            }
            Action::Leave => live.retain(|granted| granted.process != step.process),
            _ => {}
        }
        if place != (view.epoch, view.generation) {
            place = (view.epoch, view.generation);
            live.clear();
            ended = 0;
        }
        if let Action::Lease { number } = step.action {
            let granted = Granted { process: step.process, place, number, since: *now };
            let has_it = |other: &Granted| other.process == step.process && other.number == number;
            if view.granted && !live.iter().any(has_it) {
                live.push(granted);
            }
        }
        let count = u32::try_from(live.len()).unwrap();
        assert!(count + ended <= rules.trials, "{live:?} and {ended} that have ended");
    }
}

/// What a report adds to the sums.
fn sums(calls: Calls) -> [u64; 2] {
    [calls.good.into(), calls.bad.into()]
}

/// The calls that a circuit has counted.
fn counted(circuit: &Circuit) -> [u64; 2] {
    let fields = Record::Circuit(circuit.clone()).fields();
    let mut all = [0, 0];
    for tenth in fields["calls"].split_terminator(';') {
        let numbers: Vec<u64> = tenth.split(':').map(|number| number.parse().unwrap()).collect();
        all = [all[0] + numbers[1], all[1] + numbers[2]];
    }
    all
}

proptest! {
    /// Never more live leases than trials, and only a live lease has an outcome.
    #[test]
    fn leases_never_exceed_the_trials(size in 1..6_u64, events in events(false)) {
        let mut fleet = Fleet::new(size, RULES);
        fleet.run(&events);
        check_leases(&fleet.arrivals, &RULES);
    }

    /// Whoever died, a process that asks gets a lease as soon as the last of theirs is over.
    #[test]
    fn the_dead_keep_no_lease(size in 1..6_u64, events in events(false)) {
        let mut fleet = Fleet::new(size, RULES);
        fleet.run(&events);
        let view = fleet.look();
        let bound = match view.phase {
            Phase::Closed => 0,
            Phase::HalfOpen => RULES.trial_timeout,
            Phase::Open | Phase::ForcedOpen => view.left,
        };
        let waited = fleet.wait_for_lease();
        prop_assert!(waited.is_some_and(|waited| waited <= bound), "{waited:?} in {:?}", view.phase);
    }

    /// A clock that is set delays a lease by the length of the phase at most.
    #[test]
    fn clocks_that_are_set_do_not_wedge(size in 1..6_u64, events in events(true)) {
        let mut fleet = Fleet::new(size, RULES);
        fleet.run(&events);
        let waited = fleet.wait_for_lease();
        prop_assert!(waited.is_some_and(|waited| waited <= 2 * RULES.open_for_max), "{waited:?}");
    }

    /// A repeated message changes nothing: without them, the circuit is the same.
    #[test]
    fn repeated_messages_change_nothing(size in 1..6_u64, events in events(false)) {
        let mut fleet = Fleet::new(size, RULES);
        fleet.run(&events);
        let mut circuit = Circuit::new(7);
        for Arrival { now, step: message, view, is_repeated } in fleet.arrivals {
            if is_repeated {
                prop_assert!(!view.changed, "{:?}", message);
            } else {
                step(&mut circuit, now, message);
            }
        }
        prop_assert_eq!(circuit, fleet.circuit);
    }

    /// What names another epoch or generation moves nothing: the phase, the counts and the leases are the same.
    #[test]
    fn old_messages_move_nothing(size in 1..6_u64, events in events(true), epoch in 0..2_u64, back in 0..3_u64) {
        let mut fleet = Fleet::new(size, RULES);
        fleet.run(&events);
        let view = fleet.look();
        prop_assume!(epoch + back > 0 && view.generation >= back);
        let (epoch, generation) = (view.epoch - epoch, view.generation - back);
        let what_counts = |circuit: &Circuit| {
            let mut fields = Record::Circuit(circuit.clone()).fields();
            fields.retain(|name, _| !name.starts_with("m:") && name != "swept" && name != "left");
            fields
        };
        let before = what_counts(&fleet.circuit);
        let calls = Calls { good: 0, bad: 100, slow: 0 };
        for process in 0..=fleet.processes.len() as u64 {
            let process = ProcessId(process);
            for lease in 0..20 {
                let numbered = [
                    Action::Outcome { epoch, generation, lease, has_failed: lease % 2 == 0 },
                    Action::Release { epoch, generation, lease },
                    Action::Report { epoch, generation, number: 1_000 + lease, calls, tripped: true },
                ];
                let by_hand = [Action::Force { epoch, generation, time: 1 }, Action::Reset { epoch, generation }];
                for action in numbered.into_iter().chain(by_hand) {
                    fleet.arrive(Step { process, fresh: 9, rules: RULES, action });
                }
            }
        }
        prop_assert_eq!(what_counts(&fleet.circuit), before);
    }

    /// Each report that arrives counts once, however often it does.
    #[test]
    fn reports_count_once(size in 1..6_u64, events in events(false)) {
        let rules = Rules { window: 1_000_000_000, failure_rate: 0, ..RULES };
        let mut fleet = Fleet::new(size, rules);
        let events: Vec<Event> = events
            .into_iter()
            .map(|event| match event {
                Event::Report { process, good, bad, .. } => Event::Report { process, good, bad, tripped: false },
                event => event,
            })
            .filter(|event| !matches!(event, Event::Force(..) | Event::Reset(_) | Event::Leave(_)))
            .collect();
        fleet.run(&events);
        let mut reports = HashSet::new();
        let mut expected = [0, 0];
        for Arrival { step, .. } in &fleet.arrivals {
            if let Action::Report { number, calls, .. } = step.action {
                if reports.insert((step.process, number)) {
                    let [good, bad] = sums(calls);
                    expected = [expected[0] + good, expected[1] + bad];
                }
            }
        }
        prop_assert_eq!(counted(&fleet.circuit), expected);
    }

    /// However one process fails, the circuit stays closed; a second one opens it.
    #[test]
    fn one_process_never_opens_the_fleet(size in 2..9_u64, events in events(false)) {
        let mut fleet = Fleet::new(size, RULES);
        let mut time = 0;
        for event in events {
            let event = match event {
                Event::Report { process, good, bad, tripped } => {
                    let is_bad = process % fleet.processes.len() == 0;
                    Event::Report { process, good, bad: if is_bad { bad } else { 0 }, tripped: tripped && is_bad }
                }
                // The others are live, so they are not forgotten.
                Event::Pass(pass) if time + pass < 10 * RULES.window => {
                    time += pass;
                    event
                }
                Event::Pass(_) | Event::Force(..) | Event::Reset(_) | Event::Leave(_) | Event::Die(_) => continue,
                event => event,
            };
            fleet.run(&[event]);
            prop_assert_eq!(fleet.look().phase, Phase::Closed);
        }
        let phases: Vec<Phase> = (0..2).map(|process| fleet.trip(process)).collect();
        prop_assert_eq!(phases[1], Phase::Open);
    }
}
