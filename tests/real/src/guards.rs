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
    /// Makes them for the server of this name, so strict that each of them has something to do in each fault.
    #[must_use]
    pub fn new(name: &'static str) -> Guards {
        let breaker = CircuitBreaker::new().name(name).consecutive_failures(5);
        let budget = RetryBudget::new().name(name).ratio(0.1).reserve_per_second(1);
        let throttle = Throttle::new().name(name).k(1.2).window(Duration::from_secs(2));
        Guards {
            breaker: Arc::new(breaker.open_for(Duration::from_millis(500))),
            budget: Arc::new(budget),
            throttle: throttle.minimum_requests(5),
            hedge: Hedge::after(Duration::from_millis(30)).extra_load(0.5),
        }
    }
}
