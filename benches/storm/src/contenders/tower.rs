//! `tower::retry` with its budget: the default one, and one without its reserve.

use std::sync::Arc;
use std::time::Duration;

use tower::retry::backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use tower::retry::budget::{Budget, TpsBudget};
use tower::retry::{Policy, Retry};
use tower::util::rng::Rng;
use tower::{ServiceExt, service_fn};

use crate::model::client::{ATTEMPTS, BASE, Client, Failure, LONGEST, Network, limited};
use crate::model::net::Net;

/// The budget by default: a fifth of the calls, and 10 retries in a second.
pub(crate) struct Tower {
    net: Net,
    budget: Arc<TpsBudget>,
}

impl Client for Tower {
    fn new(net: Net) -> Tower {
        Tower { net, budget: Arc::new(TpsBudget::default()) }
    }

    fn seed(seed: u64) {
        fastrand::seed(seed);
    }

    async fn call(&self) -> Result<(), Failure> {
        call(&self.net, &self.budget).await
    }
}

/// The budget at its strictest: a tenth of the calls, and one retry in a second.
pub(crate) struct TowerStrict {
    net: Net,
    budget: Arc<TpsBudget>,
}

impl Client for TowerStrict {
    fn new(net: Net) -> TowerStrict {
        TowerStrict { net, budget: Arc::new(TpsBudget::new(Duration::from_secs(10), 1, 0.1)) }
    }

    fn seed(seed: u64) {
        fastrand::seed(seed);
    }

    async fn call(&self) -> Result<(), Failure> {
        call(&self.net, &self.budget).await
    }
}

async fn call(net: &Net, budget: &Arc<TpsBudget>) -> Result<(), Failure> {
    let mut maker =
        ExponentialBackoffMaker::new(BASE, LONGEST, 0.99, Draws).expect("the values are in range");
    let attempts = Attempts { left: ATTEMPTS - 1, backoff: maker.make_backoff(), budget: budget.clone() };
    Retry::new(attempts, service_fn(|()| limited(net.request()))).oneshot(()).await
}

/// The generator of this thread.
#[derive(Clone, Copy, Debug)]
struct Draws;

impl Rng for Draws {
    fn next_u64(&mut self) -> u64 {
        fastrand::u64(..)
    }
}

/// The policy that its documentation shows.
#[derive(Clone)]
struct Attempts {
    left: u32,
    backoff: ExponentialBackoff<Draws>,
    budget: Arc<TpsBudget>,
}

impl Policy<(), (), Failure> for Attempts {
    type Future = tokio::time::Sleep;

    fn retry(&mut self, (): &mut (), answer: &mut Result<(), Failure>) -> Option<tokio::time::Sleep> {
        if answer.is_ok() {
            self.budget.deposit();
            return None;
        }
        self.left = self.left.checked_sub(1)?;
        self.budget.withdraw().then(|| self.backoff.next_backoff())
    }

    fn clone_request(&mut self, (): &()) -> Option<()> {
        Some(())
    }
}
