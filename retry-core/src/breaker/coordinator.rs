//! The member of a fleet, as a breaker sees it.

use core::future::Future;
use core::pin::Pin;
use std::boxed::Box;

/// A future that ends when the member has asked the store, or the caller's patience is over.
pub(crate) type Asked = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The member of a fleet, as a breaker sees it.
pub(crate) trait Coordinator: Send + Sync {
    /// Makes the member look at the link soon. It does not wait.
    fn wake(&self);

    /// Returns a future for async callers that have to wait for the store.
    fn asked(&self) -> Asked;

    /// Blocks this thread as long as the future of [`asked`](Coordinator::asked) would take, if the member has a thread of
    /// its own. Returns whether it did.
    fn block(&self) -> bool;
}
