//! Walks the chain of an error: the error itself, then its sources.
//!
//! Some links contain another error that [`Error::source`] skips. An `io::Error` returns only the source of the error
//! that it contains; a `Box<T>` or `Arc<T>` in the chain forwards `source` and so skips `T`. Walking the chain reaches
//! the skipped errors, too.

use core::any::{Any, TypeId};
use core::error::Error;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::circuit_open::CircuitOpen;
use super::mark::{is_refused, is_retry_error};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use super::throttled::Throttled;

/// The maximum number of sources that are followed. An error that is its own source must not hang the call.
const MAX_SOURCES: usize = 64;

/// Returns the errors of a chain, from `first` on.
pub(crate) fn chain<'a>(
    first: Option<&'a (dyn Error + 'static)>,
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    core::iter::successors(first, |error| next(*error)).take(MAX_SOURCES + 1)
}

fn next<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    if let Some(error) = link::<io::Error>(error) {
        return made_of(error);
    }
    shared(error).or_else(|| error.source())
}

/// Returns the error that an `io::Error` contains, which its own `source` skips.
fn made_of(error: &io::Error) -> Option<&(dyn Error + 'static)> {
    match error.get_ref() {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// Returns the error inside an `Arc` of an error of unknown type.
fn shared<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    if let Some(inner) = pointee::<Arc<dyn Error + Send + Sync>>(error) {
        return Some(&**inner);
    }
    if let Some(inner) = pointee::<Arc<dyn Error + Send>>(error) {
        return Some(&**inner);
    }
    if let Some(inner) = pointee::<Arc<dyn Error + Sync>>(error) {
        return Some(&**inner);
    }
    pointee::<Arc<dyn Error>>(error).map(|inner| &**inner as _)
}

/// Returns the `A` that a link of a chain is, or points to through at most two pointers. `Rc<A>` is no `Error`, so it
/// is no link.
pub(crate) fn link<'a, A: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a A> {
    pointee::<A>(error)
        .or_else(|| pointee::<Box<A>>(error).map(|error| &**error))
        .or_else(|| pointee::<Arc<A>>(error).map(|error| &**error))
}

/// Returns the `A` that an error is, or points to through one pointer.
fn pointee<'a, A: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a A> {
    error
        .downcast_ref::<A>()
        .or_else(|| error.downcast_ref::<Box<A>>().map(|error| &**error))
        .or_else(|| error.downcast_ref::<Arc<A>>().map(|error| &**error))
}

/// Returns the first `A` of a chain.
pub(crate) fn find_in<'a, A: Error + 'static>(first: Option<&'a (dyn Error + 'static)>) -> Option<&'a A> {
    chain(first).find_map(link)
}

/// Returns whether a `RetryError` of any type is in a chain. Only the check for a chain is inlined, since most
/// errors have none.
#[inline]
pub(crate) fn has_retry_error(first: Option<&(dyn Error + 'static)>) -> bool {
    #[inline(never)]
    fn look(first: &(dyn Error + 'static)) -> bool {
        chain(Some(first)).any(is_retry_error)
    }
    first.is_some_and(look)
}

/// Returns whether the refusal of a breaker or a throttle is in a chain.
pub(crate) fn has_refusal(first: Option<&(dyn Error + 'static)>) -> bool {
    chain(first).any(|error| {
        #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
        let is_refusal = link::<CircuitOpen>(error).is_some() || link::<Throttled>(error).is_some();
        #[cfg(not(any(target_has_atomic = "64", feature = "portable-atomic")))]
        let is_refusal = false;
        is_refusal || is_refused(error)
    })
}

/// Returns whether an `E` is the refusal of a breaker.
pub(crate) fn is_circuit_open<E: ?Sized>() -> bool {
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    return typeid::of::<E>() == typeid::of::<CircuitOpen>();
    #[cfg(not(any(target_has_atomic = "64", feature = "portable-atomic")))]
    return false;
}

/// Returns whether an `E` is the refusal of a breaker or a throttle, or points to a refusal.
pub(crate) fn is_refusal_type<E: ?Sized>() -> bool {
    #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
    return is_same::<CircuitOpen, E>() || is_same::<Throttled, E>();
    #[cfg(not(any(target_has_atomic = "64", feature = "portable-atomic")))]
    return false;
}

/// Returns whether an `E` is an `A`, or points to an `A` through at most two pointers. In generic code, this may be
/// true without a bound that shows it.
pub(crate) fn is_same<A: Any, E: ?Sized>() -> bool {
    fn points<A: Any>(error: TypeId) -> bool {
        [typeid::of::<A>(), typeid::of::<Box<A>>(), typeid::of::<Rc<A>>(), typeid::of::<Arc<A>>()]
            .contains(&error)
            || typeid::of::<&A>() == error
    }
    let error = typeid::of::<E>();
    points::<A>(error) || points::<Box<A>>(error) || points::<Rc<A>>(error) || points::<Arc<A>>(error)
}
