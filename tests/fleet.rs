//! The fleet simulator of `examples/fleet` comes out where the published one does.

#[path = "../examples/fleet/model.rs"]
#[expect(dead_code, reason = "the example asks for more")]
mod model;

use model::{KINDS, Kind, Point, run};

/// As many as in the published figures; a debug build takes a second or two for all of them.
const TRIALS: u32 = 100;

fn kind(name: &str) -> Kind {
    *KINDS.iter().find(|kind| kind.name == name).expect("it is one of the kinds")
}

/// Asserts that `measure` grows from each kind to the next, by more than three standard errors.
#[track_caller]
fn assert_ascending(names: [&str; 5], measure: fn(&Point) -> model::Estimate) {
    let estimates = names.map(|name| (name, measure(&Point::measure(kind(name), 100, TRIALS, 1))));
    for pair in estimates.windows(2) {
        let [(_, less), (_, more)] = pair else { unreachable!("windows of two") };
        assert!(more.mean - less.mean > 3.0 * less.error.hypot(more.error), "{pair:?}");
    }
}

#[test]
fn a_hundred_clients_call_least_with_full_jitter() {
    assert_ascending(["full", "equal", "decorrelated", "exponential", "none"], |point| point.calls);
}

#[test]
fn a_hundred_clients_end_soonest_without_backoff_and_next_with_jitter() {
    assert_ascending(["none", "decorrelated", "full", "equal", "exponential"], |point| point.time);
}

#[test]
fn every_client_writes_once_whatever_the_kind() {
    for kind in KINDS {
        let report = run(30, kind.policy, 7);
        assert_eq!(report.done, 30, "{}", kind.name);
        assert!(report.calls >= 30);
        assert!(report.completed > report.now);
    }
}

#[test]
fn a_lone_client_needs_one_attempt_of_four_messages() {
    let report = run(1, kind("full").policy, 7);
    assert_eq!((report.done, report.calls, report.events), (1, 1, 2));
    let millis = report.completed.as_secs_f64() * 1e3;
    assert!((20.0..60.0).contains(&millis), "{millis}");
}

#[test]
fn a_seed_repeats_a_run_and_another_does_not() {
    let full = kind("full").policy;
    assert_eq!(run(50, full, 7), run(50, full, 7));
    assert_ne!(run(50, full, 7), run(50, full, 8));
}
