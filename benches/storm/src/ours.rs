//! Ours: what each argument adds.

use std::time::Duration;

use reattempt::{AttemptTimeout, CircuitBreaker, CircuitOpen, RetryBudget, retry};

use super::model::client::{Client, Failure, limited};
use super::model::net::Net;

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

/// The advised budget.
fn budget() -> RetryBudget {
    RetryBudget::new().ratio(0.1).reserve_per_second(1)
}

/// The advised breaker.
fn breaker() -> CircuitBreaker {
    CircuitBreaker::new()
        .failure_rate(0.5)
        .window_time(Duration::from_secs(2))
        .open_for(Duration::from_secs(2))
        .trials(5)
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
        Breaker { net, budget: budget(), breaker: breaker() }
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

/// A breaker for each host, which the call chooses itself: one whose circuit lets it through.
pub(crate) struct BreakerByHost {
    net: Net,
    budget: RetryBudget,
    breakers: Vec<CircuitBreaker>,
}

impl Client for BreakerByHost {
    fn new(net: Net) -> BreakerByHost {
        // A host gets four calls a second from one process, which are too few for a rate.
        let breaker = |_| CircuitBreaker::new().open_for(Duration::from_secs(2));
        let breakers = (0..net.hosts()).map(breaker).collect();
        BreakerByHost { net, budget: budget(), breakers }
    }

    #[retry(max = 3, base = "100ms", budget = self.budget)]
    async fn call(&self) -> Result<(), Failure> {
        let mut hosts = self.net.hosts_in_any_order();
        let host = hosts.find(|&host| self.breakers[host].retry_in().is_zero()).ok_or(Failure::Refused)?;
        // The limit is inside the breaker's call, so that the breaker counts timeouts.
        self.breakers[host].call_async(async || limited(self.net.request_to(host)).await).await
    }
}
