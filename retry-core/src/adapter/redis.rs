//! `redis`: errors by the client's kinds and by the server's codes.

use ::redis::{ErrorKind, RedisError, RetryMethod, ServerErrorKind};

use crate::Retryable;

impl Retryable for RedisError {
    fn is_retryable(&self) -> bool {
        match self.kind() {
            // The client would connect anew. That changes no password.
            ErrorKind::AuthenticationFailed => false,
            // Codes that the client has no kind for.
            ErrorKind::Extension => matches!(self.code(), Some("BUSY" | "NOREPLICAS")),
            // The code of many things. This one is an overload.
            ErrorKind::Server(ServerErrorKind::ResponseError) => {
                self.detail().is_some_and(|text| text.contains("max number of clients reached"))
            }
            _ => !matches!(self.retry_method(), RetryMethod::NoRetry),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::TcpListener;

    use ::redis::{Client, parse_redis_value};

    use super::*;

    /// What the server says with this line.
    fn said(line: &str) -> RedisError {
        parse_redis_value(format!("-{line}\r\n").as_bytes()).unwrap().extract_error().unwrap_err()
    }

    #[test]
    fn what_the_server_says_by_its_code() {
        let transient = [
            "LOADING Redis is loading the dataset in memory",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "CLUSTERDOWN The cluster is down",
            "MASTERDOWN Link with MASTER is down",
            "MOVED 3999 127.0.0.1:6381",
            "ASK 3999 127.0.0.1:6381",
            "BUSY Redis is busy running a script",
            "NOREPLICAS Not enough good replicas to write.",
            "ERR max number of clients reached",
        ];
        let permanent = [
            "ERR unknown command 'SETT'",
            "WRONGTYPE Operation against a key holding the wrong kind of value",
            "NOAUTH Authentication required.",
            "WRONGPASS invalid username-password pair or user is disabled.",
            "NOPERM this user has no permissions to run the command",
            "NOSCRIPT No matching script.",
            "EXECABORT Transaction discarded because of previous errors.",
            "CROSSSLOT Keys in request don't hash to the same slot",
            "READONLY You can't write against a read only replica.",
            "OOM command not allowed when used memory > 'maxmemory'.",
            "MISCONF Redis is configured to save RDB snapshots",
            "BUSYGROUP Consumer Group name already exists",
            "NOTBUSY No scripts in execution right now.",
        ];
        for line in transient {
            assert!(said(line).is_retryable(), "{line}");
        }
        for line in permanent {
            assert!(!said(line).is_retryable(), "{line}");
        }
    }

    #[test]
    fn kinds_of_the_client() {
        let is_retryable = |kind| RedisError::from((kind, "")).is_retryable();
        assert!(is_retryable(ErrorKind::Io));
        assert!(is_retryable(ErrorKind::Parse));
        assert!(is_retryable(ErrorKind::ClusterConnectionNotFound));
        assert!(is_retryable(ErrorKind::MasterNameNotFoundBySentinel));
        assert!(is_retryable(ErrorKind::NoValidReplicasFoundBySentinel));
        assert!(!is_retryable(ErrorKind::AuthenticationFailed));
        assert!(!is_retryable(ErrorKind::UnexpectedReturnType));
        assert!(!is_retryable(ErrorKind::InvalidClientConfig));
        assert!(!is_retryable(ErrorKind::Client));
        assert!(!is_retryable(ErrorKind::EmptySentinelList));
        assert!(!is_retryable(ErrorKind::RESP3NotSupported));
    }

    #[test]
    fn io_errors_by_kind() {
        let is_retryable = |kind: io::ErrorKind| RedisError::from(io::Error::from(kind)).is_retryable();
        assert!(is_retryable(io::ErrorKind::ConnectionReset));
        assert!(is_retryable(io::ErrorKind::TimedOut));
        assert!(is_retryable(io::ErrorKind::NotFound), "a socket that is not there yet");
        assert!(!is_retryable(io::ErrorKind::PermissionDenied));
    }

    #[test]
    fn a_server_that_is_down_is_retried() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let client = Client::open(format!("redis://{closed}")).unwrap();
        let refused = client.get_connection().err().unwrap();
        assert!(refused.is_connection_refusal() && refused.is_retryable(), "{refused:?}");
    }

    #[test]
    fn an_address_that_is_none_is_not() {
        assert!(!Client::open("no address").unwrap_err().is_retryable());
    }
}
