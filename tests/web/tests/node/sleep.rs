//! Timers of the program, whose futures are not `Send`.

use std::rc::Rc;
use std::time::Duration;

use gloo_timers::future::sleep;
use reattempt::{Policy, retry};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Failure, Server};

/// A future that holds a value of this thread.
async fn local(delay: Duration) {
    let thread = Rc::new(delay);
    sleep(*thread).await;
}

#[retry(max = 3, base = "2ms", jitter = none, sleep = local)]
async fn with_its_own(server: &Server) -> Result<u32, Failure> {
    server.ask().await
}

#[wasm_bindgen_test]
async fn a_function_has_its_own() {
    assert_eq!(with_its_own(&Server::good_at(3)).await, Ok(3));
    let server = Server::good_at(2);
    let policy = Policy::new().base(Duration::from_millis(1));
    assert_eq!(policy.retry_async(|| server.ask()).sleep(local).await, Ok(2));
}
