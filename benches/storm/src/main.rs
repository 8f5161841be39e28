//! What clients make of an overloaded server: `reattempt` beside its peers.

mod contenders;
mod model;
mod ours;

use model::figures::Figures;
use model::scenario::{Scenario, Trouble};
use model::service::Slow;

const BASE: Scenario = Scenario {
    name: "healthy",
    hosts: 1,
    slots: 10,
    queue: 1000,
    calls: 350.0,
    trouble: Trouble::None,
    trouble_starts: 30,
    trouble_ends: 40,
    length: 90,
    slow: Slow::None,
};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let seeds: u64 = arguments.first().and_then(|n| n.parse().ok()).unwrap_or(1);
    let scenarios = [
        BASE,
        Scenario { name: "brownout", trouble: Trouble::Brownout(5.0), ..BASE },
        Scenario { name: "crash", trouble: Trouble::Crash { warm_up: 10 }, ..BASE },
        Scenario { name: "overload", trouble: Trouble::Overload(2.0 / 0.7), trouble_ends: 90, length: 140, ..BASE },
        Scenario { name: "overload short", queue: 100, trouble: Trouble::Overload(2.0 / 0.7), trouble_ends: 90, length: 140, ..BASE },
    ];
    for scenario in scenarios {
        println!("{}", scenario.name);
        for c in contenders::ALL {
            for seed in 1..=seeds {
                let t = std::time::Instant::now();
                let r = (c.run)(scenario, seed);
                let f = Figures::of(&r, &scenario);
                println!("{:<24} during {:.3} cap {:.3} after {:.3} refused {:.3} sent {:.2} {:.2} {:.2} rec {:?} p50 {:.3} p99 {:.3}  {:?}", c.name, f.answered_during, f.of_capacity, f.answered_after, f.refused, f.sent_during, f.sent, f.sent_per_call, f.recovery, f.p50, f.p99, t.elapsed());
            }
        }
    }
}
