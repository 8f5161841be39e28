//! The time between two attempts of a layer's call: the wait, the breaker's fleet, and the service until it is ready.

use core::pin::Pin;
use core::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_service::Service;

use super::super::verdict::BoxError;
use super::attempt::Rules;
use super::sharing::Held;
use crate::call::Planned;
use crate::call::fleet_wait::FleetWait;
use crate::runtime::Wait;

pin_project! {
    /// The time before an attempt. It is behind a pointer, so that a call that succeeds at once does not move its room.
    pub(super) struct Between<Request, Res> {
        #[pin]
        step: Step,
        request: Option<Request>,
        // The last outcome, while the breaker may still refuse the attempt.
        last: Option<(Planned, Result<Res, BoxError>)>,
    }
}

pin_project! {
    #[project = StepProjection]
    enum Step {
        Waiting { #[pin] wait: Wait },
        AskingFleet { wait: FleetWait },
        // The service is polled ready for the request.
        Preparing,
        // The call was refused before its first attempt.
        Refused { error: Option<BoxError> },
    }
}

/// The end of the time before an attempt.
pub(super) enum Ready<F, Res> {
    /// The attempt has begun.
    Attempt(F),
    /// The call ends.
    End(Result<Res, BoxError>),
    /// The service fails for good, and the call ends.
    Broken(BoxError),
}

impl<Request, Res> Between<Request, Res> {
    /// Waits for the next attempt.
    pub(super) fn waiting(
        wait: Wait,
        request: Request,
        last: Option<(Planned, Result<Res, BoxError>)>,
    ) -> Self {
        Between { step: Step::Waiting { wait }, request: Some(request), last }
    }

    /// Asks the breaker's fleet before the first attempt.
    pub(super) fn asking(wait: FleetWait, request: Request) -> Self {
        Between { step: Step::AskingFleet { wait }, request: Some(request), last: None }
    }

    /// Ends a call before its first attempt.
    pub(super) fn refused(error: BoxError) -> Self {
        Between { step: Step::Refused { error: Some(error) }, request: None, last: None }
    }

    #[expect(
        clippy::expect_used,
        reason = "each step takes its own value once: a service that breaks ends the call"
    )]
    pub(super) fn poll<S, J, R>(
        self: Pin<&mut Self>,
        service: &mut S,
        rules: &Rules<J, R>,
        held: &mut impl Held,
        context: &mut Context<'_>,
    ) -> Poll<Ready<S::Future, Res>>
    where
        S: Service<Request, Response = Res, Error: Into<BoxError>>,
    {
        let mut this = self.project();
        loop {
            let next = match this.step.as_mut().project() {
                StepProjection::Waiting { wait } => {
                    ready!(wait.poll(context));
                    match rules.before_retry(held) {
                        Some(wait) => Ok(Step::AskingFleet { wait }),
                        None => rules.resume(held, this.last).map(|()| Step::Preparing),
                    }
                }
                StepProjection::AskingFleet { wait } => {
                    ready!(Pin::new(wait).poll(context));
                    let admitted = match this.last {
                        Some(_) => rules.resume(held, this.last),
                        None => rules.admit_again(held).map_err(Err),
                    };
                    admitted.map(|()| Step::Preparing)
                }
                StepProjection::Preparing => {
                    let _mark = rules.mark(held);
                    return Poll::Ready(match ready!(service.poll_ready(context)) {
                        Ok(()) => {
                            if let Some(parked) = held.parked() {
                                parked.restart(rules.settings.breaker());
                            }
                            let request =
                                this.request.take().expect("the request of an attempt is sent once");
                            Ready::Attempt(service.call(request))
                        }
                        Err(error) => Ready::Broken(error.into()),
                    });
                }
                StepProjection::Refused { error } => Err(Err(error.take().expect("a call ends once"))),
            };
            match next {
                Ok(step) => this.step.set(step),
                Err(outcome) => return Poll::Ready(Ready::End(outcome)),
            }
        }
    }
}
