//! Classifies errors of `sqlx` by the database's code, or by the cause of a failed connection.

use std::error::Error as StdError;

use ::sqlx::Error;
use ::sqlx::error::DatabaseError;

use super::{cause, mysql_code, sqlite_code, sqlstate};
use crate::Retryable;
use crate::error::chain::{chain, link};
use crate::error::text_of;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Error::Database(error) => has_transient_code(&**error),
            Error::Io(_) => cause::connect_may_pass(Some(self)).unwrap_or(true),
            // Without an `io::Error`, the server or this program does not have TLS.
            Error::Tls(_) => cause::may_pass(self.source()).unwrap_or(false),
            Error::PoolTimedOut | Error::WorkerCrashed => true,
            Error::Configuration(_)
            | Error::InvalidArgument(_)
            | Error::Protocol(_)
            | Error::RowNotFound
            | Error::TypeNotFound { .. }
            | Error::ColumnIndexOutOfBounds { .. }
            | Error::ColumnNotFound(_)
            | Error::ColumnDecode { .. }
            | Error::Encode(_)
            | Error::Decode(_)
            | Error::AnyDriverError(_)
            | Error::PoolClosed
            | Error::InvalidSavePointStatement
            | Error::BeginFailed => false,
            // The error of a migration has its variant only with that feature of the crate. It, and what a later
            // release adds, is judged by the error of this crate behind it.
            _ => chain(self.source()).find_map(link::<Error>).is_some_and(Retryable::is_retryable),
        }
    }
}

/// Returns whether a database's error is transient, by the code that this database has.
fn has_transient_code(error: &dyn DatabaseError) -> bool {
    if let Some(number) = mysql_number(error) {
        return mysql_code::is_transient(number, error.message());
    }
    let Some(code) = error.code() else { return false };
    match code.parse() {
        // SQLite's codes are numbers, the longest of which has four digits.
        Ok(number) if code.len() < 5 => sqlite_code::is_transient(number),
        _ => sqlstate::is_transient(&code, error.message()),
    }
}

