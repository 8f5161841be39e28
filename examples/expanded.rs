//! What `#[retry]` makes of the README's first example, by hand and simplified: all names of an expansion begin with
//! `__reattempt`, and its paths with `::`.
//!
//! Run it with `cargo run --example expanded`. `Policy` is public; the items of `__private` are what expansions name,
//! no public API, and change in any release.

use std::ops::ControlFlow;
use std::time::Duration;
use std::{io, net::TcpStream};

use reattempt::__private::{Block, Position, Site, check, probe, unreached};
use reattempt::{Policy, retry, testing};

#[retry(max = 5, base_ms = 200)]
fn connect(address: &str) -> io::Result<TcpStream> {
    TcpStream::connect(address)
}

fn connect_expanded(address: &str) -> io::Result<TcpStream> {
    // Each value is a constant of its own with a check of its own: what the compiler says of a wrong one stands under
    // that value, and every wrong one is reported.
    const MAX: u32 = 5;
    const _: () = check::require(check::max(MAX));
    const BASE: Duration = Duration::from_millis(200);
    const POLICY: Policy = Policy::new().max(MAX).base(BASE);
    const _: () = check::require(check::base_below_ceiling(&POLICY));
    static SITE: Site = Site::new(concat!(module_path!(), "::connect_expanded"), POLICY);

    // Nothing is written here before the first failure, and no clock read.
    let mut memory = Position::memory();
    let mut position = Position::begin(&SITE, &mut memory);
    loop {
        // The body as it was, since nothing in it leaves early. With a `?` or a `return` in it, it would stand in a
        // closure that is called at once; in an async function, in an `async` block. The first branch is never taken:
        // after a body that never returns, the compiler would else report the rest of the loop as unreachable.
        let outcome: io::Result<TcpStream> = if false { unreached() } else { TcpStream::connect(address) };
        // What the error's type can do, found out at compile time by method lookup: how it is shown (`Display`, else
        // `Debug`, else the name of its type), whether it has `Retryable`, how its sources are reached.
        let known = probe(&outcome);
        // A success at the first attempt passes through. All else is out of line, and the same code for every function
        // with this type of error: draws the delay, decides, logs and waits.
        match known.__reattempt_step_blocking(Block, &SITE, position, outcome) {
            ControlFlow::Continue((next, ())) => position = next,
            ControlFlow::Break(outcome) => return outcome,
        }
    }
}

fn main() {
    for call in [connect, connect_expanded] {
        let guard = testing::no_wait();
        guard.seed(7);
        let error = call("127.0.0.1:1").expect_err("nobody listens on port 1");
        println!("{error}, after waits of {:?}", guard.delays());
    }
}
