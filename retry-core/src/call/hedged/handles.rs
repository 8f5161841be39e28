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

    /// Returns the handle of a try, by its number from 0, if it has one.
    fn of_try(&self, number: u32) -> Option<&Call>;

    /// Returns whether a try, by its number from 0, made its failure final.
    #[inline]
    fn has_stopped(self, number: u32) -> bool {
        self.of_try(number).is_some_and(Call::is_stopped)
    }

    /// Ends the attempt with the result of a copy, by its number from 1.
    #[inline]
    fn take_over(self, number: u32) {
        if let (Some(own), Some(copy)) = (self.of_try(0), self.of_try(number)) {
            own.take_over(copy);
        }
    }
}

impl Handles for () {
    type Handle = ();

    fn first(self) {}

    fn of_copy(self, _: u32) {}

    #[inline]
    fn of_try(&self, _: u32) -> Option<&Call> {
        None
    }
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

    #[expect(clippy::indexing_slicing, reason = "a hedge starts at most as many copies as there are handles")]
    fn call_of(&self, number: u32) -> &Call {
        let Some(copy) = number.checked_sub(1) else { return self.own };
        &self.copies.get_or_init(|| {
            Box::new(core::array::from_fn(|at| self.own.copied((at as u32).saturating_add(1))))
        })[copy as usize]
    }
}

impl<'h> Handles for &'h CopyHandles<'_> {
    type Handle = &'h Call;

    fn first(self) -> &'h Call {
        self.own
    }

    fn of_copy(self, number: u32) -> &'h Call {
        self.call_of(number)
    }

    fn of_try(&self, number: u32) -> Option<&Call> {
        Some(self.call_of(number))
    }
}
