//! Classifications of the errors of other crates, one file and one feature for each crate.
//!
//! They are part of this crate because `Retryable` is: no other crate may implement the trait for a foreign
//! type. Each file decides which errors are retried; `docs/book/src/adapters/` has the same tables with the reasons.

#[cfg(any(feature = "aws", feature = "http", feature = "object_store"))]
pub(crate) mod status;
#[cfg(any(feature = "aws", feature = "object_store"))]
mod aws_code;
#[cfg(any(
    feature = "reqwest",
    feature = "aws",
    feature = "tonic",
    feature = "lapin",
    feature = "redis",
    feature = "object_store",
    feature = "opendal",
    feature = "tokio-postgres",
    feature = "sqlx"
))]
mod cause;
#[cfg(any(feature = "tonic", feature = "russh-sftp"))]
mod io_text;
#[cfg(feature = "sqlx")]
mod mysql_code;
#[cfg(feature = "sqlx")]
mod sqlite_code;
#[cfg(any(feature = "tokio-postgres", feature = "sqlx", feature = "diesel"))]
mod pgbouncer;
#[cfg(any(feature = "tokio-postgres", feature = "sqlx"))]
mod sqlstate;
#[cfg(feature = "diesel")]
mod sql_text;

#[cfg(feature = "http")]
pub mod http;
#[cfg(any(feature = "reqwest", feature = "etcd-client"))]
mod hyper;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(feature = "reqwest-middleware")]
pub(crate) mod reqwest_middleware;
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
#[cfg(feature = "opendal")]
mod opendal;
#[cfg(feature = "async-nats")]
mod async_nats;
#[cfg(feature = "tokio-postgres")]
mod tokio_postgres;
#[cfg(feature = "sqlx")]
mod sqlx;
#[cfg(feature = "diesel")]
mod diesel;
