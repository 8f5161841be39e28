//! Parses the text of an `io::Error`, for clients that keep nothing else of it.

use std::io::{self, ErrorKind as Kind};

/// The kinds that have a name. The text of a kind is also the text of an error that consists only of the
/// kind.
const KINDS: [Kind; 37] = [
    Kind::NotFound,
    Kind::PermissionDenied,
    Kind::ConnectionRefused,
    Kind::ConnectionReset,
    Kind::HostUnreachable,
    Kind::NetworkUnreachable,
    Kind::ConnectionAborted,
    Kind::NotConnected,
    Kind::AddrInUse,
    Kind::AddrNotAvailable,
    Kind::NetworkDown,
    Kind::BrokenPipe,
    Kind::AlreadyExists,
    Kind::WouldBlock,
    Kind::NotADirectory,
    Kind::IsADirectory,
    Kind::DirectoryNotEmpty,
    Kind::ReadOnlyFilesystem,
    Kind::StaleNetworkFileHandle,
    Kind::InvalidInput,
    Kind::InvalidData,
    Kind::TimedOut,
    Kind::WriteZero,
    Kind::StorageFull,
    Kind::NotSeekable,
    Kind::QuotaExceeded,
    Kind::FileTooLarge,
    Kind::ResourceBusy,
    Kind::ExecutableFileBusy,
    Kind::Deadlock,
    Kind::CrossesDevices,
    Kind::TooManyLinks,
    Kind::ArgumentListTooLong,
    Kind::Interrupted,
    Kind::Unsupported,
    Kind::UnexpectedEof,
    Kind::OutOfMemory,
];

/// Returns the error that has this text: an error of the operating system, whose text ends in its code, or an
/// error that consists only of its kind. The kind of any other error cannot be recovered from its text.
pub(super) fn parse(text: &str) -> Option<io::Error> {
    let code = text.rsplit_once("(os error ").and_then(|(_, code)| code.strip_suffix(')')?.parse().ok());
    match code {
        Some(code) => Some(io::Error::from_raw_os_error(code)),
        None => KINDS.into_iter().find(|kind| kind.to_string() == text).map(io::Error::from),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Error;

    use super::*;

    #[test]
    fn an_error_of_the_operating_system_is_parsed_from_its_code() {
        let missing = std::fs::read("/no/such/file").unwrap_err();
        assert_eq!(parse(&missing.to_string()).unwrap().raw_os_error(), missing.raw_os_error());
    }

    #[test]
    fn an_error_without_a_code_is_parsed_from_the_text_of_its_kind() {
        for kind in KINDS {
            assert_eq!(parse(&Error::from(kind).to_string()).unwrap().kind(), kind);
        }
    }

    #[test]
    fn any_other_text_is_none() {
        for text in
            ["", "no such host", "broken pipe of dreams", "(os error )", "(os error x)", "(os error 1"]
        {
            assert!(parse(text).is_none(), "{text:?}");
        }
    }
}
