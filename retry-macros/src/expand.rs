//! Model → tokens: the function with its body in a loop, or the `impl` block with such functions.

mod attempt;
mod decide;
mod expansion;
mod function;
pub(crate) mod hygiene;
mod impl_block;
mod policy;
mod shared;
mod values;

pub(crate) use function::expand_function;
pub(crate) use impl_block::{Deferred, expand_impl};
