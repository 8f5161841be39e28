//! Classifies errors of `diesel` by their kind, and by the text of the database where the kind is unknown.

use ::diesel::ConnectionError;
use ::diesel::result::{DatabaseErrorKind as Kind, Error};

use super::sql_text;
use crate::Retryable;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Error::DatabaseError(kind, information) => kind_may_pass(*kind, information.message()),
            // The connection that broke during the commit broke for the rollback, too.
            Error::RollbackErrorOnCommit { commit_error, .. } => commit_error.is_retryable(),
            // An earlier error left the connection in an unknown state; a new connection has another manager.
            Error::BrokenTransactionManager => true,
            _ => false,
        }
    }
}

impl Retryable for ConnectionError {
    fn is_retryable(&self) -> bool {
        match self {
            ConnectionError::BadConnection(text) => sql_text::is_transient(text),
            ConnectionError::CouldntSetupConfiguration(error) => error.is_retryable(),
            _ => false,
        }
    }
}

fn kind_may_pass(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::SerializationFailure | Kind::ClosedConnection => true,
        Kind::UniqueViolation
        | Kind::ForeignKeyViolation
        | Kind::NotNullViolation
        | Kind::CheckViolation
        | Kind::ReadOnlyTransaction => false,
        // The kind has no code for deadlocks, locks, overload or restarts.
        _ => sql_text::is_transient(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: Kind, text: &str) -> Error {
        Error::DatabaseError(kind, Box::new(text.to_owned()))
    }

    #[test]
    fn kinds_that_decide_alone() {
        for kind in [Kind::SerializationFailure, Kind::ClosedConnection] {
            assert!(error(kind, "").is_retryable(), "{kind:?}");
        }
        let permanent = [
            Kind::UniqueViolation,
            Kind::ForeignKeyViolation,
            Kind::NotNullViolation,
            Kind::CheckViolation,
            Kind::ReadOnlyTransaction,
        ];
        for kind in permanent {
            // A row may have any text, and stands in the message. A trigger chooses the whole text.
            for text in ["Duplicate entry 'database is locked'", "deadlock detected"] {
                assert!(!error(kind, text).is_retryable(), "{kind:?}: {text}");
            }
        }
    }

    #[test]
    fn kinds_that_leave_it_to_the_text() {
        for kind in [Kind::Unknown, Kind::UnableToSendCommand] {
            assert!(error(kind, "deadlock detected").is_retryable());
            assert!(error(kind, "no connection to the server\n").is_retryable());
            assert!(!error(kind, "relation \"accounts\" does not exist").is_retryable());
        }
    }

    #[test]
    fn a_rollback_that_failed_is_judged_by_its_commit() {
        let failed = |commit: Kind| Error::RollbackErrorOnCommit {
            rollback_error: Box::new(Error::NotFound),
            commit_error: Box::new(error(commit, "")),
        };
        assert!(failed(Kind::SerializationFailure).is_retryable());
        assert!(!failed(Kind::UniqueViolation).is_retryable());
    }

    #[test]
    fn mistakes_of_the_program_are_not_retried() {
        let permanent = [
            Error::NotFound,
            Error::RollbackTransaction,
            Error::AlreadyInTransaction,
            Error::NotInTransaction,
            Error::QueryBuilderError("database is locked".into()),
            Error::DeserializationError("database is locked".into()),
        ];
        for error in permanent {
            assert!(!error.is_retryable(), "{error:?}");
        }
        assert!(Error::BrokenTransactionManager.is_retryable());
    }

    #[test]
    fn connections_by_their_text() {
        let bad = |text: &str| ConnectionError::BadConnection(text.to_owned()).is_retryable();
        assert!(bad("connection to server at \"127.0.0.1\", port 1 failed: Connection refused\n"));
        assert!(!bad(
            "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  database \"x\" does not exist\n"
        ));
        let setup = ConnectionError::CouldntSetupConfiguration(error(Kind::ClosedConnection, ""));
        assert!(setup.is_retryable());
        assert!(!ConnectionError::InvalidConnectionUrl("x".to_owned()).is_retryable());
    }

    #[test]
    fn an_error_behind_a_box_is_judged_the_same() {
        let boxed: Box<dyn std::error::Error + Send + Sync> = Error::NotFound.into();
        assert!(!boxed.is_retryable());
        let boxed: Box<dyn std::error::Error + Send + Sync> =
            ConnectionError::InvalidConnectionUrl("x".to_owned()).into();
        assert!(!boxed.is_retryable());
    }
}
