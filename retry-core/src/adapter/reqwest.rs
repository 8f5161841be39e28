//! `reqwest`: its errors, and a response as an error that keeps what the server asked for.

use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::time::Duration;

use ::reqwest::{Response, StatusCode};

use super::http::{is_transient, retry_after, sent_at};
use crate::error::chain;
use crate::{Retryable, clock};

impl Retryable for ::reqwest::Error {
    fn is_retryable(&self) -> bool {
        if let Some(status) = self.status() {
            is_transient(status)
        } else if self.is_timeout() {
            true
        } else if self.is_builder() || self.is_redirect() || self.is_upgrade() {
            false
        } else if self.is_decode() {
            // Two in one: the body could not be read, which is hyper's error, or what was read not be understood.
            chain::find_in::<hyper::Error>(self.source()).is_some()
        } else {
            io_error(self).is_none_or(Retryable::is_retryable)
        }
    }
}

/// The reason that the operating system or TLS gave, if one of them did.
fn io_error(error: &::reqwest::Error) -> Option<&io::Error> {
    chain::chain(error.source()).find_map(<dyn StdError>::downcast_ref)
}

/// [`error_for_retry`](ErrorForRetry::error_for_retry) on a response.
pub trait ErrorForRetry: Sized {
    /// The response, or an error if its status is 4xx or 5xx. Unlike that of `error_for_status`, the error keeps how long
    /// the server asked to wait.
    ///
    /// # Errors
    /// If the status is 400 or above.
    fn error_for_retry(self) -> Result<Self, Error>;
}

impl ErrorForRetry for Response {
    fn error_for_retry(self) -> Result<Self, Error> {
        match self.error_for_status_ref() {
            Ok(_) => Ok(self),
            Err(error) => Err(Error { retry_after: hint(&self), error }),
        }
    }
}

/// `Retry-After`. A date in it is of the server's clock, and so is the time it is compared with, where the server tells
/// it.
fn hint(response: &Response) -> Option<Duration> {
    let headers = response.headers();
    retry_after(headers, sent_at(headers).unwrap_or_else(clock::calendar))
}

/// A `reqwest::Error`, with the wait that the server asked for.
///
/// It shows itself as that error does, and stands in its place.
#[derive(Debug)]
pub struct Error {
    error: ::reqwest::Error,
    retry_after: Option<Duration>,
}

impl Error {
    /// `error` with a wait found elsewhere, as in the headers of a blocking response.
    #[must_use]
    pub fn new(error: ::reqwest::Error, retry_after: Option<Duration>) -> Self {
        Error { error, retry_after }
    }

    /// The status, if the error is that of a response.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.error.status()
    }

    /// The error without the wait.
    #[must_use]
    pub fn get_ref(&self) -> &::reqwest::Error {
        &self.error
    }

    /// The error without the wait.
    #[must_use]
    pub fn into_inner(self) -> ::reqwest::Error {
        self.error
    }
}

impl From<::reqwest::Error> for Error {
    fn from(error: ::reqwest::Error) -> Self {
        Error::new(error, None)
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        self.error.is_retryable()
    }

    fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use ::reqwest::{Client, Response};

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn response(status: u16, headers: &[(&str, &str)]) -> Response {
        let mut response = ::http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.body("").unwrap().into()
    }

    fn refused(status: u16, headers: &[(&str, &str)]) -> Error {
        response(status, headers).error_for_retry().unwrap_err()
    }

    /// A server for one connection, which answers the first request with `answer`, and then hangs up.
    fn serve(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let _ = connection.read(&mut [0; 4096]);
            connection.write_all(answer).unwrap();
        });
        url
    }

    async fn read(url: &str) -> ::reqwest::Error {
        let failure = async { Client::new().get(url).send().await?.text().await };
        failure.await.unwrap_err()
    }

    #[test]
    fn the_status_of_a_response_decides() {
        for status in [408, 425, 429, 500, 502, 503, 504] {
            let error = refused(status, &[]);
            assert!(error.is_retryable(), "{status}");
            assert!(error.get_ref().is_retryable(), "{status}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        }
        for status in [400, 401, 403, 404, 405, 409, 410, 412, 413, 422, 451, 501, 505, 511] {
            assert!(!refused(status, &[]).is_retryable(), "{status}");
        }
        for status in [200, 204, 302, 304] {
            assert_eq!(response(status, &[]).error_for_retry().unwrap().status(), status);
        }
    }

    #[test]
    fn the_hint_is_kept() {
        let hint = |headers: &[(&str, &str)]| refused(503, headers).retry_after();
        assert_eq!(hint(&[]), None);
        assert_eq!(hint(&[("Retry-After", "soon")]), None);
        assert_eq!(hint(&[("Retry-After", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(hint(&[("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(Duration::ZERO));
    }

    #[test]
    fn a_date_is_compared_with_the_clock_of_the_server() {
        let date = ("Date", "Sun, 06 Nov 1994 08:49:30 GMT");
        let error = refused(503, &[date, ("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT")]);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    }

    #[test]
    fn it_shows_itself_as_the_error_does() {
        let error = refused(429, &[("Retry-After", "7")]);
        assert_eq!(error.to_string(), error.get_ref().to_string());
        assert_eq!(error.to_string(), error.into_inner().to_string());
    }

    #[tokio::test]
    async fn a_connection_that_fails_is_retried() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let refused = read(&format!("http://{closed}")).await;
        assert!(refused.is_connect() && refused.is_retryable(), "{refused:?}");
        let cut = read(&serve(b"")).await;
        assert!(cut.is_request() && cut.is_retryable(), "{cut:?}");
        let unfinished = read(&serve(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")).await;
        assert!(unfinished.is_decode() && unfinished.is_retryable(), "{unfinished:?}");
        assert!(Error::from(unfinished).is_retryable());
    }

    #[tokio::test(start_paused = true)]
    async fn a_timeout_is_retried() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let late = Client::new().get(url).timeout(MINUTE).send().await.unwrap_err();
        assert!(late.is_timeout() && late.is_retryable(), "{late:?}");
    }

    #[tokio::test]
    async fn a_timeout_within_the_body_is_retried() {
        let stalls = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", stalls.local_addr().unwrap());
        thread::spawn(move || {
            let (mut connection, _) = stalls.accept().unwrap();
            connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").unwrap();
            let _ = connection.read_to_end(&mut Vec::new());
        });
        let response = Client::new().get(url).timeout(MINUTE).send().await.unwrap();
        tokio::time::pause();
        let late = response.text().await.unwrap_err();
        assert!(late.is_decode() && late.is_timeout() && late.is_retryable(), "{late:?}");
    }

    #[tokio::test]
    async fn a_request_that_cannot_be_made_is_not() {
        let no_url = read("no url").await;
        assert!(no_url.is_builder() && !no_url.is_retryable(), "{no_url:?}");
        let unknown_scheme = read("gopher://127.0.0.1/").await;
        assert!(!unknown_scheme.is_retryable(), "{unknown_scheme:?}");
    }

    #[tokio::test]
    async fn a_redirect_that_leads_nowhere_is_not() {
        let url = serve(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
        let client = Client::builder().redirect(::reqwest::redirect::Policy::limited(0)).build().unwrap();
        let lost = client.get(url).send().await.unwrap_err();
        assert!(lost.is_redirect() && !lost.is_retryable(), "{lost:?}");
    }

    #[tokio::test]
    async fn an_answer_that_is_no_http_is_retried() {
        let garbled = read(&serve(b"220 smtp ready\r\n")).await;
        assert!(garbled.is_request() && garbled.is_retryable(), "{garbled:?}");
    }
}
