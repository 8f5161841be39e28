//! An HTTP API. A server that asks for patience gets it.

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::Path, http::StatusCode, routing::put};
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
    trial::{Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];

struct Notes {
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

    #[retry(policy = POLICY, error = Error, attempt = n)]
    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Error>> {
        operation.attempt(n);
        let request =
            self.http.put(format!("{}/{number}", self.url)).header(ATTEMPT, format!("{number}/{n}"));
        request.send().await?.error_for_retry()?;
        Ok(())
    }
}

#[retry(policy = POLICY, error = Error, attempt = n)]
async fn get(notes: &Notes, operation: &Operation<'_>, path: &str) -> Result<(), RetryError<Error>> {
    operation.attempt(n);
    notes.http.get(format!("{}/{path}", notes.url)).send().await?.error_for_retry()?;
    Ok(())
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let stored = Arc::new(Mutex::new(HashSet::new()));
    let mut server = Http::start(routes(&stored)).await.unwrap();
    let address = server.address();
    let trial = Trial::hold((&mut server, address), &POLICY, (schedule, SHARES), Notes::new).await;

    // Notes can be put and not read, and there is nothing below them.
    for path in ["0", "0/0"] {
        let operation = trial.ledger.operation();
        let result = get(&Notes::new(address), &operation, path).await;
        operation.refused(&result);
    }
    let present = stored.lock().unwrap().clone();
    let mut report = trial.report(&present);
    if server.impatient() > 0 {
        report
            .more_violations
            .push(format!("{} attempts came before `Retry-After` was over", server.impatient()));
    }
    report
}

fn routes(stored: &Arc<Mutex<HashSet<u64>>>) -> Router {
    let stored = Arc::clone(stored);
    let put_note = async move |Path(number): Path<u64>| {
        stored.lock().unwrap().insert(number);
        StatusCode::NO_CONTENT
    };
    Router::new().route("/notes/{number}", put(put_note))
}
