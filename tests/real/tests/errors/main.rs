//! What the adapters make of errors that real servers give, for which there is no fault of chaos: an answer that fails in its
//! body, a cluster without its slots, a certificate that nobody signed.

mod amqp;
mod http;
mod nats;
mod opendal;
mod pages;
mod redis;
mod s3;
mod sql;
mod tls;

use std::{pin::Pin, time::Duration};

use tokio::time::timeout;

/// Far above what any of these takes. It is only there so that a test which would hang ends.
const PATIENCE: Duration = Duration::from_mins(1);

/// Returns what `test` does, or ends it. On the heap, since clients' futures are large.
fn bounded<T>(test: impl Future<Output = T>) -> Pin<Box<impl Future<Output = T>>> {
    Box::pin(async { timeout(PATIENCE, test).await.expect("the test ends") })
}
