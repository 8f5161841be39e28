//! What an error says of itself.

use core::time::Duration;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use crate::error::classification::classify_chain;

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

/// By kind. Transient, and so retried: `ConnectionRefused`, `ConnectionReset`, `ConnectionAborted`, `NotConnected`,
/// `BrokenPipe`, `TimedOut`, `WouldBlock`, `Interrupted`, `HostUnreachable`, `NetworkUnreachable`, `NetworkDown`,
/// `AddrInUse`, `AddrNotAvailable`, `UnexpectedEof`, `WriteZero`, `ResourceBusy`, `StaleNetworkFileHandle`,
/// `Deadlock`, `OutOfMemory`, `Other` and every kind that this release does not know.
///
/// Permanent: `NotFound`, `PermissionDenied`, `AlreadyExists`, `InvalidInput`, `InvalidData`, `InvalidFilename`,
/// `IsADirectory`, `NotADirectory`, `DirectoryNotEmpty`, `ReadOnlyFilesystem`, `StorageFull`, `QuotaExceeded`,
/// `FileTooLarge`, `NotSeekable`, `CrossesDevices`, `TooManyLinks`, `ArgumentListTooLong`, `ExecutableFileBusy` and
/// `Unsupported`.
impl Retryable for io::Error {
    fn is_retryable(&self) -> bool {
        classify_chain(Some(self), &[], true).is_none_or(|chain| chain.is_retryable)
    }

    fn retry_after(&self) -> Option<Duration> {
        classify_chain(Some(self), &[], true).and_then(|chain| chain.retry_after)
    }
}

/// Returns whether an `io::Error` passes by itself, by its kind alone.
pub(crate) fn is_transient(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    !matches!(
        error.kind(),
        Kind::NotFound
            | Kind::PermissionDenied
            | Kind::AlreadyExists
            | Kind::InvalidInput
            | Kind::InvalidData
            | Kind::IsADirectory
            | Kind::NotADirectory
            | Kind::DirectoryNotEmpty
            | Kind::ReadOnlyFilesystem
            | Kind::StorageFull
            | Kind::QuotaExceeded
            | Kind::FileTooLarge
            | Kind::NotSeekable
            | Kind::ArgumentListTooLong
            | Kind::ExecutableFileBusy
            | Kind::Unsupported
    ) && !is_permanent_by_name(error.kind())
}

/// Kinds that the oldest supported compiler has no stable name for.
fn is_permanent_by_name(kind: io::ErrorKind) -> bool {
    matches!(format!("{kind:?}").as_str(), "InvalidFilename" | "CrossesDevices" | "TooManyLinks")
}

/// Never: the loop that made it has tried.
impl<E> Retryable for crate::RetryError<E> {
    fn is_retryable(&self) -> bool {
        false
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

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::Retryable;

    #[test]
    fn io_errors_by_kind() {
        let transient = [
            ErrorKind::ConnectionRefused,
            ErrorKind::ConnectionReset,
            ErrorKind::ConnectionAborted,
            ErrorKind::NotConnected,
            ErrorKind::BrokenPipe,
            ErrorKind::TimedOut,
            ErrorKind::WouldBlock,
            ErrorKind::Interrupted,
            ErrorKind::HostUnreachable,
            ErrorKind::NetworkUnreachable,
            ErrorKind::NetworkDown,
            ErrorKind::AddrInUse,
            ErrorKind::AddrNotAvailable,
            ErrorKind::UnexpectedEof,
            ErrorKind::WriteZero,
            ErrorKind::ResourceBusy,
            ErrorKind::StaleNetworkFileHandle,
            ErrorKind::Deadlock,
            ErrorKind::OutOfMemory,
            ErrorKind::Other,
        ];
        let permanent = [
            ErrorKind::NotFound,
            ErrorKind::PermissionDenied,
            ErrorKind::AlreadyExists,
            ErrorKind::InvalidInput,
            ErrorKind::InvalidData,
            ErrorKind::IsADirectory,
            ErrorKind::NotADirectory,
            ErrorKind::DirectoryNotEmpty,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::StorageFull,
            ErrorKind::QuotaExceeded,
            ErrorKind::FileTooLarge,
            ErrorKind::NotSeekable,
            ErrorKind::ArgumentListTooLong,
            ErrorKind::ExecutableFileBusy,
            ErrorKind::Unsupported,
        ];
        for kind in transient {
            assert!(Error::from(kind).is_retryable(), "{kind:?}");
        }
        for kind in permanent {
            assert!(!Error::from(kind).is_retryable(), "{kind:?}");
        }
        // By the operating system's numbers, since these kinds have no stable name everywhere.
        #[cfg(target_os = "linux")]
        for (code, name) in [(36, "InvalidFilename"), (18, "CrossesDevices"), (31, "TooManyLinks")] {
            let error = Error::from_raw_os_error(code);
            assert_eq!(format!("{:?}", error.kind()), name);
            assert!(!error.is_retryable(), "{name}");
        }
    }
}
