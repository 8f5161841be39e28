//! Everybody.

mod aws;
mod backon;
mod by_hand;
mod reqwest_retry;
mod tokio_retry2;
mod tower;

use crate::model::run::{Run, run};
use crate::ours;

/// One kind of client.
#[derive(Clone, Copy)]
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
}

pub(crate) const ALL: &[Contender] = &[
    Contender { name: "no retry", run: run::<by_hand::NoRetry> },
    Contender { name: "loop by hand", run: run::<by_hand::ByHand> },
    Contender { name: "backon", run: run::<backon::Backon> },
    Contender { name: "tokio-retry2", run: run::<tokio_retry2::TokioRetry2> },
    Contender { name: "reqwest-retry", run: run::<reqwest_retry::ReqwestRetry> },
    Contender { name: "tower, budget", run: run::<tower::Tower> },
    Contender { name: "tower, strict", run: run::<tower::TowerStrict> },
    Contender { name: "AWS standard", run: run::<aws::Standard> },
    Contender { name: "AWS adaptive", run: run::<aws::Adaptive> },
    Contender { name: "ours, plain", run: run::<ours::Plain> },
    Contender { name: "ours, budget", run: run::<ours::Budget> },
    Contender { name: "ours, breaker + budget", run: run::<ours::Breaker> },
];
