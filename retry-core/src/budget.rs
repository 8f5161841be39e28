//! Retry budgets: how many retries all calls together may make.

mod budget;
mod pool;
mod reserve;

pub use budget::{FailureKind, RetryBudget};
