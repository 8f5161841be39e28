//! A server, its clients and what goes wrong: a simulation in virtual time.
//!
//! It depends on no peer, so that `tests/storm.rs` can include it.

pub(crate) mod client;
pub(crate) mod figures;
pub(crate) mod host;
pub(crate) mod net;
pub(crate) mod record;
pub(crate) mod run;
pub(crate) mod scenario;
pub(crate) mod scenarios;
pub(crate) mod service;
