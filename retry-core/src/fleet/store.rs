//! The store of a fleet: a trait with the one operation.

use std::boxed::Box;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::string::String;
use std::sync::Arc;

use super::record::{Answer, Request};

/// The error of a store. Whatever it is, the store is away.
pub type StoreError = Box<dyn Error + Send + Sync>;

/// The answer of a store, which comes later.
pub type StoreFuture<'a> = Pin<Box<dyn Future<Output = Result<Answer, StoreError>> + Send + 'a>>;

/// Where a fleet keeps its records.
///
/// A store runs requests on a key one after another, each at the time of its own clock, by
/// [`Record::answer`](super::Record::answer) or by the same rules in a language of its own. It need not retry, and needs no
/// time limit: the fleet has both. A request whose answer got lost may be repeated.
pub trait Store: Send + Sync + 'static {
    /// Answers one request about the record of `key`.
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a>;

    /// Describes the store in an event, such as `redis`. An address with a password does not belong here.
    fn describe(&self) -> String;
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
        (**self).ask(key, request)
    }

    fn describe(&self) -> String {
        (**self).describe()
    }
}

/// A value that [`Fleet::on`](super::Fleet::on) takes: a [`Store`], or a connection that a feature makes one of.
///
/// `Kind` keeps the implementations for all stores and for all connections apart. The compiler infers it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a store of a fleet",
    note = "with the feature `fleet-redis`, a client and an async connection of the crate `redis` 1 are; implement `Store` for another one"
)]
pub trait IntoStore<Kind> {
    /// Returns the store.
    fn into_store(self) -> Arc<dyn Store>;
}

/// The kind of an [`IntoStore`] that is a store itself.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Itself;

impl<S: Store> IntoStore<Itself> for S {
    fn into_store(self) -> Arc<dyn Store> {
        Arc::new(self)
    }
}
