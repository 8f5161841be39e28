//! The rules of gRPC: the status of a response, in its headers or in its trailers.

use core::fmt::{self, Debug, Formatter};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use core::time::Duration;
use std::borrow::Cow;

use ::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, request};
use ::tonic::body::Body;
use ::tonic::{Code, Status};
use http_body::{Frame, SizeHint};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::super::verdict::{BoxError, Verdict};
use super::grpc_timeout;
use super::judge::Judge;
use super::repeat::{Around, Repeat, RepeatIf};
use super::replay::{Recorded, Replay};
use crate::Retryable;
use crate::policy::nanos::{Nanos, from_duration, to_duration};
use crate::runtime::{self, Clock};

/// The header by which a client tells how many attempts came before, by gRPC's proposal A6.
const PREVIOUS_ATTEMPTS: HeaderName = HeaderName::from_static("grpc-previous-rpc-attempts");

/// The trailer in which a server delays or forbids a retry.
const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// The bytes of a request that are recorded, as in gRPC's implementation in C.
const LIMIT: usize = 256 * 1024;

/// The rule for gRPC: the status of a response.
#[derive(Clone, Copy, Debug, Default)]
pub struct Grpc;

impl<K, B: http_body::Body> Judge<K, Response<Peeked<B>>> for Grpc {
    fn judge(&self, _: Option<&K>, outcome: Result<&Response<Peeked<B>>, &BoxError>) -> Verdict {
        let response = match outcome {
            Ok(response) => response,
            Err(error) => return Verdict::of_error(&**error),
        };
        match failure(response) {
            Some(status) if status.is_retryable() => Verdict::Transient { retry_after: status.retry_after() },
            Some(status) if is_pushed_back(&status) => Verdict::Unrepeatable,
            Some(_) => Verdict::Permanent,
            None => Verdict::Success,
        }
    }

    fn describe(&self, response: &Response<Peeked<B>>, f: &mut Formatter<'_>) -> fmt::Result {
        match failure(response) {
            Some(status) => fmt::Display::fmt(&status, f),
            None => f.write_str("the response has no status"),
        }
    }
}

/// Returns whether the server is overloaded and asks not to retry: without that the status would be retried.
fn is_pushed_back(status: &Status) -> bool {
    let mut status = status.clone();
    status.metadata_mut().remove(PUSHBACK).is_some() && status.is_retryable()
}

/// Returns the status of a response that failed before its first message.
fn failure<B: http_body::Body>(response: &Response<Peeked<B>>) -> Option<Cow<'_, Status>> {
    let status = |headers: &HeaderMap| {
        let code = headers.get(Status::GRPC_STATUS).map(|code| Code::from_bytes(code.as_bytes()));
        code.filter(|code| *code != Code::Ok).and_then(|_| Status::from_header_map(headers))
    };
    let headers = response.headers();
    if headers.contains_key(Status::GRPC_STATUS) {
        return status(headers).map(Cow::Owned);
    }
    let trailers = response.body().first.as_ref().and_then(Frame::trailers_ref);
    if let Some(trailers) = trailers {
        return status(trailers).map(Cow::Owned);
    }
    // A proxy answered, without gRPC.
    let is_unavailable = matches!(
        response.status(),
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    );
    is_unavailable.then(|| Cow::Owned(Status::unavailable(response.status().to_string())))
}

/// Requests of gRPC are recorded while they are sent, and sent again from the record.
#[derive(Clone, Copy, Debug)]
pub struct Replayed {
    /// The bytes of a request that are recorded.
    pub(super) limit: usize,
    /// Whether a response waits for its first frame.
    pub(super) waits_for_frame: bool,
}

impl Default for Replayed {
    fn default() -> Replayed {
        Replayed { limit: LIMIT, waits_for_frame: true }
    }
}

/// Requests are recorded, perhaps not all of them.
pub trait Record {
    /// Returns how they are recorded.
    fn replayed(&mut self) -> &mut Replayed;
}

impl Record for Replayed {
    fn replayed(&mut self) -> &mut Replayed {
        self
    }
}

