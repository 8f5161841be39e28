//! Hedged attempts: when tries start and are dropped, on a clock that stands still while anything runs.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

mod lab;

mod arguments;
mod budget;
mod hints;
mod limits;
mod race;
mod shapes;
