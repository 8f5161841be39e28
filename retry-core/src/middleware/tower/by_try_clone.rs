//! The client of reqwest as a service: its requests and responses.

use core::error::Error;
use core::fmt::{self, Formatter};

use ::reqwest::{Request, Response};

use super::super::verdict::{BoxError, Verdict};
use super::judge::{Http, Judge};
use super::repeat::{Around, Repeat};

/// Each attempt sends a copy of a request of reqwest. A request whose body is a stream is sent once.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByTryClone;

impl Repeat<Request> for ByTryClone {
    type Request = Request;
    type Kept = Request;

    #[inline]
    fn begin(&self, request: Request) -> (Request, Option<Request>) {
        let copy = request.try_clone();
        (request, copy)
    }

    #[inline]
    fn again(&self, kept: &Request) -> Option<Request> {
        kept.try_clone()
    }
}

impl<S> Around<S> for ByTryClone {
    type Service = S;

    #[inline]
    fn around(&self, service: S) -> S {
        service
    }
}

impl Judge<Request, Response> for Http {
    fn judge(&self, kept: Option<&Request>, outcome: Result<&Response, &BoxError>) -> Verdict {
        self.0.of_reqwest(kept, outcome.map_err(|error| &**error as &(dyn Error + 'static)))
    }

    fn describe(&self, response: &Response, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {}", response.status())
    }
}
