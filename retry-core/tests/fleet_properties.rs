//! What holds of a fleet whatever happens to it: processes that die, messages that are lost, late, repeated and out of
//! order, answers that get lost, and clocks that are set.
#![cfg(feature = "fleet")]

#[path = "fleet_properties/budget.rs"]
mod budget;
#[path = "fleet_properties/circuit.rs"]
mod circuit;
#[path = "fleet_properties/extremes.rs"]
mod extremes;
#[path = "fleet_properties/model.rs"]
mod model;
