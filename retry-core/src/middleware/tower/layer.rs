//! The layer and its settings.

use core::marker::PhantomData;

use tower_layer::Layer;

use super::super::http::HttpRules;
use super::super::settings::Settings;
use super::super::verdict::{BoxError, Verdict};
#[cfg(feature = "reqwest")]
use super::by_try_clone::ByTryClone;
#[cfg(feature = "tonic")]
use super::grpc::{Grpc, Record, Replayed};
use super::judge::{ByError, ByFunction, Http};
use super::repeat::{Around, ByClone, Repeat, RepeatIf, RequestBy};
use super::service::Retry;
use super::sharing::{Alone, Together};
use crate::breaker::CircuitBreaker;
use crate::budget::RetryBudget;
use crate::call::limits::Lend;
use crate::policy::Policy;
use crate::throttle::Throttle;

/// A layer of tower that retries the calls of a service.
///
/// `J` is the rule for outcomes, `R` is how requests are repeated, and `L` is whether calls share anything.
#[derive(Debug)]
#[must_use = "a layer does nothing until it is applied to a service"]
pub struct RetryLayer<J = ByError, R = ByClone, L = Alone> {
    settings: Settings,
    judge: J,
    repeat: R,
    held: PhantomData<fn() -> L>,
}

impl RetryLayer {
    /// Returns a layer that retries errors by `policy`. Every response is a success, and errors are classified by
    /// [`Verdict::of_error`]. Each attempt sends a clone of the request.
    ///
    /// Events name the operation by this call's place in the source, or by [`name`](Self::name).
    #[track_caller]
    pub fn new(policy: Policy) -> RetryLayer {
        RetryLayer::with(Settings::new(policy), ByError, ByClone)
    }

    /// Returns a layer for HTTP requests, `http::Request` and `http::Response`.
    ///
    /// A response is retried by its status like those of the adapter [`http`](crate::adapter::http), and waits for
    /// `Retry-After`. A request that may have had its effect is repeated only if its method is idempotent or it has the
    /// header `Idempotency-Key`; see [`every_method`](RetryLayer::every_method). The last response is returned as it is.
    #[track_caller]
    pub fn http(policy: Policy) -> RetryLayer<Http> {
        RetryLayer::with(Settings::new(policy), Http::default(), ByClone)
    }
}

#[cfg(feature = "reqwest")]
impl RetryLayer {
    /// Returns a layer for the client of reqwest, which is a service of its `Request` and its `Response`, by the rules of
    /// [`http`](RetryLayer::http). A request whose body is a stream is sent once.
    ///
    /// The client also repeats some requests by itself, unless it is built with `retry(reqwest::retry::never())`.
    #[track_caller]
    pub fn reqwest(policy: Policy) -> RetryLayer<Http, ByTryClone> {
        RetryLayer::with(Settings::new(policy), Http::default(), ByTryClone)
    }
}

#[cfg(feature = "tonic")]
impl RetryLayer {
    /// Returns a layer for clients of gRPC, below the client that `tonic` generates and around its `Channel`.
    ///
    /// A call is retried by its status like an error of the adapter [`tonic`](::tonic::Status), whether the status comes
    /// in the headers or in the trailers, until the first message of the response. It waits as `grpc-retry-pushback-ms`
    /// and `RetryInfo` ask.
    ///
    /// A request is recorded while it is sent, up to 256 KiB; see [`buffer`](RetryLayer::buffer). If the caller has sent
    /// the whole request, the response is returned with its first frame and no earlier; see
    /// [`commit_at_headers`](RetryLayer::commit_at_headers). While the caller still sends, it is returned with its headers,
    /// and a status that comes later is not retried.
    #[track_caller]
    pub fn grpc(policy: Policy) -> RetryLayer<Grpc, Replayed> {
        RetryLayer::with(Settings::new(policy), Grpc, Replayed::default())
    }
}

#[cfg(feature = "tonic")]
impl<J, R: Record, L> RetryLayer<J, R, L> {
    /// Sets how many bytes of a request are recorded. A larger request is sent once.
    pub fn buffer(mut self, bytes: usize) -> Self {
        self.repeat.replayed().limit = bytes;
        self
    }

