//! A throttle in the loop: of functions, of async functions and of closures.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::{IntoFuture, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use reattempt::{
    AttemptTimeout, CircuitBreaker, CircuitOpen, CircuitState, GiveUpReason, Jitter, Pass, Policy,
    RetryBudget, RetryError, Retryable, Throttle, Throttled, retry, testing,
};

use crate::support::{explained, finish, forms, poll, secs};

const SECOND: Duration = Duration::from_secs(1);
const POLICY: Policy = Policy::new().max(3).jitter(Jitter::None);

#[derive(Clone, Debug, PartialEq)]
enum Failure {
    Down(u32),
    Wrong,
    TimedOut,
    Open(CircuitOpen),
    Throttled(Throttled),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Failure::Open(open) => Some(open),
            Failure::Throttled(throttled) => Some(throttled),
            _ => None,
        }
    }
}

impl From<Throttled> for Failure {
    fn from(throttled: Throttled) -> Self {
        Failure::Throttled(throttled)
    }
}

impl From<CircuitOpen> for Failure {
    fn from(open: CircuitOpen) -> Self {
        Failure::Open(open)
    }
}

impl From<AttemptTimeout> for Failure {
    fn from(_: AttemptTimeout) -> Self {
        Failure::TimedOut
    }
}

impl Retryable for Failure {
    fn is_retryable(&self) -> bool {
        *self != Failure::Wrong
    }
}

/// A throttle that refuses nothing yet.
const fn calm() -> Throttle {
    Throttle::new().name("search").window(Duration::from_secs(10_000)).minimum_requests(u32::MAX)
}

/// A throttle that refuses nine of ten calls.
fn busy() -> Throttle {
    let throttle = calm();
    reject(&throttle, 50);
    throttle.minimum_requests(1)
}

fn reject(throttle: &Throttle, requests: u32) {
    for _ in 0..requests {
        if let Ok(pass) = throttle.acquire() {
            pass.rejected();
        }
    }
}

/// Returns the requests that a throttle counts, and how many of them were accepted. They follow from the probability
/// before and after a further rejection.
fn counts(throttle: Throttle) -> (u32, u32) {
    let throttle = throttle.k(1.0).minimum_requests(1);
    let before = throttle.refusal_probability();
    reject(&throttle, 1);
    let after = throttle.refusal_probability();
    assert!(after < 0.9, "too few accepts to tell");
    let requests = (2.0 * after - before - 1.0) / (before - after);
    let rejected = before * (requests + 1.0);
    (requests.round() as u32, (requests - rejected).round() as u32)
}

/// Returns a seed under which the draws of a busy throttle let so many attempts of a call through and refuse the next.
/// Between two of them, the jitter of the delay is drawn.
fn seed_for(guard: &testing::Guard, passes: usize) -> u64 {
    let let_through = |seed: &u64| {
        guard.seed(*seed);
        let throttle = busy();
        let draws: Vec<bool> = (0..6).map(|_| throttle.acquire().is_ok()).collect();
        draws.into_iter().step_by(2).take_while(|is_let_through| *is_let_through).count()
    };
    (0..10_000).find(|seed| let_through(seed) == passes).expect("there is such a seed")
}

