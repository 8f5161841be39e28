//! Circuit breakers, which stop calls to a failing server until it has had time to recover.

mod call;
mod circuit;
mod circuit_breaker;
mod control;
#[cfg(feature = "fleet")]
mod coordinator;
mod counts;
#[cfg(feature = "fleet")]
mod joined;
#[cfg(feature = "fleet")]
mod lease;
#[cfg(feature = "fleet")]
mod link;
#[cfg(feature = "fleet")]
mod link_counts;
#[cfg(feature = "std")]
mod listeners;
#[cfg(feature = "std")]
mod transitions;
mod permit;
#[cfg(feature = "std")]
mod rate_rules;
#[cfg(feature = "std")]
mod rates;
mod recovery;
mod recovery_settings;
mod state;
#[cfg(feature = "std")]
mod trial;
#[cfg(feature = "std")]
mod window;

pub use circuit_breaker::CircuitBreaker;
pub use counts::CircuitCounts;
#[cfg(feature = "tower")]
pub(crate) use permit::ParkedPermit;
pub use permit::Permit;
pub use state::CircuitState;

#[cfg(feature = "std")]
pub(crate) use call::Attempt;
#[cfg(feature = "fleet")]
pub(crate) use coordinator::{Asked, Coordinator};
#[cfg(feature = "fleet")]
pub(crate) use joined::millis;
#[cfg(feature = "fleet")]
pub(crate) use lease::{EndedLease, HeldLease};
#[cfg(feature = "fleet")]
pub(crate) use link::Link;
#[cfg(feature = "fleet")]
pub(crate) use link_counts::LinkCounts;
#[cfg(feature = "std")]
pub(crate) use trial::Running;
