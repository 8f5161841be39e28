//! The transient errors of PgBouncer. It reports almost all of its own errors with the code of a protocol violation, so
//! only their texts tell them apart.

/// How each text begins.
#[rustfmt::skip]
const TRANSIENT: [&str; 7] = [
    // No connection to the server got free in time, or none to PgBouncer is left.
    "query_wait_timeout",
    "no more connections allowed",
    // The server is down or was lost.
    "server conn crashed?",
    "server login has been failing, try again later",
    "client_login_timeout (server down)",
    // PgBouncer stops, or has ended a connection that did nothing.
    "server shutting down",
    "client_idle_timeout",
];

/// Returns whether an error with this text is transient.
pub(super) fn is_transient(message: &str) -> bool {
    TRANSIENT.iter().any(|start| message.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_down_or_busy_is_told_from_a_mistake() {
        for text in
            ["query_wait_timeout", "server login has been failing, try again later (server_login_retry)"]
        {
            assert!(is_transient(text), "{text}");
        }
        for text in
            ["query_timeout", "no such database: missing", "bad packet", "invalid server parameter", ""]
        {
            assert!(!is_transient(text), "{text}");
        }
    }
}
