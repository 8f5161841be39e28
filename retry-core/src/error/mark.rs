//! The mark by which a loop recognises a [`RetryError`](crate::RetryError) of any type: no downcast finds a type that it
//! cannot name.
//!
//! `RetryError` carries the mark in [`Error::cause`], which `Box`, `Arc` and references forward to the error they point
//! to. `Error::description` is not forwarded, and `Error::source` is what readers of the chain want to see.

use core::error::Error;
use core::fmt;

/// Compared by address. They have a size, so that no other static shares one.
static GAVE_UP: Marker = Marker(0);
/// The mark of a call that a breaker refused before the first attempt: it has no error that could be found.
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

/// Returns whether an error is the `RetryError` of a call that its breaker refused, or a pointer to one.
pub(crate) fn is_refused<E: Error + ?Sized>(error: &E) -> bool {
    has_mark(error, &[&REFUSED])
}

#[expect(deprecated, reason = "the one method of `Error` that pointers forward and that can carry a mark")]
fn has_mark<E: Error + ?Sized>(error: &E, marks: &[&Marker]) -> bool {
    error.cause().is_some_and(|cause| marks.iter().any(|mark| core::ptr::addr_eq(cause, *mark)))
}
