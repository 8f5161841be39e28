//! Ten call sites of the kinds that released programs have, each rewritten with this library: a module for each.
//!
//! The head of a module describes the lines by hand that it replaces. Below it stands the code that remains; then, under
//! a line of its own, the client that it calls, which is a stub, and tests of what the site does.
//!
//! Run the tests with `cargo test --example migrated`. Nothing waits.

#![cfg_attr(not(test), expect(dead_code, reason = "the tests call the sites"))]

mod commit;
mod credentials;
mod download;
mod helper;
mod lease;
mod per_kind;
mod poll;
mod reconnect;
mod spawned;
mod stream;
mod stub;

fn main() {
    println!("The sites are called by their tests: cargo test --example migrated");
}
