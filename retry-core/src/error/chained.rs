//! How the chain of an error is reached from its type.

use core::error::Error;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::chain::{has_refusal, has_retry_error, is_refusal_type};
use super::mark::{is_refused, is_retry_error};

/// An error type as a chain of errors.
pub trait Chained<E: ?Sized> {
    /// Whether the first error of the chain is all that an `E` is. Then an `E` has no classification of its own, and the
    /// errors of its chain are asked.
    const IS_BOX: bool = false;

    /// Returns whether the error or one of its sources is a [`RetryError`](crate::RetryError).
    fn gave_up(&self, error: &E) -> bool {
        has_retry_error(self.first(error))
    }

    /// Returns the start of the chain: the error itself where it outlives every borrow, else its source.
    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)>;

    /// Returns whether the error is the refusal of a breaker or was caused by one.
    fn is_refusal(&self, error: &E) -> bool {
        has_refusal(self.first(error))
    }
}

/// An `io::Error`, or a pointer to an error whose type is unknown: the chain starts at the error itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held;

/// A type that [`Held`] starts at.
pub trait Holds {
    /// Returns the error itself.
    fn held(&self) -> &(dyn Error + 'static);
}

macro_rules! holds {
    (itself: $($object:ty),*; through: $($pointer:ty),*;) => {
        $(impl Holds for $object {
            fn held(&self) -> &(dyn Error + 'static) {
                self
            }
        })*
        $(impl<E: Holds + ?Sized> Holds for $pointer {
            fn held(&self) -> &(dyn Error + 'static) {
                (**self).held()
            }
        })*
    };
}

holds! {
    itself: io::Error, dyn Error, dyn Error + Send, dyn Error + Sync, dyn Error + Send + Sync;
    through: &E, Box<E>, Rc<E>, Arc<E>;
}

impl<E: Holds + ?Sized> Chained<E> for Held {
    const IS_BOX: bool = true;

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error.held())
    }
}

/// A box that may borrow. The error in it has a lifetime and so no type that could be compared: the chain starts at its
/// source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Borrowing;

/// A type that [`Borrowing`] starts behind.
pub trait Borrows {
    /// Returns the error itself.
    fn borrowed(&self) -> &(dyn Error + '_);
}

macro_rules! borrows {
    (itself: $($object:ty),*; through: $($pointer:ty),*;) => {
        $(impl<'e> Borrows for $object {
            fn borrowed(&self) -> &(dyn Error + '_) {
                self
            }
        })*
        $(impl<E: Borrows + ?Sized> Borrows for $pointer {
            fn borrowed(&self) -> &(dyn Error + '_) {
                (**self).borrowed()
            }
        })*
    };
}

borrows! {
    itself: dyn Error + 'e, dyn Error + Send + 'e, dyn Error + Sync + 'e, dyn Error + Send + Sync + 'e;
    through: &E, Box<E>, Rc<E>, Arc<E>;
}

impl<E: Borrows + ?Sized> Chained<E> for Borrowing {
    const IS_BOX: bool = true;

    fn gave_up(&self, error: &E) -> bool {
        is_retry_error(error.borrowed()) || has_retry_error(self.first(error))
    }

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        error.borrowed().source()
    }
}

/// An error behind `AsRef<dyn Error>`: `anyhow::Error`, `eyre::Report`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Boxed;

impl<E: AsRef<dyn Error + 'static> + ?Sized> Chained<E> for Boxed {
    const IS_BOX: bool = true;

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error.as_ref())
    }
}

/// An error behind `AsRef<dyn Error + Send + Sync>`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoxedSync;

impl<E: AsRef<dyn Error + Send + Sync + 'static> + ?Sized> Chained<E> for BoxedSync {
    const IS_BOX: bool = true;

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error.as_ref())
    }
}

/// A pointer to an error behind `AsRef<dyn Error>`: `Arc<anyhow::Error>`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pointed;

/// A type that [`Pointed`] starts behind.
pub trait Points {
    /// Returns the error in the box that is pointed to.
    fn pointed(&self) -> &(dyn Error + 'static);
}

macro_rules! points {
    ($($pointer:ident)*) => {$(
        impl<E: AsRef<dyn Error + 'static>> Points for $pointer<E> {
            fn pointed(&self) -> &(dyn Error + 'static) {
                E::as_ref(self)
            }
        }
    )*};
}

points!(Box Rc Arc);

impl<E: Points + ?Sized> Chained<E> for Pointed {
    const IS_BOX: bool = true;

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error.pointed())
    }
}

/// An error that is one itself. It may borrow, so the chain starts at its source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl<E: Error + ?Sized> Chained<E> for Plain {
    fn gave_up(&self, error: &E) -> bool {
        is_retry_error(error) || has_retry_error(error.source())
    }

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        error.source()
    }

    fn is_refusal(&self, error: &E) -> bool {
        is_refusal_type::<E>() || is_refused(error) || has_refusal(error.source())
    }
}

/// A shared error, `Rc<E>`: no error itself, but with the chain of one. It may borrow, too.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted;

/// A type that [`Counted`] starts behind.
pub trait Counts {
    /// Returns the error that is shared.
    fn counted(&self) -> &(dyn Error + '_);
}

impl<E: Error> Counts for Rc<E> {
    fn counted(&self) -> &(dyn Error + '_) {
        &**self
    }
}

impl<E: Counts + ?Sized> Chained<E> for Counted {
    fn gave_up(&self, error: &E) -> bool {
        is_retry_error(error.counted()) || has_retry_error(self.first(error))
    }

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        error.counted().source()
    }

    fn is_refusal(&self, error: &E) -> bool {
        is_refusal_type::<E>() || has_refusal(self.first(error))
    }
}

/// A type that is no error at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unchained;

impl<E: ?Sized> Chained<E> for Unchained {
    fn first<'a>(&self, _: &'a E) -> Option<&'a (dyn Error + 'static)> {
        None
    }
}

/// A chain whose first error can be handed on as the source of another.
pub trait Sourced<E: ?Sized>: Chained<E> {
    /// Returns the error as the source of another.
    fn source<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        self.first(error)
    }
}

impl<E: Holds + ?Sized> Sourced<E> for Held {}
impl<E: Borrows + ?Sized> Sourced<E> for Borrowing {}
impl<E: AsRef<dyn Error + 'static> + ?Sized> Sourced<E> for Boxed {}
impl<E: AsRef<dyn Error + Send + Sync + 'static> + ?Sized> Sourced<E> for BoxedSync {}
impl<E: Points + ?Sized> Sourced<E> for Pointed {}
impl<E: ?Sized> Sourced<E> for Unchained {}

impl<E: Error + 'static> Sourced<E> for Plain {
    fn source<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error)
    }
}

impl<E: Error + 'static> Sourced<Rc<E>> for Counted {
    fn source<'a>(&self, error: &'a Rc<E>) -> Option<&'a (dyn Error + 'static)> {
        Some(&**error)
    }
}
