//! Finds out at compile time which traits an error's type implements, without a bound on any of them.
//!
//! `probe(&outcome).__reattempt_probe()` looks a method up on an autoderef ladder: a series of types, each of
//! which dereferences to the next. A rung has its methods only for errors with certain traits, and method
//! lookup stops at the first rung that has them. The last rung has them for every type. In generic code, the
//! bounds of the type decide.

use core::error::Error;
use core::fmt::{Debug, Display};
use core::marker::PhantomData;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::blocking::{self, BlockingWait};
use super::progress::{Progress, Started};
use super::site::Site;
use super::step;
use crate::decision::Outcome;
use crate::decision::ladder::deref_ladder;
use crate::error::{
    AlwaysRetry, AsDebug, AsDisplay, AsTypeName, Borrowing, Borrows, Boxed, BoxedSync, ByRetryable, Counted,
    Counts, Held, Holds, Known, Plain, Pointed, Points, Retryable, Unchained,
};
use crate::runtime::{Clock, Delay};

/// Returns the first rung of the ladder for the error of an outcome.
#[inline]
#[must_use]
pub fn probe<O: Outcome>(_: &O) -> Probe<O::Error> {
    Probe(PhantomData)
}

/// Returns the first rung of the ladder for an error.
#[inline]
#[must_use]
pub fn probe_error<E>(_: &E) -> Probe<E> {
    Probe(PhantomData)
}

/// Returns the first rung of the ladder for an error type, without an error.
#[inline]
#[must_use]
pub fn probe_type<E>() -> Probe<E> {
    Probe(PhantomData)
}

/// Defines the step after an attempt of a function without rules, as methods of a rung. A single lookup finds
/// the method and everything that it needs, which the compiler does faster than a lookup and a call.
macro_rules! steps {
    ($error:ty) => {
        /// Decides about a failure like [`failed`](crate::call::step::failed). The error's type decides.
        #[inline]
        #[expect(clippy::missing_errors_doc, reason = "the errors are those of the function")]
        pub fn __reattempt_failed<O: Outcome<Error = $error>>(
            &self,
            site: &Site<'_>,
            progress: &mut Progress,
            error: $error,
        ) -> Result<Delay, O> {
            step::failed(Clock::Async, site, progress, self.__reattempt_probe(), error)
        }

        /// Runs the attempts after the first one like [`retry`](crate::call::blocking::retry). The error's type decides.
        #[inline]
        pub fn __reattempt_retry<W: BlockingWait, O: Outcome<Error = $error>>(
            &self,
            wait: W,
            site: &Site<'_>,
            started: Started,
            error: $error,
            attempt: &mut dyn FnMut(u32) -> O,
        ) -> O {
            blocking::retry(wait, site, started, self.__reattempt_probe(), error, attempt)
        }
    };
}

