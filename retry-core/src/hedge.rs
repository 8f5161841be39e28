//! Hedging: when to start a copy of an attempt that is slow to answer, and how many copies all calls may start.

mod hedge;
#[cfg(feature = "hedge")]
mod latency;

pub use hedge::Hedge;
pub(crate) use hedge::Watch;
