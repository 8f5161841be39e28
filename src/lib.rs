#![cfg_attr(not(feature = "std"), no_std)]
//! [the reference]: macro@retry
//! [the design notes]: _documentation::design
//! [another library]: _documentation::migrating
//! [the page on observability]: _documentation::observability
//! [The guide to tests]: mod@testing
//! [budget and breaker]: _documentation::budget_and_breaker
//! [The operating guide]: _documentation::operating
#![doc = include_str!("../README.md")]

#[cfg(feature = "std")]
pub use retry_core::observe::{self, Observer, ObserverIsSet, Stats, set_observer};
#[cfg(feature = "std")]
#[doc = include_str!("../docs/testing.md")]
pub use retry_core::testing;
#[cfg(feature = "std")]
pub use retry_core::{AttemptTimeout, Run, SleepIsSet, set_sleep};
pub use retry_core::{Backoff, GiveUpReason, InvalidPolicy, Jitter, Outcome, Policy, preset};
#[cfg(target_has_atomic = "64")]
pub use retry_core::{CircuitBreaker, CircuitOpen, CircuitState, FailureKind, Permit, RetryBudget};
#[cfg(feature = "std")]
pub use retry_core::{GiveUpEvent, RetryError, RetryEvent, Retryable};
pub use retry_core::{InvalidConfig, JitterConfig, PolicyConfig};
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/derive.md")]
pub use retry_macros::Retryable;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/attribute.md")]
pub use retry_macros::retry;

/// Longer texts, as they stand in the repository.
#[cfg(doc)]
pub mod _documentation {
    #[cfg(all(feature = "std", target_has_atomic = "64"))]
    #[doc = include_str!("../docs/budget-and-breaker.md")]
    pub mod budget_and_breaker {}
    #[doc = include_str!("../docs/design.md")]
    pub mod design {}
    #[doc = include_str!("../docs/migrating.md")]
    pub mod migrating {}
    #[doc = include_str!("../docs/observability.md")]
    pub mod observability {}
    #[doc = include_str!("../docs/operating.md")]
    #[cfg(feature = "serde")]
    pub mod operating {}
}

#[doc(hidden)]
pub mod __private;
