//! Servers on the loopback device that can be killed and started again on the same port.

pub mod grpc;

use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use reattempt::{Jitter, Policy};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_stream::StreamExt;

/// An error of unknown type.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The answer of a handler. An error closes the connection.
pub type Answer = Result<http::Response<Body>, BoxError>;

type Handler =
    dyn Fn(u32, http::Request<Incoming>) -> Pin<Box<dyn Future<Output = Answer> + Send>> + Send + Sync;

/// Five attempts with short waits.
pub const POLICY: Policy = Policy::new().max(5).base(Duration::from_millis(5)).jitter(Jitter::None);

/// Attempts for as long as a server may be away.
pub const PATIENT: Policy = Policy::new()
    .max(200)
    .base(Duration::from_millis(20))
    .max_delay(Duration::from_millis(50))
    .jitter(Jitter::None);

/// Runs a test for at most half a minute.
///
/// # Panics
/// If it takes longer.
pub async fn bounded<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), test).await.expect("the test hangs")
}

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU32,
    connections: AtomicU32,
}

/// A server of HTTP/1 and HTTP/2. It dies when it is dropped.
pub struct Server {
    /// Its address, which stays the same.
    pub address: SocketAddr,
    handler: Arc<Handler>,
    counts: Arc<Counts>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server whose `handler` receives each request with its number, from one.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn start<F>(
        handler: impl Fn(u32, http::Request<Incoming>) -> F + Send + Sync + 'static,
    ) -> Server
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let handler: Arc<Handler> = Arc::new(move |number, request| Box::pin(handler(number, request)));
        let mut server = Server { address, handler, counts: Arc::default(), accepting: None };
        server.accept(listener);
        server
    }

    /// Starts a server that answers with these statuses, one after the other, and then with 200.
    pub async fn answering(statuses: &'static [u16]) -> Server {
        Server::start(move |number, request| async move {
            let body = read(request.into_body()).await?;
            Ok(answer(statuses.get(number as usize - 1).copied().unwrap_or(200), body))
        })
        .await
    }

    /// Returns the address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Returns the number of requests that were received.
    #[must_use]
    pub fn requests(&self) -> u32 {
        self.counts.requests.load(Ordering::SeqCst)
    }

    /// Returns the number of connections that were accepted.
    #[must_use]
    pub fn connections(&self) -> u32 {
        self.counts.connections.load(Ordering::SeqCst)
    }

    /// Closes the port and all connections.
    pub async fn kill(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
            let _ = accepting.await;
        }
    }

    /// Listens on the same port again.
    ///
    /// # Panics
    /// If another process has taken the port.
    pub async fn restart(&mut self) {
        self.kill().await;
        let listener = TcpListener::bind(self.address).await.expect("the port is free");
        self.accept(listener);
    }

    fn accept(&mut self, listener: TcpListener) {
        let (handler, counts) = (Arc::clone(&self.handler), Arc::clone(&self.counts));
        self.accepting = Some(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                counts.connections.fetch_add(1, Ordering::SeqCst);
                connections.spawn(serve(stream, Arc::clone(&handler), Arc::clone(&counts)));
            }
        }));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
        }
    }
}

async fn serve(stream: TcpStream, handler: Arc<Handler>, counts: Arc<Counts>) {
    let service = service_fn(move |request| {
        let number = counts.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let answer = handler(number, request);
        async { answer.await.map_err(std::io::Error::other) }
    });
    // A connection that fails is what many tests are about.
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

/// Returns a response.
///
/// # Panics
/// If `status` is none.
#[must_use]
pub fn answer(status: u16, body: impl Into<Body>) -> http::Response<Body> {
    http::Response::builder().status(status).body(body.into()).expect("it is a status")
}

/// Reads a body to its end, as text.
///
/// # Errors
/// If it breaks off.
pub async fn read<B>(body: B) -> Result<String, BoxError>
where
    B: http_body::Body<Error: Into<BoxError>>,
{
    let bytes = http_body_util::BodyExt::collect(body).await.map_err(Into::into)?.to_bytes();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns a body that breaks off after `text`, once the headers are sent.
pub fn broken(text: &'static str) -> Body {
    let parts = [Ok(text), Err(BoxError::from("the disk is gone"))];
    Body::from_stream(tokio_stream::iter(parts).then(async |part| {
        if part.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        part
    }))
}
