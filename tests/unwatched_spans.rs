//! Spans that nobody listens to. A binary of its own, since a subscriber anywhere in the process makes spans be made.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use reattempt::retry;

#[derive(Debug, PartialEq)]
struct Down;

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("down")
    }
}

#[retry(span, name = "answer {number}")]
fn traced(number: u32) -> Result<u32, Down> {
    number.checked_add(1).ok_or(Down)
}

#[retry(span, name = "answer {number}")]
async fn traced_async(number: u32) -> Result<u32, Down> {
    number.checked_add(1).ok_or(Down)
}

fn poll<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn spans_that_nobody_listens_to_allocate_nothing() {
    assert_eq!(measure(|| assert_eq!(traced(6), Ok(7))).count_total, 0);
    assert_eq!(measure(|| assert_eq!(poll(traced_async(6)), Poll::Ready(Ok(7)))).count_total, 0);
}
