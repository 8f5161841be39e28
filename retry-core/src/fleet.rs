//! State that the processes of a fleet share through a store: circuits of breakers and reserves of budgets.

mod circuit;
mod fields;
mod leases;
mod members;
mod record;
#[cfg(feature = "fleet-redis")]
pub mod redis;
mod reserve;
mod rules;
mod store;
mod tally;

pub use circuit::{Action, Circuit, Phase, Step, View, step};
pub use leases::Lease;
pub use members::ProcessId;
pub use record::{Answer, Record, Request, Written};
#[cfg(feature = "fleet-redis")]
pub use redis::RedisStore;
pub use reserve::{Claim, Grant, Micros, Reserve, claim};
pub use rules::{Millis, Rules};
pub use store::{IntoStore, Itself, Store, StoreError, StoreFuture};
pub use tally::Calls;
