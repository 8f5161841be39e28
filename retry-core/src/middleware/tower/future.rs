//! The future of a layer's call.

use core::fmt::{self, Debug, Formatter};
use core::future::{Future, IntoFuture};
use core::ops::ControlFlow::{self, Break, Continue};
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::sync::Arc;

use pin_project_lite::pin_project;
use tower_service::Service;

use super::super::verdict::{BoxError, Verdict};
use super::attempt::{Next, Rules};
use super::judge::Judge;
use super::repeat::Repeat;
use crate::call::fleet_wait::FleetWait;
use crate::call::parked::Parked;
use crate::call::refusal::Refusal;
use crate::call::{Planned, Progress};
use crate::runtime::Wait;

pin_project! {
    /// The future of a call of [`Retry`](super::Retry). Dropping it stops the call.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, Req, J, R>
    where
        R: Repeat<Req>,
        S: Service<R::Request>,
    {
        service: S,
        rules: Arc<Rules<J, R>>,
        kept: Option<R::Kept>,
        progress: Progress,
        parked: Parked,
        // The last outcome, while the breaker may still refuse the next attempt.
        last: Option<(Planned, Result<S::Response, BoxError>)>,
        #[pin]
        state: State<S::Future, R::Request>,
    }

    impl<S, Req, J, R> PinnedDrop for ResponseFuture<S, Req, J, R>
    where
        R: Repeat<Req>,
        S: Service<R::Request>,
    {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // The attempt ends before its permit.
            this.state.set(State::Ended);
            drop(this.rules.unpark(this.parked));
        }
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, Request> {
        Attempting { #[pin] attempt: F },
        Waiting { #[pin] wait: Wait, request: Option<Request> },
        // The answer of the breaker's fleet, before the first attempt or before another.
        AskingFleet { wait: FleetWait, request: Option<Request> },
        // The service is polled ready for the request.
        Preparing { request: Option<Request> },
        Refused { error: Option<BoxError> },
        Ended,
    }
}

impl<S, Req, J, R> ResponseFuture<S, Req, J, R>
where
    R: Repeat<Req>,
    S: Service<R::Request> + Clone,
{
    /// Starts a call of a service that is ready.
    #[inline]
    pub(super) fn start(service: &mut S, rules: Arc<Rules<J, R>>, request: Req) -> Self {
        let (request, kept) = rules.repeat.begin(request);
        let progress = rules.settings.begin();
        // Nothing may panic while a permit is parked and no future would return it.
        let again = service.clone();
        let mut parked = Parked::default();
        let state = if rules.settings.is_shared() {
            let state = rules.admit(service, request, &mut parked);
            if !matches!(state, State::Attempting { .. }) {
                // Nothing was sent. The readiness of the service, such as its place under a limit, is for other calls.
                *service = again.clone();
            }
            state
        } else {
            State::Attempting { attempt: service.call(request) }
        };
        ResponseFuture { service: again, rules, kept, progress, parked, last: None, state }
    }
}

impl<J, R> Rules<J, R> {
    /// Admits a call, and begins its first attempt.
    fn admit<S: Service<Request>, Request>(
        &self,
        service: &mut S,
        request: Request,
        parked: &mut Parked,
    ) -> State<S::Future, Request> {
        let mut shared = self.settings.shared();
        let Some(refusal) = shared.admit() else {
            let attempt = {
                let _mark = shared.enter_trial();
                service.call(request)
            };
            *parked = shared.park();
            return State::Attempting { attempt };
        };
        match shared.after_refusal(Some(&refusal)) {
            Some(wait) => State::AskingFleet { wait, request: Some(request) },
            None => State::Refused { error: Some(self.refused(refusal)) },
        }
    }

    /// Ends a call that was refused before its first attempt.
    fn refused(&self, refusal: Refusal) -> BoxError {
        self.settings.emit_refused(&refusal);
        match refusal {
            Refusal::Open(open) => open.into(),
            Refusal::Throttled(throttled) => throttled.into(),
        }
    }

    /// Admits a call for which the fleet was asked. Returns the error if it is still refused.
    fn admit_again(&self, parked: &mut Parked) -> Result<(), BoxError> {
        let mut shared = self.settings.shared();
        match shared.admit() {
            Some(refusal) => Err(self.refused(refusal)),
            None => {
                *parked = shared.park();
                Ok(())
            }
        }
    }

    /// Returns the wait for the breaker's fleet before another attempt.
    fn before_retry(&self, parked: &mut Parked) -> Option<FleetWait> {
        let shared = self.unpark(parked)?;
        let wait = shared.before_retry();
        *parked = shared.park();
        wait
    }

    /// Acquires the permit of another attempt. Returns the last outcome if the breaker refuses it.
    fn resume<V>(&self, parked: &mut Parked, last: &mut Option<(Planned, V)>) -> Result<(), V> {
        let Some((planned, outcome)) = last.take() else { return Ok(()) };
        let Some(mut shared) = self.unpark(parked) else { return Ok(()) };
        let resumed = shared.reacquire(&planned);
        *parked = shared.park();
        resumed.map_err(|given_up| {
            given_up.emit();
            outcome
        })
    }
}

/// The outcome of a call.
type Outcome<Res> = Result<Res, BoxError>;

impl<S, Req, J, R> ResponseFuture<S, Req, J, R>
where
    R: Repeat<Req>,
    S: Service<R::Request, Error: Into<BoxError>>,
    J: Judge<R::Kept, S::Response>,
{
    /// Polls the attempt that runs, and decides when it ends.
    #[inline]
    fn poll_attempt(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<ControlFlow<Outcome<S::Response>>> {
        let mut this = self.project();
        let StateProjection::Attempting { attempt } = this.state.as_mut().project() else { unreachable!() };
        let rules = &**this.rules;
        let polled = {
            let _mark = rules.mark(this.parked);
            attempt.poll(context)
        };
        let outcome = ready!(polled).map_err(Into::into);
        this.state.set(State::Ended);
        match rules.after::<Req, _>(this.kept.as_ref(), this.progress, this.parked, &outcome) {
            Next::End => Poll::Ready(Break(outcome)),
            Next::Again { planned, request } => {
                let wait = planned.wait().into_future();
                if rules.settings.may_refuse() {
                    *this.last = Some((planned, outcome));
                }
                this.state.set(State::Waiting { wait, request: Some(request) });
                Poll::Ready(Continue(()))
            }
        }
    }

    /// Polls what comes before an attempt other than the first: the wait, the breaker's fleet, and the service until it
    /// is ready.
    #[cold]
    #[inline(never)]
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<ControlFlow<Outcome<S::Response>>> {
        let mut this = self.project();
        let rules = &**this.rules;
        let next = match this.state.as_mut().project() {
            StateProjection::Waiting { wait, request } => {
                ready!(wait.poll(context));
                let request = request.take();
                match rules.before_retry(this.parked) {
                    Some(wait) => Ok(State::AskingFleet { wait, request }),
                    None => rules.resume(this.parked, this.last).map(|()| State::Preparing { request }),
                }
            }
            StateProjection::AskingFleet { wait, request } => {
                ready!(Pin::new(wait).poll(context));
                let request = request.take();
                let admitted = match this.last {
                    Some(_) => rules.resume(this.parked, this.last),
                    None => rules.admit_again(this.parked).map_err(Err),
                };
                admitted.map(|()| State::Preparing { request })
            }
            StateProjection::Preparing { request } => {
                let _mark = rules.mark(this.parked);
                match ready!(this.service.poll_ready(context)) {
                    Ok(()) => {
                        let request = request.take().expect("the request of an attempt is sent once");
                        Ok(State::Attempting { attempt: this.service.call(request) })
                    }
                    // The service will never be ready again, so the call ends.
                    Err(error) => {
                        let outcome = Err(error.into());
                        let kept = this.kept.as_ref();
                        rules.after_failure(Verdict::Permanent, kept, this.progress, this.parked, &outcome);
                        Err(outcome)
                    }
                }
            }
            StateProjection::Refused { error } => Err(Err(error.take().expect("a call ends once"))),
            StateProjection::Attempting { .. } | StateProjection::Ended => {
                panic!("a call was polled after its end")
            }
        };
        Poll::Ready(match next {
            Ok(state) => {
                this.state.set(state);
                Continue(())
            }
            Err(outcome) => {
                this.state.set(State::Ended);
                Break(outcome)
            }
        })
    }
}

impl<S, Req, J, R> Future for ResponseFuture<S, Req, J, R>
where
    R: Repeat<Req>,
    S: Service<R::Request, Error: Into<BoxError>>,
    J: Judge<R::Kept, S::Response>,
{
    type Output = Outcome<S::Response>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let polled = match self.state {
                State::Attempting { .. } => self.as_mut().poll_attempt(context),
                _ => self.as_mut().poll_next(context),
            };
            if let Break(outcome) = ready!(polled) {
                return Poll::Ready(outcome);
            }
        }
    }
}

impl<S, Req, J, R> Debug for ResponseFuture<S, Req, J, R>
where
    R: Repeat<Req>,
    S: Service<R::Request>,
{
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").field("progress", &self.progress).finish_non_exhaustive()
    }
}
