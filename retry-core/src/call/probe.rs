//! What an error's type can do, found out by the compiler where the type is named, without asking for any trait.
//!
//! `probe(&outcome).__reattempt_probe()` looks a method up on a tower of types, each of which dereferences to the next.
//! A floor has its methods only for errors with certain traits, and method lookup stops at the first floor that has
//! them. The last has them for every type. In generic code the bounds tell.

use core::error::Error;
use core::fmt::{Debug, Display};
use core::marker::PhantomData;
use core::ops::{ControlFlow, Deref};
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::position::Position;
use super::progress::Progress;
use super::site::Site;
use super::step::{self, WaitMode};
use crate::decision::Outcome;
use crate::error::{
    AlwaysRetry, AsDebug, AsDisplay, AsTypeName, Borrowing, Borrows, Boxed, BoxedSync, ByRetryable, Counted,
    Counts, Held, Holds, Known, Plain, Pointed, Points, Retryable, Unchained,
};
use crate::runtime::Delay;

/// The question about an outcome's error.
#[inline]
#[must_use]
pub fn probe<O: Outcome>(_: &O) -> Probe<O::Error> {
    Probe(PhantomData)
}

/// The question about an error.
#[inline]
#[must_use]
pub fn probe_error<E>(_: &E) -> Probe<E> {
    Probe(PhantomData)
}

/// The question about an error that does not exist.
#[inline]
#[must_use]
pub fn probe_type<E>() -> Probe<E> {
    Probe(PhantomData)
}

/// What follows an attempt of a function without rules, as methods of a floor: one lookup finds them and all that they
/// need, which takes the compiler less than a lookup and a call.
macro_rules! steps {
    ($error:ty) => {
        /// [`step`](crate::call::step::step) where the error speaks for itself.
        #[inline]
        pub fn __reattempt_step<O: Outcome<Error = $error>>(
            &self,
            site: &Site,
            progress: &mut Progress,
            outcome: O,
        ) -> ControlFlow<O, Delay> {
            step::step(site, progress, self.__reattempt_probe(), outcome)
        }

        /// [`step_blocking`](crate::call::step::step_blocking) where the error speaks for itself.
        #[inline]
        pub fn __reattempt_step_blocking<'m, P: WaitMode, O: Outcome<Error = $error>>(
            &self,
            pace: P,
            site: &'m Site,
            position: Position<'m>,
            outcome: O,
        ) -> ControlFlow<O, (Position<'m>, P::Wait)> {
            step::step_blocking(pace, site, position, self.__reattempt_probe(), outcome)
        }
    };
}

