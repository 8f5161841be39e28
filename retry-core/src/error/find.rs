//! Finds out whether an error has a type that `on` or `unless` names, or was caused by an error of that type.

use core::error::Error;
use core::marker::PhantomData;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::chain::{find_in, is_same, link};
use super::chained::{
    Borrowing, Borrows, Boxed, BoxedSync, Chained, Counted, Counts, Held, Holds, Plain, Pointed, Points,
};
use super::known::{Classifier, Known};
use super::link::{Classification, LinkClassifier};

/// The query whether an error of type `E` is an `A` or has an `A` in its chain.
///
/// Method lookup selects the first impl that applies; the traits below are in its order, which the number of references
/// in front of `Find` makes. An expansion starts with as many as it needs (`search` in the macro's `expand/error_rules.rs`).
#[derive(Debug)]
pub struct Find<A: ?Sized, E: ?Sized>(PhantomData<fn(&A, &E)>);

impl<A: ?Sized, E: ?Sized> Find<A, E> {
    /// Creates the query for the type of `error`.
    #[must_use]
    pub fn new(_: &E) -> Self {
        Find(PhantomData)
    }
}

macro_rules! found {
    ($(#[$doc:meta])* $name:ident: $way:expr, $type:ty; $($impl:tt)*) => {
        $(#[$doc])*
        pub trait $name {
            /// Returns the search.
            fn __reattempt_search(&self) -> $type {
                $way
            }
        }
        $($impl)*
    };
}

found! {
    /// Selects the search if the chain starts at the error itself.
    FindHeld: InChain(Held), InChain<Held>;
    impl<A: Error, E: Holds> FindHeld for &&&&&&Find<A, E> {}
}
found! {
    /// Selects the search if the types are equal, so that every error matches.
    FindSame: Same, Same;
    impl<A: ?Sized> FindSame for &&&&&Find<A, A> {}
    impl<A: ?Sized> FindSame for &&&&&Find<A, Box<A>> {}
    impl<A: ?Sized> FindSame for &&&&&Find<A, Rc<A>> {}
    impl<A: ?Sized> FindSame for &&&&&Find<A, Arc<A>> {}
}
found! {
    /// Selects the search if the error is a box that may borrow. An expansion that finds no lifetime in the type
    /// selects [`FindHeld`] first.
    FindBorrowing: InChain(Borrowing), InChain<Borrowing>;
    impl<A: Error, E: Borrows> FindBorrowing for &&&&Find<A, E> {}
}
found! {
    /// Selects the search if the error is an `io::Error`, which never borrows, even if the expansion finds a lifetime.
    FindIo: InChain(Held), InChain<Held>;
    impl<A: Error> FindIo for &&&&Find<A, io::Error> {}
    impl<A: Error> FindIo for &&&&Find<A, Box<io::Error>> {}
    impl<A: Error> FindIo for &&&&Find<A, Rc<io::Error>> {}
    impl<A: Error> FindIo for &&&&Find<A, Arc<io::Error>> {}
}
found! {
    /// Selects the search if the error is a box around another error.
    FindBoxed: InChain(Boxed), InChain<Boxed>;
    impl<A: Error, E: AsRef<dyn Error + 'static> + ?Sized> FindBoxed for &&&Find<A, E> {}
}
found! {
    /// Selects the search if the error is a pointer to a box around another error.
    FindPointed: InChain(Pointed), InChain<Pointed>;
    impl<A: Error, E: Points> FindPointed for &&&Find<A, E> {}
}
found! {
    /// Selects the search if the error is a box around an error that can move between threads.
    FindBoxedSync: InChain(BoxedSync), InChain<BoxedSync>;
    impl<A: Error, E: AsRef<dyn Error + Send + Sync + 'static> + ?Sized> FindBoxedSync for &&Find<A, E> {}
}
found! {
    /// Selects the search if the error is an `Error`, which may have sources.
    FindPlain: InChain(Plain), InChain<Plain>;
    impl<A: Error, E: Error + ?Sized> FindPlain for &Find<A, E> {}
}
found! {
    /// Selects the search if the error is shared as `Rc<E>`, which is no `Error`.
    FindCounted: InChain(Counted), InChain<Counted>;
    impl<A: Error, E: Counts> FindCounted for &Find<A, E> {}
}
found! {
    /// Selects the search for all other types.
    FindNever: Never, Never;
    impl<A: ?Sized, E: ?Sized> FindNever for Find<A, E> {}
}

/// The search in which every error matches.
#[derive(Clone, Copy, Debug)]
pub struct Same;

/// The search through a chain.
#[derive(Clone, Copy, Debug)]
pub struct InChain<C>(C);

/// The search in which no error can match. It does not implement [`Search`], so the compiler rejects it.
#[derive(Clone, Copy, Debug)]
pub struct Never;

/// A way to find an `A` in an `E`.
#[diagnostic::on_unimplemented(
    message = "an error of type `{E}` is never `{A}`, nor can it have one as its source",
    label = "no error of `{E}` matches this",
    note = "name `{E}` or a type in its source chain, or match a value with a pattern or `when`"
)]
pub trait Search<A: ?Sized, E: ?Sized> {
    /// Returns whether there is an `A` in `error`.
    fn finds(&self, error: &E) -> bool;
}

