//! One call: its attempts, the plan after each, the waits and the hooks.

pub mod hook;
#[cfg(target_has_atomic = "64")]
pub mod limits;
pub mod next;
pub mod planned;
pub mod position;
pub mod probe;
pub mod progress;
pub(crate) mod run;
pub mod site;
pub mod step;
pub mod timeout;
