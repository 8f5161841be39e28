//! Services, rules and callers that panic, stop early or hold on.

use std::cell::Cell;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use retry_core::middleware::tower::{BoxError, ByClone, ByError, Retry, RetryLayer, Together, Verdict};
use retry_core::{CircuitBreaker, CircuitOpen, CircuitState, Permit, Policy, RetryBudget, Throttle};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

use crate::{POLICY, transient};

const SECOND: Duration = Duration::from_secs(1);

/// Returns a breaker that lets its only trial through.
fn on_trial() -> Arc<CircuitBreaker> {
    thread_local! {
        static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }
    let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND).clock(|| NOW.get());
    breaker.acquire().unwrap().failure();
    NOW.set(NOW.get() + SECOND);
    Arc::new(breaker)
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Checks that the only place for a trial is free.
#[track_caller]
fn assert_free(breaker: &CircuitBreaker) {
    breaker.acquire().expect("the place of the trial is free").ignore();
}

#[derive(Clone, Copy, PartialEq)]
enum Point {
    Ready,
    Call,
    Poll,
    Clone,
}

/// A service whose first attempt fails, and that panics or is pending at a point of the attempt `from` and later ones.
struct Stuck {
    point: Point,
    from: u32,
    panics: bool,
    calls: Arc<AtomicU32>,
}

impl Stuck {
    /// Panics or returns that it is pending, if it is at its point.
    fn is_stuck(&self, point: Point, attempt: u32) -> bool {
        let is_here = self.point == point && attempt >= self.from;
        assert!(!(is_here && self.panics), "as the test wants it");
        is_here
    }
}

impl Clone for Stuck {
    fn clone(&self) -> Stuck {
        self.is_stuck(Point::Clone, self.calls.load(Ordering::SeqCst) + 1);
        Stuck { calls: Arc::clone(&self.calls), ..*self }
    }
}

impl Service<()> for Stuck {
    type Response = ();
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        let is_stuck = self.is_stuck(Point::Ready, self.calls.load(Ordering::SeqCst) + 1);
        if is_stuck { Poll::Pending } else { Poll::Ready(Ok(())) }
    }

    fn call(&mut self, (): ()) -> Self::Future {
        let attempt = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.is_stuck(Point::Call, attempt);
        let inner = Stuck { calls: Arc::clone(&self.calls), ..*self };
        Box::pin(async move {
            if inner.is_stuck(Point::Poll, attempt) {
                pending::<()>().await;
            }
            if attempt == 1 { Err(transient()) } else { Ok(()) }
        })
    }
}

#[test]
fn a_trial_is_released_wherever_its_first_attempt_ends() {
    for (point, panics) in
        [(Point::Clone, true), (Point::Call, true), (Point::Poll, true), (Point::Poll, false)]
    {
        let breaker = on_trial();
        let calls: Arc<AtomicU32> = Arc::default();
        let stuck = Stuck { point, from: 1, panics, calls: Arc::clone(&calls) };
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let mut service = RetryLayer::new(POLICY).breaker(Arc::clone(&breaker)).layer(stuck);
            assert!(poll(pin!(service.call(()))).is_pending());
        }));
        assert_eq!(ended.is_err(), panics);
        assert_eq!(calls.load(Ordering::SeqCst), u32::from(point != Point::Clone));
        assert_free(&breaker);
    }
}

#[test]
fn a_retry_that_is_a_trial_is_released_wherever_it_ends() {
    for point in [Point::Ready, Point::Call, Point::Poll] {
        for panics in [true, false] {
            let guard = retry_core::testing::no_wait();
            let breaker =
                Arc::new(CircuitBreaker::new().consecutive_failures(1).open_for(SECOND).clock(clock));
            // The first attempt opens the circuit, and the wait of its retry is longer than the circuit is open.
            let policy = Policy::new().max(3).base(3 * SECOND).jitter(retry_core::Jitter::None);
            let stuck = Stuck { point, from: 2, panics, calls: Arc::default() };
            let calls = Arc::clone(&stuck.calls);
            let _ = catch_unwind(AssertUnwindSafe(|| {
                let mut service = RetryLayer::new(policy).breaker(Arc::clone(&breaker)).layer(stuck);
                let mut call = pin!(service.call(()));
                assert!(poll(call.as_mut()).is_pending());
                NOW.with(|now| now.set(now.get() + 3 * SECOND));
                for _ in 0..3 {
                    assert!(poll(call.as_mut()).is_pending());
                }
                if !panics {
                    assert!(breaker.acquire().is_err(), "the call has the only place");
                }
            }));
            assert_eq!(guard.delays(), [3 * SECOND]);
            assert_eq!(calls.load(Ordering::SeqCst), if point == Point::Ready { 1 } else { 2 });
            assert_free(&breaker);
        }
    }
}

