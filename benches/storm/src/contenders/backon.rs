//! `backon`: exponential, with its jitter, which adds up to the first delay.

use backon::{ExponentialBuilder, Retryable};

use crate::model::client::{ATTEMPTS, BASE, Client, Failure, LONGEST, Network, limited};
use crate::model::net::Net;

pub(crate) struct Backon(Net);

const BACKOFF: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(BASE)
    .with_max_delay(LONGEST)
    .with_max_times(ATTEMPTS as usize - 1)
    .with_jitter();

impl Client for Backon {
    fn new(net: Net) -> Backon {
        Backon(net)
    }

    fn seed(seed: u64) {
        fastrand::seed(seed);
    }

    async fn call(&self) -> Result<(), Failure> {
        (|| limited(self.0.request())).retry(BACKOFF).await
    }
}
