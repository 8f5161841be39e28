//! Whether an error is retryable, and the wait that it asks for; for an error behind a box, the classification of the
//! first error of its chain that has one.

use core::error::Error;
use core::time::Duration;
use std::io;

use super::chain::{chain, link};
use crate::adapter;
#[cfg(target_has_atomic = "64")]
use crate::breaker::CircuitOpen;
use crate::error::report::Opinion;
use crate::error::retryable::Retryable;

/// The classification of an error by its own type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classification {
    /// Whether the error is worth another attempt.
    pub(crate) is_retryable: bool,
    /// The wait that the peer asked for.
    pub(crate) retry_after: Option<Duration>,
}

impl Classification {
    pub(crate) fn of<E: Retryable + ?Sized>(error: &E) -> Classification {
        Classification { is_retryable: error.is_retryable(), retry_after: error.retry_after() }
    }
}

/// Classifies one error of a chain, if it has the type that this function is made for.
pub type LinkClassifier = fn(&(dyn Error + 'static)) -> Option<Classification>;

/// Classifies an `A`, or a `Box` or `Arc` of one.
pub(crate) fn classify_link<A: Error + Retryable + 'static>(
    error: &(dyn Error + 'static),
) -> Option<Classification> {
    link::<A>(error).map(Classification::of)
}

/// Classifies an `A` as what is known of its type allows.
pub(crate) fn classify_link_as<A: Error + 'static, O: Opinion<A> + Default>(
    error: &(dyn Error + 'static),
) -> Option<Classification> {
    let error = link::<A>(error)?;
    let is_retryable = O::default().is_retryable(error)?;
    Some(Classification { is_retryable, retry_after: O::default().retry_after(error).flatten() })
}

/// A type that can stand in the chain of an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `Error`, so it never stands in the chain of one",
    label = "not an `Error`",
    note = "implement `std::error::Error` for `{Self}`, or remove it from `ask`"
)]
pub trait ChainLink: Error + 'static {}

#[diagnostic::do_not_recommend]
impl<A: Error + 'static> ChainLink for A {}

/// Returns the classifier for a type that stands in `ask`.
#[must_use]
pub fn ask_for<A: ChainLink + Retryable>() -> Option<LinkClassifier> {
    Some(classify_link::<A>)
}

/// Classifies a chain by its first error that is of a known type: one that the program names (`also`) or a refusal by a
/// breaker and, behind a box, an error of an adapter or an `io::Error`. Most errors have no chain.
#[inline]
pub(crate) fn classify_chain(
    first: Option<&(dyn Error + 'static)>,
    also: &[Option<LinkClassifier>],
    is_box: bool,
) -> Option<Classification> {
    classify_from(first?, also, is_box)
}

#[inline(never)]
fn classify_from(
    first: &(dyn Error + 'static),
    also: &[Option<LinkClassifier>],
    is_box: bool,
) -> Option<Classification> {
    let adapters = if is_box { adapter::CLASSIFIERS } else { &[] };
    let mut innermost = None;
    for error in chain(Some(first)) {
        // The error that an `io::Error` was made of is more exact than its kind.
        if let (true, Some(error)) = (is_box, link::<io::Error>(error)) {
            innermost = Some(error);
            continue;
        }
        let mut classifiers = also.iter().flatten().chain(BREAKER).chain(adapters);
        if let Some(classification) = classifiers.find_map(|classify| classify(error)) {
            return Some(classification);
        }
    }
    innermost.map(|error: &io::Error| Classification {
        is_retryable: super::io::is_transient(error),
        retry_after: None,
    })
}

const BREAKER: &[LinkClassifier] = &[
    #[cfg(target_has_atomic = "64")]
    classify_link::<CircuitOpen>,
];

/// An error whose type is not known is classified by the first error of its chain that is an `io::Error`, a
/// [`CircuitOpen`](crate::CircuitOpen) or an error of an enabled adapter; without one it is retryable.
macro_rules! by_chain {
    ($($ty:ty),*) => {$(
        impl Retryable for $ty {
            fn is_retryable(&self) -> bool {
                classify_chain(Some(self), &[], true).is_none_or(|chain| chain.is_retryable)
            }

            fn retry_after(&self) -> Option<Duration> {
                classify_chain(Some(self), &[], true).and_then(|chain| chain.retry_after)
            }
        }
    )*};
}

by_chain!(dyn Error, dyn Error + Send, dyn Error + Sync, dyn Error + Send + Sync);
