//! What `#[retry]` makes of the README's first example, by hand and simplified: all names of an expansion begin with
//! `__reattempt`, and its paths with `::`.
//!
//! Run it with `cargo run --example expanded`. `Policy` is public; the items of `__private` are what expansions name,
//! no public API, and change in any release.

use std::time::Duration;
use std::{io, net::TcpStream};

use reattempt::__private::{Block, Site, Started, check, into_outcome, into_result, probe_error, repeatable};
use reattempt::{Policy, retry, testing};

#[retry(max = 5, base_ms = 200)]
fn connect(address: &str) -> io::Result<TcpStream> {
    TcpStream::connect(address)
}

fn connect_expanded(address: &str) -> io::Result<TcpStream> {
    // Each value is a constant with a check of its own, so that the compiler reports every wrong value, and each
    // under that value.
    const MAX: u32 = 5;
    const _: () = check::require(check::max(MAX));
    const BASE: Duration = Duration::from_millis(200);
    const POLICY: Policy = Policy::new().max(MAX).base(BASE);
    const _: () = check::require(check::base_below_ceiling(&POLICY));
    static SITE: Site<'static> = Site::new(concat!(module_path!(), "::connect_expanded"), &POLICY);

    // The body is a closure that takes the number of the attempt. `return` and `?` leave the closure and not the
    // function. `repeatable` requires that the closure can be called again: a value that the body moves out of the
    // function is reported in the body.
    let mut attempt = repeatable(|_: u32| -> io::Result<TcpStream> { TcpStream::connect(address) });
    // The first attempt stands here. A success costs this comparison and nothing else.
    match into_result(attempt(1)) {
        Ok(value) => into_outcome(Ok(value)),
        // Everything after a failure is out of line, in one loop for all functions with this return type: it decides,
        // logs, waits and calls the closure again. `probe_error` finds out at compile time which traits the error
        // has: how it is displayed, whether it has `Retryable`, how its sources are reached.
        Err(error) => {
            let known = probe_error(&error).__reattempt_probe();
            known.__reattempt_retry(Block, &SITE, Started::UNTIMED, error, &mut attempt)
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