impl<F, R: Record> Record for RepeatIf<F, R> {
    fn replayed(&mut self) -> &mut Replayed {
        self.repeat.replayed()
    }
}

/// The kept part of a request: everything but its body, and the record of the body.
pub struct KeptRequest {
    parts: request::Parts,
    body: Recorded,
    /// The time that the caller gives the call, and its end.
    timeout: Option<(Duration, Ends)>,
}

/// The time at which a call ends, in an attempt's request on its way to the service.
#[derive(Clone, Copy)]
struct Ends(Nanos);

impl Drop for KeptRequest {
    fn drop(&mut self) {
        self.body.stop();
    }
}

impl Repeat<Request<Body>> for Replayed {
    type Request = Request<Replay>;
    type Kept = KeptRequest;

    fn begin(&self, request: Request<Body>) -> (Request<Replay>, Option<KeptRequest>) {
        let (parts, body) = request.into_parts();
        let body = Recorded::new(body, self.limit);
        let timeout = grpc_timeout::read(&parts.headers).map(|timeout| {
            let ends = runtime::now(Clock::Async).saturating_add(from_duration(timeout));
            (timeout, Ends(ends))
        });
        let first = Request::from_parts(parts.clone(), body.first());
        (first, Some(KeptRequest { parts, body, timeout }))
    }

    fn again(&self, kept: &KeptRequest) -> Option<Request<Replay>> {
        let (attempt, body) = kept.body.again()?;
        let mut parts = kept.parts.clone();
        parts.headers.insert(PREVIOUS_ATTEMPTS, HeaderValue::from(attempt.saturating_sub(1)));
        if let Some((_, ends)) = kept.timeout {
            parts.extensions.insert(ends);
        }
        Some(Request::from_parts(parts, body))
    }

    fn deadline(&self, kept: &KeptRequest) -> Option<Duration> {
        kept.timeout.map(|(timeout, _)| timeout)
    }
}

impl<S> Around<S> for Replayed {
    type Service = Peek<S>;

    fn around(&self, service: S) -> Peek<S> {
        Peek { service, waits_for_frame: self.waits_for_frame }
    }
}

/// A service of gRPC whose responses are returned with their first frame, so that one sees whether they failed.
#[derive(Clone, Debug)]
pub struct Peek<S> {
    service: S,
    waits_for_frame: bool,
}

impl<S, B> Service<Request<Replay>> for Peek<S>
where
    S: Service<Request<Body>, Response = Response<B>, Error: Into<BoxError>>,
    B: http_body::Body<Error: Into<BoxError>> + Unpin,
{
    type Response = Response<Peeked<B>>;
    type Error = BoxError;
    type Future = PeekFuture<S::Future, B>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.service.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<Replay>) -> Self::Future {
        if let Some(Ends(ends)) = request.extensions_mut().remove() {
            let left = ends.saturating_sub(runtime::now(Clock::Async));
            grpc_timeout::write(request.headers_mut(), to_duration(left));
        }
        let request_body = request.body().recorded();
        let response = self.service.call(request.map(Body::new));
        PeekFuture { request_body, waits_for_frame: self.waits_for_frame, response, peeking: None }
    }
}

pin_project! {
    /// The future of a response and of its first frame.
    pub struct PeekFuture<F, B> {
        request_body: Recorded,
        waits_for_frame: bool,
        #[pin]
        response: F,
        peeking: Option<Response<B>>,
    }
}

