//! The checks behind the fuzz targets. Each takes bytes and panics where the code breaks its promise.

pub mod attribute;
pub mod breaker_budget;
pub mod configuration;
pub mod delay_law;
pub mod fleet_step;
pub mod retry_after;
