//! `reqwest-retry`: its policy, driven as its middleware does, in virtual time. The middleware itself is in the real run.

use std::time::{Duration, SystemTime};

use retry_policies::policies::ExponentialBackoff;
use retry_policies::{Jitter, RetryDecision, RetryPolicy};

use crate::model::client::{ATTEMPTS, BASE, Client, Failure, LONGEST, Network, limited};
use crate::model::net::Net;

pub(crate) struct ReqwestRetry {
    net: Net,
    policy: ExponentialBackoff,
}

impl Client for ReqwestRetry {
    fn new(net: Net) -> ReqwestRetry {
        // Its own full jitter cannot be seeded.
        let policy = ExponentialBackoff::builder().retry_bounds(BASE, LONGEST).base(2).jitter(Jitter::None);
        ReqwestRetry { net, policy: policy.build_with_max_retries(ATTEMPTS - 1) }
    }

    fn seed(seed: u64) {
        fastrand::seed(seed);
    }

    async fn call(&self) -> Result<(), Failure> {
        let mut past_retries = 0;
        loop {
            let end = limited(self.net.request()).await;
            let Some(delay) = end.err().and_then(|_| self.delay(past_retries)) else { return end };
            tokio::time::sleep(delay.mul_f64(fastrand::f64())).await;
            past_retries += 1;
        }
    }
}

impl ReqwestRetry {
    /// The policy returns a time of day; its distance from now depends on how fast this runs, so it is rounded.
    #[expect(clippy::disallowed_methods, reason = "the policy is in times of day")]
    fn delay(&self, past_retries: u32) -> Option<Duration> {
        let now = SystemTime::now();
        match self.policy.should_retry(now, past_retries) {
            RetryDecision::Retry { execute_after } => {
                let delay = execute_after.duration_since(now).unwrap_or_default();
                Some(BASE * (delay.as_secs_f64() / BASE.as_secs_f64()).round() as u32)
            }
            RetryDecision::DoNotRetry => None,
        }
    }
}
