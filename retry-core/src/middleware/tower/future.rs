//! The future of a layer's call.

use core::fmt::{self, Debug, Formatter};
use core::future::{Future, IntoFuture};
use core::ops::ControlFlow::{self, Break, Continue};
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::boxed::Box;
use std::sync::Arc;

use pin_project_lite::pin_project;
use tower_service::Service;

use super::super::verdict::{BoxError, Verdict};
use super::attempt::{Admission, Rules};
use super::between::{Between, Ready};
use super::judge::Judge;
use super::repeat::Repeat;
use super::sharing::Held;
use crate::call::Progress;

pin_project! {
    /// The future of a call of [`Retry`](super::Retry). Dropping it stops the call.
    ///
    /// # Panics
    /// If it has to wait without a timer: no runtime of tokio with `enable_time`, and no `set_sleep`. If it is polled after its
    /// end.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, Req, J, R, L>
    where
        L: Held,
        R: Repeat<Req>,
        S: Service<R::Request>,
    {
        service: S,
        rules: Arc<Rules<J, R>>,
        kept: Option<R::Kept>,
        progress: Progress,
        held: L,
        #[pin]
        state: State<S::Future, R::Request, S::Response>,
    }

    impl<S, Req, J, R, L> PinnedDrop for ResponseFuture<S, Req, J, R, L>
    where
        L: Held,
        R: Repeat<Req>,
        S: Service<R::Request>,
    {
        fn drop(this: Pin<&mut Self>) {
            if this.as_ref().project_ref().held.is_used() {
                release(this);
            }
        }
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, Request, Res> {
        Attempting { #[pin] attempt: F },
        Between { between: Pin<Box<Between<Request, Res>>> },
        Ended,
    }
}

/// Gives back the permit of a call that is dropped before its end. The attempt ends before its permit, which is returned even
/// if the attempt panics when it is dropped.
#[cold]
#[inline(never)]
fn release<S, Req, J, R, L: Held>(call: Pin<&mut ResponseFuture<S, Req, J, R, L>>)
where
    R: Repeat<Req>,
    S: Service<R::Request>,
{
    let mut this = call.project();
    let shared = this.held.parked().map(|parked| this.rules.unpark(parked));
    this.state.set(State::Ended);
    drop(shared);
}

/// The outcome of a call.
type Outcome<Res> = Result<Res, BoxError>;

impl<S, Req, J, R, L: Held> ResponseFuture<S, Req, J, R, L>
where
    R: Repeat<Req>,
    S: Service<R::Request> + Clone,
{
    /// Starts a call of a service that is ready.
    #[inline]
    pub(super) fn start(service: &mut S, rules: Arc<Rules<J, R>>, request: Req) -> Self {
        if L::IS_SHARED || rules.settings.has_deadline() {
            return Self::start_in_full(service, rules, request);
        }
        let (request, kept) = rules.repeat.begin(request);
        let is_timed = kept.as_ref().and_then(|kept| rules.repeat.deadline(kept)).is_some();
        let progress = if is_timed { Progress::asynchronous_timed() } else { Progress::untimed() };
        let state = State::Attempting { attempt: service.call(request) };
        ResponseFuture { service: service.clone(), rules, kept, progress, held: L::default(), state }
    }

    /// Starts a call that the breaker and the throttle may refuse, or whose policy has a deadline.
    #[inline(never)]
    fn start_in_full(service: &mut S, rules: Arc<Rules<J, R>>, request: Req) -> Self {
        let (request, kept) = rules.repeat.begin(request);
        let again = service.clone();
        let is_timed = kept.as_ref().and_then(|kept| rules.repeat.deadline(kept)).is_some();
        let progress = if is_timed { Progress::asynchronous_timed() } else { rules.settings.begin() };
        let mut held = L::default();
        let admission = rules.admit(&mut held);
        // From here on the call returns the permit if something panics.
        let mut call = ResponseFuture { service: again, rules, kept, progress, held, state: State::Ended };
        call.state = match admission {
            Admission::Admitted => {
                let _mark = call.rules.mark(&mut call.held);
                State::Attempting { attempt: service.call(request) }
            }
            Admission::AskFleet(wait) => State::Between { between: Box::pin(Between::asking(wait, request)) },
            Admission::Refused(error) => State::Between { between: Box::pin(Between::refused(error)) },
        };
        if !matches!(call.state, State::Attempting { .. }) {
            // Nothing was sent. The readiness of the service, such as its place under a limit, is for other calls.
            *service = call.service.clone();
        }
        call
    }
}

impl<S, Req, J, R, L: Held> ResponseFuture<S, Req, J, R, L>
where
    R: Repeat<Req>,
    S: Service<R::Request, Error: Into<BoxError>>,
    J: Judge<R::Kept, S::Response>,
{
    /// Polls the attempt that runs, if there is one. A success of the first attempt takes no other way.
    #[expect(clippy::inline_always, reason = "a first attempt takes 80 instructions with it and 93 without")]
    #[inline(always)]
    fn poll_attempt(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<ControlFlow<Outcome<S::Response>>> {
        let mut this = self.as_mut().project();
        let StateProjection::Attempting { attempt } = this.state.as_mut().project() else {
            return Poll::Ready(Continue(()));
        };
        let polled = {
            let _mark = this.rules.mark(this.held);
            attempt.poll(context)
        };
        let response = match ready!(polled) {
            Ok(response) => response,
            Err(error) => return Poll::Ready(self.after_error(error)),
        };
        match this.rules.judge.judge(this.kept.as_ref(), Ok(&response)) {
            Verdict::Success => {
                this.rules.succeeded(this.progress, this.held);
                Poll::Ready(Break(Ok(response)))
            }
            verdict => Poll::Ready(self.after_failure(verdict, Ok(response))),
        }
    }

    /// Decides after an error of the service.
    #[cold]
    #[inline(never)]
    fn after_error(self: Pin<&mut Self>, error: S::Error) -> ControlFlow<Outcome<S::Response>> {
        let error = error.into();
        let verdict = self.rules.judge.judge(self.kept.as_ref(), Err(&error));
        if verdict == Verdict::Success {
            let this = self.project();
            this.rules.succeeded(this.progress, this.held);
            return Break(Err(error));
        }
        self.after_failure(verdict, Err(error))
    }

    /// Decides after a failed attempt.
    #[cold]
    #[inline(never)]
    fn after_failure(
        self: Pin<&mut Self>,
        verdict: Verdict,
        outcome: Outcome<S::Response>,
    ) -> ControlFlow<Outcome<S::Response>> {
        let mut this = self.project();
        this.state.set(State::Ended);
        let (rules, kept) = (&**this.rules, this.kept.as_ref());
        match rules.after_failure::<Req, _, _>(verdict, kept, this.progress, this.held, &outcome) {
            None => Break(outcome),
            Some((planned, request)) => {
                let wait = planned.wait().into_future();
                let last = rules.settings.may_refuse().then_some((planned, outcome));
                let between = Box::pin(Between::waiting(wait, request, last));
                this.state.set(State::Between { between });
                Continue(())
            }
        }
    }

    /// Polls the call after its first attempt has failed.
    #[cold]
    #[inline(never)]
    fn poll_again(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome<S::Response>> {
        loop {
            if let Break(outcome) = ready!(self.as_mut().poll_between(context)) {
                return Poll::Ready(outcome);
            }
            if let Break(outcome) = ready!(self.as_mut().poll_attempt(context)) {
                return Poll::Ready(outcome);
            }
        }
    }

    /// Polls the time before an attempt other than the first.
    #[cold]
    #[inline(never)]
    #[expect(clippy::panic, reason = "documented: no future may be polled after its end")]
    fn poll_between(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<ControlFlow<Outcome<S::Response>>> {
        let mut this = self.as_mut().project();
        let ready = match this.state.as_mut().project() {
            StateProjection::Between { between } => {
                ready!(between.as_mut().poll(this.service, this.rules, this.held, context))
            }
            StateProjection::Attempting { .. } => return Poll::Ready(Continue(())),
            StateProjection::Ended => panic!("a call was polled after its end"),
        };
        this.state.set(State::Ended);
        Poll::Ready(match ready {
            Ready::Attempt(attempt) => {
                this.state.set(State::Attempting { attempt });
                Continue(())
            }
            Ready::End(outcome) => Break(outcome),
            Ready::Broken(error) => {
                // Nothing was sent, so this is no outcome for the breaker and the throttle.
                drop(this.held.parked().map(|parked| this.rules.unpark(parked)));
                self.after_failure(Verdict::Permanent, Err(error))
            }
        })
    }
}

impl<S, Req, J, R, L: Held> Future for ResponseFuture<S, Req, J, R, L>
where
    R: Repeat<Req>,
    S: Service<R::Request, Error: Into<BoxError>>,
    J: Judge<R::Kept, S::Response>,
{
    type Output = Outcome<S::Response>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.as_mut().poll_attempt(context) {
            Poll::Ready(Break(outcome)) => Poll::Ready(outcome),
            Poll::Ready(Continue(())) => self.poll_again(context),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S, Req, J, R, L: Held> Debug for ResponseFuture<S, Req, J, R, L>
where
    R: Repeat<Req>,
    S: Service<R::Request>,
{
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").field("progress", &self.progress).finish_non_exhaustive()
    }
}
