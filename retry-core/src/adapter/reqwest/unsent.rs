//! Errors of an attempt that has no `reqwest::Error`: it was cut off by a timeout or refused by a breaker or a throttle.

use std::io;
use std::time::Duration;

use crate::error::reqwest::{Error, Unsent};
use crate::{AttemptTimeout, Retryable};
#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
use crate::{CircuitOpen, Throttled};

impl Retryable for Unsent {
    fn is_retryable(&self) -> bool {
        match self {
            Unsent::CutOff(_) => true,
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            Unsent::Refused(open) => open.is_retryable(),
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            Unsent::Throttled(throttled) => throttled.is_retryable(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Unsent::CutOff(_) => None,
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            Unsent::Refused(open) => open.retry_after(),
            #[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
            Unsent::Throttled(throttled) => throttled.retry_after(),
        }
    }
}

impl From<AttemptTimeout> for Error {
    fn from(timeout: AttemptTimeout) -> Self {
        Error { inner: caused_by(timeout.into()), retry_after: None, unsent: Some(Unsent::CutOff(timeout)) }
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
impl From<CircuitOpen> for Error {
    fn from(open: CircuitOpen) -> Self {
        Error {
            inner: caused_by(open.clone().into()),
            retry_after: None,
            unsent: Some(Unsent::Refused(open)),
        }
    }
}

#[cfg(any(target_has_atomic = "64", feature = "portable-atomic"))]
impl From<Throttled> for Error {
    fn from(throttled: Throttled) -> Self {
        let inner = caused_by(throttled.clone().into());
        Error { inner, retry_after: None, unsent: Some(Unsent::Throttled(throttled)) }
    }
}

/// Returns a `reqwest::Error` with `cause` behind it. reqwest has no constructor for it, so the cause is
/// passed to reqwest as the failure of a body.
#[cfg(not(target_family = "wasm"))]
#[expect(clippy::unreachable, reason = "no caller has a part in this response")]
fn caused_by(cause: io::Error) -> ::reqwest::Error {
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use http_body::{Body, Frame};

    struct Fails(Option<io::Error>);

    impl Body for Fails {
        type Data = &'static [u8];
        type Error = io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
            Poll::Ready(self.0.take().map(Err))
        }
    }

    let body = ::reqwest::Body::wrap(Fails(Some(cause)));
    let response = ::reqwest::Response::from(::http::Response::new(body));
    match pin!(response.bytes()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Err(error)) => error,
        Poll::Ready(Ok(_)) | Poll::Pending => unreachable!("the body fails at once"),
    }
}

/// Returns a `reqwest::Error` without the cause, which cannot be passed to reqwest in a browser.
#[cfg(target_family = "wasm")]
fn caused_by(_: io::Error) -> ::reqwest::Error {
    ::reqwest::Client::new().get("").build().expect_err("there is no address")
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::time::Duration;

    use super::*;
    use crate::{CircuitBreaker, Pass, Throttle};

    fn timeout() -> ::reqwest::Error {
        caused_by(io::Error::from(io::ErrorKind::TimedOut))
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_was_cut_off_stays_visible_and_is_retried() {
        let policy = crate::Policy::new().max(1);
        let call = policy.retry_async(std::future::pending::<Result<(), Error>>);
        let error = call.attempt_timeout(Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(error.to_string(), "the attempt did not end within 5s");
        assert!(error.source().unwrap().is::<AttemptTimeout>());
        assert!(error.is_retryable());
        assert_eq!(error.retry_after(), None);
        assert_eq!(error.status(), None);
        assert!(error.get_ref().is_timeout() && error.get_ref().is_retryable());
    }

    #[test]
    fn a_refusal_by_a_breaker_stays_visible_and_is_retried_when_it_may_let_through() {
        let breaker = CircuitBreaker::new()
            .consecutive_failures(1)
            .open_for(Duration::from_secs(30))
            .clock(|| Duration::from_secs(1));
        let fails = || Err::<(), Error>(Error::from(timeout()));
        assert!(breaker.call(fails).is_err());
        let refused = breaker.call(fails).unwrap_err();
        assert!(refused.to_string().ends_with("is open for another 30s"), "{refused}");
        assert!(refused.source().unwrap().is::<CircuitOpen>());
        assert!(refused.is_retryable());
        assert_eq!(refused.retry_after(), Some(Duration::from_secs(30)));
        breaker.force_open();
        let by_hand = breaker.call(fails).unwrap_err();
        assert!(by_hand.to_string().contains("is held open"), "{by_hand}");
        assert!(by_hand.source().unwrap().is::<CircuitOpen>());
        assert!(!by_hand.is_retryable());
        assert_eq!(by_hand.retry_after(), None);
    }

    #[test]
    fn a_refusal_by_a_throttle_stays_visible_and_is_retried() {
        let throttle = Throttle::new().name("search");
        let refusal = std::iter::repeat_with(|| throttle.acquire().map(Pass::rejected));
        let refused = Error::from(refusal.take(10_000).find_map(Result::err).expect("nothing is accepted"));
        assert_eq!(refused.to_string(), "the throttle `search` refuses 90 % of the calls");
        assert!(refused.source().unwrap().is::<Throttled>());
        assert!(refused.is_retryable());
        assert_eq!(refused.retry_after(), None);
    }
}
