//! Two clients, which differ in two arguments.

use std::collections::HashMap;
use std::time::Duration;

use reattempt::{AttemptTimeout, CircuitBreaker, CircuitOpen, Policy, RetryBudget, retry};

use super::scenario::Servers;
use super::server::{Overloaded, Server};
use super::time;

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum Failure {
    Overloaded,
    TimedOut,
    /// The breaker has let no attempt through.
    Rejected,
}

impl From<Overloaded> for Failure {
    fn from(_: Overloaded) -> Self {
        Failure::Overloaded
    }
}

impl From<AttemptTimeout> for Failure {
    fn from(_: AttemptTimeout) -> Self {
        Failure::TimedOut
    }
}

impl From<CircuitOpen> for Failure {
    fn from(_: CircuitOpen) -> Self {
        Failure::Rejected
    }
}

/// A client of several hosts.
pub(crate) trait Call: 'static {
    /// One call, retried as the client sees fit.
    fn call(&self, host: &str) -> impl Future<Output = Result<(), Failure>>;
}

/// Retries as long as a call may, whatever becomes of the others.
pub(crate) struct Plain {
    servers: HashMap<&'static str, Server>,
    policy: Policy,
}

impl Plain {
    pub(crate) fn new(servers: Servers, policy: Policy) -> Plain {
        Plain { servers: HashMap::from(servers), policy }
    }
}

impl Call for Plain {
    #[retry(policy = self.policy, attempt_timeout = "500ms", attempt = attempt)]
    async fn call(&self, host: &str) -> Result<(), Failure> {
        Ok(self.servers[host].request(attempt).await?)
    }
}

/// Holds its calls to a budget, and those to a host to the host's breaker.
pub(crate) struct Careful {
    servers: HashMap<&'static str, Server>,
    breakers: HashMap<&'static str, CircuitBreaker>,
    budget: RetryBudget,
    policy: Policy,
}

impl Careful {
    pub(crate) fn new(servers: Servers, policy: Policy) -> Careful {
        let breaker = |host| {
            CircuitBreaker::new()
                .name(host)
                .failure_rate(0.5)
                .window_time(Duration::from_secs(2))
                .open_for(Duration::from_secs(2))
                .trials(5)
                .clock(time::now)
        };
        Careful {
            breakers: servers.iter().map(|(host, _)| (*host, breaker(*host))).collect(),
            budget: RetryBudget::new().ratio(0.1).reserve_per_second(5).clock(time::now),
            servers: HashMap::from(servers),
            policy,
        }
    }
}

impl Call for Careful {
    #[retry(
        policy = self.policy,
        attempt_timeout = "500ms",
        attempt = attempt,
        budget = self.budget,
        breaker = self.breakers.get(host)
    )]
    async fn call(&self, host: &str) -> Result<(), Failure> {
        Ok(self.servers[host].request(attempt).await?)
    }
}
