//! Defines how to reach the chain of an error from its type.

use core::error::Error;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::chain::{has_refusal, has_retry_error, is_refusal_type};
use super::mark::{is_refused, is_retry_error};

/// A way to reach the chain of an `E`.
pub trait Chained<E: ?Sized> {
    /// Whether an `E` is only a box around the first error of the chain. Such an `E` has no classification of its own,
    /// and the errors of its chain are classified instead.
    const IS_BOX: bool = false;

    /// Returns the start of the chain: the error itself if its type is `'static`, otherwise its source.
    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)>;

    /// Returns the error itself if it may borrow, and so is no part of the chain.
    fn head<'a>(&self, _: &'a E) -> Option<&'a (dyn Error + 'a)> {
        None
    }

    /// Returns whether the error or one of its sources is a [`RetryError`](crate::RetryError).
    fn gave_up(&self, error: &E) -> bool {
        self.head(error).is_some_and(is_retry_error) || has_retry_error(self.first(error))
    }

    /// Returns whether the error is the refusal of a breaker or a throttle, or was caused by one.
    fn is_refusal(&self, error: &E) -> bool {
        is_refusal_type::<E>() || self.head(error).is_some_and(is_refused) || has_refusal(self.first(error))
    }
}

/// The chain of an `io::Error`, or of a pointer to an error of unknown type. It starts at the error itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held;

/// A type whose chain is reached by [`Held`].
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

/// The chain of a box that may borrow. The error in the box has a lifetime, so its type cannot be compared: the chain
/// starts at its source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Borrowing;

/// A type whose chain is reached by [`Borrowing`].
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

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        error.borrowed().source()
    }

    fn head<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'a)> {
        Some(error.borrowed())
    }
}

/// The chain of an error behind `AsRef<dyn Error>`, such as `anyhow::Error` or `eyre::Report`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Boxed;

impl<E: AsRef<dyn Error + 'static> + ?Sized> Chained<E> for Boxed {
    const IS_BOX: bool = true;

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error.as_ref())
    }
}

/// The chain of an error behind `AsRef<dyn Error + Send + Sync>`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoxedSync;

impl<E: AsRef<dyn Error + Send + Sync + 'static> + ?Sized> Chained<E> for BoxedSync {
    const IS_BOX: bool = true;

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error.as_ref())
    }
}

/// The chain of a pointer to an error behind `AsRef<dyn Error>`, such as `Arc<anyhow::Error>`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pointed;

/// A type whose chain is reached by [`Pointed`].
pub trait Points {
    /// Returns the error in the box behind the pointer.
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

/// The chain of a type that implements `Error`. The error may borrow, so the chain starts at its source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl<E: Error> Chained<E> for Plain {
    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        error.source()
    }

    fn head<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'a)> {
        Some(error)
    }
}

/// The chain of a shared error, `Rc<E>`, which is no `Error` itself. `E` may borrow, so the chain starts at its source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted;

/// A type whose chain is reached by [`Counted`].
pub trait Counts {
    /// Returns the shared error.
    fn counted(&self) -> &(dyn Error + '_);
}

impl<E: Error> Counts for Rc<E> {
    fn counted(&self) -> &(dyn Error + '_) {
        &**self
    }
}

impl<E: Counts + ?Sized> Chained<E> for Counted {
    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        error.counted().source()
    }

    fn head<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'a)> {
        Some(error.counted())
    }
}

/// The empty chain of a type that is no error.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unchained;

impl<E: ?Sized> Chained<E> for Unchained {
    fn first<'a>(&self, _: &'a E) -> Option<&'a (dyn Error + 'static)> {
        None
    }
}

/// A chain whose error can be the source of another error.
pub trait Sourced<E: ?Sized>: Chained<E> {
    /// Returns the error as the source of another error.
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

#[cfg(test)]
mod tests {
    use std::boxed::Box;
    use std::string::ToString;

    use super::*;

    /// A report that can be sent, as of a crate for errors.
    struct Sent(Box<dyn Error + Send + Sync>);

    impl AsRef<dyn Error + Send + Sync> for Sent {
        fn as_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
            &*self.0
        }
    }

    #[test]
    fn the_chain_of_a_report_starts_at_the_error_in_it() {
        let sent = Sent(io::Error::other("down").into());
        let first = BoxedSync.first(&sent).expect("there is an error");
        assert!(first.is::<io::Error>());
        assert_eq!(BoxedSync.source(&sent).map(ToString::to_string).as_deref(), Some("down"));
    }

    #[test]
    fn a_shared_error_is_the_source_of_another_error_itself() {
        let shared = Rc::new(io::Error::from(io::ErrorKind::TimedOut));
        assert!(Counted.first(&shared).is_none(), "its source, of which there is none");
        let source = Counted.source(&shared).expect("the error itself");
        assert!(source.is::<io::Error>());
    }
}
