//! The texts of transient errors of databases, for clients that keep nothing else of them.

use super::pgbouncer;

/// How each text begins, in English. `docs/book/src/adapters/diesel.md` has what they stand for.
#[rustfmt::skip]
const TRANSIENT: [&str; 41] = [
    // PostgreSQL: other transactions.
    "could not serialize access",
    "deadlock detected",
    "could not obtain lock on ",
    "canceling statement due to lock timeout",
    // PostgreSQL: overload.
    "sorry, too many clients already",
    "remaining connection slots are reserved",
    "too many connections for ",
    // PostgreSQL: it stops, recovers or starts, or ends a session that does nothing.
    "terminating connection due to administrator command",
    "terminating connection due to conflict with recovery",
    "terminating connection due to idle-",
    "terminating connection due to unexpected postmaster exit",
    "terminating connection because of crash of another server process",
    "the database system is ",
    // Its client, libpq: the connection.
    "server closed the connection unexpectedly",
    "SSL connection has been closed unexpectedly",
    "no connection to the server",
    "could not receive data from server",
    "could not send data to server",
    "could not send startup packet",
    "could not translate host name ",
    "timeout expired",
    // The same, by the texts of the system.
    "Connection refused",
    "Connection reset by peer",
    "Connection timed out",
    "Network is unreachable",
    "No route to host",
    // A socket that is not there yet.
    "No such file or directory",
    // MySQL and MariaDB: other transactions.
    "Deadlock found when trying to get ",
    "Lock wait timeout exceeded",
    "Record has changed since last read in table ",
    "Statement aborted because lock(s) could not be acquired immediately and NOWAIT is set",
    // MySQL and MariaDB: overload, and when they stop.
    "Too many connections",
    "Server shutdown in progress",
    "Connection was killed",
    // Their clients: the connection.
    "MySQL server has gone away",
    "Server has gone away",
    "Lost connection to ",
    "Can't connect to ",
    // SQLite.
    "database is locked",
    "database table is locked",
    "database schema is locked",
];

/// Returns whether an error with this text is transient. A client that tried several hosts has a line for each, of
/// which none may be permanent; indented lines continue the one before.
pub(super) fn is_transient(text: &str) -> bool {
    let mut reasons = text.lines().filter(|line| !line.is_empty() && !line.starts_with('\t')).map(reason);
    reasons.next().is_some_and(begins_as_transient) && reasons.all(begins_as_transient)
}

fn begins_as_transient(reason: &str) -> bool {
    let has_no_room = reason.starts_with("User ") && reason.contains("'max_user_connections'");
    has_no_room || pgbouncer::is_transient(reason) || TRANSIENT.iter().any(|start| reason.starts_with(start))
}

/// Returns what is left of a line without the address and the severity that libpq begins it with.
fn reason(line: &str) -> &str {
    let is_of_libpq = ["connection to server ", "could not connect to server: "]
        .iter()
        .any(|start| line.starts_with(start));
    let line = if is_of_libpq { line.split_once(": ").map_or(line, |(_, rest)| rest) } else { line };
    line.strip_prefix("FATAL:  ").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_begins_so_is_transient() {
        for start in TRANSIENT {
            assert!(is_transient(start), "{start}");
            assert!(is_transient(&format!("{start}, and more")), "{start}");
            assert!(!is_transient(&format!("invalid input syntax: \"{start}\"")), "a value in a message");
        }
    }

    #[test]
    fn connections_of_libpq_without_their_address() {
        let at = "connection to server at \"127.0.0.1\", port 5432 failed: ";
        let transient = [
            "Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n",
            "FATAL:  the database system is starting up\n",
            "FATAL:  sorry, too many clients already\n",
            "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\n",
            "timeout expired\n",
            "FATAL:  query_wait_timeout\n",
        ];
        for reason in transient {
            assert!(is_transient(&format!("{at}{reason}")), "{reason}");
        }
        let permanent = [
            "FATAL:  password authentication failed for user \"fleet\"\n",
            "FATAL:  database \"none\" does not exist\n",
            "SSL error: certificate verify failed\n",
        ];
        for reason in permanent {
            assert!(!is_transient(&format!("{at}{reason}")), "{reason}");
        }
        assert!(is_transient("could not connect to server: Connection refused\n\tIs the server running\n"));
        let socket = "connection to server on socket \"/run/.s.PGSQL.5432\" failed: No such file or directory\n\tIs the server running\n";
        assert!(is_transient(socket));
    }

    #[test]
    fn one_host_that_refuses_for_good_decides() {
        let refused = "connection to server at \"localhost\" (::1), port 5432 failed: Connection refused\n\tIs it running?\n";
        let wrong = "connection to server at \"localhost\" (127.0.0.1), port 5432 failed: FATAL:  password authentication failed\n";
        assert!(is_transient(&format!("{refused}{refused}")));
        assert!(!is_transient(&format!("{refused}{wrong}")));
        assert!(!is_transient(&format!("{wrong}{refused}")));
    }

    #[test]
    fn too_many_connections_of_a_user_begin_with_its_name() {
        assert!(is_transient("User guest already has more than 'max_user_connections' active connections"));
        assert!(is_transient(
            "User 'guest' has exceeded the 'max_user_connections' resource (current value: 1)"
        ));
        assert!(!is_transient(
            "User 'guest' has exceeded the 'max_queries_per_hour' resource (current value: 1)"
        ));
    }

    #[test]
    fn no_text_is_permanent() {
        assert!(!is_transient("") && !is_transient("\n"));
    }
}
