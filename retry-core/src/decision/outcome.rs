//! What an attempt may return.

use core::marker::PhantomData;
use core::ops::Deref;

/// A return type that tells success from failure, so that `#[retry]` knows when to go on.
///
/// [`Result`] and [`Option`] have it (`None` is a failure with the error `()`); give it to a type of your own by
/// saying how it becomes a `Result` and back.
///
/// ```
/// use retry_core::Outcome;
///
/// enum Reply { Answer(String), Busy }
///
/// impl Outcome for Reply {
///     type Ok = String;
///     type Error = ();
///     fn into_result(self) -> Result<String, ()> {
///         match self { Reply::Answer(text) => Ok(text), Reply::Busy => Err(()) }
///     }
///     fn from_result(result: Result<String, ()>) -> Self {
///         match result { Ok(text) => Reply::Answer(text), Err(()) => Reply::Busy }
///     }
/// }
/// # assert!(matches!(Reply::from_result(Reply::Busy.into_result()), Reply::Busy));
/// ```
#[diagnostic::on_unimplemented(
    message = "`#[retry]` cannot tell success from failure in `{Self}`",
    label = "not a `Result`, an `Option` or a type with `Outcome`",
    note = "return a `Result`, or implement `reattempt::Outcome` for `{Self}`",
    note = "if it is a future, write its type as `impl Future<Output = Result<…>>` or \
            `Pin<Box<dyn Future<Output = Result<…>>>>`, or make the function `async`"
)]
pub trait Outcome: Sized {
    /// What success yields.
    type Ok;
    /// What failure yields.
    type Error;

    /// The outcome as a `Result`.
    #[expect(clippy::missing_errors_doc, reason = "it converts, it does not fail")]
    fn into_result(self) -> Result<Self::Ok, Self::Error>;

    /// The outcome that `result` stands for.
    fn from_result(result: Result<Self::Ok, Self::Error>) -> Self;
}

impl<T, E> Outcome for Result<T, E> {
    type Ok = T;
    type Error = E;

    #[inline]
    fn into_result(self) -> Result<T, E> {
        self
    }

    #[inline]
    fn from_result(result: Result<T, E>) -> Self {
        result
    }
}

impl<T> Outcome for Option<T> {
    type Ok = T;
    type Error = ();

    #[inline]
    fn into_result(self) -> Result<T, ()> {
        self.ok_or(())
    }

    #[inline]
    fn from_result(result: Result<T, ()>) -> Self {
        result.ok()
    }
}

/// The question whether an outcome's success can hold a failure of its own, which would end the call and never be
/// retried.
///
/// Method lookup answers it: `success::<O>().__reattempt_success()` stops at the first of the types below that has the
/// method for `O`. An `Option` is a value like any other, unless there is a `Result` in it.
#[inline]
#[must_use]
pub fn success<O>() -> OptionalResult<O> {
    OptionalResult(PhantomData)
}

/// A success that is a `Result` in an `Option`.
#[derive(Clone, Copy, Debug)]
pub struct OptionalResult<O>(PhantomData<fn() -> O>);

impl<O: Outcome<Ok = Option<Result<T, E>>>, T, E> OptionalResult<O> {
    /// The answer for such a success.
    #[inline]
    #[must_use]
    pub fn __reattempt_success(&self) -> Success<CanFail, O::Ok> {
        Success(PhantomData)
    }
}

impl<O> Deref for OptionalResult<O> {
    type Target = Optional<O>;

    #[inline]
    fn deref(&self) -> &Optional<O> {
        &Optional(PhantomData)
    }
}

/// Any other success that is an `Option`.
#[derive(Clone, Copy, Debug)]
pub struct Optional<O>(PhantomData<fn() -> O>);

impl<O: Outcome<Ok = Option<T>>, T> Optional<O> {
    /// The answer for such a success.
    #[inline]
    #[must_use]
    pub fn __reattempt_success(&self) -> Success<CannotFail, O::Ok> {
        Success(PhantomData)
    }
}

impl<O> Deref for Optional<O> {
    type Target = NestedOutcome<O>;

    #[inline]
    fn deref(&self) -> &NestedOutcome<O> {
        &NestedOutcome(PhantomData)
    }
}

/// A success that is an outcome: a `Result`, or a type of the user's.
#[derive(Clone, Copy, Debug)]
pub struct NestedOutcome<O>(PhantomData<fn() -> O>);

impl<O: Outcome<Ok: Outcome>> NestedOutcome<O> {
    /// The answer for such a success.
    #[inline]
    #[must_use]
    pub fn __reattempt_success(&self) -> Success<CanFail, O::Ok> {
        Success(PhantomData)
    }
}

impl<O> Deref for NestedOutcome<O> {
    type Target = AnySuccess<O>;

    #[inline]
    fn deref(&self) -> &AnySuccess<O> {
        &AnySuccess(PhantomData)
    }
}

/// Anything else, a type that is no outcome included: that is another mistake.
#[derive(Clone, Copy, Debug)]
pub struct AnySuccess<O>(PhantomData<fn() -> O>);

impl<O> AnySuccess<O> {
    /// The answer for such a success.
    #[inline]
    #[must_use]
    pub fn __reattempt_success(&self) -> Success<CannotFail, O> {
        Success(PhantomData)
    }
}

/// The answer for the success type `T`.
#[derive(Clone, Copy, Debug)]
pub struct Success<A, T>(PhantomData<fn() -> (A, T)>);

/// It can hold a failure.
#[derive(Clone, Copy, Debug)]
pub enum CanFail {}

/// It holds none.
#[derive(Clone, Copy, Debug)]
pub enum CannotFail {}

/// An answer that a function's success type must get.
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

/// Takes the answer for a success that cannot hold a failure.
#[inline]
pub fn never_fails<A: NeverFails<T>, T>(_: &Success<A, T>) {}

/// Stands in a branch that is never taken, beside an attempt. The compiler takes what follows for reachable then, also
/// after a body that never returns.
#[cold]
#[must_use]
pub fn unreached<T>() -> T {
    unreachable!("the branch is never taken")
}

/// The way from a result to a function's own type. It asks nothing of that type, so that a type without [`Outcome`]
/// is one mistake, and not one for each use.
#[derive(Debug)]
pub struct FromResult<O, T, E>(fn(Result<T, E>) -> O);

/// An outcome's result.
type ResultOf<O> = Result<<O as Outcome>::Ok, <O as Outcome>::Error>;

/// An outcome's way back.
type FromResultOf<O> = FromResult<O, <O as Outcome>::Ok, <O as Outcome>::Error>;

/// An outcome as a result, and the way back: with both from one value, `impl Trait` in a return type stays one type.
#[inline]
pub fn split<O: Outcome>(outcome: O) -> (FromResultOf<O>, ResultOf<O>) {
    (FromResult(O::from_result), outcome.into_result())
}

/// The way back for a function whose body returns another type.
#[inline]
#[must_use]
pub fn from_result<O: Outcome>() -> FromResultOf<O> {
    FromResult(O::from_result)
}

impl<O, T, E> FromResult<O, T, E> {
    /// A success, as the function returns it.
    #[inline]
    #[must_use]
    pub fn ok(self, value: T) -> O {
        (self.0)(Ok(value))
    }

    /// A failure, as the function returns it.
    #[inline]
    #[must_use]
    pub fn err(self, error: E) -> O {
        (self.0)(Err(error))
    }

    /// What the function returns instead.
    #[inline]
    #[must_use]
    pub fn outcome(self, outcome: O) -> O {
        outcome
    }
}
