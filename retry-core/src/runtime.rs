//! The time, the timers and what a test puts in their place.

#[cfg(feature = "std")]
pub(crate) mod active;
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
pub(crate) mod time_source;
