//! The verdict on the outcome of an attempt, and the rule for errors of unknown type.

use core::error::Error;
use core::time::Duration;
use std::boxed::Box;

use crate::Retryable;
use crate::error::chain::has_retry_error;

/// An error of unknown type, as tower's own layers return it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The meaning of an attempt's outcome for the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The call ends with this outcome. For the breaker, the budget and the throttle it is a success.
    Success,
    /// The server failed, and a later attempt may succeed. The call makes one if the request can be repeated.
    Transient {
        /// The wait that the server asked for.
        retry_after: Option<Duration>,
    },
    /// The server failed, but the request may have had its effect: it must not be sent again.
    Unrepeatable,
    /// The request is at fault, and every attempt would fail in the same way. The breaker ignores it.
    Permanent,
}

impl Verdict {
    /// Is [`Verdict::Transient`] without a wait that the server asked for.
    pub const TRANSIENT: Verdict = Verdict::Transient { retry_after: None };

    /// Classifies an error by the first error of its chain that is the refusal of a breaker or a throttle or an error of
    /// an enabled adapter; without one, by the innermost `io::Error`. An error of another type is transient, and one
    /// with which a retried call has given up is permanent.
    #[must_use]
    pub fn of_error(error: &(dyn Error + 'static)) -> Verdict {
        if has_retry_error(Some(error)) || !error.is_retryable() {
            return Verdict::Permanent;
        }
        Verdict::Transient { retry_after: error.retry_after() }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::policy::Policy;

    #[test]
    fn an_error_is_classified_by_its_chain() {
        let of = |kind: io::ErrorKind| Verdict::of_error(&io::Error::from(kind));
        assert_eq!(of(io::ErrorKind::ConnectionReset), Verdict::TRANSIENT);
        assert_eq!(of(io::ErrorKind::PermissionDenied), Verdict::Permanent);
        assert_eq!(Verdict::of_error(&std::fmt::Error), Verdict::TRANSIENT);
    }

    #[test]
    fn an_error_with_which_another_call_gave_up_is_permanent() {
        let _guard = crate::testing::no_wait();
        let down = || Err::<(), _>(io::Error::from(io::ErrorKind::ConnectionReset));
        let gave_up = Policy::new().retry(down).run_or_explain().unwrap_err();
        assert_eq!(Verdict::of_error(&gave_up), Verdict::Permanent);
    }
}
