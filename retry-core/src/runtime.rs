//! The time, the timers and the test contexts that replace them.

#[cfg(feature = "std")]
mod active;
#[cfg(feature = "std")]
pub(crate) mod clock;
#[cfg(feature = "std")]
pub(crate) mod installed;
#[cfg(feature = "std")]
pub mod sleep;
#[cfg(target_has_atomic = "64")]
pub(crate) mod sync;
#[cfg(feature = "std")]
pub(crate) mod test_context;
#[cfg(target_has_atomic = "64")]
mod time_source;

#[cfg(feature = "std")]
pub use clock::Clock;
#[cfg(feature = "std")]
pub use sleep::{Delay, Wait};
#[cfg(feature = "std")]
pub use test_context::Scene;

#[cfg(feature = "std")]
pub(crate) use active::{OnProcess, OnThread};
#[cfg(target_has_atomic = "64")]
pub(crate) use time_source::Timepiece;