/// Drives a future to its end in a runtime whose clock is paused.
fn paused<F: Future>(future: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(future)
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Attempt {
    Succeed,
    Unacceptable,
    Fail,
    FailPermanently,
    BeRefusedByBreaker,
    BeThrottled,
    Stop,
    StopPermanently,
    RunOutOfTime,
}

fn refused_by_breaker() -> CircuitOpen {
    let breaker = CircuitBreaker::new();
    breaker.force_open();
    breaker.acquire().unwrap_err()
}

fn refused_by_throttle() -> Throttled {
    let throttle = Throttle::new();
    (0..1000)
        .find_map(|_| throttle.acquire().map(Pass::rejected).err())
        .expect("it refuses nine of ten calls")
}

impl Attempt {
    /// Makes the attempt, which is the last one.
    fn result(self) -> Result<u32, Failure> {
        match self {
            Attempt::Succeed => Ok(1),
            Attempt::Unacceptable => Ok(0),
            Attempt::Fail | Attempt::Stop | Attempt::RunOutOfTime => Err(Failure::Down(1)),
            Attempt::FailPermanently | Attempt::StopPermanently => Err(Failure::Wrong),
            Attempt::BeRefusedByBreaker => Err(Failure::Open(refused_by_breaker())),
            Attempt::BeThrottled => Err(Failure::Throttled(refused_by_throttle())),
        }
    }

    fn stops(self) -> bool {
        matches!(self, Attempt::Stop | Attempt::StopPermanently)
    }
}

/// Each outcome of an attempt, with the requests and the accepts that it counts as.
const OUTCOMES: [(Attempt, (u32, u32)); 9] = [
    (Attempt::Succeed, (1, 1)),
    (Attempt::Unacceptable, (1, 1)),
    (Attempt::Fail, (1, 0)),
    (Attempt::FailPermanently, (1, 1)),
    (Attempt::BeRefusedByBreaker, (0, 0)),
    (Attempt::BeThrottled, (0, 0)),
    (Attempt::Stop, (1, 0)),
    (Attempt::StopPermanently, (1, 1)),
    (Attempt::RunOutOfTime, (1, 0)),
];

#[test]
fn each_outcome_of_an_attempt_counts_as_it_should() {
    #[retry(max = 1, throttle = throttle, retry_ok = |value| *value == 0, call = c)]
    fn call(throttle: &Throttle, attempt: Attempt) -> Result<u32, Failure> {
        if attempt.stops() {
            c.stop();
        }
        attempt.result()
    }

    #[retry(max = 1, throttle = throttle, retry_ok = |value| *value == 0, call = c, attempt_timeout = "1s")]
    async fn call_async(throttle: &Throttle, attempt: Attempt) -> Result<u32, Failure> {
        if attempt.stops() {
            c.stop();
        }
        if attempt == Attempt::RunOutOfTime { pending().await } else { attempt.result() }
    }

    fn closure(throttle: &Throttle, attempt: Attempt) -> Result<u32, Failure> {
        let operation = |call: &reattempt::Call| {
            if attempt.stops() {
                call.stop();
            }
            attempt.result()
        };
        let policy = POLICY.max(1);
        // `unless` lets the call search the chain of its errors.
        let call = policy.retry_with(operation).retryable().unless::<std::fmt::Error>();
        call.retry_ok(|value| *value == 0).throttle(throttle).run()
    }

    fn async_closure(throttle: &Throttle, attempt: Attempt) -> Result<u32, Failure> {
        let operation = async |call: Arc<reattempt::Call>| {
            if attempt.stops() {
                call.stop();
            }
            if attempt == Attempt::RunOutOfTime { pending().await } else { attempt.result() }
        };
        let policy = POLICY.max(1);
        let call = policy.retry_async_with(operation).attempt_timeout(SECOND).retryable();
        let call = call.unless::<std::fmt::Error>();
        paused(call.retry_ok(|value| *value == 0).throttle(throttle).into_future())
    }

    type Form = fn(&Throttle, Attempt) -> Result<u32, Failure>;
    let forms: [(&str, Form); 4] = [
        ("function", call),
        ("async function", |throttle, attempt| paused(call_async(throttle, attempt))),
        ("closure", closure),
        ("async closure", async_closure),
    ];
    let _guard = testing::no_wait();
    for (name, form) in forms {
        for (attempt, expected) in OUTCOMES {
            let throttle = calm();
            let result = form(&throttle, attempt);
            if attempt != Attempt::RunOutOfTime {
                assert_eq!(result.is_ok(), attempt.result().is_ok(), "{name}: {attempt:?}");
            }
            assert_eq!(counts(throttle), expected, "{name}: {attempt:?}");
        }
    }
}

#[test]
fn a_call_that_panics_or_is_dropped_counts_as_nothing() {
    #[retry(max = 1, throttle = throttle)]
    fn call(throttle: &Throttle) -> Result<u32, Failure> {
        panic!("in the attempt")
    }

    #[retry(max = 1, throttle = throttle)]
    async fn never(throttle: &Throttle) -> Result<u32, Failure> {
        pending().await
    }

    let throttle = calm();
    assert!(catch_unwind(AssertUnwindSafe(|| call(&throttle))).is_err());
    {
        let future = pin!(never(&throttle));
        assert_eq!(poll(future, 3), None);
    }
    assert!(poll(pin!(POLICY.retry_async(pending::<Result<u32, Failure>>).throttle(&throttle)), 3).is_none());
    assert_eq!(counts(throttle), (0, 0));
}

#[test]
fn every_attempt_counts() {
    #[retry(policy = POLICY, throttle = throttle)]
    fn call(throttle: &Throttle, failures: &Cell<u32>) -> Result<u32, Failure> {
        match failures.get().checked_sub(1) {
            Some(left) => Err(Failure::Down(failures.replace(left))),
            None => Ok(1),
        }
    }

    #[retry(policy = POLICY, throttle = throttle)]
    async fn call_async(throttle: &Throttle, failures: &Cell<u32>) -> Result<u32, Failure> {
        match failures.get().checked_sub(1) {
            Some(left) => Err(Failure::Down(failures.replace(left))),
            None => Ok(1),
        }
    }

    let _guard = testing::no_wait();
    for (failures, expected) in [(0, (1, 1)), (1, (2, 1)), (2, (3, 1)), (9, (3, 0))] {
        let (throttle, other) = (calm(), calm());
        let ends = [call(&throttle, &Cell::new(failures)), finish(call_async(&other, &Cell::new(failures)))];
        assert_eq!(ends.map(|end| end.is_ok()), [failures < 3; 2]);
        assert_eq!((counts(throttle), counts(other)), (expected, expected));
    }
}

#[retry(policy = POLICY, throttle = throttle, error = Failure)]
fn fail(throttle: &Throttle, attempts: &Cell<u32>) -> Result<u32, RetryError<Failure>> {
    attempts.set(attempts.get() + 1);
    Err(Failure::Down(attempts.get()))
}

#[retry(policy = POLICY, throttle = throttle, error = Failure)]
async fn fail_async(throttle: &Throttle, attempts: &Cell<u32>) -> Result<u32, RetryError<Failure>> {
    attempts.set(attempts.get() + 1);
    Err(Failure::Down(attempts.get()))
}

#[test]
fn a_retry_is_drawn_for_before_its_wait_and_ends_with_the_last_real_error() {
    fn closure(throttle: &Throttle, attempts: &Cell<u32>) -> Result<u32, RetryError<Failure>> {
        let operation = || {
            attempts.set(attempts.get() + 1);
            Err(Failure::Down(attempts.get()))
        };
        POLICY.retry(operation).throttle(throttle).run_or_explain()
    }

    fn async_closure(throttle: &Throttle, attempts: &Cell<u32>) -> Result<u32, RetryError<Failure>> {
        let operation = async || {
            attempts.set(attempts.get() + 1);
            Err(Failure::Down(attempts.get()))
        };
        finish(POLICY.retry_async(operation).throttle(throttle).run_or_explain())
    }

    type Form = fn(&Throttle, &Cell<u32>) -> Result<u32, RetryError<Failure>>;
    let forms: [Form; 4] =
        [fail, |throttle, attempts| finish(fail_async(throttle, attempts)), closure, async_closure];
    for form in forms {
        for (passes, waits, reason) in [
            (0, 0, GiveUpReason::Throttled),
            (1, 0, GiveUpReason::Throttled),
            (2, 1, GiveUpReason::Throttled),
            (3, 2, GiveUpReason::MaxAttempts),
        ] {
            let guard = testing::no_wait();
            let seed = seed_for(&guard, passes);
            let throttle = busy();
            guard.seed(seed);
            let attempts = Cell::new(0);
            let error = form(&throttle, &attempts).unwrap_err();
            assert_eq!((error.reason(), error.attempts() as usize), (reason, passes));
            assert_eq!(attempts.get() as usize, passes);
            let last = (passes > 0).then_some(Failure::Down(attempts.get()));
            assert_eq!(error.last(), last.as_ref());
            assert_eq!(guard.delays(), secs(1..=waits), "refused, it does not wait");
        }
    }
}

#[test]
fn a_refusal_counts_before_the_first_attempt_and_before_a_retry() {
    /// Refuses every second call.
    fn half() -> Throttle {
        let throttle = calm();
        (0..10).for_each(|_| throttle.acquire().unwrap().accepted());
        reject(&throttle, 10);
        throttle.k(1.0).minimum_requests(1)
    }

    let guard = testing::no_wait();
    let mut seen = [false; 2];
    for seed in 0..20 {
        let throttle = half();
        guard.seed(seed);
        let error = fail(&throttle, &Cell::new(0)).unwrap_err();
        let attempts = error.attempts();
        if error.reason() == GiveUpReason::Throttled && attempts < 2 {
            assert_eq!(counts(throttle), (20 + attempts + 1, 10));
            seen[attempts as usize] = true;
        }
    }
    assert_eq!(seen, [true; 2]);
}

#[test]
fn a_refused_call_runs_no_body_and_has_an_error_of_the_refusal() {
    #[retry(throttle = throttle)]
    fn call(throttle: &Throttle) -> Result<u32, Failure> {
        unreachable!("the throttle refuses the call")
    }

    #[retry(throttle = throttle)]
    async fn call_async(throttle: &Throttle) -> Result<u32, Failure> {
        unreachable!("the throttle refuses the call")
    }

    #[retry(throttle = throttle)]
    fn option(throttle: &Throttle) -> Option<u32> {
        unreachable!("the throttle refuses the call")
    }

    #[retry(throttle = throttle)]
    fn boxed(throttle: &Throttle) -> Result<u32, Box<dyn std::error::Error>> {
        unreachable!("the throttle refuses the call")
    }

    let guard = testing::no_wait();
    let seed = seed_for(&guard, 0);
    let throttle = busy();
    let seeded = || {
        guard.seed(seed);
        &throttle
    };
    let refused = |end: Result<u32, Failure>| matches!(end, Err(Failure::Throttled(refusal)) if refusal.name() == "search");
    assert!(refused(call(seeded())));
    assert!(refused(finish(call_async(seeded()))));
    assert_eq!(option(seeded()), None);
    assert!(boxed(seeded()).unwrap_err().is::<Throttled>());
    assert!(guard.delays().is_empty());
}

#[test]
fn hooks_and_fallbacks_see_a_refused_call_as_one_of_no_attempts() {
    type Told = Cell<Option<(GiveUpReason, u32, bool)>>;

    #[retry(throttle = throttle, on_give_up = |event| told.set(Some((event.reason(), event.attempt(), event.error().is_some()))))]
    fn hook(throttle: &Throttle, told: &Told) -> Result<u32, Failure> {
        unreachable!("the throttle refuses the call")
    }

    #[retry(throttle = throttle, error = Failure, on_give_up = |event| told.set(Some((event.reason(), event.attempt(), event.error().is_some()))))]
    async fn wrapped(throttle: &Throttle, told: &Told) -> Result<u32, RetryError<Failure>> {
        unreachable!("the throttle refuses the call")
    }

    #[retry(throttle = throttle, fallback = |error| { assert!(matches!(error, Failure::Throttled(_))); Ok(9) })]
    fn fallback(throttle: &Throttle) -> Result<u32, Failure> {
        unreachable!("the throttle refuses the call")
    }

    #[retry(throttle = throttle, error = Failure, fallback = async |error| { assert_eq!(error.attempts(), 0); Ok(9) })]
    async fn wrapped_fallback(throttle: &Throttle) -> Result<u32, RetryError<Failure>> {
        unreachable!("the throttle refuses the call")
    }

    let guard = testing::no_wait();
    let seed = seed_for(&guard, 0);
    let throttle = busy();
    let seeded = || {
        guard.seed(seed);
        &throttle
    };
    let told = Cell::new(None);
    hook(seeded(), &told).unwrap_err();
    assert_eq!(told.take(), Some((GiveUpReason::Throttled, 0, true)), "the error is made of the refusal");
    let error = finish(wrapped(seeded(), &told)).unwrap_err();
    assert_eq!(told.take(), Some((GiveUpReason::Throttled, 0, false)));
    assert_eq!((error.reason(), error.attempts(), error.last()), (GiveUpReason::Throttled, 0, None));
    assert_eq!(fallback(seeded()), Ok(9));
    assert_eq!(finish(wrapped_fallback(seeded())).unwrap(), 9);
}

#[test]
fn each_form_of_a_closures_call_may_be_refused() {
    let guard = testing::no_wait();
    let unreached = || -> Result<u32, Failure> { panic!("the call is refused") };
    let throttle = busy();
    // The draws of the five calls of a form, one after the other.
    let seed = (0..10_000)
        .find(|seed| {
            guard.seed(*seed);
            let throttle = busy();
            (0..5).all(|_| throttle.acquire().is_err())
        })
        .expect("there is such a seed");
    let told = RefCell::new(Vec::new());
    guard.seed(seed);
    let ends = forms!(POLICY, unreached; .throttle(&throttle).on_give_up(|event| told.borrow_mut().push((event.attempt(), event.reason()))));
    assert!(ends.iter().all(|end| matches!(end, Err(Failure::Throttled(_)))), "{ends:?}");
    assert_eq!(told.into_inner(), [(0, GiveUpReason::Throttled); 5]);
    guard.seed(seed);
    for end in explained!(POLICY, unreached; .throttle(&throttle)) {
        let error = end.unwrap_err();
        assert_eq!((error.reason(), error.attempts(), error.last()), (GiveUpReason::Throttled, 0, None));
    }
    guard.seed(seed);
    assert_eq!(forms!(POLICY, unreached; .throttle(&throttle).fallback(|_| Ok(9))), [const { Ok(9) }; 5]);
    guard.seed(seed);
    let rules = POLICY.rules::<Failure>().throttle(Arc::new(throttle)).boxed();
    assert!(matches!(rules.run(unreached), Err(Failure::Throttled(_))));
    assert!(matches!(finish(rules.run_async(async || unreached())), Err(Failure::Throttled(_))));
}

#[test]
fn a_refused_call_deposits_and_withdraws_nothing() {
    #[retry(policy = POLICY, throttle = throttle, budget = budget)]
    fn call(throttle: &Throttle, budget: &RetryBudget) -> Result<u32, Failure> {
        Err(Failure::Down(1))
    }

    for (passes, left) in [(0, 5), (1, 6), (2, 5), (3, 4)] {
        let guard = testing::no_wait();
        let seed = seed_for(&guard, passes);
        let throttle = busy();
        let budget = RetryBudget::new().ratio(1.0).reserve_per_second(0);
        (0..5).for_each(|_| budget.deposit());
        guard.seed(seed);
        call(&throttle, &budget).unwrap_err();
        assert_eq!(budget.balance(), left, "{passes} attempts were let through");
    }
}

#[test]
fn a_retry_that_the_budget_refuses_leaves_no_trace() {
    #[retry(policy = POLICY, throttle = throttle, budget = budget)]
    fn call(throttle: &Throttle, budget: &RetryBudget) -> Result<u32, Failure> {
        Err(Failure::Down(1))
    }

    let _guard = testing::no_wait();
    let (throttle, empty) = (calm(), RetryBudget::new().ratio(0.0).reserve_per_second(0));
    assert_eq!(call(&throttle, &empty), Err(Failure::Down(1)));
    assert_eq!(counts(throttle), (1, 0));
}

#[retry(policy = POLICY, breaker = breaker, throttle = throttle)]
fn both(
    breaker: &CircuitBreaker,
    throttle: &Throttle,
    result: &Result<u32, Failure>,
) -> Result<u32, Failure> {
    result.clone()
}

#[test]
fn a_call_that_the_breaker_refuses_does_not_count() {
    let _guard = testing::no_wait();
    let (breaker, throttle) = (CircuitBreaker::new(), calm());
    breaker.force_open();
    assert!(matches!(both(&breaker, &throttle, &Ok(1)), Err(Failure::Open(_))));
    assert_eq!(counts(throttle), (0, 0));
}

#[test]
fn a_call_that_the_throttle_refuses_does_not_count_for_the_breaker() {
    let guard = testing::no_wait();
    let seed = seed_for(&guard, 0);
    let (breaker, throttle) = (CircuitBreaker::new().consecutive_failures(1), busy());
    guard.seed(seed);
    assert!(matches!(both(&breaker, &throttle, &Ok(1)), Err(Failure::Throttled(_))));
    assert_eq!(breaker.state(), CircuitState::Closed);
    breaker.acquire().unwrap().failure();
    assert_eq!(breaker.state(), CircuitState::Open);
}

#[test]
fn a_trial_of_the_breaker_is_let_through() {
    for seed in 0..30 {
        let guard = testing::no_wait();
        let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND).trials(2);
        let throttle = busy();
        guard.seed(seed);
        breaker.acquire().unwrap().failure();
        guard.advance(SECOND);
        for _ in 0..2 {
            assert_eq!(both(&breaker, &throttle, &Ok(1)), Ok(1), "by seed {seed}");
        }
        assert_eq!(breaker.state(), CircuitState::Closed);
    }
}

