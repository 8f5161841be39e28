//! What the steps of a call need of an error, and how they reach its source chain.

use core::error::Error;
use core::fmt::Display;
use core::ops::Deref;

use crate::error::{
    AsDebug, AsDisplay, Chained, CircuitOpen, Describe, Plain, Retryable, Sourced, Throttled, Unchained,
    made_from,
};

/// The way of an error that is an `Error` itself.
#[derive(Clone, Copy, Debug)]
pub struct Itself;

/// The chain of a pointer to an error of unknown type, such as `Box<dyn Error>` or `anyhow::Error`. It starts at the
/// error that it points to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inside;

/// An error whose source chain `on` and `unless` can search for a type.
#[diagnostic::on_unimplemented(
    message = "`on` and `unless` look for a type in the source chain of an `Error`, which `{Self}` is not",
    label = "calls whose error is a `{Self}` cannot select types",
    note = "`on_inner` and `unless_inner` look into a `Box<dyn Error>`, an `anyhow::Error` or an `eyre::Report`",
    note = "select values by a closure, `.when(|error| …)`, or implement `std::error::Error` if the type is yours"
)]
pub trait Searchable: Error + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Error + 'static> Searchable for E {}

/// A pointer to an error of unknown type, which `on_inner` and `unless_inner` can search for a type.
#[diagnostic::on_unimplemented(
    message = "`on_inner` and `unless_inner` look into a box of an error of unknown type, which `{Self}` is not",
    label = "is no pointer to a `dyn Error`",
    note = "`on` and `unless` look for a type in an error that implements `Error`",
    note = "select values by a closure, `.when(|error| …)`"
)]
pub trait Openable {
    /// Returns the error in the box.
    fn opened(&self) -> &(dyn Error + 'static);
}

#[diagnostic::do_not_recommend]
impl<E: Deref<Target: ErrorObject>> Openable for E {
    fn opened(&self) -> &(dyn Error + 'static) {
        (**self).as_error()
    }
}

/// An error that `retryable` can ask.
#[diagnostic::on_unimplemented(
    message = "`retryable` asks an error that implements `Retryable`, which `{Self}` does not",
    label = "calls whose error is a `{Self}` cannot ask it",
    note = "derive or implement `reattempt::Retryable` for `{Self}` if the type is yours",
    note = "judge it by a closure, `.when(|error| …)`"
)]
pub trait Askable: Retryable {}

#[diagnostic::do_not_recommend]
impl<E: Retryable> Askable for E {}

/// An error that `log_errors` can show.
#[diagnostic::on_unimplemented(
    message = "`log_errors` shows errors by their `Display`, which `{Self}` does not implement",
    label = "events name the type of the error without this step",
    note = "implement `std::fmt::Display` for `{Self}` if the type is yours"
)]
pub trait Showable: Display {}

#[diagnostic::do_not_recommend]
impl<E: Display> Showable for E {}

made_from! {
    CircuitOpen:
    /// An error of a call that its breaker may refuse.
    #[diagnostic::on_unimplemented(
        message = "a call that the breaker refuses cannot fail with `{Self}`, which is not made from `CircuitOpen`",
        label = "needs an error type that implements `From<CircuitOpen>`",
        note = "write `impl From<reattempt::CircuitOpen> for {Self}` if the type is yours",
        note = "return `anyhow::Error`, `Box<dyn Error>` or an error type of yours that wraps it if the type is another crate's"
    )]
    Refusal::refusal
}

made_from! {
    Throttled:
    /// An error of a call that its throttle may refuse.
    #[diagnostic::on_unimplemented(
        message = "a call that the throttle refuses cannot fail with `{Self}`, which is not made from `Throttled`",
        label = "needs an error type that implements `From<Throttled>`",
        note = "write `impl From<reattempt::Throttled> for {Self}` if the type is yours",
        note = "return `anyhow::Error`, `Box<dyn Error>` or an error type of yours that wraps it if the type is another crate's"
    )]
    Throttleable::throttled
}

/// An error of unknown type.
pub trait ErrorObject {
    /// Returns the error without the traits of its threads.
    fn as_error(&self) -> &(dyn Error + 'static);
}

macro_rules! objects {
    ($($object:ty),*) => {$(
        impl ErrorObject for $object {
            fn as_error(&self) -> &(dyn Error + 'static) {
                self
            }
        }
    )*};
}

objects!(dyn Error, dyn Error + Send, dyn Error + Sync, dyn Error + Send + Sync);

impl<E: Openable> Chained<E> for Inside {
    const IS_BOX: bool = true;

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error.opened())
    }
}

impl<E: Openable> Sourced<E> for Inside {}

/// An error type that a [`RetryError`](crate::RetryError) can show and have as its source. `M` is the way, which the
/// compiler infers.
#[diagnostic::on_unimplemented(
    message = "a `RetryError` cannot have a `{Self}` as its source",
    label = "is no `Error`, no box of one and no text",
    note = "implement `std::error::Error` for `{Self}`, or call `run` instead of `run_or_explain`"
)]
pub trait Explainable<M> {
    /// How the error is shown.
    type Description: Describe<Self> + Default;
    /// How its sources are reached.
    type Chain: Sourced<Self> + Default;
}

#[diagnostic::do_not_recommend]
impl<E: Error + 'static> Explainable<Itself> for E {
    type Description = AsDisplay;
    type Chain = Plain;
}

#[diagnostic::do_not_recommend]
impl<E: Openable + Display> Explainable<Inside> for E {
    type Description = AsDisplay;
    type Chain = Inside;
}

macro_rules! without_source {
    ($($ty:ty => $description:ident),*) => {$(
        impl Explainable<Unchained> for $ty {
            type Description = $description;
            type Chain = Unchained;
        }
    )*};
}

without_source!(() => AsDebug, String => AsDisplay, &str => AsDisplay, std::borrow::Cow<'_, str> => AsDisplay);
