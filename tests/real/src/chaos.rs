use std::{io, time::Duration};

use tokio::time::{Instant, sleep, timeout};

use crate::{Fault, Ledger, Mode, Proxy, Strike};

/// How long it may take until a fault is noticed, or until an operation succeeds after it. It is only there so that a
/// test which would hang ends, and far above what any of them takes.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a question and its answer take at least while they are delayed: longer than it takes until a hedge copies them.
const DELAY: Duration = Duration::from_millis(50);

/// A server that can be hurt.
pub trait Server {
    /// Ends it as suddenly as the system can.
    fn kill(&mut self) -> impl Future<Output = ()> + Send;

    /// Starts it again on the data that it had, and waits until it answers.
    fn restart(&mut self) -> impl Future<Output = io::Result<()>> + Send;

    /// From now on, or no longer, it answers that it has too much to do.
    fn overload(&mut self, _on: bool) -> impl Future<Output = io::Result<()>> + Send {
        async { Err(io::Error::new(io::ErrorKind::Unsupported, "this server has no such answer")) }
    }
}

/// A server under attack, the way to it, and the ledger of those who use it meanwhile.
#[derive(Debug)]
pub struct Chaos<'a, S> {
    /// The server.
    pub server: &'a mut S,
    /// What its clients connect to.
    pub proxy: &'a Proxy,
    /// What they attempt.
    pub ledger: &'a Ledger,
}

impl<S: Server> Chaos<'_, S> {
    /// Strikes, each time until enough attempts have failed of it, and heals; then calls `on_healed`. Returns the times from
    /// the end of each fault to the next operation that succeeded.
    ///
    /// # Panics
    ///
    /// If nobody notices a fault, nothing succeeds after it, or the server does not start again.
    pub async fn run(&mut self, strikes: &[Strike], on_healed: impl Fn()) -> Vec<Duration> {
        let mut recoveries = Vec::with_capacity(strikes.len());
        for &Strike { fault, until_failed, after_succeeded } in strikes {
            self.succeeded(fault, after_succeeded).await;
            let failed = self.ledger.progress().failed_attempts;
            self.begin(fault).await.expect("the server has this fault");
            let noticed = self.ledger.reaches(|now| now.failed_attempts >= failed + until_failed);
            timeout(PATIENCE, noticed).await.unwrap_or_else(|_| panic!("nobody noticed the fault `{fault}`"));
            self.end(fault).await.expect("the server recovers");
            let healed = Instant::now();
            self.succeeded(fault, 1).await;
            recoveries.push(healed.elapsed());
            on_healed();
        }
        recoveries
    }

    /// Strikes once, for so long, and heals. Returns the time until the next operation that succeeded.
    ///
    /// # Panics
    ///
    /// If nothing succeeds after it, or the server does not start again.
    pub async fn strike(&mut self, fault: Fault, time: Duration) -> Duration {
        self.begin(fault).await.expect("the server has this fault");
        sleep(time).await;
        self.end(fault).await.expect("the server recovers");
        let healed = Instant::now();
        self.succeeded(fault, 1).await;
        healed.elapsed()
    }

    /// Waits for so many successes from now on.
    async fn succeeded(&self, fault: Fault, count: u64) {
        let before = self.ledger.progress().succeeded;
        let succeeded = self.ledger.reaches(|now| now.succeeded >= before + count);
        timeout(PATIENCE, succeeded).await.unwrap_or_else(|_| panic!("nothing succeeds around `{fault}`"));
    }

    async fn begin(&mut self, fault: Fault) -> io::Result<()> {
        match fault {
            Fault::Kill => self.server.kill().await,
            Fault::Reset => self.proxy.set(Mode::Reset),
            Fault::Close => self.proxy.set(Mode::Close),
            Fault::BlackHole => self.proxy.set(Mode::BlackHole),
            Fault::Overload => self.server.overload(true).await?,
            Fault::Delay => self.proxy.set(Mode::Slow(DELAY)),
        }
        Ok(())
    }

    async fn end(&mut self, fault: Fault) -> io::Result<()> {
        match fault {
            Fault::Kill => self.server.restart().await,
            Fault::Reset | Fault::Close | Fault::BlackHole | Fault::Delay => {
                self.proxy.set(Mode::Pass);
                Ok(())
            }
            Fault::Overload => self.server.overload(false).await,
        }
    }
}
