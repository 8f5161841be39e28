//! The body of a gRPC request, recorded while it is sent, so that it can be sent again.

use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::http::HeaderMap;
use ::tonic::Status;
use ::tonic::body::Body;
use http_body::{Body as _, Frame, SizeHint};

/// The bytes of a frame.
type Bytes = <Body as http_body::Body>::Data;

/// The frames that were read of a body, and the rest of it.
struct Recording {
    rest: Body,
    frames: Vec<Bytes>,
    trailers: Option<HeaderMap>,
    /// The number of bytes of the frames.
    size: usize,
    /// The largest number of bytes to record.
    limit: usize,
    /// Whether the body has been read to its end.
    is_complete: bool,
    /// Whether the record lacks something, so that the body cannot be sent again.
    is_lost: bool,
    /// The number of the attempt that reads.
    attempt: u32,
    /// The number of frames that this attempt has read.
    next: usize,
    /// Whether it has read the trailers.
    sent_trailers: bool,
}

impl Recording {
    /// Stops the record, and drops what is not to be read any more.
    fn stop(&mut self) {
        self.is_lost = true;
        self.frames.drain(..self.next.min(self.frames.len()));
        self.next = 0;
    }

    /// Reads the next frame of the attempt.
    fn next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Some(frame) = self.frames.get(self.next) {
            let frame = frame.clone();
            self.next = self.next.saturating_add(1);
            return Poll::Ready(Some(Ok(Frame::data(frame))));
        }
        if !self.is_complete {
            let frame = ready!(self.read(context));
            self.next = self.frames.len();
            self.sent_trailers = self.trailers.is_some();
            return Poll::Ready(frame);
        }
        let trailers = self.trailers.as_ref().filter(|_| !self.sent_trailers).cloned();
        self.sent_trailers = true;
        Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers))))
    }

    /// Reads one more frame of the body, and records it.
    fn read(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = match ready!(Pin::new(&mut self.rest).poll_frame(context)) {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => {
                self.is_lost = true;
                return Poll::Ready(Some(Err(error)));
            }
            None => {
                self.is_complete = true;
                return Poll::Ready(None);
            }
        };
        if let Some(data) = frame.data_ref() {
            self.size = self.size.saturating_add(data.len());
            if self.size > self.limit || self.is_lost {
                // Each frame of the record has been read.
                self.stop();
            } else {
                self.frames.push(data.clone());
            }
        }
        if let Some(trailers) = frame.trailers_ref() {
            self.trailers = Some(trailers.clone());
        }
        self.is_complete |= self.rest.is_end_stream();
        Poll::Ready(Some(Ok(frame)))
    }
}

/// A handle of a recording.
#[derive(Clone)]
pub(super) struct Recorded(Arc<Mutex<Recording>>);

impl Recorded {
    /// Starts to record a body, up to `limit` bytes of it.
    pub(super) fn new(body: Body, limit: usize) -> Recorded {
        Recorded(Arc::new(Mutex::new(Recording {
            is_complete: body.is_end_stream(),
            rest: body,
            frames: Vec::new(),
            trailers: None,
            size: 0,
            limit,
            is_lost: false,
            attempt: 1,
            next: 0,
            sent_trailers: false,
        })))
    }

    /// A poisoned lock does no harm: nothing panics between two changes that belong together.
    fn lock(&self) -> MutexGuard<'_, Recording> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the body of the first attempt.
    pub(super) fn first(&self) -> Replay {
        Replay { recorded: self.clone(), attempt: 1 }
    }

    /// Returns the body of the next attempt and its number, or `None` if the body cannot be sent again. The body of the
    /// attempt before it ends with an error from now on.
    pub(super) fn again(&self) -> Option<(u32, Replay)> {
        let mut recording = self.lock();
        if recording.is_lost {
            return None;
        }
        recording.attempt = recording.attempt.saturating_add(1);
        recording.next = 0;
        recording.sent_trailers = false;
        let attempt = recording.attempt;
        Some((attempt, Replay { recorded: self.clone(), attempt }))
    }

    /// Stops the record: there will be no further attempt. A stream that goes on for hours is not kept in memory.
    pub(super) fn stop(&self) {
        self.lock().stop();
    }

    /// Returns whether the caller has given the whole body, and it can be sent again.
    pub(super) fn is_complete(&self) -> bool {
        let recording = self.lock();
        recording.is_complete && !recording.is_lost
    }
}

/// The body of one attempt: the record, then the rest.
pub struct Replay {
    recorded: Recorded,
    attempt: u32,
}

impl Replay {
    pub(super) fn recorded(&self) -> Recorded {
        self.recorded.clone()
    }
}

