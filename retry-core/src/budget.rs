//! Retry budgets: a limit on the retries that all calls together may make.

mod budget;
mod pool;
mod reserve;
mod settings;

pub use budget::{FailureKind, RetryBudget};
