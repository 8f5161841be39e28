//! Retries a closure without the attribute, by the same decisions.
//!
//! Generic code cannot inspect the type of an error, so each question about an error is a step of the call, with the
//! bounds that the step needs. The operation comes first, so that the closures of the steps know their arguments.

mod blocking_builder;
mod blocking_call;
#[expect(clippy::type_complexity, reason = "each step has the whole type of a call")]
mod async_builder;
mod builder;
mod course;
mod ending;
mod failure;
mod explained;
mod filled;
mod future;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
mod hedging;
mod lending;
mod operation;
mod rule;
mod searched;
mod shared_rules;
mod sharing;
#[cfg(all(feature = "tracing", any(target_has_atomic = "64", feature = "portable-atomic")))]
#[expect(clippy::type_complexity, reason = "each step has the whole type of a call")]
mod spans;
mod sleeper;
mod step;
#[expect(clippy::type_complexity, reason = "each step has the whole type of a call")]
mod template;
#[cfg(test)]
mod tests;

pub use blocking_call::RetryCall;
pub use explained::ExplainedFuture;
pub use future::RetryFuture;
pub use lending::RetryLending;
pub use template::{RetryRules, RulesBuilder};