macro_rules! rungs {
    ($($(#[$doc:meta])* $rung:ident$(($($bound:tt)+))? => $description:ident, $classifier:ident, $chain:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $rung<E>(PhantomData<fn() -> E>);

            impl<E $(: $($bound)+)?> $rung<E> {
                /// Returns the properties of an error on this rung.
                #[inline]
                #[must_use]
                pub fn __reattempt_probe(&self) -> Known<$description, $classifier, $chain> {
                    Known::new()
                }

                steps!(E);
            }
        )*
        deref_ladder!($($rung)*);
    };
}

/// The first rung of the ladder: an `io::Error`, which may contain another error, a `Box<dyn Error>`, which
/// is another error, and pointers to them. Their source chain starts at the error itself.
#[derive(Clone, Copy, Debug)]
pub struct Probe<E>(PhantomData<fn() -> E>);

impl<E: Holds + Display> Probe<E> {
    /// Returns the properties of an error on this rung.
    #[inline]
    #[must_use]
    pub fn __reattempt_probe(&self) -> Known<AsDisplay, AlwaysRetry, Held> {
        Known::new()
    }

    steps!(E);
}

impl<E> Probe<E> {
    /// Returns the rung to begin at if the type contains a lifetime, because method lookup does not see that
    /// a box borrows.
    #[inline]
    #[must_use]
    pub fn __reattempt_borrowing(&self) -> BorrowingProbe<E> {
        BorrowingProbe(PhantomData)
    }
}

deref_ladder!(Probe RetryableError);

/// The first rung of the ladder for types that may borrow.
#[derive(Clone, Copy, Debug)]
pub struct BorrowingProbe<E>(PhantomData<fn() -> E>);

impl<E: Borrows + Display> BorrowingProbe<E> {
    /// Returns the properties of an error on this rung.
    #[inline]
    #[must_use]
    pub fn __reattempt_probe(&self) -> Known<AsDisplay, AlwaysRetry, Borrowing> {
        Known::new()
    }

    steps!(E);
}

/// Defines this rung for types that do not borrow. Their source chain starts at the error itself here too.
macro_rules! held_types {
    ($($ty:ty),*) => {$(
        impl BorrowingProbe<$ty> {
            /// Returns the properties of an error on this rung.
            #[inline]
            #[must_use]
            pub fn __reattempt_probe(&self) -> Known<AsDisplay, AlwaysRetry, Held> {
                Known::new()
            }

            steps!($ty);
        }
    )*};
}

held_types!(io::Error, Box<io::Error>, Rc<io::Error>, Arc<io::Error>);

deref_ladder!(BorrowingProbe RetryableError);

rungs! {
    /// An error that implements `Retryable`.
    RetryableError(Error + Retryable) => AsDisplay, ByRetryable, Plain;
    /// An error.
    PlainError(Error) => AsDisplay, AlwaysRetry, Plain;
    /// A box around another error that implements `Retryable`.
    RetryableBox(AsRef<dyn Error + 'static> + Display + Retryable) => AsDisplay, ByRetryable, Boxed;
    /// A box around another error: `anyhow::Error`, `eyre::Report`.
    PlainBox(AsRef<dyn Error + 'static> + Display) => AsDisplay, AlwaysRetry, Boxed;
    /// A box around another error that can move between threads. The box implements `Retryable`.
    RetryableSyncBox(AsRef<dyn Error + Send + Sync + 'static> + Display + Retryable) => AsDisplay, ByRetryable, BoxedSync;
    /// A box around another error that can move between threads.
    PlainSyncBox(AsRef<dyn Error + Send + Sync + 'static> + Display) => AsDisplay, AlwaysRetry, BoxedSync;
    /// A pointer to a box that implements `Retryable`.
    RetryablePointer(Points + Display + Retryable) => AsDisplay, ByRetryable, Pointed;
    /// A pointer to a box: `Arc<anyhow::Error>`.
    PlainPointer(Points + Display) => AsDisplay, AlwaysRetry, Pointed;
    /// A shared error that implements `Retryable`.
    RetryableCounted(Counts + Display + Retryable) => AsDisplay, ByRetryable, Counted;
    /// A shared error: `Rc<E>`.
    PlainCounted(Counts + Display) => AsDisplay, AlwaysRetry, Counted;
    /// A type that is no error, with `Display` and `Retryable`.
    RetryableDisplay(Display + Retryable) => AsDisplay, ByRetryable, Unchained;
    /// A type that is no error, with `Display`.
    PlainDisplay(Display) => AsDisplay, AlwaysRetry, Unchained;
    /// A type that is no error, with `Debug` and `Retryable`.
    RetryableDebug(Debug + Retryable) => AsDebug, ByRetryable, Unchained;
    /// A type that is no error, with `Debug`.
    PlainDebug(Debug) => AsDebug, AlwaysRetry, Unchained;
    /// A type with `Retryable` and nothing else.
    RetryableName(Retryable) => AsTypeName, ByRetryable, Unchained;
    /// Any other type.
    AnyType => AsTypeName, AlwaysRetry, Unchained;
}