impl http_body::Body for Replay {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Replay { recorded, attempt } = self.get_mut();
        let mut recording = recorded.lock();
        if recording.attempt != *attempt {
            return Poll::Ready(Some(Err(Status::cancelled("the next attempt has begun"))));
        }
        recording.next(context)
    }

    fn is_end_stream(&self) -> bool {
        let recording = self.recorded.lock();
        let has_sent_trailers = recording.sent_trailers || recording.trailers.is_none();
        let is_sent = recording.next >= recording.frames.len() && has_sent_trailers;
        recording.attempt == self.attempt && recording.is_complete && is_sent
    }

    fn size_hint(&self) -> SizeHint {
        let recording = self.recorded.lock();
        if recording.size == 0 && self.attempt == 1 {
            recording.rest.size_hint()
        } else {
            SizeHint::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use core::task::Waker;
    use std::collections::VecDeque;

    use super::*;

    /// A body of these frames, which is pending between them.
    struct Frames(VecDeque<Option<&'static str>>);

    impl http_body::Body for Frames {
        type Data = Bytes;
        type Error = Status;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
            match self.0.pop_front() {
                Some(Some(text)) => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(text.as_bytes()))))),
                Some(None) => Poll::Pending,
                None => Poll::Ready(None),
            }
        }
    }

    fn recorded(frames: &[Option<&'static str>], limit: usize) -> Recorded {
        Recorded::new(Body::new(Frames(frames.iter().copied().collect())), limit)
    }

    /// Reads until the body is pending or at its end. Returns the text and whether it has ended.
    fn read(body: &mut Replay) -> Result<(String, bool), Status> {
        let mut context = Context::from_waker(Waker::noop());
        let mut text = String::new();
        loop {
            match Pin::new(&mut *body).poll_frame(&mut context) {
                Poll::Pending => return Ok((text, false)),
                Poll::Ready(None) => return Ok((text, true)),
                Poll::Ready(Some(Err(status))) => return Err(status),
                Poll::Ready(Some(Ok(frame))) => {
                    text += core::str::from_utf8(&frame.into_data().expect("data")).unwrap();
                }
            }
        }
    }

    #[test]
    fn an_attempt_sends_what_was_recorded_and_then_the_rest() {
        let recorded = recorded(&[Some("one "), None, Some("two ")], 100);
        let mut first = recorded.first();
        assert_eq!(read(&mut first).unwrap(), ("one ".to_owned(), false));
        assert!(!recorded.is_complete());
        let (attempt, mut second) = recorded.again().unwrap();
        assert_eq!((attempt, read(&mut second).unwrap()), (2, ("one two ".to_owned(), true)));
        assert!(recorded.is_complete() && second.is_end_stream());
        assert!(read(&mut first).is_err(), "its attempt is over");
        let (attempt, mut third) = recorded.again().unwrap();
        assert!(!third.is_end_stream());
        assert_eq!((attempt, read(&mut third).unwrap()), (3, ("one two ".to_owned(), true)));
    }

    #[test]
    fn a_record_that_is_stopped_keeps_nothing() {
        let recorded = recorded(&[Some("one "), Some("two "), None, Some("three "), None, Some("four")], 100);
        let mut first = recorded.first();
        assert_eq!(read(&mut first).unwrap(), ("one two ".to_owned(), false));
        recorded.stop();
        assert!(recorded.lock().frames.is_empty());
        assert_eq!(read(&mut first).unwrap(), ("three ".to_owned(), false));
        assert!(recorded.lock().frames.is_empty());
        assert_eq!(read(&mut first).unwrap(), ("four".to_owned(), true));
        assert!(first.is_end_stream() && recorded.again().is_none());
    }

    #[test]
    fn a_record_that_is_stopped_is_read_to_its_end() {
        let recorded = recorded(&[Some("one "), Some("two "), None, Some("three")], 100);
        assert_eq!(read(&mut recorded.first()).unwrap().0, "one two ");
        let (_, mut second) = recorded.again().unwrap();
        recorded.stop();
        assert_eq!(read(&mut second).unwrap(), ("one two three".to_owned(), true));
    }

    #[test]
    fn a_body_above_the_limit_is_sent_once() {
        let recorded = recorded(&[Some("four"), None, Some("nine more")], 12);
        let mut first = recorded.first();
        assert_eq!(read(&mut first).unwrap().0, "four");
        assert!(recorded.again().is_some());
        let (_, mut second) = recorded.again().unwrap();
        assert_eq!(read(&mut second).unwrap(), ("fournine more".to_owned(), true), "it is whole");
        assert!(recorded.again().is_none());
    }
}
