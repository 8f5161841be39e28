//! The atomics that shared state is built of, named in one place: `tests/loom` puts a model checker's here.

#[cfg(feature = "std")]
pub(crate) use core::sync::atomic::fence;
pub(crate) use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
