//! Ours with `hedge`, which needs the feature of that name.

use std::time::Duration;

use reattempt::{CircuitBreaker, Hedge, RetryBudget, retry};

use crate::model::client::{Client, Failure};
use crate::model::net::Net;
use crate::ours::{advised_breaker, advised_budget};

/// The hedge by default: a copy after the 95th percentile, for one call in twenty.
pub(crate) struct Hedged(Hedging);

impl Client for Hedged {
    fn new(net: Net) -> Hedged {
        Hedged(Hedging::new(net, Hedge::new()))
    }

    async fn call(&self) -> Result<(), Failure> {
        self.0.call().await
    }
}

/// A copy after 60 ms, for one call in twenty.
pub(crate) struct Fixed(Hedging);

impl Client for Fixed {
    fn new(net: Net) -> Fixed {
        Fixed(Hedging::new(net, Hedge::after(Duration::from_millis(60))))
    }

    async fn call(&self) -> Result<(), Failure> {
        self.0.call().await
    }
}

/// Two copies, the first after the 85th percentile, for one call in five.
pub(crate) struct More(Hedging);

impl Client for More {
    fn new(net: Net) -> More {
        More(Hedging::new(net, Hedge::new().quantile(0.85).extra_load(0.2).copies(2)))
    }

    async fn call(&self) -> Result<(), Failure> {
        self.0.call().await
    }
}

struct Hedging {
    net: Net,
    budget: RetryBudget,
    hedge: Hedge,
}

impl Hedging {
    fn new(net: Net, hedge: Hedge) -> Hedging {
        Hedging { net, budget: advised_budget(), hedge }
    }

    #[retry(max = 3, base = "100ms", attempt_timeout = "500ms", budget = self.budget, hedge = self.hedge)]
    async fn call(&self) -> Result<(), Failure> {
        self.net.request().await
    }
}

/// A hedge by default beside a breaker and a budget.
pub(crate) struct All {
    net: Net,
    budget: RetryBudget,
    breaker: CircuitBreaker,
    hedge: Hedge,
}

impl Client for All {
    fn new(net: Net) -> All {
        All { net, budget: advised_budget(), breaker: advised_breaker(), hedge: Hedge::new() }
    }

    #[retry(
        max = 3,
        base = "100ms",
        attempt_timeout = "500ms",
        budget = self.budget,
        breaker = self.breaker,
        hedge = self.hedge
    )]
    async fn call(&self) -> Result<(), Failure> {
        self.net.request().await
    }
}