#[test]
fn a_call_inside_a_trial_is_let_through() {
    struct Client {
        breaker: CircuitBreaker,
        throttle: Throttle,
    }

    #[retry(policy = POLICY, breaker = self.breaker, throttle = self.throttle)]
    impl Client {
        fn page(&self) -> Result<u32, Failure> {
            Ok(1)
        }

        fn pages(&self) -> Result<u32, Failure> {
            Ok(self.page()? + self.page()?)
        }

        async fn pages_async(&self) -> Result<u32, Failure> {
            self.pages()
        }
    }

    for seed in 0..30 {
        for is_async in [false, true] {
            let guard = testing::no_wait();
            let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND);
            let client = Client { breaker, throttle: busy() };
            guard.seed(seed);
            client.breaker.acquire().unwrap().failure();
            guard.advance(SECOND);
            let pages = if is_async { finish(client.pages_async()) } else { client.pages() };
            assert_eq!(pages, Ok(2), "by seed {seed}");
            assert_eq!(client.breaker.state(), CircuitState::Closed);
        }
    }
}

#[test]
fn a_retry_that_may_be_a_trial_is_not_drawn_for() {
    for seed in 0..30 {
        let guard = testing::no_wait();
        // The first failure opens the circuit for as long as the wait. The retry is a trial.
        let breaker = CircuitBreaker::new().consecutive_failures(1).open_for(SECOND);
        let throttle = busy();
        guard.seed(seed);
        match both(&breaker, &throttle, &Err(Failure::Down(1))) {
            Err(Failure::Throttled(_)) => assert!(guard.delays().is_empty(), "before the first attempt"),
            end => {
                assert_eq!(end, Err(Failure::Down(1)));
                assert_eq!(guard.delays().len(), 2, "by seed {seed}");
            }
        }
    }
    // A breaker that is disabled lets everything through, and the throttle goes on.
    let ends = (0..30).map(|seed| {
        let guard = testing::no_wait();
        let (breaker, throttle) = (CircuitBreaker::new(), busy());
        breaker.disable();
        guard.seed(seed);
        matches!(both(&breaker, &throttle, &Ok(1)), Err(Failure::Throttled(_)))
    });
    assert!((20..30).contains(&ends.filter(|is_refused| *is_refused).count()));
}

