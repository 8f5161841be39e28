//! Whether a success of a function can contain a failure, which would never be retried.

use core::marker::PhantomData;

use super::ladder::deref_ladder;
use super::outcome::Outcome;

/// Returns the start of the autoderef ladders that find out whether a success of `O` can contain a failure.
///
/// Such a failure would end the call and never be retried. Method lookup for
/// `success::<O>().__reattempt_success().__reattempt_nested()` stops at the first rung of a ladder that has the method for
/// `O`. The first ladder has two rungs and finds most types; the second is for a success that is an [`Outcome`] itself.
/// An `Option` counts as a value without a failure, unless it contains a `Result`.
#[inline]
#[must_use]
pub fn success<O>() -> AnyOutcome<O> {
    AnyOutcome(PhantomData)
}

/// Defines rungs of a ladder, each with its answer. Method lookup tries methods that take `self` by value first.
macro_rules! rungs {
    ($method:ident: $($(#[$doc:meta])* $rung:ident[$($parameter:ident$(: $bound:path)?),*] => $answer:ident<$($of:ty),*>;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $rung<O>(PhantomData<fn() -> O>);

            impl<O> Clone for $rung<O> {
                #[inline]
                fn clone(&self) -> Self {
                    *self
                }
            }

            impl<O> Copy for $rung<O> {}

            impl<$($parameter$(: $bound)?),*> $rung<O> {
                /// Returns the answer for this kind of success.
                #[inline]
                #[must_use]
                pub fn $method(self) -> $answer<$($of),*> {
                    $answer(PhantomData)
                }
            }
        )*
        deref_ladder!($($rung)*);
    };
}

rungs! { __reattempt_success:
    /// A success that is an [`Outcome`] itself. The second ladder decides about it.
    AnyOutcome[O: Outcome<Ok: Outcome>] => OptionalResult<O>;
    /// Any other success. It also accepts an `O` without [`Outcome`], which the compiler reports as a different mistake.
    AnySuccess[O] => Success<CannotFail, O>;
}

rungs! { __reattempt_nested:
    /// A success that is a `Result` in an `Option`.
    OptionalResult[O: Outcome<Ok = Option<Result<T, E>>>, T, E] => Success<CanFail, O::Ok>;
    /// A success that is any other `Option`.
    Optional[O: Outcome<Ok = Option<T>>, T] => Success<CannotFail, O::Ok>;
    /// A success that is any other [`Outcome`]: a `Result`, or a type of the user's.
    OtherOutcome[O: Outcome] => Success<CanFail, O::Ok>;
}

/// The answer for the success type `T`.
#[derive(Clone, Copy, Debug)]
pub struct Success<A, T>(PhantomData<fn() -> (A, T)>);

impl<A, T> Success<A, T> {
    /// Returns the answer of the first ladder.
    #[inline]
    #[must_use]
    pub fn __reattempt_nested(self) -> Success<A, T> {
        self
    }
}

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
