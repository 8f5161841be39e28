//! A client of ten methods under one attribute. A server that asks for patience gets it.
//!
//! `cargo run -p real --example api_client` starts a server that refuses every first request, half of them with a
//! `Retry-After`. It takes two seconds.

use std::{
    collections::HashSet,
    error::Error as StdError,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{StatusCode, Uri},
    middleware::{self, Next},
    response::{IntoResponse, Response as Answer},
    routing::any,
};
use real::servers::http::Http;
use reattempt::{
    Stats,
    reqwest::{Error, ErrorForRetry},
    retry, set_observer,
};
use reqwest::{Client, Method, Response};
use tokio::time::Instant;

/// All of these may be done twice; what may not has `#[retry(skip)]`.
struct Inventory {
    http: Client,
    url: String,
}

#[retry(preset = api_call)]
impl Inventory {
    async fn list(&self) -> Result<String, Error> {
        text(self.send(Method::GET, "items", "").await?).await
    }

    async fn item(&self, item: &str) -> Result<String, Error> {
        text(self.send(Method::GET, &format!("items/{item}"), "").await?).await
    }

    async fn put_item(&self, item: &str, description: &str) -> Result<(), Error> {
        self.send(Method::PUT, &format!("items/{item}"), description).await.map(drop)
    }

    async fn delete_item(&self, item: &str) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("items/{item}"), "").await.map(drop)
    }

    async fn stock(&self, item: &str) -> Result<String, Error> {
        text(self.send(Method::GET, &format!("stock/{item}"), "").await?).await
    }

    async fn set_stock(&self, item: &str, count: u32) -> Result<(), Error> {
        self.send(Method::PUT, &format!("stock/{item}"), &count.to_string()).await.map(drop)
    }

    async fn reserve(&self, item: &str, order: &str) -> Result<(), Error> {
        self.send(Method::PUT, &format!("reservations/{order}/{item}"), "").await.map(drop)
    }

    async fn release(&self, item: &str, order: &str) -> Result<(), Error> {
        self.send(Method::DELETE, &format!("reservations/{order}/{item}"), "").await.map(drop)
    }

    async fn warehouses(&self) -> Result<String, Error> {
        text(self.send(Method::GET, "warehouses", "").await?).await
    }

    async fn is_up(&self) -> Result<(), Error> {
        self.send(Method::GET, "health", "").await.map(drop)
    }

    #[retry(skip)]
    async fn send(&self, method: Method, path: &str, body: &str) -> Result<Response, Error> {
        let request = self.http.request(method, format!("{}/{path}", self.url)).body(body.to_owned());
        request.send().await?.error_for_retry()
    }
}

async fn text(response: Response) -> Result<String, Error> {
    Ok(response.text().await?)
}

static STATS: Stats = Stats::new();

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    set_observer(&STATS)?;
    let server = Http::start(routes()).await?;
    let http = Client::builder().timeout(Duration::from_secs(5)).build()?;
    let inventory = Inventory { http, url: format!("http://{}", server.address()) };

    let start = Instant::now();
    tokio::try_join!(
        inventory.list(),
        inventory.item("lamp"),
        inventory.put_item("chair", "of wood"),
        inventory.delete_item("table"),
        inventory.stock("lamp"),
        inventory.set_stock("lamp", 7),
        inventory.reserve("lamp", "order-1"),
        inventory.release("lamp", "order-2"),
        inventory.warehouses(),
        inventory.is_up(),
    )?;
    println!("ten methods, each refused once: done after {:.1?}", start.elapsed());
    let error = inventory.item("nothing").await.expect_err("there is no such item");
    println!("not retried: {error}");
    println!("\n{STATS}");
    Ok(())
}

/// The requests that were seen before.
type Seen = Arc<Mutex<HashSet<(Method, Uri)>>>;

fn routes() -> Router {
    let echo = async |Path(path): Path<String>| path;
    Router::new()
        .route("/{*path}", any(echo))
        .layer(middleware::from_fn_with_state(Seen::default(), refuse_first))
}

async fn refuse_first(State(seen): State<Seen>, request: Request, next: Next) -> Answer {
    let (new, count) = {
        let mut seen = seen.lock().expect("no request panics");
        (seen.insert((request.method().clone(), request.uri().clone())), seen.len())
    };
    match request.uri().path() {
        "/items/nothing" => StatusCode::NOT_FOUND.into_response(),
        _ if !new => next.run(request).await,
        _ if count.is_multiple_of(2) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => (StatusCode::TOO_MANY_REQUESTS, [("Retry-After", "1")]).into_response(),
    }
}
