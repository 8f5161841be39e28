//! All clients.

mod aws;
mod backon;
mod by_hand;
mod reqwest_retry;
mod tokio_retry2;
mod tower;

use crate::model::run::{Run, run};
use crate::model::scenario::{Scenario, Trouble};
use crate::model::scenarios::HEALTHY;
use crate::ours;
use crate::table::{self, Column};

/// One kind of client.
#[derive(Clone, Copy)]
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
}

pub(crate) const NO_RETRY: Contender = Contender { name: "no retry", run: run::<by_hand::NoRetry> };

/// Each at its documented best, with the same number of attempts, base delay and timeout.
const ALL: &[Contender] = &[
    NO_RETRY,
    Contender { name: "loop by hand", run: run::<by_hand::ByHand> },
    Contender { name: "`backon`", run: run::<backon::Backon> },
    Contender { name: "`tokio-retry2`", run: run::<tokio_retry2::TokioRetry2> },
    Contender { name: "`reqwest-retry`", run: run::<reqwest_retry::ReqwestRetry> },
    Contender { name: "`tower`, its budget", run: run::<tower::Tower> },
    Contender { name: "`tower`, a strict budget", run: run::<tower::TowerStrict> },
    Contender { name: "AWS SDK, standard", run: run::<aws::Standard> },
    Contender { name: "AWS SDK, adaptive", run: run::<aws::Adaptive> },
    Contender { name: "ours, no argument", run: run::<ours::Plain> },
    Contender { name: "ours, `budget`", run: run::<ours::Budget> },
    Contender { name: "ours, `breaker`, `budget`", run: run::<ours::Breaker> },
];

/// Clients that choose the host themselves.
const BY_HOST: &[Contender] =
    &[Contender { name: "ours, `breaker` for each host, `budget`", run: run::<ours::BreakerByHost> }];

/// Those for whom slow answers make a difference.
const SLOW: &[Contender] = &[
    NO_RETRY,
    Contender { name: "loop by hand", run: run::<by_hand::ByHand> },
    Contender { name: "ours, no argument", run: run::<ours::Plain> },
];

/// Returns the clients that are measured in a scenario, and the columns of its table.
pub(crate) fn of(scenario: &Scenario) -> (Vec<Contender>, &'static [Column]) {
    let is_slow = scenario.slow != HEALTHY.slow || matches!(scenario.trouble, Trouble::FirstHostLate(_));
    if is_slow {
        return (SLOW.to_vec(), table::SLOW);
    }
    let columns = if scenario.trouble == Trouble::None { table::SLOW } else { table::TROUBLE };
    let by_host = if scenario.hosts > 1 { BY_HOST } else { &[] };
    ([ALL, by_host].concat(), columns)
}
