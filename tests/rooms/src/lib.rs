//! Reads the source of a crate, finds which of its files import which, and checks them against the table of rooms.

pub mod table;
pub mod source;
mod tokens;
mod parse;
mod imports;
pub mod rules;
pub mod sizes;
pub mod picture;

#[cfg(test)]
mod tests;

pub use imports::Import;
pub use source::{Crate, File, Function};
pub use table::{TABLES, Table};
