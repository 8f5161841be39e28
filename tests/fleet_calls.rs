//! Calls whose breaker has joined a fleet: an async call waits for the lease of a trial, and no other call waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reattempt::fleet::{Fleet, FleetMember, MemoryStore, Request, Store, StoreFuture};
use reattempt::{CircuitBreaker, CircuitOpen, CircuitState, Policy, retry};
use tokio::time::{Instant, sleep};

const OPEN_FOR: Duration = Duration::from_secs(10);

#[derive(Debug, PartialEq)]
enum Error {
    Down,
    Refused(Duration),
}

impl From<CircuitOpen> for Error {
    fn from(open: CircuitOpen) -> Error {
        Error::Refused(open.retry_in())
    }
}

struct Client {
    breaker: Arc<CircuitBreaker>,
    calls: AtomicU32,
    fails: AtomicU32,
}

impl Client {
    fn answer(&self) -> Result<u32, Error> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if call <= self.fails.load(Ordering::Relaxed) { Err(Error::Down) } else { Ok(call) }
    }

    #[retry(max = 1, breaker = self.breaker)]
    async fn call(&self) -> Result<u32, Error> {
        self.answer()
    }

    #[retry(max = 2, base = "10s", breaker = self.breaker)]
    async fn call_twice(&self) -> Result<u32, Error> {
        self.answer()
    }

    async fn by_closure(&self) -> Result<u32, Error> {
        Policy::new().max(1).retry_async(async || self.answer()).breaker(&*self.breaker).await
    }

    async fn by_lending_closure(&self) -> Result<u32, Error> {
        Policy::new().max(1).retry_async_mut(async || self.answer()).breaker(&*self.breaker).run().await
    }
}

/// A store that takes a while.
struct Slow(MemoryStore, Duration);

impl Store for Slow {
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
        Box::pin(async move {
            sleep(self.1).await;
            self.0.ask(key, request).await
        })
    }

    fn describe(&self) -> String {
        "slow".into()
    }
}

async fn client(store: &Arc<Slow>) -> (Client, FleetMember) {
    let breaker = CircuitBreaker::new().name("search").consecutive_failures(1).open_for(OPEN_FOR);
    let breaker = Arc::new(breaker);
    let member = Fleet::on(Arc::clone(store)).quorum(1).join(Arc::clone(&breaker)).start();
    sleep(Duration::from_millis(200)).await;
    (Client { breaker, calls: AtomicU32::new(0), fails: AtomicU32::new(1) }, member)
}

/// Opens the circuit, and waits until trials may begin.
async fn open(client: &Client) {
    assert_eq!(client.call().await, Err(Error::Down));
    sleep(Duration::from_millis(300)).await;
    assert_eq!(client.breaker.state(), CircuitState::Open);
    assert!(matches!(client.call().await, Err(Error::Refused(_))), "the circuit is open");
    sleep(OPEN_FOR).await;
}

