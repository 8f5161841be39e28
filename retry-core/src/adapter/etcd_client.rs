//! Classifies errors of `etcd-client`, most of which are gRPC statuses.

use std::error::Error as _;
use std::time::Duration;

use ::etcd_client::Error;
use ::tonic::{Code, ConnectError, TimeoutExpired};

use super::{cause, hyper};
use crate::Retryable;
use crate::error::chain;

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match self {
            Error::GRpcStatus(status) => !is_out_of_space(status) && status.is_retryable(),
            Error::IoError(error) => error.is_retryable(),
            Error::LeaseKeepAliveError(text) => text != LEASE_IS_GONE,
            // A stream that broke off.
            Error::WatchError(_) | Error::ElectError(_) => true,
            // Wrong arguments, or a wrong setting of the client. The client returns a transport error for
            // impossible TLS settings; for a member that is down, it returns a status.
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

/// Retries a connection that tonic could not make, or that failed. An error with neither behind it comes from
/// the address or the settings of the channel.
impl Retryable for ::tonic::transport::Error {
    fn is_retryable(&self) -> bool {
        let cause = self.source();
        if chain::find_in::<ConnectError>(cause).is_some() {
            cause::connect_may_pass(cause).unwrap_or(true)
        } else if chain::find_in::<TimeoutExpired>(cause).is_some() {
            true
        } else {
            hyper::may_pass(cause)
                .or_else(|| chain::find_in::<::h2::Error>(cause).map(Retryable::is_retryable))
                .or_else(|| cause::may_pass(cause))
                .unwrap_or(false)
        }
    }
}

/// The text of a lease keeper for a lease that has expired. A stream that broke off has other texts.
const LEASE_IS_GONE: &str = "lease not found";

/// Returns whether the store is full. It then takes no writes until an operator makes room and disarms the
/// alarm. The code of this status is also that of too many requests, which is transient.
fn is_out_of_space(status: &::tonic::Status) -> bool {
    status.code() == Code::ResourceExhausted && status.message().contains("database space exceeded")
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::TcpListener;

    use ::etcd_client::Client;
    use ::tonic::Status;
    use tonic_types::{ErrorDetails, StatusExt};

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
    fn retry_info_is_the_hint_too() {
        let mut details = ErrorDetails::new();
        details.set_retry_info(Some(Duration::from_secs(7)));
        let status = Status::with_error_details(Code::Unavailable, "", details);
        assert_eq!(Error::from(status).retry_after(), Some(Duration::from_secs(7)));
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

    #[test]
    fn settings_of_the_transport_that_cannot_be_are_not_retried() {
        let endpoint = ::tonic::transport::Endpoint::from_static("http://127.0.0.1");
        let wrong = endpoint.user_agent("no\nagent").unwrap_err();
        assert!(!wrong.is_retryable(), "{wrong:?}");
        assert!(!Error::from(wrong).is_retryable());
        let no_address = ::tonic::transport::Endpoint::from_shared("http://a b").unwrap_err();
        assert!(!no_address.is_retryable(), "{no_address:?}");
    }

    #[tokio::test]
    async fn a_channel_that_cannot_connect_is_retried() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let endpoint = ::tonic::transport::Endpoint::from_shared(format!("http://{closed}")).unwrap();
        let down = endpoint.connect().await.unwrap_err();
        assert!(down.is_retryable(), "{down:?}");
        // The documentation of the tonic adapter recommends this form for programs without the feature for
        // etcd.
        let status = Status::from_error(down.into());
        assert!(status.code() == Code::Unavailable && status.is_retryable(), "{status:?}");
    }

    /// Covers the errors between a status and the network.
    #[tokio::test]
    async fn a_connection_that_is_cut_is_retried() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || while listener.accept().is_ok() {});
        let mut client = Client::connect([format!("http://{address}")], None).await.unwrap();
        let cut = client.get("key", None).await.unwrap_err();
        assert!(cut.is_retryable(), "{cut:?}");
    }

    #[tokio::test]
    async fn a_client_without_a_member_is_not_retried() {
        for endpoints in [&[][..], &["http://a b"]] {
            let error = Client::connect(endpoints, None).await.err().unwrap();
            assert!(!error.is_retryable(), "{error:?}");
        }
    }
}
