#![cfg_attr(not(any(feature = "std", test)), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]
// No input of a caller causes a panic, but for those listed under "What can panic" in `docs/book/src/operating.md`.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::unwrap_in_result,
        clippy::get_unwrap,
        clippy::panic,
        clippy::panic_in_result_fn,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::exit
    )
)]

#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "std", not(feature = "gloo-timers")))]
compile_error!(
    "`std` has neither clocks nor timers on this target; enable the feature `gloo-timers` of `reattempt` for those of \
     JavaScript, or disable its default features"
);
#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "fleet"))]
compile_error!("the feature `fleet` needs the timers of tokio, which this target does not have; disable it");

// The rooms are in the order of their imports: a room uses the rooms above it.
mod policy;
mod decision;
mod runtime;
mod error;
#[cfg(feature = "std")]
pub mod observe;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
mod budget;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
mod breaker;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
mod throttle;
#[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
mod hedge;
#[cfg(all(feature = "fleet", any(target_has_atomic = "64", feature = "portable-atomic")))]
pub mod fleet;
mod config;
#[cfg(feature = "std")]
pub mod testing;
#[cfg(feature = "std")]
mod call;
#[cfg(feature = "std")]
pub mod adapter;
#[cfg(all(
    any(feature = "tower", feature = "reqwest-middleware"),
    any(target_has_atomic = "64", feature = "portable-atomic")
))]
pub mod middleware;

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub use breaker::{CircuitBreaker, CircuitCounts, CircuitState, Permit};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub use budget::{FailureKind, RetryBudget};
#[cfg(feature = "std")]
pub use call::{
    Attempts, Call, ExplainedFuture, GiveUpEvent, RetryCall, RetryEvent, RetryFuture, RetryLending,
    RetryRules, RulesBuilder, SuccessEvent,
};
pub use config::{InvalidConfig, JitterConfig, PolicyConfig};
pub use decision::{GiveUpReason, Outcome};
#[cfg(feature = "std")]
pub use error::{AttemptTimeout, RetryError, Retryable};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub use error::{CircuitOpen, Throttled};
#[cfg(all(feature = "std", any(target_has_atomic = "64", feature = "portable-atomic")))]
pub use hedge::Hedge;
#[cfg(feature = "std")]
pub use observe::{LogLevel, Observer, SetObserverError, Stats, set_observer};
pub use policy::{Backoff, Delays, Draw, Draws, HintMode, InvalidPolicy, Jitter, Policy, preset};
#[cfg(feature = "std")]
pub use runtime::enabled::{is_enabled, set_enabled};
#[cfg(feature = "std")]
pub use runtime::sleep::{SetSleepError, set_sleep};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub use throttle::{Pass, Throttle};

#[doc(hidden)]
pub mod __private;
