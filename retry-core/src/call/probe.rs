//! Finds out at compile time which traits an error's type implements, without a bound on any of them.
//!
//! `probe(&outcome).__reattempt_probe()` looks a method up on an autoderef ladder: a series of types, each of
//! which dereferences to the next. A rung has its method only for errors with certain traits, and method
//! lookup stops at the first rung that has it. The last rung has it for every type. In generic code, the
//! bounds of the type decide.
//!
//! There are two ladders, because the compiler's time for a lookup grows with the square of the rungs. The first
//! ladder is short and finds most errors. Its method returns a type without further rungs, or the start of the
//! second ladder. Both have the methods that use the properties, so that a second lookup finishes either way.

use core::error::Error;
use core::fmt::{Debug, Display};
use core::marker::PhantomData;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::blocking::{self, BlockingWait, Repeat};
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

/// Returns the first rung of the first ladder for the error of an outcome.
#[inline]
#[must_use]
pub fn probe<O: Outcome>(_: &O) -> Probe<O::Error> {
    Probe(PhantomData)
}

/// Returns the first rung of the first ladder for an error.
#[inline]
#[must_use]
pub fn probe_error<E>(_: &E) -> Probe<E> {
    Probe(PhantomData)
}

/// Returns the first rung of the first ladder for an error type, without an error.
#[inline]
#[must_use]
pub fn probe_type<E>() -> Probe<E> {
    Probe(PhantomData)
}

/// Lets a type be copied for every error. Its methods take it by value, which method lookup tries first.
macro_rules! copy {
    ($name:ident) => {
        impl<E> Clone for $name<E> {
            #[inline]
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<E> Copy for $name<E> {}
    };
}

/// Defines a type of error by its traits and its properties, with the methods that use the properties. A single
/// lookup finds the method and everything that it needs, which the compiler does faster than a lookup and a call.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident$(($($bound:tt)+))? => $description:ident, $classifier:ident, $chain:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $kind<E>(PhantomData<fn() -> E>);

        copy!($kind);

        impl<E $(: $($bound)+)?> $kind<E> {
            /// Returns the properties of an error of this kind.
            #[inline]
            #[must_use]
            pub fn __reattempt_known(self) -> Known<$description, $classifier, $chain> {
                Known::new()
            }

            /// Decides about a failure like `failed` in `call::step`. The error's type decides.
            #[inline]
            pub fn __reattempt_failed<O: Outcome<Error = E>>(
                self,
                site: &Site<'_>,
                progress: &mut Progress,
                error: E,
            ) -> Result<Delay, O> {
                step::failed(Clock::Async, site, progress, self.__reattempt_known(), error)
            }

            /// Decides like `__reattempt_failed`, by the default policy.
            #[inline]
            pub fn __reattempt_failed_by_default<O: Outcome<Error = E>>(
                self,
                label: &'static str,
                progress: &mut Progress,
                error: E,
            ) -> Result<Delay, O> {
                step::failed_by_default(label, progress, self.__reattempt_known(), error)
            }

            /// Runs the attempts after the first one like `retry` in `call::blocking`. The error's type
            /// decides.
            #[inline]
            pub fn __reattempt_retry<W: BlockingWait, O: Outcome<Error = E>>(
                self,
                wait: W,
                site: &Site<'_>,
                started: Started,
                error: E,
                attempt: &mut dyn Repeat<O>,
            ) -> O {
                blocking::retry(wait, site, started, self.__reattempt_known(), error, attempt)
            }

            /// Runs the attempts like `__reattempt_retry`, by the default policy.
            #[inline]
            pub fn __reattempt_retry_by_default<W: BlockingWait, O: Outcome<Error = E>>(
                self,
                wait: W,
                label: &'static str,
                error: E,
                attempt: &mut dyn Repeat<O>,
            ) -> O {
                blocking::retry_by_default(wait, label, self.__reattempt_known(), error, attempt)
            }
        }
    )*};
}

/// Defines rungs of the first ladder. The method of a rung returns a kind of error.
macro_rules! rungs {
    ($($(#[$doc:meta])* $rung:ident$(($($bound:tt)+))? => $kind:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $rung<E>(PhantomData<fn() -> E>);

        copy!($rung);

        impl<E $(: $($bound)+)?> $rung<E> {
            /// Returns the kind of an error on this rung.
            #[inline]
            #[must_use]
            pub fn __reattempt_probe(self) -> $kind<E> {
                $kind(PhantomData)
            }
        }
    )*};
}

rungs! {
    /// The first rung: an `io::Error`, which may contain another error, a `Box<dyn Error>`, which is another error,
    /// and pointers to them.
    Probe(Holds + Display) => HeldError;
    /// The first rung for types that may borrow.
    BorrowingProbe(Borrows + Display) => BorrowingError;
    /// The rung of the errors that implement `Retryable`.
    RetryableProbe(Error + Retryable) => RetryableError;
    /// The rung of the errors.
    PlainProbe(Error) => PlainError;
    /// The last rung: any other type, for the second ladder.
    OtherProbe => RetryableBox;
}

deref_ladder!(Probe RetryableProbe PlainProbe OtherProbe);
deref_ladder!(BorrowingProbe RetryableProbe);

impl<E> Probe<E> {
    /// Returns the rung to begin at if the type contains a lifetime, because method lookup does not see that
    /// a box borrows.
    #[inline]
    #[must_use]
    #[expect(clippy::unused_self, reason = "method lookup goes by the value")]
    pub fn __reattempt_borrowing(self) -> BorrowingProbe<E> {
        BorrowingProbe(PhantomData)
    }
}

/// Defines the first rung for types that do not borrow. Their source chain starts at the error itself here too.
macro_rules! held_types {
    ($($ty:ty),*) => {$(
        impl BorrowingProbe<$ty> {
            /// Returns the kind of an error on this rung.
            #[inline]
            #[must_use]
            pub fn __reattempt_probe(self) -> HeldError<$ty> {
                HeldError(PhantomData)
            }
        }
    )*};
}

held_types!(io::Error, Box<io::Error>, Rc<io::Error>, Arc<io::Error>);

kinds! {
    /// An error whose source chain starts at the error itself.
    HeldError(Holds + Display) => AsDisplay, AlwaysRetry, Held;
    /// A box that may borrow. Its source chain starts at the error itself.
    BorrowingError(Borrows + Display) => AsDisplay, AlwaysRetry, Borrowing;
    /// An error that implements `Retryable`.
    RetryableError(Error + Retryable) => AsDisplay, ByRetryable, Plain;
    /// An error.
    PlainError(Error) => AsDisplay, AlwaysRetry, Plain;
}

// The second ladder, from its first rung to its last.
kinds! {
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

deref_ladder!(RetryableBox PlainBox RetryableSyncBox PlainSyncBox RetryablePointer PlainPointer RetryableCounted
    PlainCounted RetryableDisplay PlainDisplay RetryableDebug PlainDebug RetryableName AnyType);
