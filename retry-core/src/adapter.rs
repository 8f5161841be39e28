//! What the errors of other crates say of themselves: one file and one feature for each crate.
//!
//! They stand here because the trait does: nobody else may implement it for a type that is not theirs. Each file is a
//! table of what is retried; `docs/adapters/` has the same with the reasons.

#[cfg(any(feature = "aws", feature = "http", feature = "object_store"))]
mod status;
#[cfg(any(feature = "aws", feature = "object_store"))]
mod aws_code;
#[cfg(any(
    feature = "reqwest",
    feature = "aws",
    feature = "tonic",
    feature = "lapin",
    feature = "redis",
    feature = "object_store"
))]
mod cause;
#[cfg(any(feature = "tonic", feature = "russh-sftp"))]
mod io_text;

#[cfg(feature = "http")]
pub mod http;
#[cfg(any(feature = "reqwest", feature = "etcd-client"))]
mod hyper;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "tonic")]
mod tonic;
#[cfg(feature = "etcd-client")]
mod etcd_client;
#[cfg(feature = "etcd-client")]
mod h2;
#[cfg(feature = "lapin")]
mod lapin;
#[cfg(feature = "russh")]
mod russh;
#[cfg(feature = "russh-sftp")]
mod russh_sftp;
#[cfg(feature = "ssh2")]
mod ssh2;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "object_store")]
mod object_store;

use crate::error::classification::LinkClassifier;
#[cfg(any(
    feature = "reqwest",
    feature = "aws",
    feature = "tonic",
    feature = "lapin",
    feature = "russh",
    feature = "russh-sftp",
    feature = "ssh2",
    feature = "redis",
    feature = "object_store"
))]
use crate::error::classification::classify_link;

/// The classifiers of all errors that stand here, for chains of errors whose types are not known.
pub(crate) const CLASSIFIERS: &[LinkClassifier] = &[
    #[cfg(feature = "reqwest")]
    classify_link::<self::reqwest::Error>,
    #[cfg(feature = "reqwest")]
    classify_link::<::reqwest::Error>,
    #[cfg(all(any(feature = "reqwest", feature = "etcd-client"), not(target_family = "wasm")))]
    classify_link::<hyper_util::client::legacy::Error>,
    #[cfg(any(feature = "reqwest", feature = "etcd-client"))]
    classify_link::<::hyper::Error>,
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
];
