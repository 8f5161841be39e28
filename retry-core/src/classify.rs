//! Which errors are retried: the order of the rules, and how a type is found in an error.

use core::any::Any;
use core::error::Error;
use core::marker::PhantomData;
use std::io;
use std::sync::Arc;

/// What `on` says of an error, the more the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// Nothing in it matches.
    Nothing,
    /// A type matches: selected, and the error keeps the last word.
    Type,
    /// A pattern matches: the value itself was judged.
    Pattern,
}

impl On {
    /// Of two items, the one that says more.
    #[must_use]
    pub fn or(self, other: impl FnOnce() -> On) -> On {
        if self == On::Pattern { self } else { self.max(other()) }
    }

    /// Whether anything matches.
    #[must_use]
    pub fn matches(self) -> bool {
        self != On::Nothing
    }

    /// What an item of a type says.
    #[must_use]
    pub fn by_type(matches: bool) -> On {
        if matches { On::Type } else { On::Nothing }
    }

    /// What an item with a pattern says.
    #[must_use]
    pub fn by_pattern(matches: bool) -> On {
        if matches { On::Pattern } else { On::Nothing }
    }
}

/// Whether an error is retried. Each rule is asked only where those before it leave the question open:
/// `unless` stops; `on` stops where nothing in it matches; `when` decides; so does a pattern in `on`; else the
/// error's own word counts.
pub fn classify(
    unless: impl FnOnce() -> bool,
    on: impl FnOnce() -> On,
    when: impl FnOnce() -> Option<bool>,
    own: impl FnOnce() -> bool,
) -> bool {
    if unless() {
        return false;
    }
    let on = on();
    if !on.matches() {
        return false;
    }
    when().unwrap_or_else(|| on == On::Pattern || own())
}

/// The errors of a source chain, from `first` on.
pub(crate) fn chain<'a>(
    first: Option<&'a (dyn Error + 'static)>,
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    core::iter::successors(first, |&error| match error.downcast_ref::<io::Error>() {
        Some(error) => behind(error),
        None => error.source(),
    })
}

/// What an `io::Error` was made of. Its own `source` leaves that out and names only what is behind it.
fn behind(error: &io::Error) -> Option<&(dyn Error + 'static)> {
    match error.get_ref() {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// Whether an `A` is in the chain.
pub(crate) fn chain_has<A: Any + Error>(first: Option<&(dyn Error + 'static)>) -> bool {
    chain(first).any(<dyn Error>::is::<A>)
}

/// Whether a [`RetryError`](crate::RetryError) of any kind is in the chain. Most errors have none.
#[inline]
pub(crate) fn chain_gave_up(first: Option<&(dyn Error + 'static)>) -> bool {
    #[inline(never)]
    fn look(first: &(dyn Error + 'static)) -> bool {
        chain(Some(first)).any(crate::retry_error::is_retry_error)
    }
    first.is_some_and(look)
}

/// An error type as a chain of errors.
pub trait Chained<E: ?Sized> {
    /// Whether the error, or one behind it, is a [`RetryError`](crate::RetryError).
    fn gave_up(&self, error: &E) -> bool;

    /// The error and what it was caused by, the error itself only where it can be named without a lifetime.
    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)>;
}

/// An error behind `AsRef<dyn Error>`: `Box<dyn Error>`, `anyhow::Error`, `eyre::Report`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Boxed;

impl<E: AsRef<dyn Error + 'static> + ?Sized> Chained<E> for Boxed {
    fn gave_up(&self, error: &E) -> bool {
        chain_gave_up(Some(error.as_ref()))
    }

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error.as_ref())
    }
}

/// An error behind `AsRef<dyn Error + Send + Sync>`: `Box<dyn Error + Send + Sync>`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BoxedSync;

impl<E: AsRef<dyn Error + Send + Sync + 'static> + ?Sized> Chained<E> for BoxedSync {
    fn gave_up(&self, error: &E) -> bool {
        chain_gave_up(Some(error.as_ref()))
    }

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error.as_ref())
    }
}

/// An error that is one itself. It may borrow, so the chain starts at its source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl<E: Error + ?Sized> Chained<E> for Plain {
    fn gave_up(&self, error: &E) -> bool {
        crate::retry_error::is_retry_error(error) || chain_gave_up(error.source())
    }

    fn first<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        error.source()
    }
}

