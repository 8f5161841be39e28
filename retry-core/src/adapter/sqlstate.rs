//! The transient SQLSTATEs of PostgreSQL, for all adapters that receive one.

use super::pgbouncer;

/// The transient codes, each with the name that PostgreSQL's manual has for it, appendix A. The others are
/// permanent; `docs/book/src/adapters/tokio-postgres.md` has the reasons.
#[rustfmt::skip]
pub(super) const TRANSIENT: [(&str, &str); 23] = [
    // The connection failed, or the server refused it for now.
    ("08000", "connection_exception"),
    ("08001", "sqlclient_unable_to_establish_sqlconnection"),
    ("08003", "connection_does_not_exist"),
    ("08004", "sqlserver_rejected_establishment_of_sqlconnection"),
    ("08006", "connection_failure"),
    // The server ended a session that did nothing. The next attempt begins another.
    ("25P03", "idle_in_transaction_session_timeout"),
    ("57P05", "idle_session_timeout"),
    // The server rolled the transaction back because of another one.
    ("40000", "transaction_rollback"),
    ("40001", "serialization_failure"),
    ("40P01", "deadlock_detected"),
    ("72000", "snapshot_too_old"),
    // Others hold what is wanted.
    ("55006", "object_in_use"),
    ("55P03", "lock_not_available"),
    // Overload.
    ("53000", "insufficient_resources"),
    ("53200", "out_of_memory"),
    ("53300", "too_many_connections"),
    // The server stops, starts or recovers.
    ("57000", "operator_intervention"),
    ("57P01", "admin_shutdown"),
    ("57P02", "crash_shutdown"),
    ("57P03", "cannot_connect_now"),
    // The machine under the server failed.
    ("58000", "system_error"),
    ("58030", "io_error"),
    // A foreign server, as a foreign table reaches it.
    ("HV00N", "fdw_unable_to_establish_connection"),
];

/// The code of a protocol violation, which PgBouncer uses for almost all of its own errors.
const PROTOCOL_VIOLATION: &str = "08P01";

/// Returns whether an error with this code and this text is transient.
pub(super) fn is_transient(code: &str, message: &str) -> bool {
    if code == PROTOCOL_VIOLATION {
        return pgbouncer::is_transient(message);
    }
    TRANSIENT.iter().any(|(transient, _)| *transient == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_settles_by_itself_is_transient() {
        for (code, name) in TRANSIENT {
            assert!(is_transient(code, ""), "{code} {name}");
            assert_eq!(code.len(), 5, "{code}");
        }
    }

    #[test]
    fn the_rest_is_permanent() {
        let permanent = [
            ("08007", "transaction_resolution_unknown"),
            ("08P01", "protocol_violation"),
            ("0A000", "feature_not_supported"),
            ("22012", "division_by_zero"),
            ("23503", "foreign_key_violation"),
            ("23505", "unique_violation"),
            ("25006", "read_only_sql_transaction"),
            ("25P02", "in_failed_sql_transaction"),
            ("25P04", "transaction_timeout"),
            ("26000", "invalid_sql_statement_name"),
            ("28000", "invalid_authorization_specification"),
            ("28P01", "invalid_password"),
            ("3D000", "invalid_catalog_name"),
            ("40002", "transaction_integrity_constraint_violation"),
            ("40003", "statement_completion_unknown"),
            ("42501", "insufficient_privilege"),
            ("42601", "syntax_error"),
            ("42P01", "undefined_table"),
            ("53100", "disk_full"),
            ("53400", "configuration_limit_exceeded"),
            ("54000", "program_limit_exceeded"),
            ("55000", "object_not_in_prerequisite_state"),
            ("57014", "query_canceled"),
            ("57P04", "database_dropped"),
            ("58P01", "undefined_file"),
            ("P0001", "raise_exception"),
            ("XX000", "internal_error"),
            ("XX001", "data_corrupted"),
            ("", "no code"),
        ];
        for (code, name) in permanent {
            assert!(!is_transient(code, ""), "{code} {name}");
        }
    }

    #[test]
    fn a_protocol_violation_is_one_of_pgbouncer_by_its_text() {
        assert!(is_transient("08P01", "server conn crashed?"));
        assert!(!is_transient("08P01", "invalid message format"));
        assert!(!is_transient("22023", "server conn crashed?"), "another code");
    }

    /// Every code that is retried has a row, which has the reason.
    #[test]
    fn the_page_has_each_code() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/book/src/adapters/tokio-postgres.md");
        let page = std::fs::read_to_string(page).unwrap();
        let retried: Vec<&str> = page.lines().filter(|line| line.contains("| yes |")).collect();
        for (code, name) in TRANSIENT {
            let row = format!("`{code}` `{name}`");
            assert!(retried.iter().any(|line| line.contains(&row)), "{row}");
        }
    }
}
