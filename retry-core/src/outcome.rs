//! What an attempt may return.

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
    note = "return a `Result`, or implement `reattempt::Outcome` for `{Self}`"
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
pub struct Same<O, T, E>(fn(Result<T, E>) -> O);

/// An outcome's result.
type ResultOf<O> = Result<<O as Outcome>::Ok, <O as Outcome>::Error>;

/// An outcome's way back.
type SameOf<O> = Same<O, <O as Outcome>::Ok, <O as Outcome>::Error>;

/// An outcome as a result, and the way back: with both from one value, `impl Trait` in a return type stays one type.
#[inline]
pub fn split<O: Outcome>(outcome: O) -> (SameOf<O>, ResultOf<O>) {
    (Same(O::from_result), outcome.into_result())
}

/// The way back for a function whose body returns another type.
#[inline]
#[must_use]
pub fn same<O: Outcome>() -> SameOf<O> {
    Same(O::from_result)
}

impl<O, T, E> Same<O, T, E> {
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
