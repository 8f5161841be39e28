//! The items by which an expansion blocks its thread, on a target that cannot block one: the compiler refuses each of them
//! where it is named.

use super::blocking::BlockingWait;
use super::planned::Planned;
use crate::runtime::Delay;

/// A bound that nothing meets. It has a lifetime, so that it is checked where an item is used, and not here.
#[diagnostic::on_unimplemented(
    message = "a blocking function cannot wait on this target; make it an `async fn`, or write `sleep = ...`",
    label = "its thread cannot be blocked"
)]
pub trait CanBlock {}

/// Refuses a blocking function whose loop is in core.
#[expect(non_snake_case, reason = "elsewhere it is a type")]
pub fn Block<'a>()
where
    &'a (): CanBlock,
{
}

impl<F: Fn()> BlockingWait for F {
    fn wait(&mut self, _: Delay) {}
}

/// Refuses a blocking function with a loop of its own.
pub fn block_for<'a>(_: Delay)
where
    &'a (): CanBlock,
{
}

/// Refuses a blocking function whose `cancel` does not wait to the end.
pub fn block_rest<'a>(_: Delay)
where
    &'a (): CanBlock,
{
}

impl Planned {
    /// Refuses a blocking function with hooks.
    pub fn block<'a>(&'a self)
    where
        &'a (): CanBlock,
    {
    }
}
