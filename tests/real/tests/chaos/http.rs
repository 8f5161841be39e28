//! An HTTP API. A server that asks for patience gets it.

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::Path, http::StatusCode, routing::put};
use real::{
    Chaos, Fault, Ledger, Operation, Proxy, Schedule,
    servers::http::{ATTEMPT, Http},
};
use reattempt::{
    Jitter, Policy, RetryError,
    reqwest::{Error, ErrorForRetry},
    retry,
};
use tokio::time::Instant;

use crate::{report::Report, workers::Workers};

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

#[retry(policy = POLICY, error = Error, attempt = n)]
impl Notes {
    async fn put(&self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Error>> {
        operation.attempt(n);
        let request = self.http.put(format!("{}/{number}", self.url)).header(ATTEMPT, format!("{number}/{n}"));
        request.send().await?.error_for_retry()?;
        Ok(())
    }

    /// There is only `PUT`.
    async fn delete(&self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Error>> {
        operation.attempt(n);
        self.http.delete(format!("{}/{number}", self.url)).send().await?.error_for_retry()?;
        Ok(())
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let start = Instant::now();
    let stored = Arc::new(Mutex::new(HashSet::new()));
    let mut server = Http::start(routes(&stored)).await.unwrap();
    let proxy = Proxy::start(server.address()).await.unwrap();
    let ledger = Arc::new(Ledger::new(&POLICY));
    let strikes = schedule.strikes(SHARES);

    let workers = Workers::start(|mut numbers| {
        let (ledger, notes) = (Arc::clone(&ledger), Notes::new(proxy.address()));
        async move {
            let mut acknowledged = Vec::new();
            while let Some(number) = numbers.next().await {
                let operation = ledger.operation();
                let result = notes.put(&operation, number).await;
                if operation.ended(&result) {
                    acknowledged.push(number);
                }
            }
            acknowledged
        }
    });
    let recoveries = Chaos { server: &mut server, proxy: &proxy, ledger: &ledger }.run(&strikes).await;
    let acknowledged = workers.finish().await;

    let operation = ledger.operation();
    let result = Notes::new(server.address()).delete(&operation, 0).await;
    operation.refused(&result);
    let present = stored.lock().unwrap().clone();
    let mut report = Report::new(start, &strikes, &ledger, recoveries, &acknowledged, &present);
    if server.impatient() > 0 {
        report.more_violations.push(format!("{} attempts came before `Retry-After` was over", server.impatient()));
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