thread_local! {
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

fn clock() -> Duration {
    NOW.with(Cell::get)
}

#[test]
fn a_rule_that_panics_releases_the_trial() {
    let breaker = on_trial();
    let service = service_fn(|()| async { Err::<(), _>(transient()) });
    let panics = RetryLayer::new(POLICY)
        .breaker(Arc::clone(&breaker))
        .classify(|_: Result<&(), &BoxError>| -> Verdict { panic!("as the test wants it") });
    let mut call = Box::pin(panics.layer(service).oneshot(()));
    assert!(catch_unwind(AssertUnwindSafe(|| poll(call.as_mut()))).is_err());
    drop(call);
    assert_free(&breaker);

    // A copy is made before the breaker is asked, and once more after the attempt.
    for good_copies in 0..2 {
        let copies = Cell::new(0);
        let layer = RetryLayer::new(POLICY).breaker(Arc::clone(&breaker)).request(move |(): &()| {
            copies.set(copies.get() + 1);
            assert!(copies.get() <= good_copies, "as the test wants it");
            Some(())
        });
        let service = service_fn(|()| async { Err::<(), _>(transient()) });
        let _ =
            catch_unwind(AssertUnwindSafe(|| poll(pin!(Box::pin(layer.layer(Shared(service)).call(()))))));
        assert_free(&breaker);
    }
}

/// A service that is ready at once, whose clones call the same function.
#[derive(Clone)]
struct Shared<S>(S);

impl<S: Service<()>> Service<()> for Shared<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, (): ()) -> S::Future {
        self.0.call(())
    }
}

#[tokio::test]
async fn a_refused_call_gives_the_readiness_of_its_service_back() {
    let breaker = Arc::new(CircuitBreaker::new().consecutive_failures(1).open_for(3600 * SECOND));
    breaker.acquire().unwrap().failure();
    let mut service = ServiceBuilder::new()
        .layer(RetryLayer::new(POLICY).breaker(breaker))
        .concurrency_limit(1)
        .service(service_fn(|()| async { Ok::<_, BoxError>(()) }));
    let mut other = service.clone();
    let refused = service.ready().await.unwrap().call(()).await.unwrap_err();
    assert!(refused.is::<CircuitOpen>());
    assert!(poll(pin!(other.ready())).is_ready(), "the only place under the limit is free");
    drop(service);
}

#[test]
#[should_panic(expected = "resumed after completion")]
fn a_call_is_not_polled_after_its_end() {
    let mut service = RetryLayer::new(POLICY).layer(service_fn(|()| async { Ok::<_, BoxError>(()) }));
    let mut call = pin!(service.call(()));
    assert!(poll(call.as_mut()).is_ready());
    let _ = poll(call.as_mut());
}