macro_rules! tower {
    ($($(#[$doc:meta])* $floor:ident$(($($bound:tt)+))? => $description:ident, $classifier:ident, $chain:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $floor<E>(PhantomData<fn() -> E>);

            impl<E $(: $($bound)+)?> $floor<E> {
                /// What is known of an error on this floor.
                #[inline]
                #[must_use]
                pub fn __reattempt_probe(&self) -> Known<$description, $classifier, $chain> {
                    Known::new()
                }

                steps!(E);
            }
        )*
        tower!(@stairs $($floor)*);
    };
    (@stairs $floor:ident $next:ident $($rest:ident)*) => {
        impl<E> Deref for $floor<E> {
            type Target = $next<E>;

            #[inline]
            fn deref(&self) -> &$next<E> {
                &$next(PhantomData)
            }
        }

        tower!(@stairs $next $($rest)*);
    };
    (@stairs $last:ident) => {};
}

/// The lowest floor: an error that can be asked for itself at its head, whatever its type. An `io::Error` may be made of
/// another error, and a `Box<dyn Error>` is another error.
#[derive(Clone, Copy, Debug)]
pub struct Probe<E>(PhantomData<fn() -> E>);

impl<E: Holds + Display> Probe<E> {
    /// What is known of an error on this floor.
    #[inline]
    #[must_use]
    pub fn __reattempt_probe(&self) -> Known<AsDisplay, AlwaysRetry, Held> {
        Known::new()
    }

    steps!(E);
}

impl<E> Probe<E> {
    /// The floor to begin at where a lifetime stands in the type: method lookup does not see that a box borrows.
    #[inline]
    #[must_use]
    pub fn __reattempt_borrowing(&self) -> BorrowingProbe<E> {
        BorrowingProbe(PhantomData)
    }
}

impl<E> Deref for Probe<E> {
    type Target = RetryableError<E>;

    #[inline]
    fn deref(&self) -> &RetryableError<E> {
        &RetryableError(PhantomData)
    }
}

/// The lowest floor for types that may borrow.
#[derive(Clone, Copy, Debug)]
pub struct BorrowingProbe<E>(PhantomData<fn() -> E>);

impl<E: Borrows + Display> BorrowingProbe<E> {
    /// What is known of an error on this floor.
    #[inline]
    #[must_use]
    pub fn __reattempt_probe(&self) -> Known<AsDisplay, AlwaysRetry, Borrowing> {
        Known::new()
    }

    steps!(E);
}

/// These do not borrow, and are asked for themselves here too.
macro_rules! held_on_borrowing_ground {
    ($($ty:ty),*) => {$(
        impl BorrowingProbe<$ty> {
            /// What is known of an error on this floor.
            #[inline]
            #[must_use]
            pub fn __reattempt_probe(&self) -> Known<AsDisplay, AlwaysRetry, Held> {
                Known::new()
            }

            steps!($ty);
        }
    )*};
}

held_on_borrowing_ground!(io::Error, Box<io::Error>, Rc<io::Error>, Arc<io::Error>);

impl<E> Deref for BorrowingProbe<E> {
    type Target = RetryableError<E>;

    #[inline]
    fn deref(&self) -> &RetryableError<E> {
        &RetryableError(PhantomData)
    }
}

tower! {
    /// An error with an classifier.
    RetryableError(Error + Retryable) => AsDisplay, ByRetryable, Plain;
    /// An error.
    PlainError(Error) => AsDisplay, AlwaysRetry, Plain;
    /// A box around others, with an classifier.
    RetryableBox(AsRef<dyn Error + 'static> + Display + Retryable) => AsDisplay, ByRetryable, Boxed;
    /// A box around others: `anyhow::Error`, `eyre::Report`.
    PlainBox(AsRef<dyn Error + 'static> + Display) => AsDisplay, AlwaysRetry, Boxed;
    /// A box around others that can move between threads, with an classifier.
    RetryableSyncBox(AsRef<dyn Error + Send + Sync + 'static> + Display + Retryable) => AsDisplay, ByRetryable, BoxedSync;
    /// A box around others that can move between threads.
    PlainSyncBox(AsRef<dyn Error + Send + Sync + 'static> + Display) => AsDisplay, AlwaysRetry, BoxedSync;
    /// A pointer to a box, with an classifier.
    RetryablePointer(Points + Display + Retryable) => AsDisplay, ByRetryable, Pointed;
    /// A pointer to a box: `Arc<anyhow::Error>`.
    PlainPointer(Points + Display) => AsDisplay, AlwaysRetry, Pointed;
    /// A shared error, with an classifier.
    RetryableCounted(Counts + Display + Retryable) => AsDisplay, ByRetryable, Counted;
    /// A shared error: `Rc<E>`.
    PlainCounted(Counts + Display) => AsDisplay, AlwaysRetry, Counted;
    /// No error, but with `Display` and an classifier.
    RetryableDisplay(Display + Retryable) => AsDisplay, ByRetryable, Unchained;
    /// No error, but with `Display`.
    PlainDisplay(Display) => AsDisplay, AlwaysRetry, Unchained;
    /// No error, but with `Debug` and an classifier.
    RetryableDebug(Debug + Retryable) => AsDebug, ByRetryable, Unchained;
    /// No error, but with `Debug`.
    PlainDebug(Debug) => AsDebug, AlwaysRetry, Unchained;
    /// Nothing but an classifier.
    RetryableName(Retryable) => AsTypeName, ByRetryable, Unchained;
    /// Nothing at all.
    Top => AsTypeName, AlwaysRetry, Unchained;
}
