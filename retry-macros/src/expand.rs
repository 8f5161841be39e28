//! Model → tokens: writes the function with its body in a loop, or the `impl` block with such functions.

mod attempt;
mod blocking;
mod control;
mod decide;
mod deferred;
mod ending;
mod error_rules;
mod expansion;
mod function;
mod hedge;
pub(crate) mod hygiene;
mod hooks;
mod impl_block;
mod method;
mod outlined;
mod policy;
mod policy_rules;
mod retry_loop;
mod shared;
mod success;
mod traced;
mod underline;
mod values;
mod wait;

pub(crate) use deferred::Deferred;
pub(crate) use function::expand_function;
pub(crate) use impl_block::expand_impl;
pub(crate) use underline::Place;