#[test]
fn a_throttle_of_each_form_can_be_lent() {
    static STATIC: Throttle = calm();
    static LAZY: LazyLock<Arc<Throttle>> = LazyLock::new(|| Arc::new(calm()));

    struct Client {
        own: Throttle,
        shared: Arc<Throttle>,
        by_host: HashMap<&'static str, Throttle>,
    }

    #[retry(policy = POLICY, throttle = self.own)]
    impl Client {
        fn inherits(&self) -> Result<u32, Failure> {
            Err(Failure::Down(1))
        }

        #[retry(throttle = self.shared)]
        fn shared(&self) -> Result<u32, Failure> {
            Err(Failure::Down(1))
        }

        #[retry(throttle = self.by_host.get(host))]
        async fn looked_up(&self, host: &str) -> Result<u32, Failure> {
            Err(Failure::Down(1))
        }

        #[retry(throttle = self.shared.clone())]
        fn changing(&mut self) -> Result<u32, Failure> {
            Err(Failure::Down(1))
        }
    }

    #[retry(policy = POLICY, throttle = STATIC)]
    fn by_static() -> Option<u32> {
        None
    }

    #[retry(policy = POLICY, throttle = LAZY)]
    async fn by_lazy() -> Option<u32> {
        None
    }

    let _guard = testing::no_wait();
    let mut client = Client {
        own: calm(),
        shared: Arc::new(calm()),
        by_host: HashMap::from([("a", calm()), ("b", calm())]),
    };
    assert!(client.inherits().is_err());
    assert!(client.shared().is_err());
    assert!(client.changing().is_err());
    for host in ["a", "c"] {
        assert!(finish(client.looked_up(host)).is_err());
    }
    let Client { own, shared, mut by_host } = client;
    assert_eq!(counts(own), (3, 0));
    assert_eq!(counts(Arc::into_inner(shared).expect("the calls are over")), (6, 0));
    assert_eq!(["a", "b"].map(|host| counts(by_host.remove(host).unwrap())), [(3, 0), (0, 0)]);
    assert_eq!((by_static(), finish(by_lazy())), (None, None));
}

