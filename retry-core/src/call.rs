//! One call: its attempts, the plan after each attempt, the waits and the hooks.

mod attempts;
pub(crate) mod blocking;
pub(crate) mod cancel;
mod closure;
pub(crate) mod event;
pub(crate) mod handle;
pub(crate) mod fleet_wait;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub(crate) mod hedged;
pub(crate) mod hook;
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
pub(crate) mod limits;
pub(crate) mod name;
mod next;
#[cfg(all(feature = "tower", any(target_has_atomic = "64", feature = "portable-atomic")))]
pub(crate) mod parked;
mod planned;
pub(crate) mod probe;
mod progress;
pub(crate) mod refusal;
mod site;
pub(crate) mod step;
pub(crate) mod timeout;
pub(crate) mod traced;
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
pub use planned::{GivenUp, Planned};
pub use progress::{Progress, Started};
pub use site::{Environment, Site};
#[cfg(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown"))]
pub use unblockable::{Block, block_for, block_rest};
#[cfg(not(all(feature = "gloo-timers", target_family = "wasm", target_os = "unknown")))]
pub use {crate::runtime::sleep::block_for, blocking::Block, cancel::block_rest};
