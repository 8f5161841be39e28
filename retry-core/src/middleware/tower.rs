//! A layer of tower: the loop around any `Service`.

mod attempt;
mod future;
mod judge;
mod layer;
mod repeat;
mod service;

pub use future::ResponseFuture;
pub use judge::{ByError, ByFunction, Http};
pub use layer::RetryLayer;
pub use repeat::{ByClone, RequestBy};
pub use service::Retry;

pub use super::verdict::{BoxError, Verdict};
