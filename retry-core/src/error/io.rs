//! Classifies errors of the operating system as transient or permanent.

use core::fmt::{self, Write};
use std::io::{self, ErrorKind as Kind};

/// Returns whether an `io::Error` is transient, by its kind and its code alone.
pub(crate) fn is_transient(error: &io::Error) -> bool {
    let is_permanent = matches!(
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
            | Kind::CrossesDevices
            | Kind::TooManyLinks
            | Kind::ArgumentListTooLong
            | Kind::Unsupported
    );
    !is_permanent && !is_permanent_by_name(error.kind()) && !error.raw_os_error().is_some_and(is_misuse)
}

/// Returns whether a kind is permanent and has no stable name in the oldest supported compiler.
fn is_permanent_by_name(kind: Kind) -> bool {
    ["InvalidFilename", "FilesystemLoop"].into_iter().any(|name| is_named(kind, name))
}

/// Returns whether a kind has the name `name`, without allocating.
fn is_named(kind: Kind, name: &str) -> bool {
    struct Rest<'a>(&'a str);
    impl Write for Rest<'_> {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            self.0 = self.0.strip_prefix(part).ok_or(fmt::Error)?;
            Ok(())
        }
    }
    let mut rest = Rest(name);
    write!(rest, "{kind:?}").is_ok() && rest.0.is_empty()
}

/// Returns whether a code of the operating system reports a wrong call: a descriptor that is not open or not a socket,
/// an address family, protocol or option that does not exist, a datagram that is too long. None of these codes has a
/// kind.
fn is_misuse(code: i32) -> bool {
    // The ranges are from `ENOTSOCK` to `EAFNOSUPPORT`, in the order that all systems inherited from BSD. Between these
    // two are `EDESTADDRREQ`, `EMSGSIZE`, `EPROTOTYPE`, `ENOPROTOOPT`, `EPROTONOSUPPORT`, `ESOCKTNOSUPPORT`,
    // `EOPNOTSUPP` and `EPFNOSUPPORT`.
    let is_of_sockets = if cfg!(windows) {
        matches!(code, 10038..=10047)
    } else if cfg!(any(
        target_vendor = "apple",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "netbsd",
        target_os = "openbsd",
        all(target_os = "linux", any(target_arch = "sparc", target_arch = "sparc64"))
    )) {
        matches!(code, 38..=47)
    } else if cfg!(any(
        target_os = "solaris",
        target_os = "illumos",
        all(target_os = "linux", any(target_arch = "mips", target_arch = "mips64")),
        all(target_os = "linux", any(target_arch = "mips32r6", target_arch = "mips64r6"))
    )) {
        matches!(code, 95..=99 | 120..=124)
    } else if cfg!(any(
        target_os = "linux",
        target_os = "android",
        target_os = "fuchsia",
        target_os = "redox"
    )) {
        matches!(code, 88..=97)
    } else {
        false
    };
    // `ENOEXEC`, `EBADF`, `EFAULT` and `ENOTTY` have equal numbers on every Unix. Windows has `WSAEBADF`, `WSAEFAULT`
    // and `ERROR_INVALID_HANDLE`.
    let is_of_descriptors = if cfg!(windows) {
        matches!(code, 6 | 10009 | 10014)
    } else {
        cfg!(unix) && matches!(code, 8 | 9 | 14 | 25)
    };
    is_of_sockets || is_of_descriptors
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::{is_named, is_transient};

    #[test]
    fn kinds_are_compared_by_their_whole_name() {
        assert!(is_named(ErrorKind::NotFound, "NotFound"));
        assert!(!is_named(ErrorKind::NotFound, "NotFoundAtAll"));
        assert!(!is_named(ErrorKind::NotFound, "Not"));
        assert!(!is_named(ErrorKind::NotFound, ""));
    }

    #[test]
    #[cfg(all(
        target_os = "linux",
        any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")
    ))]
    fn codes_that_report_a_wrong_call_are_permanent() {
        let permanent = [
            (36, "ENAMETOOLONG"),
            (18, "EXDEV"),
            (31, "EMLINK"),
            (40, "ELOOP"),
            (8, "ENOEXEC"),
            (9, "EBADF"),
            (14, "EFAULT"),
            (25, "ENOTTY"),
            (88, "ENOTSOCK"),
            (89, "EDESTADDRREQ"),
            (90, "EMSGSIZE"),
            (91, "EPROTOTYPE"),
            (92, "ENOPROTOOPT"),
            (93, "EPROTONOSUPPORT"),
            (94, "ESOCKTNOSUPPORT"),
            (95, "EOPNOTSUPP"),
            (96, "EPFNOSUPPORT"),
            (97, "EAFNOSUPPORT"),
        ];
        for (code, name) in permanent {
            assert!(!is_transient(&Error::from_raw_os_error(code)), "{name}");
        }
        let transient = [
            (4, "EINTR"),
            (5, "EIO"),
            (6, "ENXIO"),
            (11, "EAGAIN"),
            (12, "ENOMEM"),
            (16, "EBUSY"),
            (23, "ENFILE"),
            (24, "EMFILE"),
            (26, "ETXTBSY"),
            (35, "EDEADLK"),
            (98, "EADDRINUSE"),
            (99, "EADDRNOTAVAIL"),
            (100, "ENETDOWN"),
            (101, "ENETUNREACH"),
            (102, "ENETRESET"),
            (103, "ECONNABORTED"),
            (104, "ECONNRESET"),
            (105, "ENOBUFS"),
            (107, "ENOTCONN"),
            (110, "ETIMEDOUT"),
            (111, "ECONNREFUSED"),
            (112, "EHOSTDOWN"),
            (113, "EHOSTUNREACH"),
            (115, "EINPROGRESS"),
            (116, "ESTALE"),
        ];
        for (code, name) in transient {
            assert!(is_transient(&Error::from_raw_os_error(code)), "{name}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_socket_of_an_unknown_family_and_a_datagram_that_is_too_long_are_permanent() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let too_long = socket.send_to(&vec![0; 70_000], socket.local_addr().unwrap()).unwrap_err();
        assert!(!is_transient(&too_long), "{too_long:?}");
        let other_family = socket.connect("[::1]:9").unwrap_err();
        assert!(!is_transient(&other_family), "{other_family:?}");
    }

    #[test]
    #[cfg(unix)]
    fn links_that_lead_to_themselves_are_permanent() {
        let link = std::env::temp_dir().join(format!("reattempt-loop-{}", std::process::id()));
        std::os::unix::fs::symlink(&link, &link).unwrap();
        let error = std::fs::read(&link).unwrap_err();
        std::fs::remove_file(&link).unwrap();
        assert!(!is_transient(&error), "{error:?}");
    }
}
