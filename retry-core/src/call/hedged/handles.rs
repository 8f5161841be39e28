//! The handles of the tries of one attempt: each try has its own, if the body has one.

use std::boxed::Box;
use std::sync::OnceLock;

use crate::call::handle::Call;
use crate::hedge::Hedge;

/// The handles of the tries: each has its own, if the body has one.
pub trait Handles: Copy {
    /// The handle of one try.
    type Handle;

    /// Returns the handle of the first try.
    fn first(self) -> Self::Handle;

    /// Returns the handle of a copy, by its number from 1.
    fn of_copy(self, number: u32) -> Self::Handle;

    /// Returns whether a try, by its number from 0, made its failure final.
    fn has_stopped(self, number: u32) -> bool;

    /// Returns whether a try, by its number from 0, asked to wait.
    fn has_hint(self, number: u32) -> bool;

    /// Ends the attempt with the result of a copy, by its number from 1.
    fn take_over(self, number: u32);
}

impl Handles for () {
    type Handle = ();

    fn first(self) {}

    fn of_copy(self, _: u32) {}

    fn has_stopped(self, _: u32) -> bool {
        false
    }

    fn has_hint(self, _: u32) -> bool {
        false
    }

    fn take_over(self, _: u32) {}
}

/// The handle of a call, and those of the copies of its present attempt.
#[derive(Debug)]
pub struct CopyHandles<'c> {
    own: &'c Call,
    /// They are allocated with the first copy.
    copies: OnceLock<Box<[Call; Hedge::MOST_COPIES as usize]>>,
}

impl<'c> CopyHandles<'c> {
    /// Returns the handles of an attempt of a call.
    #[inline]
    #[must_use]
    pub fn new(own: &'c Call) -> CopyHandles<'c> {
        CopyHandles { own, copies: OnceLock::new() }
    }

    fn of_try(&self, number: u32) -> &Call {
        let Some(copy) = number.checked_sub(1) else { return self.own };
        &self.copies.get_or_init(|| Box::new(core::array::from_fn(|_| self.own.copied())))[copy as usize]
    }
}

impl<'h> Handles for &'h CopyHandles<'_> {
    type Handle = &'h Call;

    fn first(self) -> &'h Call {
        self.own
    }

    fn of_copy(self, number: u32) -> &'h Call {
        self.of_try(number)
    }

    fn has_stopped(self, number: u32) -> bool {
        self.of_try(number).is_stopped()
    }

    fn has_hint(self, number: u32) -> bool {
        self.of_try(number).has_hint()
    }

    fn take_over(self, number: u32) {
        self.own.take_over(self.of_try(number));
    }
}
