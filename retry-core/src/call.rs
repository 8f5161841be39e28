//! One call: its attempts, the plan after each attempt, the waits and the hooks.

mod attempt_limit;
mod attempts;
pub mod blocking;
pub mod hook;
#[cfg(target_has_atomic = "64")]
pub mod limits;
mod next;
mod planned;
pub mod probe;
mod progress;
mod rules;
mod run;
mod site;
pub mod step;
pub mod timeout;

pub use attempts::Attempts;
pub use hook::{GiveUpEvent, RetryEvent};
pub use next::{Emit, plan_async, plan_blocking, recovered_async, recovered_blocking};
pub use planned::{GivenUp, Planned};
pub use progress::{Progress, Started};
pub use run::RetryCall;
pub use site::{Environment, Site};
