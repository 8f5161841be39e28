//! Retry budgets: a limit on the retries that all calls together may make.

mod budget;
#[cfg(feature = "fleet")]
mod joined;
mod pool;
mod reserve;
mod settings;

pub use budget::{FailureKind, RetryBudget};
