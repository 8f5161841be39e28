//! What a closure's call returns: the last error as it is, or a `RetryError` around it.

use core::marker::PhantomData;

use super::super::planned::GivenUp;
use super::rule::Needs;
use super::searched::Explainable;
use crate::error::{Known, RetryError};

/// The form in which a call returns its end.
pub(super) trait Ending<T, E> {
    /// What the call returns.
    type Output;

    /// What the call has to do for this form.
    const NEEDS: Needs;

    /// Returns the end with a value.
    fn succeeded(value: T) -> Self::Output;

    /// Returns the end with the last error.
    fn failed(given_up: Option<&GivenUp>, error: E) -> Self::Output;

    /// Returns the end of a call that was refused before attempt 1. `error` was made of the refusal.
    fn refused(given_up: &GivenUp, error: E) -> Self::Output;

    /// Returns the end with a last value that `retry_ok` refuses.
    fn used_up(given_up: Option<&GivenUp>, value: T) -> Self::Output;
}

/// The last result, unchanged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unchanged;

impl<T, E> Ending<T, E> for Unchanged {
    type Output = Result<T, E>;

    const NEEDS: Needs = Needs::NOTHING;

    #[inline]
    fn succeeded(value: T) -> Result<T, E> {
        Ok(value)
    }

    #[inline]
    fn failed(_: Option<&GivenUp>, error: E) -> Result<T, E> {
        Err(error)
    }

    #[inline]
    fn refused(_: &GivenUp, error: E) -> Result<T, E> {
        Err(error)
    }

    #[inline]
    fn used_up(_: Option<&GivenUp>, value: T) -> Result<T, E> {
        Ok(value)
    }
}

/// A `RetryError` with the last error, which is shown and has sources by `M`.
#[derive(Debug)]
pub(super) struct Explained<M>(PhantomData<fn() -> M>);

impl<M> Explained<M> {
    /// Returns the `RetryError` with the reason of a plan, which this form has asked for.
    #[expect(clippy::expect_used, reason = "the form needs a plan, so the course makes one")]
    fn explain<T, E: Explainable<M>>(
        given_up: Option<&GivenUp>,
        last: Option<E>,
    ) -> Result<T, RetryError<E>> {
        let known: Known<E::Description, (), E::Chain> = Known::new();
        Err(given_up.expect("the form needs a plan").retry_error(last, known))
    }
}

impl<T, M, E: Explainable<M>> Ending<T, E> for Explained<M> {
    type Output = Result<T, RetryError<E>>;

    const NEEDS: Needs = Needs::PLAN.or(Needs::CLOCK);

    #[inline]
    fn succeeded(value: T) -> Self::Output {
        Ok(value)
    }

    fn failed(given_up: Option<&GivenUp>, error: E) -> Self::Output {
        Self::explain(given_up, Some(error))
    }

    fn refused(given_up: &GivenUp, _: E) -> Self::Output {
        Self::explain(Some(given_up), None)
    }

    fn used_up(given_up: Option<&GivenUp>, _: T) -> Self::Output {
        Self::explain(given_up, None)
    }
}
