//! The store of a fleet on real servers: the script against its specification, step by step, and the store while the
//! server forgets its scripts and its data, is full, is a replica, fails over or is a cluster.
//!
//! `FLEET_STEPS` is the number of random steps, 100,000 without it; `FLEET_SEED` is the first seed.

mod agreement;
mod history;
mod servers;
mod steps;
mod store;
mod topology;
