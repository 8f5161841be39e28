//! Classifies one error of a chain, if the error has a certain type.

use core::error::Error;
use core::time::Duration;

use super::chain::link;
use super::retryable::Retryable;

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

/// A function that classifies one error of a chain, if the error has the function's type.
pub(crate) type LinkClassifier = fn(&(dyn Error + 'static)) -> Option<Classification>;

/// Classifies an `A`, or a `Box` or `Arc` of an `A`.
pub(crate) fn classify_link<A: Error + Retryable + 'static>(
    error: &(dyn Error + 'static),
) -> Option<Classification> {
    link::<A>(error).map(Classification::of)
}

/// A type that can be in the chain of an error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no `Error`, so it never stands in the chain of one",
    label = "not an `Error`",
    note = "implement `std::error::Error` for `{Self}`, or remove it from `ask`"
)]
pub trait ChainLink: Error + 'static {}

#[diagnostic::do_not_recommend]
impl<A: Error + 'static> ChainLink for A {}

/// Returns the classifier for a type that `ask` names.
#[must_use]
pub fn ask_for<A: ChainLink + Retryable>() -> Option<LinkClassifier> {
    Some(classify_link::<A>)
}
