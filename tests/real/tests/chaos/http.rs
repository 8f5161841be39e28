//! An HTTP API. A server that asks for patience gets it.

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::Path, http::StatusCode, routing::put};
use fixedbitset::FixedBitSet;
use real::{
    Fault, Operation, Schedule,
    servers::http::{ATTEMPT, Http},
};
use reattempt::{
    Jitter, Policy, RetryError,
    reqwest::{Error, ErrorForRetry},
    retry,
};

use crate::{
    report::Report,
    trial::{Subject, Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];

pub(crate) struct Notes {
    http: reqwest::Client,
    url: String,
}

impl Notes {
    fn new(address: SocketAddr) -> Notes {
        let http = reqwest::Client::builder().timeout(Duration::from_millis(300)).build().unwrap();
        Notes { http, url: format!("http://{address}/notes") }
    }
}

impl User for Notes {
    type Error = Error;

    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Error>> {
        note(self, operation, number).await
    }
}

#[retry(
    policy = POLICY, error = Error, attempt = n, hedge = operation.hedge(),
    breaker = operation.breaker(), budget = operation.budget(), throttle = operation.throttle()
)]
async fn note(notes: &Notes, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Error>> {
    operation.attempt_or_copy(n);
    let request = notes.http.put(format!("{}/{number}", notes.url)).header(ATTEMPT, format!("{number}/{n}"));
    request.send().await?.error_for_retry()?;
    Ok(())
}

#[retry(policy = POLICY, error = Error, attempt = n)]
async fn get(notes: &Notes, operation: &Operation<'_>, path: &str) -> Result<(), RetryError<Error>> {
    operation.attempt(n);
    notes.http.get(format!("{}/{path}", notes.url)).send().await?.error_for_retry()?;
    Ok(())
}

pub(crate) struct Api {
    server: Http,
    stored: Arc<Mutex<FixedBitSet>>,
}

impl Subject for Api {
    type Server = Http;
    type User = Notes;

    const POLICY: Policy = POLICY;
    const SHARES: &'static [Fault] = SHARES;

    async fn start() -> Api {
        let stored = Arc::default();
        let server = Http::start(routes(&stored)).await.unwrap();
        Api { server, stored }
    }

    fn server(&mut self) -> &mut Http {
        &mut self.server
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn user(&self, address: SocketAddr) -> Notes {
        Notes::new(address)
    }

    async fn present(&self, _: &[u64]) -> (HashSet<u64>, Vec<String>) {
        let present = self.stored.lock().unwrap().ones().map(|number| number as u64).collect();
        let impatient = self.server.impatient();
        let violation = format!("{impatient} attempts came before `Retry-After` was over");
        (present, if impatient > 0 { vec![violation] } else { Vec::new() })
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut api = Api::start().await;
    let trial = Trial::hold(&mut api, schedule).await;

    // Notes can be put and not read, and there is nothing below them.
    for path in ["0", "0/0"] {
        let operation = trial.ledger.operation();
        let result = get(&Notes::new(api.address()), &operation, path).await;
        operation.refused(&result);
    }
    trial.report(&api).await
}

fn routes(stored: &Arc<Mutex<FixedBitSet>>) -> Router {
    let stored = Arc::clone(stored);
    let put_note = async move |Path(number): Path<usize>| {
        stored.lock().unwrap().grow_and_insert(number);
        StatusCode::NO_CONTENT
    };
    Router::new().route("/notes/{number}", put(put_note))
}
