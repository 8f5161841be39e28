//! Expansions in a crate of the edition 2018.
#![deny(warnings, future_incompatible)]
#![cfg(test)]

include!("../../functions.rs");