#[test]
fn a_method_that_calls_another_one_with_the_same_throttle_counts_at_each_level() {
    struct Client {
        throttle: Throttle,
    }

    #[retry(max = 1, throttle = self.throttle)]
    impl Client {
        fn outer(&self) -> Result<u32, Failure> {
            self.inner()
        }

        fn inner(&self) -> Result<u32, Failure> {
            Err(Failure::Down(1))
        }
    }

    let client = Client { throttle: calm() };
    assert_eq!(client.outer(), Err(Failure::Down(1)));
    assert_eq!(counts(client.throttle), (2, 0));

    // Refused inside, the outer call counts as nothing: nothing was sent.
    let guard = testing::no_wait();
    let seed = seed_for(&guard, 1);
    let client = Client { throttle: busy() };
    guard.seed(seed);
    assert!(matches!(client.outer(), Err(Failure::Throttled(_))));
}

#[test]
fn a_call_that_was_refused_inside_is_recognised_in_the_error_of_its_loop() {
    #[retry(max = 1, throttle = inner, error = Failure)]
    fn inside(inner: &Throttle) -> Result<u32, RetryError<Failure>> {
        unreachable!("the throttle refuses the call")
    }

    #[retry(max = 1, throttle = outer, breaker = breaker)]
    fn outside(
        outer: &Throttle,
        breaker: &CircuitBreaker,
        inner: &Throttle,
    ) -> Result<u32, Box<dyn std::error::Error>> {
        Ok(inside(inner)?)
    }

    let guard = testing::no_wait();
    let seed = seed_for(&guard, 0);
    let (outer, inner) = (calm(), busy());
    let breaker = CircuitBreaker::new().consecutive_failures(1).count_permanent_errors();
    guard.seed(seed);
    let error = outside(&outer, &breaker, &inner).unwrap_err();
    let error = error.downcast_ref::<RetryError<Failure>>().expect("the error of the inner loop");
    assert_eq!((error.reason(), error.attempts()), (GiveUpReason::Throttled, 0));
    assert_eq!(counts(outer), (0, 0), "nothing was sent");
    assert_eq!(breaker.state(), CircuitState::Closed);
}
