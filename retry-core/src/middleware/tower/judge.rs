//! The rules for the outcomes of attempts.

use core::error::Error;
use core::fmt::{self, Debug, Formatter};

use super::super::http::HttpRules;
use super::super::verdict::{BoxError, Verdict};

/// A rule for the outcomes of attempts. `K` is the kept part of the request, to repeat it.
pub trait Judge<K, Res> {
    /// Returns the verdict on an outcome. `kept` is `None` if the request cannot be repeated.
    fn judge(&self, kept: Option<&K>, outcome: Result<&Res, &BoxError>) -> Verdict;

    /// Writes a response that is no success, for events.
    ///
    /// # Errors
    /// Returns an error if the formatter fails.
    fn describe(&self, _response: &Res, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the response is no success")
    }
}

/// Every response is a success, and errors are classified by [`Verdict::of_error`].
#[derive(Clone, Copy, Debug, Default)]
pub struct ByError;

impl<K, Res> Judge<K, Res> for ByError {
    #[inline]
    fn judge(&self, _: Option<&K>, outcome: Result<&Res, &BoxError>) -> Verdict {
        outcome.map_or_else(of_error, |_| Verdict::Success)
    }
}

#[cold]
fn of_error(error: &BoxError) -> Verdict {
    Verdict::of_error(&**error)
}

/// A function is the rule.
#[derive(Clone, Copy)]
pub struct ByFunction<F>(pub(super) F);

impl<K, Res, F: Fn(Result<&Res, &BoxError>) -> Verdict> Judge<K, Res> for ByFunction<F> {
    #[inline]
    fn judge(&self, _: Option<&K>, outcome: Result<&Res, &BoxError>) -> Verdict {
        (self.0)(outcome)
    }
}

impl<F> Debug for ByFunction<F> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ByFunction").finish_non_exhaustive()
    }
}

/// The rule for HTTP: the status of a response, `Retry-After`, and whether the method is idempotent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Http(pub(super) HttpRules);

impl<B, Res> Judge<::http::Request<B>, ::http::Response<Res>> for Http {
    #[inline]
    fn judge(
        &self,
        kept: Option<&::http::Request<B>>,
        outcome: Result<&::http::Response<Res>, &BoxError>,
    ) -> Verdict {
        let request = kept.map(|request| (request.method(), request.headers()));
        match outcome {
            Ok(response) => self.0.of_response(request, response.status(), response.headers(), || true),
            Err(error) => {
                let error: &(dyn Error + 'static) = &**error;
                self.0.of_error(request, error)
            }
        }
    }

    fn describe(&self, response: &::http::Response<Res>, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {}", response.status())
    }
}
