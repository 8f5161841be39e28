//! The layer around services: retries, requests, readiness and shared state.

mod debug;
#[cfg(feature = "fleet")]
mod fleet;
#[cfg(feature = "tonic")]
mod grpc;
mod hostile;
mod http;
mod peer;
mod readiness;
#[cfg(feature = "reqwest")]
mod reqwest_client;
#[cfg(feature = "reqwest-middleware")]
mod reqwest_middleware;
mod shared;
mod stack;

use std::{io, time::Duration};

use retry_core::Policy;
use retry_core::middleware::tower::BoxError;
use tower::Layer;
use tower_test::mock::{self, Mock};

/// Three attempts, without a wait.
const POLICY: Policy = Policy::new().max(3).base(Duration::ZERO);

type Handle = mock::Handle<&'static str, &'static str>;

/// Returns a service that answers as the handle says, below the layer.
fn spawn<L: Layer<Mock<&'static str, &'static str>>>(layer: L) -> (mock::Spawn<L::Service>, Handle) {
    mock::spawn_layer(layer)
}

fn transient() -> BoxError {
    io::Error::from(io::ErrorKind::ConnectionReset).into()
}

fn permanent() -> BoxError {
    io::Error::from(io::ErrorKind::PermissionDenied).into()
}
