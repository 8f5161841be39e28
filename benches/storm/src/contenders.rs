//! All clients.

mod aws;
mod backon;
mod by_hand;
mod reqwest_retry;
mod tokio_retry2;
mod tower;

use crate::model::run::{Run, run};
use crate::model::scenario::Scenario;
use crate::model::scenarios::{BAD_HOST, BROWNOUT, BROWNOUT_SMALL_PROCESSES, OVERLOAD_LONG_QUEUE};
use crate::ours;
use crate::ours_hedged;

/// One kind of client.
#[derive(Clone, Copy)]
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
}

pub(crate) const NO_RETRY: Contender = Contender { name: "no retry", run: run::<by_hand::NoRetry> };
pub(crate) const ADVISED: Contender = Contender { name: "ours: budget, breaker", run: run::<ours::Breaking> };

/// Each at its documented best, with the same number of attempts, base delay and timeout. Their names do not begin with
/// those of ours.
const PEERS: &[Contender] = &[
    NO_RETRY,
    Contender { name: "loop by hand", run: run::<by_hand::ByHand> },
    Contender { name: "`backon`", run: run::<backon::Backon> },
    Contender { name: "`tokio-retry2`", run: run::<tokio_retry2::TokioRetry2> },
    Contender { name: "`reqwest-retry`", run: run::<reqwest_retry::ReqwestRetry> },
    Contender { name: "`tower`, default budget", run: run::<tower::Tower> },
    Contender { name: "`tower`, strict budget", run: run::<tower::TowerStrict> },
    Contender { name: "AWS SDK, standard", run: run::<aws::Standard> },
    Contender { name: "AWS SDK, adaptive", run: run::<aws::Adaptive> },
];

const OURS: &[Contender] = &[
    Contender { name: "ours: no argument", run: run::<ours::Plain> },
    Contender { name: "ours: default budget", run: run::<ours::DefaultBudget> },
    Contender { name: "ours: budget", run: run::<ours::Budget> },
    Contender { name: "ours: budget, default throttle", run: run::<ours::DefaultThrottle> },
    Contender { name: "ours: budget, throttle", run: run::<ours::Throttling> },
    Contender { name: "ours: budget, default breaker", run: run::<ours::DefaultBreaker> },
    ADVISED,
    Contender { name: "ours: budget, breaker, throttle", run: run::<ours::All> },
    Contender { name: "ours: budget, breaker, hedge", run: run::<ours_hedged::All> },
];

/// Clients of one scenario, by its name.
const OTHERS: &[(&str, Contender)] = &[
    (BROWNOUT.name, NOT_SLOW),
    (BROWNOUT.name, Contender { name: "ours: breaker, `open_for_max`", run: run::<ours::Doubling> }),
    (
        BROWNOUT_SMALL_PROCESSES.name,
        Contender { name: "ours: breaker for few calls", run: run::<ours::FewCalls> },
    ),
    (OVERLOAD_LONG_QUEUE.name, NOT_SLOW),
    (BAD_HOST.name, Contender { name: "ours: budget, breaker by host", run: run::<ours::BreakerByHost> }),
];
const NOT_SLOW: Contender = Contender { name: "ours: breaker, no `slow_call`", run: run::<ours::NotSlow> };

/// Returns the clients of a scenario in which calls fail.
pub(crate) fn of(scenario: &Scenario) -> Vec<Contender> {
    let others = OTHERS.iter().filter(|(name, _)| *name == scenario.name).map(|(_, client)| *client);
    PEERS.iter().chain(OURS).copied().chain(others).collect()
}

/// The clients of a scenario in which answers are slow. The peers among them are like `no retry`: none of them hedges.
pub(crate) const SLOW: [Contender; 4] = [
    Contender { name: "no hedge", run: run::<ours::Budget> },
    Contender { name: "hedge by default", run: run::<ours_hedged::Hedged> },
    Contender { name: "after 60 ms, at most 5 %", run: run::<ours_hedged::Fixed> },
    Contender { name: "p85, at most 20 %, 2 copies", run: run::<ours_hedged::More> },
];
