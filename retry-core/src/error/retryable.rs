//! Defines the traits by which an error type classifies itself.

use core::time::Duration;
use std::rc::Rc;
use std::sync::Arc;

/// An error type that reports whether an error is worth another attempt.
///
/// `#[retry]` uses the implementation of the function's error type; no argument is needed. An error type without an
/// implementation counts as retryable.
///
/// ```
/// use std::time::Duration;
/// use retry_core::Retryable;
///
/// enum ApiError { Throttled { seconds: u64 }, BadRequest }
///
/// impl Retryable for ApiError {
///     fn is_retryable(&self) -> bool {
///         matches!(self, ApiError::Throttled { .. })
///     }
///
///     fn retry_after(&self) -> Option<Duration> {
///         match self {
///             ApiError::Throttled { seconds } => Some(Duration::from_secs(*seconds)),
///             ApiError::BadRequest => None,
///         }
///     }
/// }
/// # assert!(ApiError::Throttled { seconds: 1 }.is_retryable());
/// # assert!(!ApiError::BadRequest.is_retryable());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether it is retryable",
    label = "has no `Retryable`",
    note = "derive or implement `reattempt::Retryable` for `{Self}`"
)]
pub trait Retryable {
    /// Returns whether another attempt may succeed.
    fn is_retryable(&self) -> bool;

    /// Returns the wait that the peer asked for, as in a `Retry-After` header. The default is `None`.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}

/// A type of a field that `#[retryable(after = field)]` may name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no wait",
    label = "neither `Duration` nor `Option<Duration>`",
    note = "name a field of type `Duration` or `Option<Duration>`, or implement `Retryable` by hand"
)]
pub trait Hint {
    /// Returns the wait, if there is one.
    fn hint(&self) -> Option<Duration>;
}

impl Hint for Duration {
    fn hint(&self) -> Option<Duration> {
        Some(*self)
    }
}

impl Hint for Option<Duration> {
    fn hint(&self) -> Option<Duration> {
        *self
    }
}

/// Classifies a pointer by the error that it points to.
macro_rules! by_reference {
    ($($pointer:ty),*) => {$(
        impl<T: Retryable + ?Sized> Retryable for $pointer {
            fn is_retryable(&self) -> bool {
                (**self).is_retryable()
            }

            fn retry_after(&self) -> Option<Duration> {
                (**self).retry_after()
            }
        }
    )*};
}

by_reference!(&T, Box<T>, Rc<T>, Arc<T>);
