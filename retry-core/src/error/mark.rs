//! The mark by which a loop recognises a [`RetryError`](crate::RetryError) of any type: no downcast finds a type that it
//! cannot name.
//!
//! `RetryError` carries the mark in [`Error::cause`], which `Box`, `Arc` and references forward to the error they point
//! to. `Error::description` is not forwarded, and `Error::source` is what readers of the chain want to see.

use core::error::Error;
use core::fmt;

/// Compared by address. It has a size, so that no other static shares the address.
static MARKER: Marker = Marker(0);

#[derive(Debug)]
struct Marker(#[expect(dead_code, reason = "it gives the static a size")] u8);

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a call gave up")
    }
}

impl Error for Marker {}

/// The value of `Error::cause` in a `RetryError`.
pub(crate) fn marker() -> &'static (dyn Error + 'static) {
    &MARKER
}

/// Returns whether an error is a `RetryError` of any type, or a pointer to one.
#[expect(deprecated, reason = "the one method of `Error` that pointers forward and that can carry a mark")]
pub(crate) fn is_retry_error<E: Error + ?Sized>(error: &E) -> bool {
    error.cause().is_some_and(|cause| core::ptr::addr_eq(cause, &raw const MARKER))
}
