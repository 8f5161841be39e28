//! Real clients: `reqwest`, retried in several ways.

use std::pin::Pin;
use std::sync::Arc;

use backon::{ExponentialBuilder, Retryable};
use reqwest::Client;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use reqwest_retry::RetryTransientMiddleware;
use retry_policies::policies::ExponentialBackoff;

use crate::model::client::{ATTEMPTS, BASE, Failure, LONGEST, Network, TIMEOUT};
use crate::ours::{Bare, Guarded, advised_breaker, advised_throttle};

type Called<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// One process with calls to make.
pub(crate) trait RealClient: Send + Sync {
    fn call(&self) -> Called<'_>;
}

pub(crate) type Make = fn(&str) -> reqwest::Result<Arc<dyn RealClient>>;

pub(crate) fn all() -> Vec<(&'static str, Make)> {
    vec![
        ("no retry", |url| Ok(Arc::new(NoRetry(Http::new(url)?)))),
        ("loop by hand", |url| Ok(Arc::new(ByHand(Http::new(url)?)))),
        ("`backon`", |url| Ok(Arc::new(Backon(Http::new(url)?)))),
        ("`reqwest`, its own retries", |url| Ok(Arc::new(Own(Http::with_own_retries(url)?)))),
        ("`reqwest-retry`", |url| Ok(Arc::new(Middleware::new(url)?))),
        ("ours: no argument", |url| Ok(Arc::new(Bare(Http::new(url)?)))),
        ("ours: budget, throttle", |url| {
            Ok(Arc::new(Guarded::new(Http::new(url)?).throttle(advised_throttle())))
        }),
        ("ours: budget, breaker", |url| {
            Ok(Arc::new(Guarded::new(Http::new(url)?).breaker(advised_breaker())))
        }),
    ]
}

/// A `reqwest` client and where it asks.
struct Http {
    client: Client,
    url: String,
}

impl Http {
    fn new(url: &str) -> reqwest::Result<Http> {
        let client = Client::builder().timeout(TIMEOUT).retry(reqwest::retry::never()).build()?;
        Ok(Http { client, url: url.to_owned() })
    }

    /// `reqwest` retries what it is told to, at once and within a budget of a fifth; its timeout is that of the whole call.
    fn with_own_retries(url: &str) -> reqwest::Result<Http> {
        let retries = reqwest::retry::for_host("127.0.0.1").max_retries_per_request(ATTEMPTS - 1);
        let retries = retries.classify_fn(|attempt| {
            let failed = attempt.status().is_none_or(|status| status.is_server_error());
            if failed { attempt.retryable() } else { attempt.success() }
        });
        let client = Client::builder().timeout(TIMEOUT).retry(retries).build()?;
        Ok(Http { client, url: url.to_owned() })
    }
}

impl Network for Http {
    async fn request(&self) -> Result<(), Failure> {
        ended(self.client.get(&self.url).send().await)
    }
}

fn ended(response: reqwest::Result<reqwest::Response>) -> Result<(), Failure> {
    match response {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(_) => Err(Failure::Overloaded),
        Err(error) if error.is_timeout() => Err(Failure::TimedOut),
        Err(_) => Err(Failure::Broken),
    }
}

struct NoRetry(Http);

impl RealClient for NoRetry {
    fn call(&self) -> Called<'_> {
        Box::pin(self.0.request())
    }
}

struct ByHand(Http);

impl RealClient for ByHand {
    fn call(&self) -> Called<'_> {
        Box::pin(async {
            let mut attempt = 1;
            loop {
                match self.0.request().await {
                    Err(_) if attempt < ATTEMPTS => {
                        let longest = BASE.saturating_mul(1 << (attempt - 1)).min(LONGEST);
                        tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
                        attempt += 1;
                    }
                    end => return end,
                }
            }
        })
    }
}

struct Backon(Http);

impl RealClient for Backon {
    fn call(&self) -> Called<'_> {
        let backoff = ExponentialBuilder::new()
            .with_min_delay(BASE)
            .with_max_delay(LONGEST)
            .with_max_times(ATTEMPTS as usize - 1)
            .with_jitter();
        Box::pin(async move { (|| self.0.request()).retry(backoff).await })
    }
}

struct Own(Http);

impl RealClient for Own {
    fn call(&self) -> Called<'_> {
        Box::pin(self.0.request())
    }
}

struct Middleware {
    client: ClientWithMiddleware,
    url: String,
}

impl Middleware {
    fn new(url: &str) -> reqwest::Result<Middleware> {
        let Http { client, url } = Http::new(url)?;
        let policy = ExponentialBackoff::builder().retry_bounds(BASE, LONGEST).base(2);
        let policy = policy.build_with_max_retries(ATTEMPTS - 1);
        let client =
            ClientBuilder::new(client).with(RetryTransientMiddleware::new_with_policy(policy)).build();
        Ok(Middleware { client, url })
    }
}

impl RealClient for Middleware {
    fn call(&self) -> Called<'_> {
        Box::pin(async {
            match self.client.get(&self.url).send().await {
                Ok(response) if response.status().is_success() => Ok(()),
                Ok(_) => Err(Failure::Overloaded),
                Err(_) => Err(Failure::Broken),
            }
        })
    }
}

impl RealClient for Bare<Http> {
    fn call(&self) -> Called<'_> {
        Box::pin(Bare::call(self))
    }
}

impl RealClient for Guarded<Http> {
    fn call(&self) -> Called<'_> {
        Box::pin(Guarded::call(self))
    }
}
