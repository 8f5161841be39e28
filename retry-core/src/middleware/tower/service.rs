//! The service around another one.

use core::marker::PhantomData;
use core::task::{Context, Poll};
use std::sync::Arc;

use tower_service::Service;

use super::super::settings::Settings;
use super::super::verdict::BoxError;
use super::attempt::Rules;
use super::future::ResponseFuture;
use super::judge::Judge;
use super::repeat::Repeat;
use super::sharing::{Alone, Held};

/// A service whose calls are retried. [`RetryLayer`](super::RetryLayer) makes it.
///
/// A call is made on the service as it was polled ready, and each further attempt on a clone of it that is polled ready
/// before.
#[derive(Debug)]
pub struct Retry<S, J, R, L = Alone> {
    service: S,
    rules: Arc<Rules<J, R>>,
    held: PhantomData<fn() -> L>,
}

impl<S, J, R, L> Retry<S, J, R, L> {
    pub(super) fn new(service: S, settings: Settings, judge: J, repeat: R) -> Self {
        Retry { service, rules: Arc::new(Rules { settings, judge, repeat }), held: PhantomData }
    }

    /// Returns the service that is called.
    pub fn get_ref(&self) -> &S {
        &self.service
    }

    /// Returns the service that is called.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.service
    }

    /// Returns the service that is called.
    pub fn into_inner(self) -> S {
        self.service
    }
}

impl<S: Clone, J, R, L> Clone for Retry<S, J, R, L> {
    fn clone(&self) -> Self {
        Retry { service: self.service.clone(), rules: Arc::clone(&self.rules), held: PhantomData }
    }
}

impl<S, Req, J, R, L> Service<Req> for Retry<S, J, R, L>
where
    L: Held,
    R: Repeat<Req>,
    S: Service<R::Request, Error: Into<BoxError>> + Clone,
    J: Judge<R::Kept, S::Response>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = ResponseFuture<S, Req, J, R, L>;

    #[inline]
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.service.poll_ready(context).map_err(Into::into)
    }

    #[inline]
    fn call(&mut self, request: Req) -> Self::Future {
        ResponseFuture::start(&mut self.service, Arc::clone(&self.rules), request)
    }
}
