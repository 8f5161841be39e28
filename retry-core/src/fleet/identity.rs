//! Random numbers that no other process draws, also not one that was forked.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{SystemTime, UNIX_EPOCH};

use super::members::ProcessId;
use crate::runtime;

/// The numbers in a record are below this one.
const LIMIT: u64 = 1 << 48;

/// Draws a process.
pub(super) fn draw() -> ProcessId {
    ProcessId(number())
}

/// Draws a number. A forked process has the random state of its parent, but neither its number nor its time.
#[expect(
    clippy::disallowed_methods,
    reason = "the time is no time here, only a difference between two processes"
)]
pub(super) fn number() -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(runtime::draw());
    hasher.write_u32(std::process::id());
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    hasher.write_u128(since.as_nanos());
    hasher.finish() % LIMIT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fill_the_range_below_their_limit() {
        let numbers: Vec<u64> = (0..64).map(|_| number()).collect();
        assert!(numbers.iter().all(|number| *number < 1 << 48), "{numbers:?}");
        // Each is above a sixteenth of the limit but for one in sixteen.
        assert!(numbers.iter().any(|number| *number > 1 << 44), "{numbers:?}");
    }
}
