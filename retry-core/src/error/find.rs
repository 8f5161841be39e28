//! Whether an error is of a type or was caused by an error of it: what `on` and `unless` ask.

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

/// Asks whether an error of type `E` is an `A`, or has one in its chain.
///
/// Method lookup finds the first impl that applies; the traits stand in its order.
#[derive(Debug)]
pub struct Find<A: ?Sized, E: ?Sized>(PhantomData<fn(&A, &E)>);

impl<A: ?Sized, E: ?Sized> Find<A, E> {
    /// The question, for the type of `error`.
    #[must_use]
    pub fn new(_: &E) -> Self {
        Find(PhantomData)
    }
}

macro_rules! found {
    ($(#[$doc:meta])* $name:ident: $way:expr, $type:ty; $($impl:tt)*) => {
        $(#[$doc])*
        pub trait $name {
            /// How to look.
            fn __reattempt_search(&self) -> $type {
                $way
            }
        }
        $($impl)*
    };
}

found! {
    /// The chain starts at the error itself.
    FindHeld: InChain(Held), InChain<Held>;
    impl<A: Error, E: Holds> FindHeld for &&&&&&Find<A, E> {}
}
found! {
    /// The types are the same: every error matches.
    FindSame: Same, Same;
    impl<A: ?Sized> FindSame for &&&&&Find<A, A> {}
    impl<A: ?Sized> FindSame for &&&&&Find<A, Box<A>> {}
    impl<A: ?Sized> FindSame for &&&&&Find<A, Rc<A>> {}
    impl<A: ?Sized> FindSame for &&&&&Find<A, Arc<A>> {}
}
found! {
    /// The error is a box that may borrow. An expansion that sees no lifetime in the type comes to `FindHeld` first.
    FindBorrowing: InChain(Borrowing), InChain<Borrowing>;
    impl<A: Error, E: Borrows> FindBorrowing for &&&&Find<A, E> {}
}
found! {
    /// The error does not borrow, whatever lifetimes stand beside it.
    FindIo: InChain(Held), InChain<Held>;
    impl<A: Error> FindIo for &&&&Find<A, io::Error> {}
    impl<A: Error> FindIo for &&&&Find<A, Box<io::Error>> {}
    impl<A: Error> FindIo for &&&&Find<A, Rc<io::Error>> {}
    impl<A: Error> FindIo for &&&&Find<A, Arc<io::Error>> {}
}
found! {
    /// The error is a box around others.
    FindBoxed: InChain(Boxed), InChain<Boxed>;
    impl<A: Error, E: AsRef<dyn Error + 'static> + ?Sized> FindBoxed for &&&Find<A, E> {}
}
found! {
    /// The error is a pointer to such a box.
    FindPointed: InChain(Pointed), InChain<Pointed>;
    impl<A: Error, E: Points> FindPointed for &&&Find<A, E> {}
}
found! {
    /// The error is a box around others that can move between threads.
    FindBoxedSync: InChain(BoxedSync), InChain<BoxedSync>;
    impl<A: Error, E: AsRef<dyn Error + Send + Sync + 'static> + ?Sized> FindBoxedSync for &&Find<A, E> {}
}
found! {
    /// The error is one itself, and may have others behind it.
    FindPlain: InChain(Plain), InChain<Plain>;
    impl<A: Error, E: Error + ?Sized> FindPlain for &Find<A, E> {}
}
found! {
    /// The error is shared: `Rc<E>`, which is no `Error`.
    FindCounted: InChain(Counted), InChain<Counted>;
    impl<A: Error, E: Counts> FindCounted for &Find<A, E> {}
}
found! {
    /// None of these.
    FindNever: Never, Never;
    impl<A: ?Sized, E: ?Sized> FindNever for Find<A, E> {}
}

/// Every error of the type matches.
#[derive(Clone, Copy, Debug)]
pub struct Same;

/// The chain is searched.
#[derive(Clone, Copy, Debug)]
pub struct InChain<C>(C);

/// No error can match: [`Search`] rejects it.
#[derive(Clone, Copy, Debug)]
pub struct Never;

/// A way to find an `A` in an `E`.
#[diagnostic::on_unimplemented(
    message = "an error of type `{E}` is never `{A}`, nor can it have one as its source",
    label = "no error of `{E}` matches this",
    note = "name `{E}` or a type in its source chain, or match a value with a pattern or `when`"
)]
pub trait Search<A: ?Sized, E: ?Sized> {
    /// Returns whether it is there.
    fn finds(&self, error: &E) -> bool;
}

/// A way to classify the `A` in the chain of an `E`.
pub trait Classify<A: ?Sized, E: ?Sized> {
    /// Returns the classifier, where an `A` can stand in the chain, has a classification, and an `E` has none.
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

/// Returns whether `error` is an `A`, as far as `search` can find out; `find` names the types.
pub fn finds<A: ?Sized, E: ?Sized, S: Search<A, E>>(_find: &Find<A, E>, search: &S, error: &E) -> bool {
    search.finds(error)
}

/// Returns how to classify an `A` in the chain of an `E`; `known` is what is known of `A`.
pub fn classifier<A: ?Sized, E: ?Sized, S: Classify<A, E>, D, O: Classifier<A> + Default, C>(
    _find: &Find<A, E>,
    search: &S,
    _known: Known<D, O, C>,
) -> Option<LinkClassifier> {
    search.classifier::<O>()
}

/// Classifies an `A` as what is known of its type allows.
fn classify_link_as<A: Error + 'static, O: Classifier<A> + Default>(
    error: &(dyn Error + 'static),
) -> Option<Classification> {
    let error = link::<A>(error)?;
    let is_retryable = O::default().is_retryable(error)?;
    Some(Classification { is_retryable, retry_after: O::default().retry_after(error).flatten() })
}
