//! What the loop learns of an error, whatever its type: one object behind which the type is forgotten, so that the
//! code after a failure exists once and not once per function.

use core::any::type_name;
use core::fmt::{self, Debug, Display, Formatter};
use core::marker::PhantomData;

/// A failed attempt as the loop sees it.
pub trait Failure {
    /// Writes the error as best it can be: `Display`, else `Debug`, else the name of its type.
    ///
    /// # Errors
    /// If the formatter fails.
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result;

    /// The operation's name with its places filled in, where it has any.
    fn operation(&self) -> Option<&dyn Display> {
        None
    }
}

/// An error beside the way to describe it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a, E: ?Sized, D> {
    error: &'a E,
    description: D,
}

impl<'a, E: ?Sized, D: Describe<E>> Seen<'a, E, D> {
    /// `error`, described by what a [`Probe`] found.
    pub fn new(error: &'a E, description: D) -> Self {
        Seen { error, description }
    }

    /// The same under an operation's full name.
    pub fn named<N: Display>(self, operation: N) -> Named<Self, N> {
        Named { failure: self, operation }
    }
}

impl<E: ?Sized, D: Describe<E>> Failure for Seen<'_, E, D> {
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.description.describe(self.error, f)
    }
}

/// A failure of an operation whose name was filled in.
#[derive(Clone, Copy, Debug)]
pub struct Named<F, N> {
    failure: F,
    operation: N,
}

impl<F: Failure, N: Display> Failure for Named<F, N> {
    fn describe(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.failure.describe(f)
    }

    fn operation(&self) -> Option<&dyn Display> {
        Some(&self.operation)
    }
}

/// A way to write an `E`.
pub trait Describe<E: ?Sized> {
    /// Writes `error`.
    ///
    /// # Errors
    /// If the formatter fails.
    fn describe(&self, error: &E, f: &mut Formatter<'_>) -> fmt::Result;
}

/// Asks a type what it can do: `(&&&Probe::new(&e)).reattempt_description()` finds the first of `Display`, `Debug` and neither
/// that `e` has, because method lookup tries fewer dereferences first.
#[derive(Clone, Copy, Debug)]
pub struct Probe<'a, E: ?Sized>(PhantomData<&'a E>);

impl<'a, E: ?Sized> Probe<'a, E> {
    /// A probe of the error's type.
    #[inline]
    #[must_use]
    pub fn new(_: &'a E) -> Self {
        Probe(PhantomData)
    }
}

/// Found where the error has `Display`.
pub trait ProbeDisplay {
    /// The way to write it.
    fn reattempt_description(&self) -> AsDisplay {
        AsDisplay
    }
}
impl<E: Display + ?Sized> ProbeDisplay for &&Probe<'_, E> {}

/// Found where the error has `Debug` alone.
pub trait ProbeDebug {
    /// The way to write it.
    fn reattempt_description(&self) -> AsDebug {
        AsDebug
    }
}
impl<E: Debug + ?Sized> ProbeDebug for &Probe<'_, E> {}

/// Found where the error has neither.
pub trait ProbeName {
    /// The way to write it.
    fn reattempt_description(&self) -> AsTypeName {
        AsTypeName
    }
}
impl<E: ?Sized> ProbeName for Probe<'_, E> {}

/// By `Display`.
#[derive(Clone, Copy, Debug)]
pub struct AsDisplay;

impl<E: Display + ?Sized> Describe<E> for AsDisplay {
    fn describe(&self, error: &E, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(error, f)
    }
}

/// By `Debug`.
#[derive(Clone, Copy, Debug)]
pub struct AsDebug;

impl<E: Debug + ?Sized> Describe<E> for AsDebug {
    fn describe(&self, error: &E, f: &mut Formatter<'_>) -> fmt::Result {
        Debug::fmt(error, f)
    }
}

/// By the name of the type.
#[derive(Clone, Copy, Debug)]
pub struct AsTypeName;

impl<E: ?Sized> Describe<E> for AsTypeName {
    fn describe(&self, _: &E, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(type_name::<E>())
    }
}
