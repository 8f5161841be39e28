//! One call: its attempts, the plan after each attempt, the waits and the hooks.

mod attempts;
pub mod blocking;
pub mod cancel;
mod closure;
pub mod event;
pub mod handle;
pub mod fleet_wait;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub mod hedged;
pub mod hook;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub mod limits;
pub(crate) mod name;
mod next;
#[cfg(all(feature = "tower", any(target_has_atomic = "64", feature = "portable-atomic")))]
pub(crate) mod parked;
mod planned;
pub mod probe;
mod progress;
pub mod refusal;
mod site;
pub mod step;
pub mod timeout;
pub mod traced;
#[cfg(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))]
mod unblockable;

pub use attempts::Attempts;
pub use closure::{ExplainedFuture, RetryCall, RetryFuture, RetryLending, RetryRules, RulesBuilder};
pub use event::{GiveUpEvent, RetryEvent, SuccessEvent};
pub use handle::Call;
pub use next::{
    Controls, Emit, plan_async, plan_blocking, plan_controlled, recovered_async, recovered_blocking,
    recovered_controlled,
};
pub use planned::{GivenUp, Planned, Recovered};
pub use progress::{Progress, Started};
pub use site::{Environment, Site};
#[cfg(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))]
pub use unblockable::{Block, block_for, block_rest};
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
pub use {crate::runtime::sleep::block_for, blocking::Block, cancel::block_rest};
