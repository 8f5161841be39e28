//! Behaviour, one module a topic.

mod support;

mod async_shapes;
mod async_trait;
mod hygiene;
mod impl_blocks;
mod lints;
mod shapes;
mod with_others;
