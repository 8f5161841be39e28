//! Imports the atomics of shared state in one place, where `tests/loom` replaces them with those of a model checker.
//!
//! Where the target has no 64-bit atomics, they come from `portable-atomic`, behind the feature of that name. Elsewhere the
//! feature changes nothing.

pub(crate) use core::sync::atomic::Ordering;
#[cfg(feature = "std")]
pub(crate) use core::sync::atomic::fence;
#[cfg(target_has_atomic = "64")]
pub(crate) use core::sync::atomic::{AtomicBool, AtomicU64};

#[cfg(not(target_has_atomic = "64"))]
pub(crate) use portable_atomic::{AtomicBool, AtomicU64};
