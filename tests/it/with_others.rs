//! Beside other attributes, in both orders.

use reattempt::{retry, testing};
use tracing::instrument;

use crate::support::{Down, Flaky, run};

#[instrument(skip_all)]
#[retry]
fn span_per_attempt(op: &Flaky) -> Result<u32, Down> {
    let call = op.call()?;
    Ok(call)
}

#[retry]
#[instrument(skip_all, err, ret)]
fn span_per_call(op: &Flaky) -> Result<u32, Down> {
    let call = op.call()?;
    Ok(call)
}

#[instrument(skip_all)]
#[retry(clone(text))]
async fn async_span_per_attempt(op: &Flaky, text: String) -> Result<u32, Down> {
    assert_eq!(text, "text");
    let call = op.call()?;
    Ok(call)
}

#[retry(clone(text))]
#[instrument(skip_all, err)]
async fn async_span_per_call(op: &Flaky, text: String) -> Result<u32, Down> {
    assert_eq!(text, "text");
    let call = op.call()?;
    Ok(call)
}

#[test]
fn instrument() {
    let _guard = testing::no_wait();
    assert_eq!(span_per_attempt(&Flaky::failing(2)), Ok(3));
    assert_eq!(span_per_call(&Flaky::failing(2)), Ok(3));
    assert_eq!(run(async_span_per_attempt(&Flaky::failing(2), "text".to_owned())), Ok(3));
    assert_eq!(run(async_span_per_call(&Flaky::failing(2), "text".to_owned())), Ok(3));
}

std::thread_local! {
    static TESTS: Flaky = const { Flaky::failing(2) };
}

/// Runs without waiting; the guard's own attribute order does not matter.
fn call() -> Result<(), Down> {
    TESTS.with(Flaky::call).map(drop)
}

#[retry(sleep = |_| ())]
#[test]
fn above_test() -> Result<(), Down> {
    call()
}

#[test]
#[retry(sleep = |_| ())]
fn below_test() -> Result<(), Down> {
    call()
}

#[retry]
#[tokio::test(start_paused = true)]
async fn above_tokio_test() -> Result<(), Down> {
    tokio::task::yield_now().await;
    call()?;
    Ok(())
}

/// A function that starts a runtime by itself has waits that block, as it is meant to.
#[retry]
fn starts_a_runtime(op: &Flaky) -> Result<u32, Down> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("Failed building the Runtime");
    runtime.block_on(async { op.call() })
}

#[retry]
fn starts_a_runtime_in_a_block(op: &Flaky) -> Result<u32, Down> {
    let body = async { op.call() };
    {
        let runtime =
            tokio::runtime::Builder::new_current_thread().build().expect("Failed building the Runtime");
        return runtime.block_on(body);
    }
}

#[test]
fn a_runtime_of_ones_own() {
    let _guard = testing::no_wait();
    assert_eq!(starts_a_runtime(&Flaky::failing(2)), Ok(3));
    assert_eq!(starts_a_runtime_in_a_block(&Flaky::failing(2)), Ok(3));
}
