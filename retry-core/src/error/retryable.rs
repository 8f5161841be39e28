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

/// By kind, and by the operating system's code where the code has no kind.
///
/// Transient, and so retried: `ConnectionRefused`, `ConnectionReset`, `ConnectionAborted`, `NotConnected`, `BrokenPipe`,
/// `TimedOut`, `WouldBlock`, `Interrupted`, `HostUnreachable`, `NetworkUnreachable`, `NetworkDown`, `AddrInUse`,
/// `AddrNotAvailable`, `UnexpectedEof`, `WriteZero`, `ResourceBusy`, `ExecutableFileBusy`, `StaleNetworkFileHandle`,
/// `Deadlock`, `OutOfMemory`, `Other`, and every kind or code that this release does not know.
///
/// Permanent: `NotFound`, `PermissionDenied`, `AlreadyExists`, `InvalidInput`, `InvalidData`, `InvalidFilename`,
/// `IsADirectory`, `NotADirectory`, `DirectoryNotEmpty`, `ReadOnlyFilesystem`, `FilesystemLoop`, `StorageFull`,
/// `QuotaExceeded`, `FileTooLarge`, `NotSeekable`, `CrossesDevices`, `TooManyLinks`, `ArgumentListTooLong` and
/// `Unsupported`; of the codes, those of a wrong call, such as `EBADF`, `ENOTSOCK`, `EAFNOSUPPORT` and `EMSGSIZE`.
///
/// An `io::Error` that was made of another error is judged by that one: of several `io::Error`s in one chain by the
/// innermost. A connector that wraps TLS in `ErrorKind::Other` does not hide a certificate that is not trusted.
impl Retryable for io::Error {
    fn is_retryable(&self) -> bool {
        classify_chain(Some(self), &[], true).is_none_or(|chain| chain.is_retryable)
    }

    fn retry_after(&self) -> Option<Duration> {
        classify_chain(Some(self), &[], true).and_then(|chain| chain.retry_after)
    }
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
            ErrorKind::ExecutableFileBusy,
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
            ErrorKind::CrossesDevices,
            ErrorKind::TooManyLinks,
            ErrorKind::ArgumentListTooLong,
            ErrorKind::Unsupported,
        ];
        for kind in transient {
            assert!(Error::from(kind).is_retryable(), "{kind:?}");
        }
        for kind in permanent {
            assert!(!Error::from(kind).is_retryable(), "{kind:?}");
        }
    }

    /// An error that is its own source.
    #[derive(Debug)]
    struct Circle;

    impl std::fmt::Display for Circle {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a circle")
        }
    }

    impl std::error::Error for Circle {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&Circle)
        }
    }

    #[test]
    fn the_innermost_io_error_decides() {
        for kind in [ErrorKind::InvalidData, ErrorKind::PermissionDenied, ErrorKind::ConnectionReset] {
            let is_retryable = Error::from(kind).is_retryable();
            let mut error = Error::from(kind);
            for _ in 0..20 {
                error = Error::other(error);
                assert_eq!(error.is_retryable(), is_retryable, "{kind:?}");
            }
        }
        assert!(Error::new(ErrorKind::InvalidData, Error::from(ErrorKind::TimedOut)).is_retryable());
        assert!(Error::other("text").is_retryable());
        assert!(!Error::new(ErrorKind::InvalidData, "text").is_retryable());
    }

    #[test]
    fn a_circle_of_sources_ends() {
        assert!(Error::other(Circle).is_retryable());
        assert!(!Error::new(ErrorKind::InvalidData, Circle).is_retryable());
    }
}
