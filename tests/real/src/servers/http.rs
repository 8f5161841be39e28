//! HTTP, by axum in this process.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::time::Instant;

use crate::{InProcess, Server};

/// The header by which a client may say which attempt of which operation a request is: `7/2`.
pub const ATTEMPT: &str = "x-attempt";

/// What `Retry-After` asks for: the shortest wait that it can say.
const WAIT: Duration = Duration::from_secs(1);

/// An HTTP server.
#[derive(Debug)]
pub struct Http {
    server: InProcess,
    overload: Arc<Mutex<Overload>>,
}

#[derive(Debug, Default)]
struct Overload {
    on: bool,
    /// Requests since it began.
    count: u64,
    /// The attempts that may not come before a certain time.
    told: HashMap<String, Instant>,
    impatient: u64,
}

impl Http {
    /// Serves these routes.
    ///
    /// # Errors
    ///
    /// If no port can be opened.
    pub async fn start(routes: Router) -> io::Result<Http> {
        let overload = Arc::default();
        let routes = routes.layer(middleware::from_fn_with_state(Arc::clone(&overload), admit));
        let server = InProcess::start(move |stream| {
            let service = TowerToHyperService::new(routes.clone());
            async move {
                // A connection that breaks is the client's business.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            }
        })
        .await?;
        Ok(Http { server, overload })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// How many attempts came sooner than their predecessor was told by `Retry-After`.
    ///
    /// # Panics
    ///
    /// If a request has panicked.
    #[must_use]
    pub fn impatient(&self) -> u64 {
        self.overload.lock().expect("no request panics").impatient
    }
}

async fn admit(State(overload): State<Arc<Mutex<Overload>>>, request: Request, next: Next) -> Response {
    let refusal = overload.lock().expect("no request panics").refuse(&request);
    match refusal {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

impl Overload {
    /// While it lasts, every other request is told 503, and the rest 429 with a `Retry-After`.
    fn refuse(&mut self, request: &Request) -> Option<Response> {
        let attempt =
            request.headers().get(ATTEMPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if self.told.remove(attempt).is_some_and(|earliest| Instant::now() < earliest) {
            self.impatient += 1;
        }
        if !self.on {
            return None;
        }
        self.count += 1;
        if self.count.is_multiple_of(2) {
            return Some(StatusCode::SERVICE_UNAVAILABLE.into_response());
        }
        if let Some((operation, number)) = attempt.split_once('/')
            && let Ok(number) = number.parse::<u32>()
        {
            self.told.insert(format!("{operation}/{}", number + 1), Instant::now() + WAIT);
        }
        let wait = WAIT.as_secs().to_string();
        Some((StatusCode::TOO_MANY_REQUESTS, [("Retry-After", wait)]).into_response())
    }
}

impl Server for Http {
    async fn kill(&mut self) {
        self.server.kill().await;
    }

    async fn restart(&mut self) -> io::Result<()> {
        self.server.restart().await
    }

    async fn overload(&mut self, on: bool) -> io::Result<()> {
        let mut overload = self.overload.lock().expect("no request panics");
        overload.on = on;
        // Those that came, or gave up, after their wait.
        let now = Instant::now();
        overload.told.retain(|_, earliest| now < *earliest);
        Ok(())
    }
}
