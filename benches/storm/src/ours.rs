//! Ours: what each argument adds.

use std::time::Duration;

use reattempt::{AttemptTimeout, CircuitBreaker, CircuitOpen, RetryBudget, retry};

use crate::model::client::{Client, Failure};
use crate::model::net::Net;

impl From<AttemptTimeout> for Failure {
    fn from(_: AttemptTimeout) -> Failure {
        Failure::TimedOut
    }
}

impl From<CircuitOpen> for Failure {
    fn from(_: CircuitOpen) -> Failure {
        Failure::Refused
    }
}

/// Nothing but the number of attempts, the base delay and the timeout, which all clients have.
pub(crate) struct Plain {
    net: Net,
}

impl Client for Plain {
    fn new(net: Net) -> Plain {
        Plain { net }
    }

    #[retry(max = 3, base = "100ms", attempt_timeout = "500ms")]
    async fn call(&self) -> Result<(), Failure> {
        self.net.request().await
    }
}

/// The budget by default.
pub(crate) struct Budget {
    net: Net,
    budget: RetryBudget,
}

impl Client for Budget {
    fn new(net: Net) -> Budget {
        Budget { net, budget: RetryBudget::new() }
    }

    #[retry(max = 3, base = "100ms", attempt_timeout = "500ms", budget = self.budget)]
    async fn call(&self) -> Result<(), Failure> {
        self.net.request().await
    }
}

/// A breaker and a budget.
pub(crate) struct Breaker {
    net: Net,
    budget: RetryBudget,
    breaker: CircuitBreaker,
}

impl Client for Breaker {
    fn new(net: Net) -> Breaker {
        Breaker {
            net,
            budget: RetryBudget::new().ratio(0.1).reserve_per_second(1),
            breaker: CircuitBreaker::new()
                .failure_rate(0.5)
                .window_time(Duration::from_secs(2))
                .open_for(Duration::from_secs(2))
                .trials(5),
        }
    }

    #[retry(
        max = 3,
        base = "100ms",
        attempt_timeout = "500ms",
        budget = self.budget,
        breaker = self.breaker
    )]
    async fn call(&self) -> Result<(), Failure> {
        self.net.request().await
    }
}
