//! Behaviour, one module a topic.
mod scratch;
