//! Classifies errors of `redis` by the client's kinds and the server's codes.

use std::error::Error as StdError;

use ::redis::{ErrorKind, RedisError, RetryMethod, ServerError};

use super::cause;
use crate::Retryable;

impl Retryable for RedisError {
    fn is_retryable(&self) -> bool {
        // The server's errors: that of a command, those of the failed commands of a pipeline, or those for
        // which it refused a transaction, of which it then has executed nothing.
        if let Some(answers) = self.clone().into_server_errors() {
            return !answers.is_empty() && answers.iter().all(|(_, answer)| answer.is_retryable());
        }
        match self.kind() {
            // For these kinds the client would reconnect. A new connection changes neither a wrong password
            // nor the type of a value, which the command has returned and perhaps removed.
            ErrorKind::AuthenticationFailed | ErrorKind::Parse => false,
            ErrorKind::Io => connection_may_pass(self),
            ErrorKind::Server(_) => {
                may_pass(self.code().unwrap_or_default(), self.detail().unwrap_or_default())
            }
            _ => !matches!(self.retry_method(), RetryMethod::NoRetry),
        }
    }
}

impl Retryable for ServerError {
    fn is_retryable(&self) -> bool {
        may_pass(self.code(), self.details().unwrap_or_default())
    }
}

/// Returns whether an error with this code is transient. `MOVED` and `ASK` name another node; without a
/// cluster client, the next attempt would ask the same node.
fn may_pass(code: &str, details: &str) -> bool {
    match code {
        "LOADING" | "TRYAGAIN" | "CLUSTERDOWN" | "MASTERDOWN" | "BUSY" | "NOREPLICAS" => true,
        // `ERR` is the code of many errors. This text reports an overload.
        "ERR" => details.contains("max number of clients"),
        "EXECABORT" => details.split_once("because of: ").is_some_and(|(_, reason)| {
            let (code, details) = reason.split_once(' ').unwrap_or((reason, ""));
            code != "EXECABORT" && may_pass(code, details)
        }),
        _ => false,
    }
}

