//! Whether a success of a function can contain a failure, which would never be retried.

use core::marker::PhantomData;

use super::ladder::deref_ladder;
use super::outcome::Outcome;

/// Returns the start of the autoderef ladder that finds out whether a success of `O` can contain a failure.
///
/// Such a failure would end the call and never be retried. Method lookup for `success::<O>().__reattempt_success()` stops
/// at the first of the types below that has the method for `O`. An `Option` counts as a value without a failure, unless
/// it contains a `Result`.
#[inline]
#[must_use]
pub fn success<O>() -> OptionalResult<O> {
    OptionalResult(PhantomData)
}

/// A success that is a `Result` in an `Option`.
#[derive(Clone, Copy, Debug)]
pub struct OptionalResult<O>(PhantomData<fn() -> O>);

impl<O: Outcome<Ok = Option<Result<T, E>>>, T, E> OptionalResult<O> {
    /// Returns the answer for this kind of success.
    #[inline]
    #[must_use]
    pub fn __reattempt_success(&self) -> Success<CanFail, O::Ok> {
        Success(PhantomData)
    }
}

/// A success that is any other `Option`.
#[derive(Clone, Copy, Debug)]
pub struct Optional<O>(PhantomData<fn() -> O>);

impl<O: Outcome<Ok = Option<T>>, T> Optional<O> {
    /// Returns the answer for this kind of success.
    #[inline]
    #[must_use]
    pub fn __reattempt_success(&self) -> Success<CannotFail, O::Ok> {
        Success(PhantomData)
    }
}

/// A success that is an [`Outcome`] itself: a `Result`, or a type of the user's.
#[derive(Clone, Copy, Debug)]
pub struct NestedOutcome<O>(PhantomData<fn() -> O>);

impl<O: Outcome<Ok: Outcome>> NestedOutcome<O> {
    /// Returns the answer for this kind of success.
    #[inline]
    #[must_use]
    pub fn __reattempt_success(&self) -> Success<CanFail, O::Ok> {
        Success(PhantomData)
    }
}

/// Any other success. It also accepts an `O` without [`Outcome`], which the compiler reports as a different mistake.
#[derive(Clone, Copy, Debug)]
pub struct AnySuccess<O>(PhantomData<fn() -> O>);

impl<O> AnySuccess<O> {
    /// Returns the answer for this kind of success.
    #[inline]
    #[must_use]
    pub fn __reattempt_success(&self) -> Success<CannotFail, O> {
        Success(PhantomData)
    }
}

deref_ladder!(OptionalResult Optional NestedOutcome AnySuccess);

/// The answer for the success type `T`.
#[derive(Clone, Copy, Debug)]
pub struct Success<A, T>(PhantomData<fn() -> (A, T)>);

/// The answer that a success can contain a failure.
#[derive(Clone, Copy, Debug)]
pub enum CanFail {}

/// The answer that a success cannot contain a failure.
#[derive(Clone, Copy, Debug)]
pub enum CannotFail {}

/// The answer that the success type of a function must have.
#[diagnostic::on_unimplemented(
    message = "a failure in `{T}` would count as a success, and never be retried",
    label = "the success type is `{T}`, which can fail itself",
    note = "return one `Result`: `Result<Option<T>, E>` by `.transpose()` for an `Option<Result<T, E>>`, `Result<T, E>` \
            by a second `?` for a `Result<Result<T, _>, _>`",
    note = "write `retry_ok = |value| …` to choose which of these successes are retried, `retry_ok = |_| false` for none"
)]
pub trait NeverFails<T> {}

#[diagnostic::do_not_recommend]
impl<T> NeverFails<T> for CannotFail {}

/// Requires that a success cannot contain a failure.
#[inline]
pub fn never_fails<A: NeverFails<T>, T>(_: &Success<A, T>) {}