/// An `io::Error`, which may be made of another.
#[derive(Clone, Copy, Debug, Default)]
pub struct Io;

impl Chained<io::Error> for Io {
    fn gave_up(&self, error: &io::Error) -> bool {
        chain_gave_up(behind(error))
    }

    fn first<'a>(&self, error: &'a io::Error) -> Option<&'a (dyn Error + 'static)> {
        behind(error)
    }
}

/// A type that is no error at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unchained;

impl<E: ?Sized> Chained<E> for Unchained {
    fn gave_up(&self, _: &E) -> bool {
        false
    }

    fn first<'a>(&self, _: &'a E) -> Option<&'a (dyn Error + 'static)> {
        None
    }
}

/// A chain whose first error can be handed on as a source.
pub trait Sourced<E: ?Sized> {
    /// The error as the source of another.
    fn source<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)>;
}

impl<E: AsRef<dyn Error + 'static> + ?Sized> Sourced<E> for Boxed {
    fn source<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error.as_ref())
    }
}

impl<E: AsRef<dyn Error + Send + Sync + 'static> + ?Sized> Sourced<E> for BoxedSync {
    fn source<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error.as_ref())
    }
}

impl<E: Error + 'static> Sourced<E> for Plain {
    fn source<'a>(&self, error: &'a E) -> Option<&'a (dyn Error + 'static)> {
        Some(error)
    }
}

impl Sourced<io::Error> for Io {
    fn source<'a>(&self, error: &'a io::Error) -> Option<&'a (dyn Error + 'static)> {
        Some(error)
    }
}

impl<E: ?Sized> Sourced<E> for Unchained {
    fn source<'a>(&self, _: &'a E) -> Option<&'a (dyn Error + 'static)> {
        None
    }
}

/// Asks whether an error of type `E` is an `A`, or has one in its chain.
///
/// Method lookup finds the first that applies: the types are the same; `A` may be in the chain of `E`; never.
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
            fn reattempt_search(&self) -> $type {
                $way
            }
        }
        $($impl)*
    };
}

found! {
    /// The types are the same: every error matches.
    FindSame: Same, Same;
    impl<A: ?Sized> FindSame for &&&&&Find<A, A> {}
    impl<A: ?Sized> FindSame for &&&&&Find<A, Box<A>> {}
    impl<A: ?Sized> FindSame for &&&&&Find<A, Arc<A>> {}
}
found! {
    /// The error is an `io::Error`.
    FindIo: InChain(Io), InChain<Io>;
    impl<A: Error> FindIo for &&&&Find<A, io::Error> {}
}
found! {
    /// The error is a box around others.
    FindBoxed: InChain(Boxed), InChain<Boxed>;
    impl<A: Error, E: AsRef<dyn Error + 'static> + ?Sized> FindBoxed for &&&Find<A, E> {}
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
    /// Whether it is there.
    fn finds(&self, error: &E) -> bool;
}

#[diagnostic::do_not_recommend]
impl<A: ?Sized> Search<A, A> for Same {
    fn finds(&self, _: &A) -> bool {
        true
    }
}

#[diagnostic::do_not_recommend]
impl<A: ?Sized> Search<A, Box<A>> for Same {
    fn finds(&self, _: &Box<A>) -> bool {
        true
    }
}

#[diagnostic::do_not_recommend]
impl<A: ?Sized> Search<A, Arc<A>> for Same {
    fn finds(&self, _: &Arc<A>) -> bool {
        true
    }
}

#[diagnostic::do_not_recommend]
impl<A: Error + 'static, E: ?Sized, C: Chained<E>> Search<A, E> for InChain<C> {
    fn finds(&self, error: &E) -> bool {
        // In generic code the types may be the same although nothing says so.
        typeid::of::<A>() == typeid::of::<E>() || chain_has::<A>(self.0.first(error))
    }
}

/// Whether `error` is an `A`, as far as `search` can tell; `find` names the types.
pub fn finds<A: ?Sized, E: ?Sized, S: Search<A, E>>(_find: &Find<A, E>, search: &S, error: &E) -> bool {
    search.finds(error)
}
