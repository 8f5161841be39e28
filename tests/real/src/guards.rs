use std::{sync::Arc, time::Duration};

use reattempt::{CircuitBreaker, Hedge, RetryBudget, Throttle};

/// A breaker, a budget, a throttle and a hedge for the operations on one server, all with the name of that server.
#[derive(Debug)]
pub struct Guards {
    /// In an `Arc`, so that it can join a fleet.
    pub breaker: Arc<CircuitBreaker>,
    /// In an `Arc`, so that it can join a fleet.
    pub budget: Arc<RetryBudget>,
    /// Forgets soon, so that an operation succeeds soon after a fault.
    pub throttle: Throttle,
    /// Copies a slow attempt. It may do so for every other operation, so that copies are no exception.
    pub hedge: Hedge,
}

impl Guards {
    /// Makes them for the server of this name.
    #[must_use]
    pub fn new(name: &'static str) -> Guards {
        let breaker = CircuitBreaker::new().name(name).consecutive_failures(5);
        let budget = RetryBudget::new().name(name).ratio(0.5).reserve_per_second(10);
        Guards {
            breaker: Arc::new(breaker.open_for(Duration::from_millis(500))),
            budget: Arc::new(budget),
            throttle: Throttle::new().name(name).window(Duration::from_secs(5)),
            hedge: Hedge::after(Duration::from_millis(30)).extra_load(0.5),
        }
    }
}
