//! Ours: what each argument adds.

use std::time::Duration;

use reattempt::{AttemptTimeout, CircuitBreaker, CircuitOpen, RetryBudget, Throttle, Throttled, retry};

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

impl From<Throttled> for Failure {
    fn from(_: Throttled) -> Failure {
        Failure::Refused
    }
}

/// How long the advised breaker stays open.
pub(crate) const OPEN_FOR: Duration = Duration::from_secs(1);

/// The advised budget.
pub(crate) fn advised_budget() -> RetryBudget {
    RetryBudget::new().ratio(0.2).reserve_per_second(0).earn_on_success()
}

/// The advised breaker. An answer is slow after three fifths of the time that an attempt has.
pub(crate) fn advised_breaker() -> CircuitBreaker {
    CircuitBreaker::new()
        .failure_rate(0.5)
        .consecutive_failures(10)
        .any_of()
        .slow_call(Duration::from_millis(300))
        .slow_call_rate(0.3)
        .window_time(Duration::from_secs(2))
        .minimum_calls(10)
        .open_for(OPEN_FOR)
        .trials(5)
}

/// The advised throttle.
pub(crate) fn advised_throttle() -> Throttle {
    Throttle::new().k(1.4).window(Duration::from_secs(2))
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
pub(crate) struct DefaultBudget {
    net: Net,
    budget: RetryBudget,
}

impl Client for DefaultBudget {
    fn new(net: Net) -> DefaultBudget {
        DefaultBudget { net, budget: RetryBudget::new() }
    }

    #[retry(max = 3, base = "100ms", attempt_timeout = "500ms", budget = self.budget)]
    async fn call(&self) -> Result<(), Failure> {
        self.net.request().await
    }
}

/// The advised budget.
pub(crate) struct Budget {
    net: Net,
    budget: RetryBudget,
}

impl Client for Budget {
    fn new(net: Net) -> Budget {
        Budget { net, budget: advised_budget() }
    }

    #[retry(max = 3, base = "100ms", attempt_timeout = "500ms", budget = self.budget)]
    async fn call(&self) -> Result<(), Failure> {
        self.net.request().await
    }
}

/// The breaker by default, and a budget.
pub(crate) struct DefaultBreaker {
    net: Net,
    budget: RetryBudget,
    breaker: CircuitBreaker,
}

impl Client for DefaultBreaker {
    fn new(net: Net) -> DefaultBreaker {
        DefaultBreaker { net, budget: advised_budget(), breaker: CircuitBreaker::new() }
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

/// A breaker and a budget.
pub(crate) struct Breaking {
    net: Net,
    budget: RetryBudget,
    breaker: CircuitBreaker,
}

impl Breaking {
    pub(crate) fn with(net: Net, breaker: CircuitBreaker) -> Breaking {
        Breaking { net, budget: advised_budget(), breaker }
    }
}

impl Client for Breaking {
    fn new(net: Net) -> Breaking {
        Breaking::with(net, advised_breaker())
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

/// The throttle by default, and a budget.
pub(crate) struct DefaultThrottle {
    net: Net,
    budget: RetryBudget,
    throttle: Throttle,
}

impl Client for DefaultThrottle {
    fn new(net: Net) -> DefaultThrottle {
        DefaultThrottle { net, budget: advised_budget(), throttle: Throttle::new() }
    }

    #[retry(
        max = 3,
        base = "100ms",
        attempt_timeout = "500ms",
        budget = self.budget,
        throttle = self.throttle
    )]
    async fn call(&self) -> Result<(), Failure> {
        self.net.request().await
    }
}

/// A throttle and a budget.
pub(crate) struct Throttling {
    net: Net,
    budget: RetryBudget,
    throttle: Throttle,
}

impl Client for Throttling {
    fn new(net: Net) -> Throttling {
        Throttling { net, budget: advised_budget(), throttle: advised_throttle() }
    }

    #[retry(
        max = 3,
        base = "100ms",
        attempt_timeout = "500ms",
        budget = self.budget,
        throttle = self.throttle
    )]
    async fn call(&self) -> Result<(), Failure> {
        self.net.request().await
    }
}

/// A breaker, a throttle and a budget.
pub(crate) struct All {
    net: Net,
    budget: RetryBudget,
    breaker: CircuitBreaker,
    throttle: Throttle,
}

impl Client for All {
    fn new(net: Net) -> All {
        All { net, budget: advised_budget(), breaker: advised_breaker(), throttle: advised_throttle() }
    }

    #[retry(
        max = 3,
        base = "100ms",
        attempt_timeout = "500ms",
        budget = self.budget,
        breaker = self.breaker,
        throttle = self.throttle
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
        BreakerByHost { net, budget: advised_budget(), breakers }
    }

    #[retry(max = 3, base = "100ms", budget = self.budget)]
    async fn call(&self) -> Result<(), Failure> {
        let mut hosts = self.net.hosts_in_any_order();
        let host = hosts.find(|&host| self.breakers[host].retry_in().is_zero()).ok_or(Failure::Refused)?;
        // The limit is inside the breaker's call, so that the breaker counts timeouts.
        self.breakers[host].call_async(async || limited(self.net.request_to(host)).await).await
    }
}
