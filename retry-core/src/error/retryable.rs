//! What an error says of itself.

use core::time::Duration;
use std::rc::Rc;
use std::sync::Arc;

/// An error's own word on whether it is worth another attempt.
///
/// `#[retry]` asks it without being told to, by the type of the function's error. An error without it counts as
/// retryable.
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
    /// Whether another attempt may succeed where this one failed.
    fn is_retryable(&self) -> bool;

    /// How long the peer asked to be left alone, as a `Retry-After` header does.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}

/// What a field named by `#[retryable(after = field)]` may be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no wait",
    label = "neither `Duration` nor `Option<Duration>`",
    note = "name a field of type `Duration` or `Option<Duration>`, or implement `Retryable` by hand"
)]
pub trait Hint {
    /// The wait.
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

/// As whatever it points to.
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
