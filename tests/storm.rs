//! The storm of `benches/storm`: its page shows what the command prints, and ours recover.

#[path = "../benches/storm/src"]
#[expect(dead_code, reason = "the command measures more")]
mod storm {
    pub(crate) mod model;
    pub(crate) mod one_run;
    pub(crate) mod ours;
}

use storm::model::figures::Figures;
use storm::model::run::{Run, run};
use storm::model::scenario::{Scenario, Trouble};
use storm::one_run;
use storm::ours::{All, Breaking, OPEN_FOR, Throttling};

const SEEDS: std::ops::RangeInclusive<u64> = 1..=3;

#[test]
fn the_page_shows_the_run_that_the_command_prints() {
    let page = include_str!("../docs/book/src/storm.md");
    let table = one_run::table();
    assert!(page.contains(&table), "docs/book/src/storm.md has another table than this:\n{table}");
}

#[test]
fn a_breaker_recovers_within_its_open_time_and_two_seconds() {
    for seed in SEEDS {
        let record = run::<Breaking>(one_run::SCENARIO, seed);
        let recovery = Figures::of(&record, &one_run::SCENARIO).recovery.expect("it recovers");
        assert!(recovery <= OPEN_FOR.as_secs_f64() + 2.0, "seed {seed}: {recovery} s");
    }
}

#[test]
fn nothing_is_refused_while_the_server_is_well() {
    let scenario = Scenario { trouble: Trouble::None, length: 20, ..one_run::SCENARIO };
    let clients: [Run; 3] = [run::<Throttling>, run::<Breaking>, run::<All>];
    for client in clients {
        let figures = Figures::of(&client(scenario, 1), &scenario);
        assert_eq!((figures.refused, figures.sent_per_call), (0.0, 1.0));
    }
}
