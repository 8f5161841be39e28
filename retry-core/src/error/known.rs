//! Describes an error's type: how an error is displayed, whether it classifies itself, how its sources are reached.

use core::any::type_name;
use core::fmt::{self, Debug, Display, Formatter};
use core::marker::PhantomData;
use core::time::Duration;

use super::chained::Chained;
use super::classification::classify_chain;
use super::link::{Classification, LinkClassifier};
use super::report::Failure;
use super::retryable::Retryable;

/// The capabilities of an error type: the display `D`, the classifier `O` and the chain `C`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known<D, O, C>(PhantomData<(D, O, C)>);

impl<D, O, C> Known<D, O, C> {
    pub(crate) const fn new() -> Self {
        Known(PhantomData)
    }
}

impl<D: Default, O: Default, C: Default> Known<D, O, C> {
    /// Returns `error` with the capabilities of its type.
    #[inline]
    #[expect(clippy::unused_self, reason = "the value has the types of the capabilities")]
    pub fn see<'e, E: ?Sized>(&self, error: &'e E) -> ErrorView<'e, E, D, O, C>
    where
        D: Describe<E>,
        O: Classifier<E>,
        C: Chained<E>,
    {
        ErrorView::new(error, D::default(), O::default(), C::default())
    }
}

/// An error with the capabilities of its type.
#[derive(Clone, Copy, Debug)]
pub struct ErrorView<'a, E: ?Sized, D, O, C> {
    error: &'a E,
    description: D,
    classifier: O,
    chain: C,
    /// The classifiers for errors of the chain whose types the function's arguments name.
    also: &'a [Option<LinkClassifier>],
}

impl<'a, E: ?Sized, D: Describe<E>, O: Classifier<E>, C: Chained<E>> ErrorView<'a, E, D, O, C> {
    /// Creates a view of `error` with these capabilities.
    pub fn new(error: &'a E, description: D, classifier: O, chain: C) -> Self {
        ErrorView { error, description, classifier, chain, also: &[] }
    }

    /// Adds classifiers for errors of the chain, which are used if the error itself has no classifier.
    #[must_use]
    pub fn asking(mut self, also: &'a [Option<LinkClassifier>]) -> Self {
        self.also = also;
        self
    }

    /// Returns whether the error's own classification allows a retry. An error from a loop that gave up never does.
    pub fn own(&self) -> bool {
        let by_chain = || self.by_chain().is_none_or(|chain| chain.is_retryable);
        self.classifier.is_retryable(self.error).unwrap_or_else(by_chain) && !self.chain.gave_up(self.error)
    }

    /// Returns the classification by the errors of the chain, for a type that has no classification.
    fn by_chain(&self) -> Option<Classification> {
        classify_chain(self.chain.first(self.error), self.also, C::IS_BOX)
    }
}

impl<E: ?Sized, D: Describe<E>, O: Classifier<E>, C: Chained<E>> Failure for ErrorView<'_, E, D, O, C> {
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.description.describe(self.error, f)
    }

    fn is_retryable(&self) -> bool {
        self.own()
    }

    fn hint(&self) -> Option<Duration> {
        let by_chain = || self.by_chain().and_then(|chain| chain.retry_after);
        self.classifier.retry_after(self.error).unwrap_or_else(by_chain)
    }

    fn is_refusal(&self) -> bool {
        self.chain.is_refusal(self.error)
    }
}

/// A way to display an `E`.
pub trait Describe<E: ?Sized> {
    /// Writes `error`.
    ///
    /// # Errors
    /// Returns an error if the formatter fails.
    fn describe(&self, error: &E, f: &mut Formatter<'_>) -> fmt::Result;
}

/// The display of an error by `Display`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsDisplay;

impl<E: Display + ?Sized> Describe<E> for AsDisplay {
    fn describe(&self, error: &E, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(error, f)
    }
}

/// The display of an error by `Debug`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsDebug;

impl<E: Debug + ?Sized> Describe<E> for AsDebug {
    fn describe(&self, error: &E, f: &mut Formatter<'_>) -> fmt::Result {
        Debug::fmt(error, f)
    }
}

/// The display of an error by the name of its type.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsTypeName;

impl<E: ?Sized> Describe<E> for AsTypeName {
    fn describe(&self, _: &E, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(type_name::<E>())
    }
}

/// The classification of an `E` by its own type. Its methods return `None` if the type has no classification.
pub trait Classifier<E: ?Sized> {
    /// Returns whether the error is worth another attempt.
    fn is_retryable(&self, error: &E) -> Option<bool>;

    /// Returns the wait that the peer asked for, if any.
    #[expect(clippy::option_option, reason = "the outer one is whether the type has a classification")]
    fn retry_after(&self, error: &E) -> Option<Option<Duration>>;
}

/// The classifier by [`Retryable`].
#[derive(Clone, Copy, Debug, Default)]
pub struct ByRetryable;

impl<E: Retryable + ?Sized> Classifier<E> for ByRetryable {
    fn is_retryable(&self, error: &E) -> Option<bool> {
        Some(error.is_retryable())
    }

    fn retry_after(&self, error: &E) -> Option<Option<Duration>> {
        Some(error.retry_after())
    }
}

/// The classifier of a type that has no classification.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlwaysRetry;

impl<E: ?Sized> Classifier<E> for AlwaysRetry {
    fn is_retryable(&self, _: &E) -> Option<bool> {
        None
    }

    fn retry_after(&self, _: &E) -> Option<Option<Duration>> {
        None
    }
}
