//! The transient error numbers of MySQL and MariaDB, for all adapters that receive one.

/// The transient numbers, each with its name in the manuals. The others are permanent; `docs/book/src/adapters/sqlx.md` has the
/// reasons.
#[rustfmt::skip]
const TRANSIENT: [(u16, &str); 32] = [
    // Another transaction won, or holds what is wanted.
    (1020, "ER_CHECKREAD"),
    (1205, "ER_LOCK_WAIT_TIMEOUT"),
    (1213, "ER_LOCK_DEADLOCK"),
    (1412, "ER_TABLE_DEF_CHANGED"),
    (1614, "ER_XA_RBDEADLOCK"),
    (1615, "ER_NEED_REPREPARE"),
    (3058, "ER_USER_LOCK_DEADLOCK"),
    (3101, "ER_TRANSACTION_ROLLBACK_DURING_COMMIT"),
    (3572, "ER_LOCK_NOWAIT"),
    // Overload.
    (1037, "ER_OUTOFMEMORY"),
    (1040, "ER_CON_COUNT_ERROR"),
    (1041, "ER_OUT_OF_RESOURCES"),
    (1135, "ER_CANT_CREATE_THREAD"),
    (1203, "ER_TOO_MANY_USER_CONNECTIONS"),
    (1637, "ER_TOO_MANY_CONCURRENT_TRXS"),
    // The server stops or starts.
    (1053, "ER_SERVER_SHUTDOWN"),
    (1077, "ER_NORMAL_SHUTDOWN"),
    (1078, "ER_GOT_SIGNAL"),
    (1079, "ER_SHUTDOWN_COMPLETE"),
    (3032, "ER_SERVER_OFFLINE_MODE"),
    (3168, "ER_SERVER_ISNT_AVAILABLE"),
    // The session or its connection was lost.
    (1042, "ER_BAD_HOST_ERROR"),
    (1080, "ER_FORCING_CLOSE"),
    (1152, "ER_ABORTING_CONNECTION"),
    (1158, "ER_NET_READ_ERROR"),
    (1159, "ER_NET_READ_INTERRUPTED"),
    (1160, "ER_NET_ERROR_ON_WRITE"),
    (1161, "ER_NET_WRITE_INTERRUPTED"),
    (1184, "ER_NEW_ABORTING_CONNECTION"),
    (1927, "ER_CONNECTION_KILLED"),
    (3169, "ER_SESSION_WAS_KILLED"),
    (4031, "ER_CLIENT_INTERACTION_TIMEOUT"),
];

/// The number for an unknown command, which Galera also uses while a node is not part of its cluster.
const UNKNOWN_COMMAND: u16 = 1047;

/// The number for any limit of a user, of which only that of connections frees up before its hour is over.
const USER_LIMIT: u16 = 1226;

/// Returns whether an error with this number and this text is transient.
pub(super) fn is_transient(number: u16, message: &str) -> bool {
    match number {
        UNKNOWN_COMMAND => message.contains("WSREP"),
        USER_LIMIT => message.contains("'max_user_connections'"),
        _ => TRANSIENT.iter().any(|(transient, _)| *transient == number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_settles_by_itself_is_transient() {
        for (number, name) in TRANSIENT {
            assert!(is_transient(number, ""), "{number} {name}");
        }
    }

    #[test]
    fn the_rest_is_permanent() {
        let permanent = [
            (1021, "ER_DISK_FULL"),
            (1038, "ER_OUT_OF_SORTMEMORY"),
            (1043, "ER_HANDSHAKE_ERROR"),
            (1044, "ER_DBACCESS_DENIED_ERROR"),
            (1045, "ER_ACCESS_DENIED_ERROR"),
            (1048, "ER_BAD_NULL_ERROR"),
            (1049, "ER_BAD_DB_ERROR"),
            (1062, "ER_DUP_ENTRY"),
            (1064, "ER_PARSE_ERROR"),
            (1114, "ER_RECORD_FILE_FULL"),
            (1129, "ER_HOST_IS_BLOCKED"),
            (1130, "ER_HOST_NOT_PRIVILEGED"),
            (1146, "ER_NO_SUCH_TABLE"),
            (1153, "ER_NET_PACKET_TOO_LARGE"),
            (1156, "ER_NET_PACKETS_OUT_OF_ORDER"),
            (1206, "ER_LOCK_TABLE_FULL"),
            (1226, "ER_USER_LIMIT_REACHED"),
            (1290, "ER_OPTION_PREVENTS_STATEMENT"),
            (1317, "ER_QUERY_INTERRUPTED"),
            (1452, "ER_NO_REFERENCED_ROW_2"),
            (1613, "ER_XA_RBTIMEOUT"),
            (1792, "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION"),
            (1836, "ER_READ_ONLY_MODE"),
            (1969, "ER_STATEMENT_TIMEOUT"),
            (3024, "ER_QUERY_TIMEOUT"),
            (4025, "ER_CONSTRAINT_FAILED"),
            (0, "none"),
        ];
        for (number, name) in permanent {
            assert!(!is_transient(number, ""), "{number} {name}");
        }
    }

    #[test]
    fn a_node_of_galera_that_is_not_ready_is_told_from_an_unknown_command_by_its_text() {
        assert!(is_transient(1047, "WSREP has not yet prepared node for application use"));
        assert!(!is_transient(1047, "Unknown command"));
    }

    #[test]
    fn too_many_connections_of_a_user_are_told_from_its_other_limits_by_the_text() {
        let text = |limit: &str| format!("User 'a' has exceeded the '{limit}' resource (current value: 1)");
        assert!(is_transient(1226, &text("max_user_connections")));
        assert!(!is_transient(1226, &text("max_queries_per_hour")));
    }

    /// Every number that is retried has a row, which has the reason.
    #[test]
    fn the_page_has_each_number() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/book/src/adapters/sqlx.md");
        let page = std::fs::read_to_string(page).unwrap();
        let retried: Vec<&str> = page.lines().filter(|line| line.contains("| yes |")).collect();
        for (number, name) in TRANSIENT {
            let row = format!("{number} `{name}`");
            assert!(retried.iter().any(|line| line.contains(&row)), "{row}");
        }
    }
}
