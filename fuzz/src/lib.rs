//! The checks behind the fuzz targets. Each takes bytes and panics where the code breaks its promise.

#![allow(clippy::missing_panics_doc, reason = "panics are what the fuzzer looks for")]

pub mod attribute;
