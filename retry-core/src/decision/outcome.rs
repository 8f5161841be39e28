//! Defines the types that an attempt may return.

/// A return type that is either a success or a failure, so that `#[retry]` can retry the failures.
///
/// [`Result`] and [`Option`] implement it; `None` is a failure with the error `()`. Implement it for a type of your own
/// by the conversions to a `Result` and back.
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
    /// The value of a success.
    type Ok;
    /// The error of a failure.
    type Error;

    /// Converts the outcome to a `Result`.
    #[expect(clippy::missing_errors_doc, reason = "the conversion cannot fail")]
    fn into_result(self) -> Result<Self::Ok, Self::Error>;

    /// Converts a `Result` to an outcome.
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

/// Provides the value of a branch that is beside an attempt and is never taken.
///
/// Because of the branch, the compiler treats the code after the attempt as reachable, even if the body never returns.
///
/// # Panics
/// Panics if the branch is taken.
#[cold]
#[must_use]
#[expect(clippy::unreachable, reason = "only expansions call it, in a branch that is never taken")]
pub fn unreached<T>() -> T {
    unreachable!("the branch is never taken")
}

/// Converts an outcome to its result.
#[expect(clippy::missing_errors_doc, reason = "the conversion cannot fail")]
#[inline]
pub fn into_result<O: Outcome>(outcome: O) -> Result<O::Ok, O::Error> {
    outcome.into_result()
}

/// Converts a result to an outcome.
#[inline]
pub fn into_outcome<O: Outcome>(result: Result<O::Ok, O::Error>) -> O {
    O::from_result(result)
}

/// The conversion from a result to the return type of a function. It has no bound on that type, so that a type without
/// [`Outcome`] is reported once, and not at each use.
#[derive(Debug)]
pub struct FromResult<O, T, E>(fn(Result<T, E>) -> O);

/// The result that an outcome converts to.
type ResultOf<O> = Result<<O as Outcome>::Ok, <O as Outcome>::Error>;

/// The conversion from a result back to an outcome.
type FromResultOf<O> = FromResult<O, <O as Outcome>::Ok, <O as Outcome>::Error>;

/// Converts an outcome to its result, and returns the conversion back. Both come from one value, so that `impl Trait`
/// in a return type stays one type.
#[inline]
pub fn split<O: Outcome>(outcome: O) -> (FromResultOf<O>, ResultOf<O>) {
    (FromResult(O::from_result), outcome.into_result())
}

/// Returns the conversion back for a function whose body returns another type.
#[inline]
#[must_use]
pub fn from_result<O: Outcome>() -> FromResultOf<O> {
    FromResult(O::from_result)
}

/// Returns the conversion back to the outcome of a body.
#[inline]
pub fn from_result_of<O: Outcome, F: FnMut(u32) -> O>(_: &F) -> FromResultOf<O> {
    FromResult(O::from_result)
}

/// Calls `rest` out of line.
#[cold]
#[inline(never)]
pub fn out_of_line<O>(rest: impl FnOnce() -> O) -> O {
    rest()
}

impl<O, T, E> FromResult<O, T, E> {
    /// Converts a success to the return type of the function.
    #[inline]
    #[must_use]
    pub fn ok(self, value: T) -> O {
        (self.0)(Ok(value))
    }

    /// Converts an error to the return type of the function.
    #[inline]
    #[must_use]
    pub fn err(self, error: E) -> O {
        (self.0)(Err(error))
    }

    /// Returns an outcome that already has the return type of the function.
    #[inline]
    #[must_use]
    #[expect(clippy::unused_self, reason = "the value has the type of the function")]
    pub fn outcome(self, outcome: O) -> O {
        outcome
    }
}
