//! What an error can tell: whether it is retryable, which errors it was caused by, whether another loop gave up.

pub mod chain;
pub mod classification;
pub mod find;
pub(crate) mod io;
mod mark;
pub mod report;
pub mod retry_error;
pub mod retryable;
pub mod text;

pub(crate) use mark::{is_refused, is_retry_error, marker};
