//! The limits of what a [`Stats`](super::Stats) keeps.

/// The number of operations, breakers, budgets and throttles that are counted separately, of each.
pub(super) const COUNTED: usize = 256;

/// The name under which all others are counted.
pub(super) const OTHERS: &str = "(others)";

/// The number of bytes that are kept of a name or of an error's text.
pub(super) const BYTES: usize = 200;

/// Returns the first `bytes` of a text, or fewer to keep the last character whole.
pub(super) fn beginning(text: &str, bytes: usize) -> &str {
    let fits = (0..=bytes.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    fits.and_then(|end| text.get(..end)).unwrap_or_default()
}
