//! A layer of tower: the loop around any `Service`.

mod attempt;
mod between;
#[cfg(feature = "reqwest")]
mod by_try_clone;
mod future;
#[cfg(feature = "tonic")]
mod grpc;
#[cfg(feature = "tonic")]
mod grpc_timeout;
mod judge;
mod layer;
mod repeat;
#[cfg(feature = "tonic")]
mod replay;
mod service;
mod sharing;

#[cfg(feature = "reqwest")]
pub use by_try_clone::ByTryClone;
pub use future::ResponseFuture;
#[cfg(feature = "tonic")]
pub use grpc::{Grpc, Peek, Peeked, Replayed};
pub use judge::{ByError, ByFunction, Http};
pub use layer::RetryLayer;
pub use repeat::{ByClone, RepeatIf, RequestBy};
pub use service::Retry;
pub use sharing::{Alone, Together};

pub use super::verdict::{BoxError, Verdict};