/// Returns the number of an error of MySQL, whose SQLSTATE is too coarse. Only the driver's own type has it, and
/// the text: `1205 (HY000): Lock wait timeout exceeded`, or `1040: Too many connections` before the handshake.
fn mysql_number(error: &dyn DatabaseError) -> Option<u16> {
    let text = text_of(error);
    let start = text.strip_suffix(error.message())?.strip_suffix(": ")?;
    let number = match error.code() {
        Some(code) => start.strip_suffix(')')?.strip_suffix(&*code)?.strip_suffix(" (")?,
        None => start,
    };
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::fmt;
    use std::io::{self, ErrorKind};

    use ::sqlx::error::ErrorKind as DatabaseErrorKind;

    use super::*;

    /// An error of a database, with the text that its driver gives it.
    #[derive(Debug)]
    struct Answer {
        code: Option<String>,
        message: &'static str,
        text: String,
    }

    impl fmt::Display for Answer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(&self.text)
        }
    }

    impl StdError for Answer {}

    impl DatabaseError for Answer {
        fn message(&self) -> &str {
            self.message
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            self.code.as_deref().map(Cow::Borrowed)
        }

        fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> DatabaseErrorKind {
            DatabaseErrorKind::Other
        }
    }

    fn postgres(code: &str) -> Error {
        let message = "the message";
        Error::from(Answer { code: Some(code.to_owned()), message, text: message.to_owned() })
    }

    fn mysql(number: u16, state: Option<&str>, message: &'static str) -> Error {
        let text = match state {
            Some(state) => format!("{number} ({state}): {message}"),
            None => format!("{number}: {message}"),
        };
        Error::from(Answer { code: state.map(str::to_owned), message, text })
    }

    fn sqlite(code: i32) -> Error {
        let message = "the message";
        let text = format!("(code: {code}) {message}");
        Error::from(Answer { code: Some(code.to_string()), message, text })
    }

    #[test]
    fn postgresql_by_the_sqlstate() {
        for (code, _) in sqlstate::TRANSIENT {
            assert!(postgres(code).is_retryable(), "{code}");
        }
        for code in ["00000", "00005", "23505", "28P01", "3D000", "57014"] {
            assert!(!postgres(code).is_retryable(), "{code}");
        }
    }

    #[test]
    fn mysql_by_the_number() {
        let transient = [
            mysql(1205, Some("HY000"), "Lock wait timeout exceeded; try restarting transaction"),
            mysql(1213, Some("40001"), "Deadlock found when trying to get lock; try restarting transaction"),
            mysql(1040, Some("08004"), "Too many connections"),
            mysql(1040, None, "Too many connections"),
            mysql(1047, Some("08S01"), "WSREP has not yet prepared node for application use"),
        ];
        for error in transient {
            assert!(error.is_retryable(), "{error:?}");
        }
        let permanent = [
            // Numbers decide where the SQLSTATE is that of a transient error of PostgreSQL.
            mysql(1129, Some("08004"), "Host 'a' is blocked because of many connection errors"),
            mysql(1045, Some("28000"), "Access denied for user 'a'@'b' (using password: YES)"),
            mysql(1062, Some("23000"), "Duplicate entry '1' for key 'PRIMARY'"),
            mysql(1047, Some("08S01"), "Unknown command"),
            mysql(1644, Some("45000"), "1205 (HY000): a text of a procedure"),
        ];
        for error in permanent {
            assert!(!error.is_retryable(), "{error:?}");
        }
    }

    #[test]
    fn sqlite_by_the_result_code() {
        for code in [5, 6, 261, 517, 773, 262] {
            assert!(sqlite(code).is_retryable(), "{code}");
        }
        for code in [8, 11, 13, 19, 2067] {
            assert!(!sqlite(code).is_retryable(), "{code}");
        }
    }

    #[test]
    fn a_database_without_a_code_is_not_retried() {
        let error = Error::from(Answer { code: None, message: "no", text: "no".to_owned() });
        assert!(!error.is_retryable());
    }

    #[test]
    fn connections_by_the_innermost_io_error() {
        let io = |kind: ErrorKind| Error::Io(io::Error::other(io::Error::from(kind)));
        let tls = |kind: ErrorKind| Error::Tls(Box::new(io::Error::other(io::Error::from(kind))));
        for kind in [ErrorKind::ConnectionReset, ErrorKind::ConnectionRefused, ErrorKind::UnexpectedEof] {
            assert!(io(kind).is_retryable() && tls(kind).is_retryable(), "{kind}");
        }
        for kind in [ErrorKind::InvalidData, ErrorKind::PermissionDenied] {
            assert!(!io(kind).is_retryable() && !tls(kind).is_retryable(), "{kind}");
        }
        assert!(io(ErrorKind::NotFound).is_retryable(), "a socket that is not there yet");
        assert!(!tls(ErrorKind::NotFound).is_retryable(), "a certificate that is not there");
        assert!(!Error::Tls("TLS upgrade required".into()).is_retryable());
    }

    #[test]
    fn variants_of_the_client() {
        assert!(Error::PoolTimedOut.is_retryable());
        assert!(Error::WorkerCrashed.is_retryable());
        let permanent = [
            Error::PoolClosed,
            Error::RowNotFound,
            Error::ColumnNotFound("name".into()),
            Error::Configuration("no such option".into()),
            Error::Protocol("unexpected message".into()),
            Error::Decode("not a number".into()),
            Error::BeginFailed,
            Error::InvalidArgument("too long".into()),
            // The cause of a value is the program's own, also if it is an error of another query.
            Error::Encode(Box::new(io::Error::from(ErrorKind::TimedOut))),
            Error::Encode(Box::new(Error::PoolTimedOut)),
            Error::Decode(Box::new(Error::PoolTimedOut)),
        ];
        for error in permanent {
            assert!(!error.is_retryable(), "{error:?}");
        }
    }

    #[test]
    fn an_error_behind_a_box_is_judged_the_same() {
        for (error, is_retryable) in [(Error::RowNotFound, false), (Error::PoolTimedOut, true)] {
            let boxed: Box<dyn StdError + Send + Sync> = error.into();
            assert_eq!(boxed.is_retryable(), is_retryable, "{boxed:?}");
        }
    }
}
