//! `tokio-retry2`: exponential, with a jitter of half the delay either way, as its own `jitter` has it. That one cannot be
//! seeded.

use tokio_retry2::strategy::ExponentialFactorBackoff;
use tokio_retry2::{Retry, RetryError};

use crate::model::client::{ATTEMPTS, BASE, Client, Failure, LONGEST, Network, limited};
use crate::model::net::Net;

pub(crate) struct TokioRetry2(Net);

impl Client for TokioRetry2 {
    fn new(net: Net) -> TokioRetry2 {
        TokioRetry2(net)
    }

    fn seed(seed: u64) {
        fastrand::seed(seed);
    }

    async fn call(&self) -> Result<(), Failure> {
        let backoff = ExponentialFactorBackoff::from_millis(BASE.as_millis() as u64, 2.0)
            .max_delay_millis(LONGEST.as_millis() as u64)
            .map(|delay| delay.mul_f64(fastrand::f64() + 0.5))
            .take(ATTEMPTS as usize - 1);
        Retry::spawn(backoff, || async { limited(self.0.request()).await.map_err(RetryError::transient) })
            .await
    }
}
