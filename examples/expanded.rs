//! What `#[retry]` makes of the README's first example, by hand and simplified.
//!
//! Run it with `cargo run --example expanded`. `Policy` is public; the items of `__private` are what expansions name,
//! no public API, and change in any release.

use std::time::Duration;
use std::{io, net::TcpStream};

use reattempt::__private::{Probe, Progress, Seen, Site, check, probes, recovered_blocking, retry_blocking};
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
    const SITE: &Site = &Site::new(concat!(module_path!(), "::connect_expanded"), POLICY);

    // Empty before the first failure: no clock is read here.
    let mut progress = Progress::blocking(SITE.policy());
    loop {
        // The body as it was, since nothing in it leaves early. With a `?` or a `return` in it, it would stand in a
        // closure that is called at once; in an async function, in an `async` block.
        let result: io::Result<TcpStream> = { TcpStream::connect(address) };
        match result {
            Ok(value) => {
                if progress.has_retried() {
                    recovered_blocking(SITE, &progress, None);
                }
                break Ok(value);
            }
            Err(error) => {
                // What the error's type can do, found out at compile time by method lookup: the first of these traits
                // that it has answers. How it is shown (`Display`, else `Debug`, else the name of its type); whether
                // it has `Retryable`; how its sources are reached.
                use probes::*;
                let description = (&&&Probe::new(&error)).reattempt_description();
                let opinion = (&&Probe::new(&error)).reattempt_opinion();
                #[allow(clippy::needless_borrow, reason = "some types are found only after four")]
                let chain = (&&&&Probe::new(&error)).reattempt_chain();
                // Out of line, and the same code for every function: draws the delay, decides, logs and waits; `false`
                // is giving up.
                if !retry_blocking(SITE, &mut progress, &Seen::new(&error, description, opinion, chain)) {
                    break Err(error);
                }
            }
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
