//! Fleets: state that processes share through a store, circuits of breakers and reserves of budgets.

mod builder;
mod circuit;
mod fields;
#[cfg(feature = "metrics")]
mod figures;
mod handle;
mod health;
mod held;
mod identity;
mod leases;
mod links;
mod member;
mod members;
mod memory;
mod record;
#[cfg(feature = "fleet-redis")]
pub mod redis;
mod reserve;
mod rules;
mod runner;
mod shared_reserve;
mod side;
mod store;
mod tally;

pub use builder::{Fleet, Join};
pub use circuit::{Action, Circuit, Phase, Step, View, step};
pub use handle::{FleetError, FleetMember, FleetView};
pub use leases::Lease;
pub use members::ProcessId;
pub use memory::MemoryStore;
pub use record::{Answer, Record, Request, Written};
#[cfg(feature = "fleet-redis")]
pub use redis::RedisStore;
pub use reserve::{Claim, Grant, Micros, Reserve, claim};
pub use rules::{Millis, Rules};
pub use store::{IntoStore, Itself, Store, StoreError, StoreFuture};
pub use tally::Calls;