#[tokio::test(start_paused = true)]
async fn an_async_call_waits_for_its_lease() {
    let store = Arc::new(Slow(MemoryStore::new(), Duration::from_millis(20)));
    for way in 0..3 {
        let (client, _member) = client(&store).await;
        open(&client).await;
        let begun = Instant::now();
        let answer = match way {
            0 => client.call().await,
            1 => client.by_closure().await,
            _ => client.by_lending_closure().await,
        };
        assert_eq!(answer, Ok(2), "way {way}");
        assert!(begun.elapsed() >= Duration::from_millis(20), "{:?}, way {way}", begun.elapsed());
        assert_eq!(client.breaker.state(), CircuitState::Closed);
        store.0.clear();
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_waits_for_its_lease() {
    let store = Arc::new(Slow(MemoryStore::new(), Duration::from_millis(20)));
    let (client, _member) = client(&store).await;
    let begun = Instant::now();
    // The first attempt opens the circuit; when the wait is over, the second is the trial.
    assert_eq!(client.call_twice().await, Ok(2));
    assert!(begun.elapsed() >= OPEN_FOR);
    assert_eq!(client.breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn no_call_waits_longer_than_the_patience_of_the_fleet() {
    let store = Arc::new(Slow(MemoryStore::new(), Duration::from_millis(20)));
    let (client, member) = client(&store).await;
    open(&client).await;
    let slow = Arc::new(Slow(MemoryStore::new(), Duration::from_secs(2)));
    drop(member);
    let _member = Fleet::on(slow).quorum(1).join(Arc::clone(&client.breaker)).start();
    for call in 0..20 {
        let begun = Instant::now();
        let _ = client.call().await;
        let allowed = if call == 0 { Duration::from_millis(101) } else { Duration::ZERO };
        assert!(begun.elapsed() <= allowed, "{:?}, call {call}", begun.elapsed());
    }
    assert_eq!(client.breaker.state(), CircuitState::Closed, "its own rules have closed it");
}

#[tokio::test(start_paused = true)]
async fn a_call_through_a_closed_circuit_does_not_wait() {
    let store = Arc::new(Slow(MemoryStore::new(), Duration::from_millis(20)));
    let (client, _member) = client(&store).await;
    client.fails.store(0, Ordering::Relaxed);
    let begun = Instant::now();
    for _ in 0..100 {
        assert!(client.call().await.is_ok());
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn inline_a_call_itself_talks_to_the_store() {
    let store = Arc::new(Slow(MemoryStore::new(), Duration::from_millis(20)));
    let invocation = |store: &Arc<Slow>| {
        let breaker = CircuitBreaker::new().name("search").consecutive_failures(1).open_for(OPEN_FOR);
        let breaker = Arc::new(breaker);
        let member = Fleet::on(Arc::clone(store)).quorum(2).inline().join(Arc::clone(&breaker)).start();
        (Client { breaker, calls: AtomicU32::new(0), fails: AtomicU32::new(1) }, member)
    };
    // Two environments that fail once each open the circuit of a third.
    let environments: Vec<_> = (0..3).map(|_| invocation(&store)).collect();
    for (client, member) in &environments[..2] {
        assert_eq!(client.call().await, Err(Error::Down));
        member.flush().await;
    }
    let (client, member) = &environments[2];
    member.flush().await;
    assert!(matches!(client.call().await, Err(Error::Refused(_))), "{:?}", client.breaker);
    assert_eq!(client.calls.load(Ordering::Relaxed), 0);
    sleep(OPEN_FOR).await;
    client.fails.store(0, Ordering::Relaxed);
    assert_eq!(client.call().await, Ok(1));
    member.flush().await;
    assert_eq!(member.view("search").await.unwrap().state(), CircuitState::Closed);
}

#[test]
fn an_async_call_outside_of_tokio_does_not_wait() {
    static SECONDS: AtomicU32 = AtomicU32::new(0);
    let clock = || Duration::from_secs(SECONDS.load(Ordering::Relaxed).into());
    let breaker =
        CircuitBreaker::new().name("search").consecutive_failures(1).open_for(OPEN_FOR).clock(clock);
    let breaker = Arc::new(breaker);
    let store = Arc::new(Slow(MemoryStore::new(), Duration::ZERO));
    let _member = Fleet::on(Arc::clone(&store)).join(Arc::clone(&breaker)).start();
    // Until the member has seen the circuit, the breaker would begin a trial by itself.
    while store.0.is_empty() {
        std::thread::yield_now();
    }
    let client = Client { breaker, calls: AtomicU32::new(0), fails: AtomicU32::new(1) };
    for _ in 0..3 {
        let mut call = std::pin::pin!(client.call());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(call.as_mut().poll(&mut context).is_ready());
        SECONDS.fetch_add(60, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_inside_a_trial_asks_for_no_lease_of_its_own() {
    let store = Arc::new(Slow(MemoryStore::new(), Duration::from_millis(20)));
    let (client, _member) = client(&store).await;
    open(&client).await;
    let inner = async || {
        // Meanwhile the time is over for which the fleet grants no lease.
        sleep(Duration::from_secs(2)).await;
        let begun = Instant::now();
        let answers = [client.call().await, client.by_closure().await, client.by_lending_closure().await];
        assert_eq!(answers, [Ok(2), Ok(3), Ok(4)]);
        Ok::<_, Error>(begun.elapsed())
    };
    let waited = Policy::new().max(1).retry_async(inner).breaker(&*client.breaker).await;
    assert_eq!(waited, Ok(Duration::ZERO));
}
