//! Classifies errors of `reqwest`, and turns a response into an error that keeps `Retry-After`.

mod unsent;

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use ::reqwest::Response;

use super::http::{is_transient, retry_after, sent_at};
use super::{cause, hyper, status};
use crate::Retryable;
use crate::error::chain;
pub use crate::error::reqwest::Error;
use crate::runtime;

impl Retryable for ::reqwest::Error {
    fn is_retryable(&self) -> bool {
        if let Some(status) = self.status() {
            is_transient(status)
        } else if self.is_timeout() {
            true
        } else if self.is_builder() || self.is_redirect() || self.is_upgrade() {
            false
        } else if let Some(may_pass) = hyper::may_pass(self.source()) {
            may_pass
        } else if self.is_decode() {
            // The body was read and could not be decoded, unless the decoder found that its end is missing.
            chain::find_in::<io::Error>(self.source())
                .is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof)
        } else {
            cause::may_pass(self.source()).unwrap_or(true)
        }
    }
}

/// Adds [`error_for_retry`](ErrorForRetry::error_for_retry) to a response.
pub trait ErrorForRetry: Sized {
    /// Returns the response, or an error if its status is 4xx or 5xx. Unlike the error of `error_for_status`,
    /// this error keeps the wait that the server asked for.
    ///
    /// # Errors
    /// If the status is 400 or above.
    fn error_for_retry(self) -> Result<Self, Error>;
}

impl ErrorForRetry for Response {
    fn error_for_retry(self) -> Result<Self, Error> {
        match self.error_for_status_ref() {
            Ok(_) => Ok(self),
            Err(error) => Err(Error::new(error, hint(&self))),
        }
    }
}

/// Returns the wait of `Retry-After`. A date in the header is by the server's clock, so it is compared with
/// the server's time if the response has it.
fn hint(response: &Response) -> Option<Duration> {
    let headers = response.headers();
    retry_after(headers, sent_at(headers).unwrap_or_else(runtime::calendar))
}

impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        match &self.unsent {
            Some(unsent) => unsent.is_retryable(),
            None => match self.status() {
                Some(status) => status::is_transient_answer(status.as_u16(), self.retry_after.is_some()),
                None => self.inner.is_retryable(),
            },
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        self.unsent.as_ref().map_or(self.retry_after, Retryable::retry_after)
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

    /// Starts a server for one connection, which answers the first request with `answer` and then closes the
    /// connection.
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
        for status in [408, 421, 425, 429, 500, 502, 503, 504, 509, 520, 524, 530, 599] {
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
    fn content_that_is_too_large_for_now_is_retried() {
        let too_large = refused(413, &[("Retry-After", "7")]);
        assert!(too_large.is_retryable());
        assert_eq!(too_large.retry_after(), Some(Duration::from_secs(7)));
        assert!(!refused(404, &[("Retry-After", "7")]).is_retryable());
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
    fn the_text_is_that_of_the_inner_error() {
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
            // An answer before the request would be a message that the client does not expect.
            let _ = connection.read(&mut [0; 4096]);
            connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").unwrap();
            let _ = connection.read_to_end(&mut Vec::new());
        });
        let response = Client::new().get(url).timeout(MINUTE).send().await.unwrap();
        tokio::time::pause();
        let late = response.text().await.unwrap_err();
        assert!(late.is_decode() && late.is_timeout() && late.is_retryable(), "{late:?}");
    }

    #[tokio::test]
    async fn a_request_that_cannot_be_made_is_not_retried() {
        let no_url = read("no url").await;
        assert!(no_url.is_builder() && !no_url.is_retryable(), "{no_url:?}");
        let unknown_scheme = read("gopher://127.0.0.1/").await;
        assert!(!unknown_scheme.is_retryable(), "{unknown_scheme:?}");
        let request = Client::new().get("http://127.0.0.1/").version(::http::Version::HTTP_09);
        let unknown_version = request.send().await.unwrap_err();
        assert!(!unknown_version.is_retryable(), "{unknown_version:?}");
    }

    #[tokio::test]
    async fn a_redirect_that_leads_nowhere_is_not_retried() {
        let url = serve(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
        let client = Client::builder().redirect(::reqwest::redirect::Policy::limited(0)).build().unwrap();
        let lost = client.get(url).send().await.unwrap_err();
        assert!(lost.is_redirect() && !lost.is_retryable(), "{lost:?}");
    }

    /// A body that fails with this error while the request is sent.
    struct BreaksOff(Option<io::Error>);

    impl http_body::Body for BreaksOff {
        type Data = &'static [u8];
        type Error = io::Error;

        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
            std::task::Poll::Ready(self.0.take().map(Err))
        }
    }

    #[tokio::test]
    async fn a_request_whose_body_breaks_off_has_the_error_of_the_body() {
        async fn send(kind: io::ErrorKind) -> ::reqwest::Error {
            let body = ::reqwest::Body::wrap(BreaksOff(Some(io::Error::other(io::Error::from(kind)))));
            Client::new().post(serve(b"")).body(body).send().await.unwrap_err()
        }
        let reset = send(io::ErrorKind::ConnectionReset).await;
        assert!(reset.is_retryable(), "{reset:?}");
        let missing = send(io::ErrorKind::NotFound).await;
        assert!(!missing.is_retryable(), "{missing:?}");
    }

    #[tokio::test]
    async fn a_compressed_body_without_its_end_is_retried() {
        async fn decode(kind: io::ErrorKind) -> ::reqwest::Error {
            let body = ::reqwest::Body::wrap(BreaksOff(Some(io::Error::from(kind))));
            Response::from(::http::Response::new(body)).bytes().await.unwrap_err()
        }
        // The decoder returns these kinds.
        for (kind, is_retryable) in
            [(io::ErrorKind::UnexpectedEof, true), (io::ErrorKind::InvalidData, false)]
        {
            let error = decode(kind).await;
            assert!(error.is_decode(), "{error:?}");
            assert_eq!(error.is_retryable(), is_retryable, "{error:?}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_socket_that_is_not_there_yet_is_retried() {
        let client = Client::builder().unix_socket("/no/such/socket").build().unwrap();
        let missing = client.get("http://localhost/").send().await.unwrap_err();
        assert!(missing.is_connect() && missing.is_retryable(), "{missing:?}");
    }

    /// A resolver of the program, whose errors have no type that is known here.
    struct Unresolved;

    impl ::reqwest::dns::Resolve for Unresolved {
        fn resolve(&self, _: ::reqwest::dns::Name) -> ::reqwest::dns::Resolving {
            Box::pin(async { Err("the registry of services is starting".into()) })
        }
    }

    #[tokio::test]
    async fn a_connect_that_fails_for_an_unknown_reason_is_retried() {
        let client = Client::builder().dns_resolver(std::sync::Arc::new(Unresolved)).build().unwrap();
        let unresolved = client.get("http://search.internal/").send().await.unwrap_err();
        assert!(unresolved.is_connect() && unresolved.is_retryable(), "{unresolved:?}");
    }

    /// The errors behind those of reqwest are also the errors of a program that uses hyper itself.
    #[tokio::test]
    async fn the_errors_of_hyper_are_judged_alike() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let refused = read(&format!("http://{closed}")).await;
        let client = chain::find_in::<hyper_util::client::legacy::Error>(Some(&refused)).unwrap();
        assert!(client.is_connect() && client.is_retryable(), "{client:?}");
        let cut = read(&serve(b"")).await;
        let client = chain::find_in::<hyper_util::client::legacy::Error>(Some(&cut)).unwrap();
        assert!(client.is_retryable(), "{client:?}");
        let connection = chain::find_in::<::hyper::Error>(Some(&cut)).unwrap();
        assert!(connection.is_retryable(), "{connection:?}");
        let garbled = read(&serve(b"220 smtp ready\r\n")).await;
        let parser = chain::find_in::<::hyper::Error>(Some(&garbled)).unwrap();
        assert!(parser.is_parse() && parser.is_retryable(), "{parser:?}");
    }

    #[tokio::test]
    async fn an_io_error_of_a_body_keeps_its_cause() {
        let cut = read(&serve(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")).await;
        assert!(io::Error::other(cut).is_retryable());
        let refused = refused(404, &[]).into_inner();
        assert!(!io::Error::other(refused).is_retryable());
    }

    #[tokio::test]
    async fn an_answer_that_is_no_http_is_retried() {
        let garbled = read(&serve(b"220 smtp ready\r\n")).await;
        assert!(garbled.is_request() && garbled.is_retryable(), "{garbled:?}");
    }
}
