//! The rules of a closure's call: each step of the call is a layer around the steps before it.

use core::any::type_name;
use core::error::Error;
use core::fmt::{self, Debug, Display, Formatter};
use core::marker::PhantomData;
use core::time::Duration;

use crate::decision::Selection;
use crate::error::Retryable;
use crate::error::chain::{find_in, has_retry_error};

/// The rules that decide about an error of a call. Each layer implements one method and forwards the others.
pub trait Rules<E> {
    /// Returns the selection by the `on` steps, or `None` without such a step.
    fn selection(&self, error: &E) -> Option<Selection>;

    /// Returns whether every predicate is true, or `None` without a predicate.
    fn predicate(&self, error: &E) -> Option<bool>;

    /// Returns the classification by the error's own type, or `None` without a `retryable` step.
    fn is_retryable(&self, error: &E) -> Option<bool>;

    /// Returns the wait that the error asks for by its own type, or `None` without a `retryable` step.
    fn retry_after(&self, error: &E) -> Option<Duration>;

    /// Returns whether the error comes from a retry loop that gave up, as far as the error's source chain can
    /// be searched.
    fn gave_up(&self, error: &E) -> bool;

    /// Writes the error for events.
    ///
    /// # Errors
    /// If the formatter fails.
    fn describe(&self, error: &E, f: &mut Formatter<'_>) -> fmt::Result;
}

/// The rules of a call without steps: every error is retried, and events show the name of the error's type.
#[derive(Clone, Copy, Debug)]
pub struct AllErrors;

impl<E> Rules<E> for AllErrors {
    fn selection(&self, _: &E) -> Option<Selection> {
        None
    }

    fn predicate(&self, _: &E) -> Option<bool> {
        None
    }

    fn is_retryable(&self, _: &E) -> Option<bool> {
        None
    }

    fn retry_after(&self, _: &E) -> Option<Duration> {
        None
    }

    fn gave_up(&self, _: &E) -> bool {
        false
    }

    fn describe(&self, _: &E, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(type_name::<E>())
    }
}

/// Forwards the named methods to the inner rules.
macro_rules! pass_on {
    ($($question:ident)*) => {
        $(pass_on!(@ $question);)*
    };
    (@ selection) => {
        fn selection(&self, error: &E) -> Option<Selection> {
            self.inner.selection(error)
        }
    };
    (@ predicate) => {
        fn predicate(&self, error: &E) -> Option<bool> {
            self.inner.predicate(error)
        }
    };
    (@ classification) => {
        fn is_retryable(&self, error: &E) -> Option<bool> {
            self.inner.is_retryable(error)
        }

        fn retry_after(&self, error: &E) -> Option<Duration> {
            self.inner.retry_after(error)
        }
    };
    (@ gave_up) => {
        fn gave_up(&self, error: &E) -> bool {
            self.inner.gave_up(error)
        }
    };
    (@ describe) => {
        fn describe(&self, error: &E, f: &mut Formatter<'_>) -> fmt::Result {
            self.inner.describe(error, f)
        }
    };
}

/// Selects errors that are an `A` or have an `A` in their source chain.
pub struct On<A, R = AllErrors> {
    pub(super) inner: R,
    pub(super) selected: PhantomData<fn() -> A>,
}

/// An error whose source chain a closure's call can search for a type.
#[diagnostic::on_unimplemented(
    message = "`on` looks for a type in the source chain of an `Error`, which `{Self}` is not",
    label = "calls whose error is a `{Self}` cannot select types",
    note = "select by a closure, `.when(|error: &{Self}| …)`; in a box or an `anyhow::Error`, \
            `error.is::<std::io::Error>()` finds a type",
    note = "implement `std::error::Error` if the type is yours, or annotate a function with `#[retry(on = …)]`, \
            which looks into boxes"
)]
pub trait Searchable: Error + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Error + 'static> Searchable for E {}

impl<A: Error + 'static, E: Searchable, R: Rules<E>> Rules<E> for On<A, R> {
    fn selection(&self, error: &E) -> Option<Selection> {
        let other = || self.inner.selection(error).unwrap_or(Selection::Nothing);
        Some(Selection::by_type(find_in::<A>(Some(error)).is_some()).or(other))
    }

    fn gave_up(&self, error: &E) -> bool {
        has_retry_error(Some(error))
    }

    pass_on!(predicate classification describe);
}

/// Retries errors for which a predicate is true.
#[derive(Clone, Copy)]
pub struct When<P, R = AllErrors> {
    pub(super) inner: R,
    pub(super) predicate: P,
}

impl<E, P: Fn(&E) -> bool, R: Rules<E>> Rules<E> for When<P, R> {
    fn predicate(&self, error: &E) -> Option<bool> {
        Some(self.inner.predicate(error).unwrap_or(true) && (self.predicate)(error))
    }

    pass_on!(selection classification gave_up describe);
}

/// Classifies each error by its `Retryable` implementation.
#[derive(Clone, Copy, Debug)]
pub struct RetryableErrors<R = AllErrors> {
    pub(super) inner: R,
}

impl<E: Retryable, R: Rules<E>> Rules<E> for RetryableErrors<R> {
    fn is_retryable(&self, error: &E) -> Option<bool> {
        Some(error.is_retryable())
    }

    fn retry_after(&self, error: &E) -> Option<Duration> {
        error.retry_after()
    }

    pass_on!(selection predicate gave_up describe);
}

/// Shows each error by its `Display`.
#[derive(Clone, Copy, Debug)]
pub struct LogErrors<R = AllErrors> {
    pub(super) inner: R,
}

impl<E: Display, R: Rules<E>> Rules<E> for LogErrors<R> {
    fn describe(&self, error: &E, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(error, f)
    }

    pass_on!(selection predicate classification gave_up);
}

impl<A, R: Clone> Clone for On<A, R> {
    fn clone(&self) -> Self {
        On { inner: self.inner.clone(), selected: PhantomData }
    }
}

impl<A, R: Copy> Copy for On<A, R> {}

impl<A, R: Debug> Debug for On<A, R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("On").field("type", &type_name::<A>()).field("inner", &self.inner).finish()
    }
}

impl<P, R: Debug> Debug for When<P, R> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("When").field("inner", &self.inner).finish_non_exhaustive()
    }
}
