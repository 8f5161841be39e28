//! The layer around services: what is retried, with which request, on which service, and what calls share.

mod http;
mod peer;
mod readiness;
mod shared;
mod stack;

use std::{io, time::Duration};

use retry_core::Policy;
use retry_core::middleware::tower::{BoxError, Retry, RetryLayer};
use tower::Layer;
use tower_test::mock::{self, Mock};

/// Three attempts, without a wait.
const POLICY: Policy = Policy::new().max(3).base(Duration::ZERO);

type Handle = mock::Handle<&'static str, &'static str>;
type Inner<J, R> = Retry<Mock<&'static str, &'static str>, J, R>;
type Service<J, R> = mock::Spawn<Inner<J, R>>;

/// Returns a service that answers as the handle says, below the layer.
fn spawn<J, R>(layer: RetryLayer<J, R>) -> (Service<J, R>, Handle)
where
    RetryLayer<J, R>: Layer<Mock<&'static str, &'static str>, Service = Inner<J, R>>,
{
    mock::spawn_layer(layer)
}

fn transient() -> BoxError {
    io::Error::from(io::ErrorKind::ConnectionReset).into()
}

fn permanent() -> BoxError {
    io::Error::from(io::ErrorKind::PermissionDenied).into()
}
