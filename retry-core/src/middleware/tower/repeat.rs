//! How the request of a call is repeated.

use core::fmt::{self, Debug, Formatter};

/// What makes the requests of a call's attempts.
pub trait Repeat<Req> {
    /// The request of an attempt.
    type Request;
    /// What is kept of the request.
    type Kept;

    /// Returns the request of the first attempt, and what the others are made of, or `None` if there can be no others.
    fn begin(&self, request: Req) -> (Self::Request, Option<Self::Kept>);

    /// Returns the request of the next attempt, or `None` if there can be none.
    fn again(&self, kept: &Self::Kept) -> Option<Self::Request>;
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

impl<F> Debug for RequestBy<F> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequestBy").finish_non_exhaustive()
    }
}
