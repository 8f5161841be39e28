//! The clock and the timer of tokio.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::time::Instant;
pub(crate) use tokio::time::sleep;

/// Returns the time since the first call in this process.
pub(crate) fn now() -> Duration {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    ORIGIN.get_or_init(Instant::now).elapsed()
}
