//! Retry budgets: a limit on the retries that all calls together may make.

mod budget;
mod pool;
mod reserve;
mod settings;
#[cfg(feature = "std")]
mod thread;

pub use budget::{FailureKind, RetryBudget};
