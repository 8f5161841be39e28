//! Retry budgets: a limit on the retries that all calls together may make.

mod budget;
#[cfg(feature = "fleet")]
mod joined;
#[cfg(feature = "fleet")]
mod link;
mod pool;
mod reserve;
mod settings;

pub use budget::{FailureKind, RetryBudget};
