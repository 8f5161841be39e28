//! The log and the spans of a call.

use core::cell::Cell;
use core::future::{pending, poll_fn, ready};
use core::task::Poll;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use super::{Failed, POLICY, hedge, poll};
use crate::observe::listener::Listener;
use crate::{Call, CircuitBreaker, GiveUpReason, Policy};

const ONCE: Policy = POLICY.max(1);

/// Returns a future that ends with the poll of this number, from 1.
async fn poll_number(number: u32) {
    let mut polls = 0;
    poll_fn(|_| {
        polls += 1;
        if polls < number { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

/// Returns the lines of a log that contain a text.
fn lines_with(listener: &Listener, text: &str) -> Vec<String> {
    listener.lines().into_iter().filter(|line| line.contains(text)).collect()
}

#[test]
fn a_call_whose_breaker_opens_in_the_wait_logs_its_end_with_the_last_error() {
    let (listener, _listening) = Listener::listen();
    let breaker = CircuitBreaker::new();
    let fail = || Err::<(), _>(std::io::Error::other("down"));
    let call = POLICY.retry(fail).name("get").log_errors().breaker(&breaker);
    assert!(call.sleep(|_| breaker.force_open()).run().is_err());
    let lines = lines_with(&listener, "operation=get");
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("WARN message=attempt failed, will retry"), "{lines:?}");
    assert!(lines[1].starts_with("ERROR message=attempt failed, giving up"), "{lines:?}");
    assert!(lines[1].contains("error=down reason=circuit_open"), "{lines:?}");
}

#[test]
fn a_copy_that_answers_last_has_won_if_its_value_is_accepted() {
    for is_accepted in [true, false] {
        let (listener, _listening) = Listener::listen();
        let (hedge, tries) = (hedge(), Cell::new(0));
        let try_once = || {
            tries.set(tries.get() + 1);
            let number = tries.get();
            async move {
                poll_number(2).await;
                if number == 1 { Err(Failed::Down) } else { Ok(7) }
            }
        };
        let call = ONCE.retry_async(try_once).sleep(|_| ready(())).hedge(&hedge);
        assert_eq!(poll(call.retry_ok(|_| !is_accepted)), Poll::Ready(Ok(7)));
        let won = lines_with(&listener, "copy answered first").len();
        assert_eq!(won, usize::from(is_accepted));
    }
}

#[test]
fn a_closure_with_a_handle_keeps_the_handle_with_spans() {
    let (listener, _listening) = Listener::listen();
    let stop = |call: Arc<Call>| {
        call.stop();
        ready(Err::<(), _>("gone"))
    };
    let call = POLICY.retry_async_with(stop).name("get").log_errors().span();
    let Poll::Ready(result) = poll(call.run_or_explain()) else { panic!("nothing waits") };
    assert_eq!(result.unwrap_err().reason(), GiveUpReason::Stopped);
    let lines = lines_with(&listener, "reason=");
    assert!(lines.iter().any(|line| line.contains("reason=stopped")), "{lines:?}");
}

/// Runs an attempt with a copy, one of which fails and the other never answers, until the attempt exceeds its limit. Returns
/// the errors by the numbers of the spans: 1 is the call, 2 the first try and 3 the copy.
fn errors_of_tries(is_copy_lost: bool) -> Vec<String> {
    let (listener, _listening) = Listener::listen();
    let (hedge, tries) = (hedge(), Cell::new(0));
    let try_once = || {
        tries.set(tries.get() + 1);
        let is_lost = (tries.get() == 2) == is_copy_lost;
        async move {
            if is_lost {
                pending::<()>().await;
            }
            poll_number(2).await;
            Err::<(), _>(std::io::Error::other("down"))
        }
    };
    let timers = Cell::new(0);
    let sleep = |_| {
        timers.set(timers.get() + 1);
        // The timer of the limit is the first one.
        let polls = if timers.get() == 1 { 5 } else { 1 };
        poll_number(polls)
    };
    let call = ONCE.retry_async(try_once).sleep(sleep).hedge(&hedge).log_errors();
    assert!(poll(call.span().attempt_timeout(super::SECOND)).is_ready());
    lines_with(&listener, " error=").into_iter().filter(|line| !line.contains("message=")).collect()
}

#[test]
fn a_try_that_has_failed_does_not_fail_again_when_its_attempt_exceeds_the_limit() {
    let limit = "error=\"the attempt did not end within 1s\"";
    assert_eq!(errors_of_tries(true), ["2 error=\"down\""]);
    assert_eq!(errors_of_tries(false), ["3 error=\"down\"".into(), std::format!("2 {limit}")]);
}
