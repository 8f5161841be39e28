//! The atomics that shared state is built of, named in one place: `tests/loom` puts a model checker's here.

pub(crate) use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
