//! Imports the atomics of shared state in one place, where `tests/loom` replaces them with those of a model checker.

#[cfg(feature = "std")]
pub(crate) use core::sync::atomic::fence;
pub(crate) use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
