//! The advised breaker with one setting changed, where that makes a difference.

use std::time::Duration;

use reattempt::CircuitBreaker;

use crate::model::client::{Client, Failure};
use crate::model::net::Net;
use crate::ours::{Breaking, OPEN_FOR, advised_breaker};

/// It does not count slow calls.
pub(crate) struct NotSlow(Breaking);

impl Client for NotSlow {
    fn new(net: Net) -> NotSlow {
        let breaker = CircuitBreaker::new()
            .failure_rate(0.5)
            .consecutive_failures(10)
            .any_of()
            .window_time(Duration::from_secs(2))
            .minimum_calls(10)
            .open_for(OPEN_FOR)
            .trials(5);
        NotSlow(Breaking::with(net, breaker))
    }

    async fn call(&self) -> Result<(), Failure> {
        self.0.call().await
    }
}

/// It stays open for longer after each failed trial.
pub(crate) struct Doubling(Breaking);

impl Client for Doubling {
    fn new(net: Net) -> Doubling {
        Doubling(Breaking::with(net, advised_breaker().open_for_max(Duration::from_secs(4))))
    }

    async fn call(&self) -> Result<(), Failure> {
        self.0.call().await
    }
}

/// It opens and closes after fewer calls, for a process that makes few.
pub(crate) struct FewCalls(Breaking);

impl Client for FewCalls {
    fn new(net: Net) -> FewCalls {
        FewCalls(Breaking::with(net, advised_breaker().consecutive_failures(5).trials(1)))
    }

    async fn call(&self) -> Result<(), Failure> {
        self.0.call().await
    }
}
