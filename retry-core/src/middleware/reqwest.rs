//! A middleware for the clients of `reqwest-middleware`.

use core::fmt::{self, Debug, Display, Formatter};

use ::http::Extensions;
use ::reqwest::{Request, Response};
use async_trait::async_trait;
use reqwest_middleware::{Error, Middleware, Next, Result};

use super::http::HttpRules;
use super::settings::{Failed, Settings};
use super::verdict::Verdict;
use crate::adapter::reqwest_middleware::cause;
use crate::breaker::CircuitBreaker;
use crate::budget::RetryBudget;
use crate::call::limits::{Lend, Shared};
use crate::call::refusal::Refusal;
use crate::call::{Planned, Progress};
use crate::policy::Policy;
use crate::throttle::Throttle;

/// A middleware that retries the requests of a client.
///
/// A response is retried by its status, and waits for `Retry-After`; an error is retried like one of reqwest. A request
/// that may have had its effect is repeated only if its method is idempotent or it has the header `Idempotency-Key`; see
/// [`every_method`](Self::every_method). A request whose body is a stream is sent once. The last response or error is
/// returned as it is.
///
/// ```
/// use reqwest_middleware::ClientBuilder;
/// use retry_core::Policy;
/// use retry_core::middleware::reqwest::RetryMiddleware;
///
/// # fn client() -> reqwest::Result<reqwest_middleware::ClientWithMiddleware> {
/// // This middleware alone decides about retries.
/// let client = reqwest::Client::builder().retry(reqwest::retry::never()).build()?;
/// let client = ClientBuilder::new(client).with(RetryMiddleware::new(Policy::new().max(5)).name("search")).build();
/// # Ok(client)
/// # }
/// # assert!(client().is_ok());
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is added to a client"]
pub struct RetryMiddleware {
    settings: Settings,
    rules: HttpRules,
}

impl RetryMiddleware {
    /// Returns a middleware that retries by `policy`. Events name the operation by this call's place in the source, or by
    /// [`name`](Self::name).
    #[track_caller]
    pub fn new(policy: Policy) -> RetryMiddleware {
        RetryMiddleware { settings: Settings::new(policy), rules: HttpRules::default() }
    }

    /// Names the operation in events. The default is the place where the middleware was made.
    pub fn name(mut self, name: &'static str) -> Self {
        self.settings.set_name(name);
        self
    }

    /// Repeats requests with any method, also POST and PATCH: for a server where a repeated request does no harm.
    ///
    /// Without it, a request with such a method is repeated only if it was not processed: no connection was made, the
    /// status is 408, 421, 425 or 429, or it is 413 or 503 with `Retry-After`.
    pub fn every_method(mut self) -> Self {
        self.rules = HttpRules { repeats_every_method: true };
        self
    }

    /// Pays for retries from `budget`: a reference to a `static`, an `Arc`, or an `Option` of them.
    pub fn budget(mut self, budget: impl Lend<RetryBudget> + Send + Sync + 'static) -> Self {
        self.settings.set_budget(budget);
        self
    }

    /// Spares the server by `breaker`: a reference to a `static`, an `Arc`, or an `Option` of them. A call that it
    /// refuses fails with [`Error::Middleware`] around a [`CircuitOpen`](crate::CircuitOpen).
    pub fn breaker(mut self, breaker: impl Lend<CircuitBreaker> + Send + Sync + 'static) -> Self {
        self.settings.set_breaker(breaker);
        self
    }

    /// Sends fewer requests to an overloaded server by `throttle`: a reference to a `static`, an `Arc`, or an `Option` of
    /// them. A call that it refuses fails with [`Error::Middleware`] around a [`Throttled`](crate::Throttled).
    pub fn throttle(mut self, throttle: impl Lend<Throttle> + Send + Sync + 'static) -> Self {
        self.settings.set_throttle(throttle);
        self
    }

    /// Admits a call.
    async fn admit(&self, shared: &mut Shared<'_>) -> Result<()> {
        let mut refusal = shared.admit();
        if let Some(wait) = shared.after_refusal(refusal.as_ref()) {
            wait.await;
            refusal = shared.admit();
        }
        let Some(refusal) = refusal else { return Ok(()) };
        self.settings.emit_refused(&refusal);
        Err(match refusal {
            Refusal::Open(open) => Error::middleware(open),
            Refusal::Throttled(throttled) => Error::middleware(throttled),
        })
    }

    /// Decides after an attempt. Returns the plan of the next one and its request, or `None` if the call ends.
    fn after(
        &self,
        kept: Option<&Request>,
        progress: &mut Progress,
        shared: &mut Shared<'_>,
        outcome: &Result<Response>,
    ) -> Option<(Planned, Request)> {
        let verdict = self.judge(kept, outcome);
        if verdict == Verdict::Success {
            shared.succeeded();
            self.settings.succeeded(progress);
            return None;
        }
        let again = kept.and_then(Request::try_clone);
        let failed = Failed {
            verdict,
            can_repeat: again.is_some(),
            description: &Described(outcome),
            error: outcome.as_ref().err().map(cause),
            deadline: None,
        };
        self.settings.plan(progress, &failed, Some(shared)).zip(again)
    }

    fn judge(&self, kept: Option<&Request>, outcome: &Result<Response>) -> Verdict {
        self.rules.of_reqwest(kept, outcome.as_ref().map_err(cause))
    }
}

#[cfg_attr(not(target_arch = "wasm32"), async_trait)]
#[cfg_attr(target_arch = "wasm32", async_trait(?Send))]
impl Middleware for RetryMiddleware {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let kept = request.try_clone();
        let mut progress = self.settings.begin();
        let mut shared = self.settings.shared();
        self.admit(&mut shared).await?;
        let mut request = request;
        loop {
            let outcome = shared.attempt(next.clone().run(request, extensions)).await;
            let Some((planned, again)) = self.after(kept.as_ref(), &mut progress, &mut shared, &outcome)
            else {
                return outcome;
            };
            // Without a breaker nothing returns the outcome any more, and its connection is free for others.
            let last = self.settings.may_refuse().then_some(outcome);
            planned.wait().await;
            if let Some(wait) = shared.before_retry() {
                wait.await;
            }
            if let (Err(given_up), Some(last)) = (shared.reacquire(&planned), last) {
                given_up.emit();
                return last;
            }
            request = again;
        }
    }
}

/// An outcome, as events show it.
struct Described<'a>(&'a Result<Response>);

impl Display for Described<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ok(response) => write!(f, "the server answered {}", response.status()),
            Err(error) => Display::fmt(error, f),
        }
    }
}
