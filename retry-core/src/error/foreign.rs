//! Lists the error types of other crates that are classified when they are in the chain of an error.

#[cfg(feature = "async-nats")]
mod async_nats;

use super::link::LinkClassifier;
#[cfg(any(
    feature = "reqwest",
    feature = "aws",
    feature = "tonic",
    feature = "lapin",
    feature = "russh",
    feature = "russh-sftp",
    feature = "ssh2",
    feature = "redis",
    feature = "object_store",
    feature = "opendal",
    feature = "tokio-postgres",
    feature = "sqlx",
    feature = "diesel"
))]
use super::link::classify_link;

/// The classifiers of these types. The room `adapter` implements `Retryable` for each type.
pub(crate) const CLASSIFIERS: &[LinkClassifier] = &[
    #[cfg(feature = "reqwest")]
    classify_link::<super::reqwest::Error>,
    #[cfg(feature = "reqwest")]
    classify_link::<::reqwest::Error>,
    #[cfg(all(any(feature = "reqwest", feature = "etcd-client"), not(target_family = "wasm")))]
    classify_link::<hyper_util::client::legacy::Error>,
    #[cfg(any(feature = "reqwest", feature = "etcd-client"))]
    classify_link::<::hyper::Error>,
    #[cfg(feature = "reqwest-middleware")]
    classify_link::<::reqwest_middleware::Error>,
    #[cfg(feature = "aws")]
    classify_link::<aws_smithy_types::byte_stream::error::Error>,
    #[cfg(feature = "tonic")]
    classify_link::<::tonic::Status>,
    #[cfg(feature = "etcd-client")]
    classify_link::<::etcd_client::Error>,
    #[cfg(feature = "etcd-client")]
    classify_link::<::tonic::transport::Error>,
    #[cfg(feature = "etcd-client")]
    classify_link::<::h2::Error>,
    #[cfg(feature = "lapin")]
    classify_link::<::lapin::Error>,
    #[cfg(feature = "russh")]
    classify_link::<::russh::Error>,
    #[cfg(feature = "russh")]
    classify_link::<::russh::keys::Error>,
    #[cfg(feature = "russh")]
    classify_link::<::russh::AgentAuthError>,
    #[cfg(feature = "russh-sftp")]
    classify_link::<::russh_sftp::client::error::Error>,
    #[cfg(feature = "ssh2")]
    classify_link::<::ssh2::Error>,
    #[cfg(feature = "redis")]
    classify_link::<::redis::RedisError>,
    #[cfg(feature = "redis")]
    classify_link::<::redis::ServerError>,
    #[cfg(feature = "object_store")]
    classify_link::<::object_store::Error>,
    #[cfg(feature = "async-nats")]
    async_nats::classify,
    #[cfg(feature = "opendal")]
    classify_link::<::opendal_core::Error>,
    #[cfg(feature = "tokio-postgres")]
    classify_link::<::tokio_postgres::Error>,
    #[cfg(feature = "tokio-postgres")]
    classify_link::<::tokio_postgres::error::DbError>,
    #[cfg(feature = "sqlx")]
    classify_link::<::sqlx::Error>,
    #[cfg(feature = "diesel")]
    classify_link::<::diesel::result::Error>,
    #[cfg(feature = "diesel")]
    classify_link::<::diesel::ConnectionError>,
];