    /// Returns a response as soon as its headers are there, as gRPC's own retries do. A status that comes later, in the
    /// trailers, may not be retried.
    ///
    /// It is for streams whose first message depends on the caller: for one that subscribes and, once the response is
    /// there, publishes.
    pub fn commit_at_headers(mut self) -> Self {
        self.repeat.replayed().waits_for_frame = false;
        self
    }
}

impl<R, L> RetryLayer<Http, R, L> {
    /// Repeats requests with any method, also POST and PATCH: for a server where a repeated request does no harm.
    ///
    /// Without it, a request with such a method is repeated only if it was not processed: no connection was made, the
    /// status is 408, 421, 425 or 429, or it is 413 or 503 with `Retry-After`.
    pub fn every_method(mut self) -> Self {
        self.judge = Http(HttpRules { repeats_every_method: true });
        self
    }
}

impl<J, R, L> RetryLayer<J, R, L> {
    fn with(settings: Settings, judge: J, repeat: R) -> RetryLayer<J, R, L> {
        RetryLayer { settings, judge, repeat, held: PhantomData }
    }

    /// Returns the layer with calls that share something.
    fn together(self) -> RetryLayer<J, R, Together> {
        RetryLayer::with(self.settings, self.judge, self.repeat)
    }

    /// Names the operation in events. The default is the place where the layer was made.
    pub fn name(mut self, name: &'static str) -> Self {
        self.settings.set_name(name);
        self
    }

    /// Pays for retries from `budget`: a reference to a `static`, an `Arc`, or an `Option` of them.
    pub fn budget(
        mut self,
        budget: impl Lend<RetryBudget> + Send + Sync + 'static,
    ) -> RetryLayer<J, R, Together> {
        self.settings.set_budget(budget);
        self.together()
    }

    /// Spares the server by `breaker`: a reference to a `static`, an `Arc`, or an `Option` of them. A call that it
    /// refuses fails with a [`CircuitOpen`](crate::CircuitOpen) in the box.
    pub fn breaker(
        mut self,
        breaker: impl Lend<CircuitBreaker> + Send + Sync + 'static,
    ) -> RetryLayer<J, R, Together> {
        self.settings.set_breaker(breaker);
        self.together()
    }

    /// Sends fewer requests to an overloaded server by `throttle`: a reference to a `static`, an `Arc`, or an `Option` of
    /// them. A call that it refuses fails with a [`Throttled`](crate::Throttled) in the box.
    pub fn throttle(
        mut self,
        throttle: impl Lend<Throttle> + Send + Sync + 'static,
    ) -> RetryLayer<J, R, Together> {
        self.settings.set_throttle(throttle);
        self.together()
    }

    /// Classifies the outcome of each attempt by `rule`, in place of the layer's own rule.
    pub fn classify<Res, F>(self, rule: F) -> RetryLayer<ByFunction<F>, R, L>
    where
        F: Fn(Result<&Res, &BoxError>) -> Verdict,
    {
        RetryLayer::with(self.settings, ByFunction(rule), self.repeat)
    }

    /// Copies requests by `copy`, in place of `Clone`. A request for which it returns `None` is sent once: a stream that
    /// cannot be read twice, for example.
    pub fn request<Req, F>(self, copy: F) -> RetryLayer<J, RequestBy<F>, L>
    where
        F: Fn(&Req) -> Option<Req>,
    {
        RetryLayer::with(self.settings, self.judge, RequestBy(copy))
    }

    /// Repeats only requests for which `rule` returns `true`, and sends others once: by their method, for example.
    pub fn repeat_if<Req, F: Fn(&Req) -> bool>(self, rule: F) -> RetryLayer<J, RepeatIf<F, R>, L>
    where
        R: Repeat<Req>,
    {
        RetryLayer::with(self.settings, self.judge, RepeatIf { rule, repeat: self.repeat })
    }
}

impl<J: Clone, R: Clone, L> Clone for RetryLayer<J, R, L> {
    fn clone(&self) -> Self {
        RetryLayer::with(self.settings.clone(), self.judge.clone(), self.repeat.clone())
    }
}

impl<S, J: Clone, R: Around<S> + Clone, L> Layer<S> for RetryLayer<J, R, L> {
    type Service = Retry<R::Service, J, R, L>;

    fn layer(&self, service: S) -> Self::Service {
        let RetryLayer { settings, judge, repeat, held: _ } = self.clone();
        Retry::new(repeat.around(service), settings, judge, repeat)
    }
}
