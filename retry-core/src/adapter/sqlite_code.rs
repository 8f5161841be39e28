//! The transient result codes of SQLite.

/// The transient primary codes, each with its name. An extended code has its primary code in its lowest byte. The others
/// are permanent; `docs/book/src/adapters/sqlx.md` has the reasons.
#[rustfmt::skip]
const TRANSIENT: [(i32, &str); 4] = [
    // Another connection writes, or has written since this transaction read.
    (5, "SQLITE_BUSY"),
    // Another statement of this process holds the table.
    (6, "SQLITE_LOCKED"),
    // Too many connections race for the first look at the log.
    (15, "SQLITE_PROTOCOL"),
    // The schema has changed each time the statement was prepared.
    (17, "SQLITE_SCHEMA"),
];

/// Returns whether an error with this code, which may be an extended one, is transient.
pub(super) fn is_transient(code: i32) -> bool {
    TRANSIENT.iter().any(|(transient, _)| *transient == code & 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_of_others_are_transient_in_each_extended_form() {
        for (code, name) in TRANSIENT {
            assert!(is_transient(code), "{name}");
        }
        for (code, name) in [
            (261, "SQLITE_BUSY_RECOVERY"),
            (517, "SQLITE_BUSY_SNAPSHOT"),
            (773, "SQLITE_BUSY_TIMEOUT"),
            (262, "SQLITE_LOCKED_SHAREDCACHE"),
            (518, "SQLITE_LOCKED_VTAB"),
        ] {
            assert!(is_transient(code), "{code} {name}");
        }
    }

    #[test]
    fn the_rest_is_permanent() {
        let permanent = [
            (1, "SQLITE_ERROR"),
            (7, "SQLITE_NOMEM"),
            (8, "SQLITE_READONLY"),
            (264, "SQLITE_READONLY_RECOVERY"),
            (9, "SQLITE_INTERRUPT"),
            (10, "SQLITE_IOERR"),
            (11, "SQLITE_CORRUPT"),
            (13, "SQLITE_FULL"),
            (14, "SQLITE_CANTOPEN"),
            (19, "SQLITE_CONSTRAINT"),
            (2067, "SQLITE_CONSTRAINT_UNIQUE"),
            (21, "SQLITE_MISUSE"),
            (26, "SQLITE_NOTADB"),
        ];
        for (code, name) in permanent {
            assert!(!is_transient(code), "{code} {name}");
        }
    }
}
