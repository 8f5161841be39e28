//! Classifies an error as retryable or permanent, with the wait that it asks for.
//!
//! An error behind a box is classified by the first error of its chain that has a classification. An `io::Error` counts
//! only where no other error does, and then the innermost.

use core::error::Error;
use core::time::Duration;
use std::io;

use super::chain::{chain, link};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::circuit_open::CircuitOpen;
use super::foreign;
use super::link::{Classification, LinkClassifier, classify_link};
use super::retryable::Retryable;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::throttled::Throttled;

/// Classifies a chain by its first error of a known type. Without one, the innermost `io::Error` decides behind a box.
///
/// Known types are the types that the program names (`also`) and the refusals of breakers and throttles; behind a box, also the errors
/// of adapters. Only the check for a chain is inlined, since most errors have none.
#[inline]
pub(crate) fn classify_chain(
    first: Option<&(dyn Error + 'static)>,
    also: &[Option<LinkClassifier>],
    is_box: bool,
) -> Option<Classification> {
    classify_from(first?, also, is_box)
}

#[inline(never)]
fn classify_from(
    first: &(dyn Error + 'static),
    also: &[Option<LinkClassifier>],
    is_box: bool,
) -> Option<Classification> {
    let adapters = if is_box { foreign::CLASSIFIERS } else { &[] };
    let mut innermost = None;
    for error in chain(Some(first)) {
        // The error that an `io::Error` contains is more exact than its kind.
        if let (true, Some(error)) = (is_box, link::<io::Error>(error)) {
            innermost = Some(error);
            continue;
        }
        let mut classifiers = also.iter().flatten().chain(REFUSALS).chain(adapters);
        if let Some(classification) = classifiers.find_map(|classify| classify(error)) {
            return Some(classification);
        }
    }
    innermost.map(|error: &io::Error| Classification {
        is_retryable: super::io::is_transient(error),
        retry_after: None,
    })
}

const REFUSALS: &[LinkClassifier] = &[
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    classify_link::<CircuitOpen>,
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    classify_link::<Throttled>,
];

/// Implements `Retryable` by the chain of an error.
macro_rules! by_chain {
    ($($(#[$doc:meta])* $ty:ty;)*) => {$(
        $(#[$doc])*
        impl Retryable for $ty {
            fn is_retryable(&self) -> bool {
                classify_chain(Some(self), &[], true).is_none_or(|chain| chain.is_retryable)
            }

            fn retry_after(&self) -> Option<Duration> {
                classify_chain(Some(self), &[], true).and_then(|chain| chain.retry_after)
            }
        }
    )*};
}

by_chain! {
    /// Classifies an `io::Error` by its kind, or by the operating system's code if the code has no kind.
    ///
    /// These kinds are transient and retried: `ConnectionRefused`, `ConnectionReset`, `ConnectionAborted`,
    /// `NotConnected`, `BrokenPipe`, `TimedOut`, `WouldBlock`, `Interrupted`, `HostUnreachable`, `NetworkUnreachable`,
    /// `NetworkDown`, `AddrInUse`, `AddrNotAvailable`, `UnexpectedEof`, `WriteZero`, `ResourceBusy`,
    /// `ExecutableFileBusy`, `StaleNetworkFileHandle`, `Deadlock`, `OutOfMemory`, `Other`, and every kind or code that
    /// this release does not list.
    ///
    /// These kinds are permanent: `NotFound`, `PermissionDenied`, `AlreadyExists`, `InvalidInput`, `InvalidData`,
    /// `InvalidFilename`, `IsADirectory`, `NotADirectory`, `DirectoryNotEmpty`, `ReadOnlyFilesystem`, `FilesystemLoop`,
    /// `StorageFull`, `QuotaExceeded`, `FileTooLarge`, `NotSeekable`, `CrossesDevices`, `TooManyLinks`,
    /// `ArgumentListTooLong` and `Unsupported`. Codes that report a wrong call are also permanent, such as `EBADF`,
    /// `ENOTSOCK`, `EAFNOSUPPORT` and `EMSGSIZE`.
    ///
    /// An `io::Error` that contains another error is classified by that error; of several `io::Error`s in one chain,
    /// the innermost decides. For example, a connector that wraps a TLS error in `ErrorKind::Other` does not hide an
    /// untrusted certificate.
    io::Error;
    /// Classifies the error by the first error of its chain that is a [`CircuitOpen`](crate::CircuitOpen), a
    /// [`Throttled`](crate::Throttled) or an error of an enabled adapter; without one, by the innermost `io::Error`. Without any of them, it is retryable.
    dyn Error;
    /// Classifies the error like `dyn Error`.
    dyn Error + Send;
    /// Classifies the error like `dyn Error`.
    dyn Error + Sync;
    /// Classifies the error like `dyn Error`.
    dyn Error + Send + Sync;
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use crate::Retryable;

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
    fn a_cyclic_chain_ends() {
        assert!(Error::other(Circle).is_retryable());
        assert!(!Error::new(ErrorKind::InvalidData, Circle).is_retryable());
    }
}
