//! `etcd-client`: its errors, most of which are gRPC statuses.

use std::time::Duration;

use ::etcd_client::Error;
use ::tonic::Code;

use crate::Retryable;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Error::GRpcStatus(status) => !is_out_of_space(status) && status.is_retryable(),
            Error::IoError(error) => error.is_retryable(),
            Error::LeaseKeepAliveError(text) => text != LEASE_IS_GONE,
            // A stream that broke off, and a connection that could not be made.
            Error::WatchError(_) | Error::ElectError(_) | Error::TransportError(_) => true,
            // What the caller passed, or how the client was made.
            _ => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::GRpcStatus(status) => status.retry_after(),
            _ => None,
        }
    }
}

/// What a lease's keeper says of a lease that has expired. Of a stream that broke off it says other things.
const LEASE_IS_GONE: &str = "lease not found";

/// The store is full and takes no writes until somebody makes room and disarms the alarm. Its code is that of too many
/// requests, which pass.
fn is_out_of_space(status: &::tonic::Status) -> bool {
    status.code() == Code::ResourceExhausted && status.message().contains("database space exceeded")
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::TcpListener;

    use ::etcd_client::Client;
    use ::tonic::Status;

    use super::*;

    #[test]
    fn statuses_as_tonic_has_them() {
        assert!(Error::from(Status::unavailable("etcdserver: no leader")).is_retryable());
        assert!(Error::from(Status::unavailable("etcdserver: leader changed")).is_retryable());
        assert!(Error::from(Status::resource_exhausted("etcdserver: too many requests")).is_retryable());
        assert!(!Error::from(Status::not_found("etcdserver: member not found")).is_retryable());
        assert!(!Error::from(Status::permission_denied("etcdserver: permission denied")).is_retryable());
        assert!(!Error::from(Status::unauthenticated("etcdserver: invalid auth token")).is_retryable());
    }

    #[test]
    fn a_full_store_is_not_retried() {
        let full = Status::resource_exhausted("etcdserver: mvcc: database space exceeded");
        assert!(!Error::from(full).is_retryable());
    }

    #[test]
    fn the_hint_is_that_of_the_status() {
        let mut status = Status::unavailable("");
        status.metadata_mut().insert("grpc-retry-pushback-ms", "1500".parse().unwrap());
        assert_eq!(Error::from(status).retry_after(), Some(Duration::from_millis(1500)));
        assert_eq!(Error::WatchError(String::new()).retry_after(), None);
    }

    #[test]
    fn streams_that_broke_off() {
        assert!(Error::WatchError("channel closed".into()).is_retryable());
        assert!(Error::ElectError("no leader".into()).is_retryable());
        assert!(Error::LeaseKeepAliveError("channel closed".into()).is_retryable());
        assert!(!Error::LeaseKeepAliveError("lease not found".into()).is_retryable());
    }

    #[test]
    fn io_errors_by_kind() {
        assert!(Error::from(io::Error::from(io::ErrorKind::ConnectionReset)).is_retryable());
        assert!(!Error::from(io::Error::from(io::ErrorKind::PermissionDenied)).is_retryable());
    }

    #[test]
    fn mistakes_of_the_caller() {
        assert!(!Error::InvalidArgs("empty endpoints".into()).is_retryable());
        assert!(!Error::EndpointsNotManaged.is_retryable());
        assert!(!Error::EndpointError(String::new()).is_retryable());
        assert!(!Error::Internal(String::new()).is_retryable());
        #[expect(invalid_from_utf8, reason = "the error is wanted")]
        let no_text = std::str::from_utf8(b"\xff").unwrap_err();
        assert!(!Error::from(no_text).is_retryable());
    }

    #[tokio::test]
    async fn a_member_that_is_down_is_retried() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut client = Client::connect([format!("http://{closed}")], None).await.unwrap();
        let down = client.get("key", None).await.unwrap_err();
        assert!(down.is_retryable(), "{down:?}");
    }

    #[tokio::test]
    async fn a_client_without_a_member_to_ask_is_not() {
        for endpoints in [&[][..], &["http://a b"]] {
            let error = Client::connect(endpoints, None).await.err().unwrap();
            assert!(!error.is_retryable(), "{error:?}");
        }
    }
}
