//! Any hedged call does what a model does that is written as simply as can be: the same tries start and end at the same
//! times, with the same result, and no try, timer, permit or token is left behind.
//!
//! `SEED=7` draws another million of cases. A failure names its case, which `CASE=…` runs alone.

mod case;
mod forms;
mod model;
mod world;

use std::collections::BTreeMap;
use std::{env, thread};

use case::Case;
use forms::FORMS;
use world::{Ended, Event, Log, World};

const CASES: u64 = 1_000_000;

/// Runs one case, and compares everything that can be seen of it. Returns its kind.
fn check(number: u64) -> (usize, Kind) {
    let case = Case::draw(number, FORMS);
    let expected = model::run(&case);
    let (world, shared) = (World::new(&case), case.shared());
    let ended = world.drive(&shared, (case.form.call)(&world, &shared));
    let seen = (ended, world.log(), shared.balances(), shared.probe());
    assert_eq!(seen, expected, "CASE={number}: {case:?}");
    assert_eq!(world.alive(), 0, "tries and timers are left; CASE={number}: {case:?}");
    (most_at_a_time(&seen.1), Kind::of(ended))
}

/// The kind of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Success,
    Failure,
    Panic,
    Drop,
}

impl Kind {
    fn of(ended: Ended) -> Kind {
        match ended {
            Ended::Returned((Ok(_), _)) => Kind::Success,
            Ended::Returned((Err(_), _)) => Kind::Failure,
            Ended::Panicked => Kind::Panic,
            Ended::Dropped => Kind::Drop,
        }
    }
}

/// Returns how many tries ran at the same time at most.
fn most_at_a_time(log: &Log) -> usize {
    let (mut running, mut most) = (0_usize, 0);
    for (_, event) in log {
        match event {
            Event::Starts(_) => running += 1,
            Event::Ends(_) | Event::Dropped(_) => running -= 1,
            Event::Timer(_) | Event::Hook(_) => {}
        }
        most = most.max(running);
    }
    assert_eq!(running, 0, "these tries run on: {log:?}");
    most
}

#[test]
fn a_hedged_call_does_what_the_model_does() {
    if let Ok(only) = env::var("CASE") {
        check(only.parse().expect("`CASE` is a number"));
        return;
    }
    let seed: u64 = env::var("SEED").map_or(1, |seed| seed.parse().expect("`SEED` is a number"));
    let run = |thread| {
        let mut kinds = BTreeMap::new();
        (0..CASES / 2).for_each(|n| *kinds.entry(check(seed << 40 | n << 1 | thread)).or_insert(0) += 1);
        kinds
    };
    let kinds = thread::scope(|scope| {
        let threads = [0, 1].map(|thread| scope.spawn(move || run(thread)));
        threads.map(|thread| thread.join().expect("all cases agree"))
    });
    for tries in 1..=4 {
        for kind in [Kind::Success, Kind::Failure, Kind::Panic, Kind::Drop] {
            let cases: u32 = kinds.iter().filter_map(|kinds| kinds.get(&(tries, kind))).sum();
            println!("up to {tries} tries at a time, {kind:?}: {cases} cases");
            assert!(cases > 500, "{cases} cases are too few to show anything");
        }
    }
}