impl<F, B, E> Future for PeekFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    E: Into<BoxError>,
    B: http_body::Body<Error: Into<BoxError>> + Unpin,
{
    type Output = Result<Response<Peeked<B>>, BoxError>;

    #[expect(clippy::unreachable, reason = "the response is set in the lines before")]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.peeking.is_none() {
            let response = ready!(this.response.poll(context)).map_err(Into::into)?;
            if response.headers().contains_key(Status::GRPC_STATUS) || response.body().is_end_stream() {
                return Poll::Ready(Ok(response.map(Peeked::unread)));
            }
            *this.peeking = Some(response);
        }
        let Some(mut response) = this.peeking.take() else { unreachable!("it was set above") };
        match Pin::new(response.body_mut()).poll_frame(context) {
            Poll::Ready(first) => {
                let first = first.transpose().map_err(Into::into)?;
                let is_over = first.is_none();
                Poll::Ready(Ok(response.map(|rest| Peeked { first, is_over, rest })))
            }
            // While the caller still sends, the server may wait for it, and the caller for this response. A request
            // that is not sent again has nothing to wait for.
            Poll::Pending if !*this.waits_for_frame || !this.request_body.is_complete() => {
                Poll::Ready(Ok(response.map(Peeked::unread)))
            }
            Poll::Pending => {
                *this.peeking = Some(response);
                Poll::Pending
            }
        }
    }
}

/// The body of a response whose first frame may have been read.
pub struct Peeked<B: http_body::Body> {
    first: Option<Frame<B::Data>>,
    /// Whether there was no frame at all. A body is not polled after its end.
    is_over: bool,
    rest: B,
}

impl<B: http_body::Body> Peeked<B> {
    fn unread(rest: B) -> Peeked<B> {
        Peeked { first: None, is_over: false, rest }
    }
}

impl<B: http_body::Body + Unpin> http_body::Body for Peeked<B>
where
    B::Data: Unpin,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.get_mut();
        match this.first.take() {
            Some(first) => Poll::Ready(Some(Ok(first))),
            None if this.is_over => Poll::Ready(None),
            None => Pin::new(&mut this.rest).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && (self.is_over || self.rest.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        if self.first.is_none() { self.rest.size_hint() } else { SizeHint::default() }
    }
}

impl<B: http_body::Body> Debug for Peeked<B> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peeked").field("has_first", &self.first.is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::task::Waker;

    use http_body::Body;

    use super::*;

    /// A body of whole frames, which must not be polled after its end.
    struct Frames(VecDeque<&'static [u8]>, bool);

    impl Body for Frames {
        type Data = &'static [u8];
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<&'static [u8]>, Infallible>>> {
            assert!(!self.1, "the body is polled after its end");
            let frame = self.0.pop_front();
            self.1 = frame.is_none();
            Poll::Ready(frame.map(|data| Ok(Frame::data(data))))
        }

        fn is_end_stream(&self) -> bool {
            self.0.is_empty()
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.0.iter().map(|data| data.len() as u64).sum())
        }
    }

    fn next(body: &mut Peeked<Frames>) -> Option<&'static [u8]> {
        match Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(frame) => frame.map(|frame| frame.unwrap().into_data().unwrap()),
            Poll::Pending => panic!("every frame is there"),
        }
    }

    #[test]
    fn a_frame_that_was_read_comes_before_the_rest() {
        let rest = Frames([&b"bc"[..]].into(), false);
        let mut body = Peeked { first: Some(Frame::data(&b"a"[..])), is_over: false, rest };
        assert_eq!(body.size_hint().exact(), None, "the frame that was read has a size, too");
        assert!(!body.is_end_stream());
        assert_eq!(next(&mut body), Some(&b"a"[..]));
        assert_eq!(body.size_hint().exact(), Some(2));
        assert!(!body.is_end_stream());
        assert_eq!(next(&mut body), Some(&b"bc"[..]));
        assert!(body.is_end_stream());
        assert_eq!(next(&mut body), None);
    }

    #[test]
    fn a_body_that_had_no_frame_is_over() {
        let mut body = Peeked { first: None, is_over: true, rest: Frames(VecDeque::new(), true) };
        assert!(body.is_end_stream());
        assert_eq!(next(&mut body), None);
        let last = Peeked {
            first: Some(Frame::data(&b"a"[..])),
            is_over: false,
            rest: Frames(VecDeque::new(), false),
        };
        assert!(!last.is_end_stream(), "a frame is left");
        let over = Peeked { first: None, is_over: true, rest: Frames([&b"a"[..]].into(), false) };
        assert!(over.is_end_stream());
    }
}
