//! One file for each question.

pub(crate) mod arguments;
pub(crate) mod check_time;
pub(crate) mod dependencies;
pub(crate) mod first_try;
#[cfg(feature = "fleet")]
pub(crate) mod fleet;
pub(crate) mod future_size;
pub(crate) mod layouts;
pub(crate) mod many_tasks;
pub(crate) mod one_delay;
pub(crate) mod per_retry;
pub(crate) mod program_bytes;
#[cfg(feature = "services")]
pub(crate) mod services;
pub(crate) mod shared_state;
