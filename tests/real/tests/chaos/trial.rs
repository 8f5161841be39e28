use std::{collections::HashSet, fmt::Display, net::SocketAddr, sync::Arc, time::Duration};

use real::{Chaos, Fault, Ledger, Operation, Proxy, Schedule, Server, Strike};
use reattempt::{Policy, RetryError};
use tokio::time::Instant;

use crate::{report::Report, workers::Workers};

/// Whoever uses a server.
pub(crate) trait User: Send + 'static {
    type Error: Display + Send;

    /// Has the server keep this number. To do it twice is no different.
    fn write(
        &mut self,
        operation: &Operation<'_>,
        number: u64,
    ) -> impl Future<Output = Result<(), RetryError<Self::Error>>> + Send;
}

/// A server that was used and hurt at the same time, and what came of it.
pub(crate) struct Trial {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) acknowledged: Vec<u64>,
    start: Instant,
    strikes: Vec<Strike>,
    recoveries: Vec<Duration>,
}

impl Trial {
    /// From the first operation to the last one after the last fault. `user` makes one that connects to an address.
    pub(crate) async fn hold<S: Server, U: User>(
        (server, address): (&mut S, SocketAddr),
        policy: &Policy,
        (schedule, shares): (Schedule, &[Fault]),
        user: impl Fn(SocketAddr) -> U,
    ) -> Trial {
        let start = Instant::now();
        let proxy = Proxy::start(address).await.expect("there is a port for the proxy");
        let ledger = Arc::new(Ledger::new(policy));
        let strikes = schedule.strikes(shares);
        let workers = Workers::start(|mut numbers| {
            let (ledger, mut user) = (Arc::clone(&ledger), user(proxy.address()));
            async move {
                let mut acknowledged = Vec::new();
                while let Some(number) = numbers.next().await {
                    let operation = ledger.operation();
                    let result = user.write(&operation, number).await;
                    if operation.ended(&result) {
                        acknowledged.push(number);
                    }
                }
                acknowledged
            }
        });
        let recoveries = Chaos { server, proxy: &proxy, ledger: &ledger }.run(&strikes).await;
        let acknowledged = workers.finish().await;
        Trial { ledger, acknowledged, start, strikes, recoveries }
    }

    /// `present` is what the server has in the end.
    pub(crate) fn report(self, present: &HashSet<u64>) -> Report {
        Report {
            faults: self.strikes.iter().map(|strike| strike.fault).collect(),
            totals: self.ledger.totals(),
            recoveries: self.recoveries,
            acknowledged: self.acknowledged.len(),
            lost: self.acknowledged.iter().filter(|number| !present.contains(number)).count(),
            elapsed: self.start.elapsed(),
            more_violations: Vec::new(),
        }
    }
}
