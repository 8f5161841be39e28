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

/// A server that keeps numbers, and how it is used, hurt and looked at.
pub(crate) trait Subject: Sized + Send + Sync + 'static {
    type Server: Server + Send;
    type User: User;

    /// The policy of the users.
    const POLICY: Policy;
    /// The faults that the server can have, in the proportion that is wanted of them.
    const SHARES: &'static [Fault];
    /// How long a user of the soak pauses between two operations, on average.
    const PAUSE: Duration = Duration::from_millis(100);

    fn start() -> impl Future<Output = Self> + Send;

    fn server(&mut self) -> &mut Self::Server;

    fn address(&self) -> SocketAddr;

    /// A user that connects to this address.
    fn user(&self, address: SocketAddr) -> Self::User;

    /// Which numbers the server has, or which of those acknowledged, and what else is wrong with it.
    fn present(&self, acknowledged: &[u64]) -> impl Future<Output = (HashSet<u64>, Vec<String>)> + Send;
}

/// A server that was used and hurt at the same time, and what came of it.
pub(crate) struct Trial {
    pub(crate) ledger: Arc<Ledger>,
    acknowledged: Vec<u64>,
    start: Instant,
    strikes: Vec<Strike>,
    recoveries: Vec<Duration>,
}

impl Trial {
    /// From the first operation to the last one after the last fault.
    pub(crate) async fn hold<S: Subject>(subject: &mut S, schedule: Schedule) -> Trial {
        let start = Instant::now();
        let proxy = Proxy::start(subject.address()).await.expect("there is a port for the proxy");
        let ledger = Arc::new(Ledger::new(&S::POLICY));
        let strikes = schedule.strikes(S::SHARES);
        let workers = Workers::start(|mut numbers| {
            let (ledger, mut user) = (Arc::clone(&ledger), subject.user(proxy.address()));
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
        let mut chaos = Chaos { server: subject.server(), proxy: &proxy, ledger: &ledger };
        let recoveries = chaos.run(&strikes, || schedule.step()).await;
        let acknowledged = workers.finish().await;
        Trial { ledger, acknowledged, start, strikes, recoveries }
    }

    /// Looks at what the server has in the end.
    pub(crate) async fn report<S: Subject>(self, subject: &S) -> Report {
        let (present, more_violations) = subject.present(&self.acknowledged).await;
        Report {
            faults: self.strikes.iter().map(|strike| strike.fault).collect(),
            totals: self.ledger.totals(),
            recoveries: self.recoveries,
            acknowledged: self.acknowledged.len(),
            lost: self.acknowledged.iter().filter(|number| !present.contains(number)).count(),
            elapsed: self.start.elapsed(),
            more_violations,
            notes: Vec::new(),
        }
    }
}
