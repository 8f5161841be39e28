//! Ours: what each argument adds, and what the settings of the advised breaker do.

use std::time::Duration;

use reattempt::{AttemptTimeout, CircuitBreaker, CircuitOpen, RetryBudget, Throttle, Throttled, retry};

use super::model::client::{Client, Failure, Network, limited};
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
    breaker_by_failures().slow_call(Duration::from_millis(300)).slow_call_rate(0.3)
}

/// The advised breaker without its rule about slow calls.
fn breaker_by_failures() -> CircuitBreaker {
    CircuitBreaker::new()
        .failure_rate(0.5)
        .consecutive_failures(10)
        .any_of()
        .window_time(Duration::from_secs(2))
        .minimum_calls(10)
        .open_for(OPEN_FOR)
        .trials(5)
}

/// The advised throttle.
pub(crate) fn advised_throttle() -> Throttle {
    Throttle::new().k(1.4).window(Duration::from_secs(2))
}

/// A client with nothing but the number of attempts, the base delay and the timeout, which all clients have.
pub(crate) struct Bare<N>(pub(crate) N);

impl<N: Network> Bare<N> {
    #[retry(max = 3, base = "100ms", attempt_timeout = "500ms")]
    pub(crate) async fn call(&self) -> Result<(), Failure> {
        self.0.request().await
    }
}

/// A client with a budget, and with a breaker and a throttle unless they are `None`.
pub(crate) struct Guarded<N> {
    net: N,
    budget: RetryBudget,
    breaker: Option<CircuitBreaker>,
    throttle: Option<Throttle>,
}

impl<N: Network> Guarded<N> {
    /// A client with the advised budget.
    pub(crate) fn new(net: N) -> Guarded<N> {
        Guarded { net, budget: advised_budget(), breaker: None, throttle: None }
    }

    pub(crate) fn breaker(self, breaker: CircuitBreaker) -> Guarded<N> {
        Guarded { breaker: Some(breaker), ..self }
    }

    pub(crate) fn throttle(self, throttle: Throttle) -> Guarded<N> {
        Guarded { throttle: Some(throttle), ..self }
    }

    #[retry(
        max = 3,
        base = "100ms",
        attempt_timeout = "500ms",
        budget = self.budget,
        breaker = self.breaker,
        throttle = self.throttle
    )]
    pub(crate) async fn call(&self) -> Result<(), Failure> {
        self.net.request().await
    }
}

/// Defines the clients of the model, each made of another client.
macro_rules! clients {
    ($inner:ty: $($(#[$doc:meta])* $name:ident = |$net:ident| $client:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name($inner);

        impl Client for $name {
            fn new($net: Net) -> $name {
                $name($client)
            }

            async fn call(&self) -> Result<(), Failure> {
                self.0.call().await
            }
        }
    )*};
}

clients! {
    Bare<Net>:

    /// No argument.
    Plain = |net| Bare(net);
}

clients! {
    Guarded<Net>:

    /// The budget by default.
    DefaultBudget = |net| Guarded { budget: RetryBudget::new(), ..Guarded::new(net) };
    /// The advised budget.
    Budget = |net| Guarded::new(net);
    /// The breaker by default, and a budget.
    DefaultBreaker = |net| Guarded::new(net).breaker(CircuitBreaker::new());
    /// A breaker and a budget.
    Breaking = |net| Guarded::new(net).breaker(advised_breaker());
    /// The throttle by default, and a budget.
    DefaultThrottle = |net| Guarded::new(net).throttle(Throttle::new());
    /// A throttle and a budget.
    Throttling = |net| Guarded::new(net).throttle(advised_throttle());
    /// A breaker, a throttle and a budget.
    All = |net| Guarded::new(net).breaker(advised_breaker()).throttle(advised_throttle());

    /// The advised breaker, which stays open for longer after each failed trial.
    Doubling = |net| Guarded::new(net).breaker(advised_breaker().open_for_max(Duration::from_secs(4)));
    /// The advised breaker, which opens and closes after fewer calls, for a process that makes few.
    FewCalls = |net| Guarded::new(net).breaker(advised_breaker().consecutive_failures(5).trials(1));
    /// The advised breaker, which does not count slow calls.
    NotSlow = |net| Guarded::new(net).breaker(breaker_by_failures());
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
