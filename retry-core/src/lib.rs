#![cfg_attr(not(feature = "std"), no_std)]
#![doc = include_str!("../README.md")]

// The arithmetic and the decision: `no_std`, without `alloc`.
pub mod argument;
mod backoff;
pub mod check;
mod clash;
mod config;
#[cfg(feature = "std")]
mod decide;
mod delays;
mod describe;
mod jitter;
mod nanos;
pub mod outcome;
mod policy;
pub mod preset;
mod random;
mod reason;
#[cfg(feature = "serde")]
mod serde;
#[cfg(any(feature = "std", feature = "serde"))]
mod words;

// A call: what it carries, what it learns of an error, what it does next.
#[cfg(feature = "std")]
pub mod call;
#[cfg(feature = "std")]
pub mod classify;
#[cfg(feature = "std")]
pub mod convert;
#[cfg(feature = "std")]
pub mod error;
#[cfg(feature = "std")]
pub mod failure;
#[cfg(feature = "std")]
pub mod hook;
#[cfg(feature = "std")]
pub mod known;
#[cfg(feature = "std")]
pub mod progress;
#[cfg(feature = "std")]
pub mod retry_error;
#[cfg(feature = "std")]
pub mod retryable;
#[cfg(feature = "std")]
mod run;
#[cfg(feature = "std")]
pub mod step;
#[cfg(feature = "std")]
pub mod text;
#[cfg(feature = "std")]
pub mod timeout;

// What calls share, to spare a server in trouble.
#[cfg(target_has_atomic = "64")]
mod breaker;
#[cfg(target_has_atomic = "64")]
mod budget;
#[cfg(all(feature = "std", target_has_atomic = "64"))]
pub mod shared;
#[cfg(target_has_atomic = "64")]
mod sync;
#[cfg(target_has_atomic = "64")]
mod timepiece;

// What other crates' errors say of themselves.
#[cfg(feature = "std")]
pub mod adapter;

// The world around it: time, waiting, who is told, and what tests put in their place.
#[cfg(feature = "std")]
mod clock;
#[cfg(feature = "std")]
mod environment;
#[cfg(feature = "std")]
mod extras;
#[cfg(feature = "std")]
pub mod observe;
#[cfg(feature = "std")]
mod scene;
#[cfg(feature = "std")]
pub mod sleep;
#[cfg(feature = "std")]
mod stage;
#[cfg(feature = "std")]
pub mod testing;

pub use backoff::Backoff;
#[cfg(target_has_atomic = "64")]
pub use breaker::{CircuitBreaker, CircuitOpen, CircuitState, Permit};
#[cfg(target_has_atomic = "64")]
pub use budget::{FailureKind, RetryBudget};
pub use check::InvalidPolicy;
pub use config::{InvalidConfig, JitterConfig, PolicyConfig};
#[cfg(feature = "std")]
pub use hook::{GiveUpEvent, RetryEvent};
pub use jitter::Jitter;
#[cfg(feature = "std")]
pub use observe::{Observer, ObserverIsSet, Stats, set_observer};
pub use outcome::Outcome;
pub use policy::Policy;
pub use reason::GiveUpReason;
#[cfg(feature = "std")]
pub use retry_error::RetryError;
#[cfg(feature = "std")]
pub use retryable::Retryable;
#[cfg(feature = "std")]
pub use run::Run;
#[cfg(feature = "std")]
pub use sleep::{SleepIsSet, set_sleep};
#[cfg(feature = "std")]
pub use timeout::AttemptTimeout;
