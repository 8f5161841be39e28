//! Marks every [`RetryError`](crate::RetryError), so that a loop recognises it whatever its type.
//!
//! A downcast cannot recognise it, since a downcast has to name the type. `RetryError` carries the mark in
//! [`Error::cause`], which `Box`, `Arc` and references forward to the error they point to. `Error::description` is not
//! forwarded, and `Error::source` is for readers of the chain.

use core::error::Error;
use core::fmt;

/// The mark of a call that gave up. Marks are compared by address; they have a size, so that no other static shares the
/// address.
static GAVE_UP: Marker = Marker(0);
/// The mark of a call that a breaker or a throttle refused before the first attempt. Such a call has no error to find in the chain.
static REFUSED: Marker = Marker(1);

#[derive(Debug)]
struct Marker(#[expect(dead_code, reason = "it gives the static a size")] u8);

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a call gave up")
    }
}

impl Error for Marker {}

/// Returns the value of `Error::cause` in a `RetryError`.
pub(crate) fn marker(was_refused: bool) -> &'static (dyn Error + 'static) {
    if was_refused { &REFUSED } else { &GAVE_UP }
}

/// Returns whether an error is a `RetryError` of any type, or a pointer to one.
pub(crate) fn is_retry_error<E: Error + ?Sized>(error: &E) -> bool {
    has_mark(error, &[&GAVE_UP, &REFUSED])
}

/// Returns whether an error is the `RetryError` of a call that its breaker or its throttle refused, or a pointer to one.
pub(crate) fn is_refused<E: Error + ?Sized>(error: &E) -> bool {
    has_mark(error, &[&REFUSED])
}

#[expect(deprecated, reason = "no other method of `Error` is forwarded by pointers and can carry a mark")]
fn has_mark<E: Error + ?Sized>(error: &E, marks: &[&Marker]) -> bool {
    error.cause().is_some_and(|cause| marks.iter().any(|mark| core::ptr::addr_eq(cause, *mark)))
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::marker;

    #[test]
    fn the_cause_of_an_error_displays_a_sentence() {
        for was_refused in [false, true] {
            assert_eq!(marker(was_refused).to_string(), "a call gave up");
        }
    }
}
