//! The spans of a call with `span`, as an exporter of OpenTelemetry gets them.

mod attribute;
mod closure;
#[cfg(feature = "http")]
mod resends;
mod trace;
