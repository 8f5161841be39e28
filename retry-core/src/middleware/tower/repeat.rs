//! How the request of a call is repeated.

use core::fmt::{self, Debug, Formatter};
use core::time::Duration;

/// The source of the requests of a call's attempts.
pub trait Repeat<Req> {
    /// The request of an attempt.
    type Request;
    /// The kept part of the request.
    type Kept;

    /// Returns the request of the first attempt, and the kept part for the others, or `None` if there can be no others.
    fn begin(&self, request: Req) -> (Self::Request, Option<Self::Kept>);

    /// Returns the request of the next attempt, or `None` if there can be none.
    fn again(&self, kept: &Self::Kept) -> Option<Self::Request>;

    /// Returns the deadline that the request itself has.
    #[inline]
    fn deadline(&self, _kept: &Self::Kept) -> Option<Duration> {
        None
    }
}

/// The part between the loop and the service: nothing, unless requests or responses change on the way.
pub trait Around<S> {
    /// The service that the loop calls.
    type Service;

    /// Returns the service that the loop calls.
    fn around(&self, service: S) -> Self::Service;
}

/// Each attempt sends a clone of the request.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByClone;

impl<Req: Clone> Repeat<Req> for ByClone {
    type Request = Req;
    type Kept = Req;

    #[inline]
    fn begin(&self, request: Req) -> (Req, Option<Req>) {
        (request.clone(), Some(request))
    }

    #[inline]
    fn again(&self, kept: &Req) -> Option<Req> {
        Some(kept.clone())
    }
}

impl<S> Around<S> for ByClone {
    type Service = S;

    #[inline]
    fn around(&self, service: S) -> S {
        service
    }
}

/// A function copies the request. A request of which it makes no copy is sent once.
#[derive(Clone, Copy)]
pub struct RequestBy<F>(pub(super) F);

impl<Req, F: Fn(&Req) -> Option<Req>> Repeat<Req> for RequestBy<F> {
    type Request = Req;
    type Kept = Req;

    #[inline]
    fn begin(&self, request: Req) -> (Req, Option<Req>) {
        let copy = (self.0)(&request);
        (request, copy)
    }

    #[inline]
    fn again(&self, kept: &Req) -> Option<Req> {
        (self.0)(kept)
    }
}

impl<S, F> Around<S> for RequestBy<F> {
    type Service = S;

    #[inline]
    fn around(&self, service: S) -> S {
        service
    }
}

impl<F> Debug for RequestBy<F> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestBy").finish_non_exhaustive()
    }
}

/// Requests for which a function returns `false` are sent once.
#[derive(Clone, Copy)]
pub struct RepeatIf<F, R> {
    pub(super) rule: F,
    pub(super) repeat: R,
}

impl<Req, F: Fn(&Req) -> bool, R: Repeat<Req>> Repeat<Req> for RepeatIf<F, R> {
    type Request = R::Request;
    type Kept = R::Kept;

    #[inline]
    fn begin(&self, request: Req) -> (R::Request, Option<R::Kept>) {
        let may_repeat = (self.rule)(&request);
        let (first, kept) = self.repeat.begin(request);
        (first, kept.filter(|_| may_repeat))
    }

    #[inline]
    fn again(&self, kept: &R::Kept) -> Option<R::Request> {
        self.repeat.again(kept)
    }

    #[inline]
    fn deadline(&self, kept: &R::Kept) -> Option<Duration> {
        self.repeat.deadline(kept)
    }
}

impl<S, F, R: Around<S>> Around<S> for RepeatIf<F, R> {
    type Service = R::Service;

    #[inline]
    fn around(&self, service: S) -> R::Service {
        self.repeat.around(service)
    }
}

impl<F, R: Debug> Debug for RepeatIf<F, R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("RepeatIf").field("repeat", &self.repeat).finish_non_exhaustive()
    }
}