/// Returns whether a failed connection may succeed later. A socket that does not exist yet counts as a
/// refused connection.
fn connection_may_pass(error: &RedisError) -> bool {
    error.is_connection_refusal()
        || cause::may_pass(error.source()).unwrap_or_else(|| {
            // With native-tls only a text is left of the error.
            !matches!(error.retry_method(), RetryMethod::NoRetry)
                && !error.detail().is_some_and(cause::is_rejected_certificate)
        })
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};
    use std::net::{Shutdown, TcpListener};
    use std::thread;

    use ::redis::{Client, FromRedisValue, Pipeline, ServerErrorKind, Value, parse_redis_value, pipe};

    use super::*;

    /// Returns the error of the client for this line of the server.
    fn server_error(line: &str) -> RedisError {
        parse_redis_value(format!("-{line}\r\n").as_bytes()).unwrap().extract_error().unwrap_err()
    }

    #[test]
    fn errors_of_the_server_by_code() {
        let transient = [
            "LOADING Redis is loading the dataset in memory",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "CLUSTERDOWN The cluster is down",
            "MASTERDOWN Link with MASTER is down",
            "BUSY Redis is busy running a script",
            "NOREPLICAS Not enough good replicas to write.",
            "ERR max number of clients reached",
            "ERR max number of clients + cluster connections reached",
            "EXECABORT Transaction discarded because of: NOREPLICAS Not enough good replicas to write.",
            "EXECABORT Transaction discarded because of: CLUSTERDOWN The cluster is down",
        ];
        let permanent = [
            "ERR unknown command 'SETT'",
            "WRONGTYPE Operation against a key holding the wrong kind of value",
            "NOAUTH Authentication required.",
            "WRONGPASS invalid username-password pair or user is disabled.",
            "NOPERM this user has no permissions to run the command",
            "NOSCRIPT No matching script.",
            "EXECABORT Transaction discarded because of previous errors.",
            "EXECABORT Transaction discarded because of: OOM command not allowed",
            "EXECABORT Transaction discarded because of: EXECABORT because of: LOADING",
            "MOVED 3999 127.0.0.1:6381",
            "ASK 3999 127.0.0.1:6381",
            "CROSSSLOT Keys in request don't hash to the same slot",
            "READONLY You can't write against a read only replica.",
            "OOM command not allowed when used memory > 'maxmemory'.",
            "MISCONF Redis is configured to save RDB snapshots",
            "BUSYGROUP Consumer Group name already exists",
            "NOTBUSY No scripts in execution right now.",
        ];
        for line in transient {
            assert!(server_error(line).is_retryable(), "{line}");
            assert!(ServerError::try_from(server_error(line)).unwrap().is_retryable(), "{line}");
        }
        for line in permanent {
            assert!(!server_error(line).is_retryable(), "{line}");
            assert!(!ServerError::try_from(server_error(line)).unwrap().is_retryable(), "{line}");
        }
    }

    #[test]
    fn codes_that_the_client_has_a_kind_for_are_judged_as_the_client_does() {
        use ServerErrorKind as Kind;
        let kinds = [
            Kind::ResponseError,
            Kind::ExecAbort,
            Kind::BusyLoading,
            Kind::NoScript,
            Kind::TryAgain,
            Kind::ClusterDown,
            Kind::CrossSlot,
            Kind::MasterDown,
            Kind::ReadOnly,
            Kind::NotBusy,
            Kind::NoSub,
            Kind::NoPerm,
        ];
        for kind in kinds {
            let error = RedisError::from((ErrorKind::Server(kind), ""));
            let by_the_client = !matches!(error.retry_method(), RetryMethod::NoRetry);
            assert_eq!(error.is_retryable(), by_the_client, "{kind:?}");
        }
    }

    #[test]
    fn an_error_that_the_program_makes_of_a_text_is_judged_by_it() {
        let of = |text: &str| {
            RedisError::from((ErrorKind::Server(ServerErrorKind::ResponseError), "refused", text.to_owned()))
        };
        assert!(of("max number of clients reached").is_retryable());
        assert!(!of("unknown command 'SETT'").is_retryable());
    }

    /// Answers one connection with these bytes, whatever it sends, and returns a client for it.
    fn answering(answer: &'static [u8]) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("redis://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            connection.write_all(answer).unwrap();
            connection.shutdown(Shutdown::Write).unwrap();
            let _ = connection.read_to_end(&mut Vec::new());
        });
        Client::open(url).unwrap()
    }

    /// Adds the answers to the two commands that the client sends first to those of the test's commands.
    macro_rules! answers {
        ($answers:literal) => {
            concat!("+OK\r\n+OK\r\n", $answers).as_bytes()
        };
    }

    fn failure(answer: &'static [u8], pipeline: &Pipeline) -> RedisError {
        let mut connection = answering(answer).get_connection().unwrap();
        pipeline.query::<Vec<Value>>(&mut connection).unwrap_err()
    }

    fn two_commands() -> Pipeline {
        let mut pipeline = pipe();
        pipeline.cmd("SET").arg(&["a", "1"]).cmd("SET").arg(&["b", "2"]);
        pipeline
    }

    #[test]
    fn a_pipeline_is_retried_if_every_answer_that_failed_passes() {
        let pipeline = two_commands();
        let transient = [
            answers!("-CLUSTERDOWN Hash slot not served\r\n-CLUSTERDOWN Hash slot not served\r\n"),
            answers!("+OK\r\n-NOREPLICAS Not enough good replicas to write.\r\n"),
            answers!("-BUSY Redis is busy running a script.\r\n-LOADING Redis is loading\r\n"),
            answers!("-ERR max number of clients reached\r\n-ERR max number of clients reached\r\n"),
        ];
        let permanent = [
            answers!("-CLUSTERDOWN The cluster is down\r\n-WRONGTYPE Operation against a key\r\n"),
            answers!("-WRONGTYPE Operation against a key\r\n-BUSY Redis is busy\r\n"),
            answers!("-ERR syntax error\r\n+OK\r\n"),
        ];
        for answer in transient {
            let error = failure(answer, &pipeline);
            assert!(error.is_retryable(), "{error:?}");
        }
        for answer in permanent {
            let error = failure(answer, &pipeline);
            assert!(!error.is_retryable(), "{error:?}");
        }
    }

    #[test]
    fn a_transaction_that_was_aborted_is_retried_if_every_reason_passes() {
        let mut transaction = two_commands();
        transaction.atomic();
        let transient = [
            answers!(
                "+OK\r\n-CLUSTERDOWN Hash slot not served\r\n-CLUSTERDOWN Hash slot not served\r\n\
                 -EXECABORT Transaction discarded because of previous errors.\r\n"
            ),
            answers!(
                "+OK\r\n-LOADING Redis is loading the dataset in memory\r\n+QUEUED\r\n\
                 -EXECABORT Transaction discarded because of previous errors.\r\n"
            ),
        ];
        let permanent = [
            answers!(
                "+OK\r\n-CLUSTERDOWN Hash slot not served\r\n-ERR unknown command\r\n\
                 -EXECABORT Transaction discarded because of previous errors.\r\n"
            ),
            answers!(
                "+OK\r\n+QUEUED\r\n-OOM command not allowed\r\n\
                 -EXECABORT Transaction discarded because of previous errors.\r\n"
            ),
        ];
        for answer in transient {
            let error = failure(answer, &transaction);
            assert!(error.is_retryable(), "{error:?}");
        }
        for answer in permanent {
            let error = failure(answer, &transaction);
            assert!(!error.is_retryable(), "{error:?}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_not_retried() {
        let value = parse_redis_value(b"$4\r\ntext\r\n").unwrap();
        let error = RedisError::from(i64::from_redis_value(value).unwrap_err());
        assert_eq!(error.kind(), ErrorKind::Parse);
        assert!(!error.is_retryable(), "{error:?}");
        let garbled = parse_redis_value(b"?!").unwrap_err();
        assert_eq!(garbled.kind(), ErrorKind::Parse);
        assert!(!garbled.is_retryable(), "{garbled:?}");
    }

    #[test]
    fn an_answer_that_broke_off_is_retried() {
        let mut connection = answering(answers!("$9\r\nhal")).get_connection().unwrap();
        let cut = ::redis::cmd("GET").arg("key").query::<String>(&mut connection).unwrap_err();
        assert_eq!(cut.kind(), ErrorKind::Io);
        assert!(cut.is_retryable(), "{cut:?}");
    }

    #[test]
    fn kinds_of_the_client() {
        let is_retryable = |kind| RedisError::from((kind, "")).is_retryable();
        assert!(is_retryable(ErrorKind::Io));
        assert!(!is_retryable(ErrorKind::Parse));
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
        assert!(!is_retryable(io::ErrorKind::InvalidData), "a certificate that rustls refuses");
        let wrapped = io::Error::other(io::Error::from(io::ErrorKind::InvalidData));
        assert!(!RedisError::from(wrapped).is_retryable());
        let by_openssl = "certificate verify failed: (self-signed certificate)".to_owned();
        assert!(!RedisError::from((ErrorKind::Io, "SSL Handshake error", by_openssl)).is_retryable());
    }

    #[test]
    fn a_server_that_is_down_is_retried() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let client = Client::open(format!("redis://{closed}")).unwrap();
        let refused = client.get_connection().err().unwrap();
        assert!(refused.is_connection_refusal() && refused.is_retryable(), "{refused:?}");
    }

    #[test]
    fn a_malformed_address_is_not_retried() {
        assert!(!Client::open("no address").unwrap_err().is_retryable());
    }
}
