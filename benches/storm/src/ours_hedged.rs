//! Ours with `hedge`, which needs the feature of that name.

use std::time::Duration;

use reattempt::{CircuitBreaker, Hedge, RetryBudget, retry};

use crate::model::client::{Client, Failure, Network};
use crate::model::net::Net;
use crate::ours::{advised_breaker, advised_budget};

/// A client with a hedge and a budget, and a breaker unless it is `None`.
struct Hedging {
    net: Net,
    budget: RetryBudget,
    breaker: Option<CircuitBreaker>,
    hedge: Hedge,
}

impl Hedging {
    fn new(net: Net, hedge: Hedge) -> Hedging {
        Hedging { net, budget: advised_budget(), breaker: None, hedge }
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

clients! {
    Hedging:

    /// The hedge by default: a copy after the 95th percentile, for one call in twenty.
    Hedged = |net| Hedging::new(net, Hedge::new());
    /// A copy after 60 ms, for one call in twenty.
    Fixed = |net| Hedging::new(net, Hedge::after(Duration::from_millis(60)));
    /// Two copies, the first after the 85th percentile, for one call in five.
    More = |net| Hedging::new(net, Hedge::new().quantile(0.85).extra_load(0.2).copies(2));
    /// A hedge by default beside a breaker and a budget.
    All = |net| Hedging { breaker: Some(advised_breaker()), ..Hedging::new(net, Hedge::new()) };
}