#[tokio::test]
async fn a_policy_without_a_limit_and_a_budget() {
    let calls = Cell::new(0_u32);
    let service = service_fn(|()| {
        calls.set(calls.get() + 1);
        let number = calls.get();
        async move { if number < 1000 { Err(transient()) } else { Ok(()) } }
    });
    let unlimited = Policy::new().unlimited().base(Duration::ZERO);
    RetryLayer::new(unlimited).layer(service).oneshot(()).await.unwrap();
    assert_eq!(calls.get(), 1000);

    calls.set(0);
    let budget = Arc::new(RetryBudget::new().reserve_per_second(0).ratio(0.5));
    let layer = RetryLayer::new(unlimited).budget(budget);
    assert!(layer.layer(service).oneshot(()).await.is_err());
    assert_eq!(calls.get(), 1, "half a token pays for nothing");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_starts_with_the_call() {
    let calls = AtomicU32::new(0);
    let service = service_fn(|()| {
        calls.fetch_add(1, Ordering::SeqCst);
        async { Err::<(), _>(transient()) }
    });
    let policy = Policy::new().unlimited().base(SECOND).jitter(retry_core::Jitter::None).factor(1.0);
    let start = tokio::time::Instant::now();
    let layer = RetryLayer::new(policy.deadline(10 * SECOND));
    assert!(layer.layer(service).oneshot(()).await.is_err());
    assert!(start.elapsed() <= 10 * SECOND && calls.load(Ordering::SeqCst) >= 9);
}

/// The types of a layer's calls can be named, sent and kept.
#[test]
fn a_call_is_sent_between_threads() {
    fn assert_send<T: Send + 'static>(_: &T) {}
    #[derive(Clone)]
    struct Named<S> {
        _service: Retry<S, ByError, ByClone, Together>,
    }
    let service = service_fn(|()| std::future::ready(Ok::<_, BoxError>(())));
    let mut service = RetryLayer::new(POLICY).breaker(on_trial()).name("search").layer(service);
    assert_send(&service);
    let call = service.call(());
    assert_send(&call);
    assert_send(&Named { _service: service.clone() });
    // The mark of a trial belongs to the thread that polls, for as long as it polls.
    let outcome = std::thread::spawn(|| poll(pin!(call)).map(|outcome| outcome.is_ok())).join().unwrap();
    assert_eq!(outcome, Poll::Ready(true));
}

/// A service that is ready at once for its first call, and after five seconds for each other one.
struct Reluctant {
    calls: Arc<AtomicU32>,
    readying: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Clone for Reluctant {
    fn clone(&self) -> Reluctant {
        Reluctant { calls: Arc::clone(&self.calls), readying: None }
    }
}

impl Service<()> for Reluctant {
    type Response = ();
    type Error = BoxError;
    type Future = std::future::Ready<Result<(), BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        if self.calls.load(Ordering::SeqCst) == 0 {
            return Poll::Ready(Ok(()));
        }
        let readying = self.readying.get_or_insert_with(|| Box::pin(tokio::time::sleep(5 * SECOND)));
        readying.as_mut().poll(context).map(Ok)
    }

    fn call(&mut self, (): ()) -> Self::Future {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        std::future::ready(if number == 1 { Err(transient()) } else { Ok(()) })
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_until_a_service_is_ready_is_not_the_servers() {
    let breaker = CircuitBreaker::new().slow_call(SECOND).slow_call_rate(0.5).minimum_calls(100);
    let breaker = Arc::new(breaker.clock(clock_of_tokio));
    let service = Reluctant { calls: Arc::default(), readying: None };
    RetryLayer::new(POLICY).breaker(Arc::clone(&breaker)).layer(service).oneshot(()).await.unwrap();
    let counts = breaker.counts();
    assert_eq!((counts.calls(), counts.slow()), (2, 0));
}

fn clock_of_tokio() -> Duration {
    thread_local! {
        static START: tokio::time::Instant = tokio::time::Instant::now();
    }
    START.with(tokio::time::Instant::elapsed)
}

#[tokio::test]
async fn a_nested_refusal_of_a_request_that_is_not_repeated_is_no_failure() {
    let inner = CircuitBreaker::new().consecutive_failures(1).open_for(3600 * SECOND);
    inner.acquire().unwrap().failure();
    let service =
        service_fn(|()| std::future::ready(inner.acquire().map(Permit::success).map_err(BoxError::from)));
    let outer = Arc::new(CircuitBreaker::new().consecutive_failures(1));
    let layer = RetryLayer::new(POLICY).breaker(Arc::clone(&outer));
    let refused = layer.repeat_if(|(): &()| false).layer(service).oneshot(()).await.unwrap_err();
    assert!(refused.is::<CircuitOpen>());
    assert_eq!(outer.state(), CircuitState::Closed, "nothing was sent");
}

/// A service that is ready for one call and broken after it.
#[derive(Clone)]
struct Broken(Arc<AtomicU32>);

impl Service<()> for Broken {
    type Response = ();
    type Error = BoxError;
    type Future = std::future::Ready<Result<(), BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        let is_new = self.0.load(Ordering::SeqCst) == 0;
        Poll::Ready(if is_new { Ok(()) } else { Err(transient()) })
    }

    fn call(&mut self, (): ()) -> Self::Future {
        self.0.fetch_add(1, Ordering::SeqCst);
        std::future::ready(Err(transient()))
    }
}

#[tokio::test]
async fn a_service_that_breaks_before_a_retry_is_no_outcome() {
    let throttle = Arc::new(Throttle::new());
    let layer = RetryLayer::new(POLICY).throttle(Arc::clone(&throttle));
    for _ in 0..2_000 {
        layer.layer(Broken(Arc::default())).oneshot(()).await.unwrap_err();
    }
    // It was 0.2 when each retry that was not sent counted as accepted.
    assert!(throttle.refusal_probability() > 0.5, "{}", throttle.refusal_probability());

    let breaker =
        Arc::new(CircuitBreaker::new().failure_rate(0.5).minimum_calls(100).count_permanent_errors());
    let layer = RetryLayer::new(POLICY).breaker(Arc::clone(&breaker));
    layer.layer(Broken(Arc::default())).oneshot(()).await.unwrap_err();
    assert_eq!(breaker.counts().calls(), 1);
}

/// A future that never ends, and that panics when it is dropped.
struct Explosive;

impl Future for Explosive {
    type Output = Result<(), BoxError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Pending
    }
}

impl Drop for Explosive {
    fn drop(&mut self) {
        panic!("as the test wants it");
    }
}

#[test]
fn an_attempt_that_panics_when_it_is_dropped_releases_the_trial() {
    let breaker = on_trial();
    let layer = RetryLayer::new(POLICY).breaker(Arc::clone(&breaker));
    let mut call = Box::pin(layer.layer(service_fn(|()| Explosive)).oneshot(()));
    assert!(poll(call.as_mut()).is_pending());
    assert!(breaker.acquire().is_err(), "the call has the only place");
    assert!(catch_unwind(AssertUnwindSafe(|| drop(call))).is_err());
    assert_free(&breaker);
}

#[test]
fn lenders_that_lend_nothing() {
    let service = service_fn(|()| std::future::ready(Err::<(), _>(transient())));
    let layer = RetryLayer::new(POLICY)
        .budget(None::<Arc<RetryBudget>>)
        .breaker(None::<Arc<CircuitBreaker>>)
        .throttle(None::<Arc<Throttle>>);
    let mut call = pin!(layer.clone().layer(service).oneshot(()));
    let done = (0..20).find_map(|_| match poll(call.as_mut()) {
        Poll::Ready(outcome) => Some(outcome.is_err()),
        Poll::Pending => None,
    });
    assert_eq!(done, Some(true));
}