/// A way to classify the `A` in the chain of an `E`.
pub trait Classify<A: ?Sized, E: ?Sized> {
    /// Returns the classifier, if an `A` can be in the chain and an `E` has no classification of its own.
    fn classifier<O: Classifier<A> + Default>(&self) -> Option<LinkClassifier> {
        None
    }
}

impl<A: ?Sized, E: ?Sized> Classify<A, E> for Same {}
impl<A: ?Sized, E: ?Sized> Classify<A, E> for Never {}

impl<A: Error + 'static, E: ?Sized, C: Chained<E>> Classify<A, E> for InChain<C> {
    fn classifier<O: Classifier<A> + Default>(&self) -> Option<LinkClassifier> {
        if C::IS_BOX { Some(classify_link_as::<A, O>) } else { None }
    }
}

macro_rules! same {
    ($($pointer:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<A: ?Sized> Search<A, $pointer> for Same {
            fn finds(&self, _: &$pointer) -> bool {
                true
            }
        }
    )*};
}

same!(A, Box<A>, Rc<A>, Arc<A>);

#[diagnostic::do_not_recommend]
impl<A: Error + 'static, E: ?Sized, C: Chained<E>> Search<A, E> for InChain<C> {
    fn finds(&self, error: &E) -> bool {
        is_same::<A, E>() || find_in::<A>(self.0.first(error)).is_some()
    }
}

/// Returns whether `search` finds an `A` in `error`. `_find` determines the types.
pub fn finds<A: ?Sized, E: ?Sized, S: Search<A, E>>(_find: &Find<A, E>, search: &S, error: &E) -> bool {
    search.finds(error)
}

/// Returns the classifier for an `A` in the chain of an `E`. `_known` determines how an `A` is classified.
pub fn classifier<A: ?Sized, E: ?Sized, S: Classify<A, E>, D, O: Classifier<A> + Default, C>(
    _find: &Find<A, E>,
    search: &S,
    _known: Known<D, O, C>,
) -> Option<LinkClassifier> {
    search.classifier::<O>()
}

/// Classifies an error of the chain if it is an `A`, by the classifier of `A`.
fn classify_link_as<A: Error + 'static, O: Classifier<A> + Default>(
    error: &(dyn Error + 'static),
) -> Option<Classification> {
    let error = link::<A>(error)?;
    let is_retryable = O::default().is_retryable(error)?;
    Some(Classification { is_retryable, retry_after: O::default().retry_after(error).flatten() })
}
