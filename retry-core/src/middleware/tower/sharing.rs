//! The shared state of the calls of a layer: nothing, or a budget, a breaker or a throttle.
//!
//! It is a part of the layer's type, since it saves a call that shares nothing 17 of its 110 instructions, most of them
//! when its future is dropped.

use crate::call::parked::Parked;

/// The part of the shared state that a call holds.
pub trait Held: Default {
    /// Whether calls share anything.
    const IS_SHARED: bool;

    /// Returns the state that is parked between two polls, if anything is shared.
    fn parked(&mut self) -> Option<&mut Parked>;

    /// Returns whether the call holds anything that has to be given back.
    fn is_used(&self) -> bool;
}

/// Calls share nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Held for Alone {
    const IS_SHARED: bool = false;

    #[inline]
    fn parked(&mut self) -> Option<&mut Parked> {
        None
    }

    #[inline]
    fn is_used(&self) -> bool {
        false
    }
}

/// Calls share a budget, a breaker, a throttle or several of them.
#[derive(Debug, Default)]
pub struct Together(Parked);

impl Held for Together {
    const IS_SHARED: bool = true;

    #[inline]
    fn parked(&mut self) -> Option<&mut Parked> {
        Some(&mut self.0)
    }

    #[inline]
    fn is_used(&self) -> bool {
        self.0.is_used()
    }
}
