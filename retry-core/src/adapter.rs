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
