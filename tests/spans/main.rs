//! The spans of a call with `span`, as an exporter of OpenTelemetry gets them.

mod attribute;
mod closure;
mod trace;
