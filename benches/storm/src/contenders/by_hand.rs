//! No retry, and the loop that people write.

use crate::model::client::{ATTEMPTS, BASE, Client, Failure, LONGEST, Network, limited};
use crate::model::net::Net;

pub(crate) struct NoRetry(Net);

impl Client for NoRetry {
    fn new(net: Net) -> NoRetry {
        NoRetry(net)
    }

    async fn call(&self) -> Result<(), Failure> {
        limited(self.0.request()).await
    }
}

/// Exponential, with full jitter.
pub(crate) struct ByHand(Net);

impl Client for ByHand {
    fn new(net: Net) -> ByHand {
        ByHand(net)
    }

    fn seed(seed: u64) {
        fastrand::seed(seed);
    }

    async fn call(&self) -> Result<(), Failure> {
        let mut attempt = 1;
        loop {
            match limited(self.0.request()).await {
                Err(_) if attempt < ATTEMPTS => {
                    let longest = BASE.saturating_mul(1 << (attempt - 1)).min(LONGEST);
                    tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
                    attempt += 1;
                }
                end => return end,
            }
        }
    }
}
