//! Hedging: when to start a copy of an attempt that is slow to answer, and how many copies all calls may start.

#[expect(clippy::module_inception, reason = "the file has the type that the room is named after")]
mod hedge;
#[cfg(feature = "hedge")]
mod latency;

pub use hedge::Hedge;
pub(crate) use hedge::Watch;
