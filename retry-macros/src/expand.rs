//! Model → tokens: the function with its body in a loop, or the `impl` block with such functions.

mod attempt;
mod decide;
mod expansion;
pub(crate) mod hygiene;
mod impl_block;
mod shared;

pub(crate) use expansion::expand;
pub(crate) use impl_block::{Deferred, expand_impl};
