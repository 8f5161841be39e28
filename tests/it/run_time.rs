//! Values of the policy that are known only at run time.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use reattempt::{AttemptTimeout, Jitter, Policy, retry, testing};
use tokio::time::Instant;

use crate::support::{Down, Flaky, finish, secs};

const SECOND: Duration = Duration::from_secs(1);

/// Returns the waits of a call, without jitter's part.
fn waits<T>(call: impl FnOnce() -> Result<T, Down>) -> Vec<Duration> {
    let guard = testing::no_wait();
    let _ = call();
    guard.delays()
}

/// A client that is configured when it is made, and that logs what is read of it.
#[derive(Clone, Default)]
struct Client {
    retries: u32,
    base: Duration,
    factor: f64,
    millis: u64,
    fraction: f64,
    policy: Option<Policy>,
    flaky: Log,
}

type Log = std::rc::Rc<RefCell<Vec<&'static str>>>;

impl Client {
    fn read<T>(&self, word: &'static str, value: T) -> T {
        self.flaky.borrow_mut().push(word);
        value
    }

    fn fail(&self) -> Result<u32, Down> {
        self.flaky.borrow_mut().push("attempt");
        Err(Down(0))
    }

    fn new() -> Client {
        Client { retries: 3, base: SECOND, factor: 3.0, millis: 5000, ..Client::default() }
    }
}

impl Client {
    #[retry(
        jitter = self.read("jitter", Jitter::None),
        max_delay_ms = self.read("max_delay", self.millis),
        max = self.read("max", self.retries),
        base = self.read("base", self.base),
        factor = self.read("factor", self.factor),
        deadline = self.read("deadline", 100 * SECOND)
    )]
    fn configured(&self) -> Result<u32, Down> {
        self.fail()
    }

    #[retry(
        jitter = self.read("jitter", 0.0),
        deadline_ms = self.read("deadline", self.millis * 20),
        attempt_timeout = self.read("timeout", SECOND),
        max = self.read("max", self.retries),
        base_ms = self.read("base", 1000)
    )]
    async fn configured_async(&self) -> Result<u32, Failed> {
        self.fail()?;
        Ok(1)
    }

    #[retry(base = self.read("base", SECOND), policy = self.read("policy", self.policy), max = self.read("max", 2))]
    fn with_policy(&self) -> Result<u32, Down> {
        self.fail()
    }

    #[retry(max = self.read("max", self.retries))]
    fn first_try(&self) -> Result<u32, Down> {
        Ok(1)
    }
}

/// The error of an attempt that may time out.
#[derive(Debug, PartialEq)]
enum Failed {
    Down,
    Timeout(Option<Duration>),
}

impl From<Down> for Failed {
    fn from(_: Down) -> Failed {
        Failed::Down
    }
}

impl From<AttemptTimeout> for Failed {
    fn from(timeout: AttemptTimeout) -> Failed {
        Failed::Timeout(Some(timeout.limit()))
    }
}

#[tokio::test(start_paused = true)]
async fn each_value_is_evaluated_once_in_the_order_written_and_before_the_first_attempt() {
    let (guard, client) = (testing::no_wait(), Client::new());
    let attempts = ["attempt"; 3];
    assert_eq!(client.configured(), Err(Down(0)));
    let read = ["jitter", "max_delay", "max", "base", "factor", "deadline"];
    assert_eq!(client.flaky.take(), [&read[..], &attempts].concat());
    assert_eq!(guard.delays(), secs([1, 3]));

    let future = client.configured_async();
    assert_eq!(client.flaky.take(), [""; 0], "an async function does nothing before it is awaited");
    assert_eq!(future.await, Err(Failed::Down));
    let read = ["jitter", "deadline", "timeout", "max", "base"];
    assert_eq!(client.flaky.take(), [&read[..], &attempts].concat());
    assert_eq!(guard.delays()[2..], secs([1, 2]));

    assert_eq!(client.with_policy(), Err(Down(0)));
    assert_eq!(client.flaky.take(), ["base", "policy", "max", "attempt", "attempt"]);

    assert_eq!(client.first_try(), Ok(1));
    assert_eq!(client.flaky.take(), ["max"]);
}

#[test]
fn values_of_the_next_call_are_its_own() {
    #[retry(max = retries, base = base, jitter = jitter, factor = factor, max_delay = max_delay)]
    fn call(
        flaky: &Flaky,
        retries: u32,
        base: Duration,
        jitter: Jitter,
        factor: f64,
        max_delay: Duration,
    ) -> Result<u32, Down> {
        flaky.call()
    }

    let waits = |max, base, jitter, factor, max_delay| {
        waits(|| call(&Flaky::broken(), max, base, jitter, factor, max_delay))
    };
    let (zero, forever) = (Duration::ZERO, Duration::MAX);
    assert_eq!(waits(4, SECOND, Jitter::None, 2.0, forever), secs([1, 2, 4]));
    assert_eq!(waits(0, SECOND, Jitter::None, 2.0, forever), [], "no retries");
    assert_eq!(waits(1, SECOND, Jitter::None, 2.0, forever), []);
    assert_eq!(waits(3, zero, Jitter::None, 2.0, forever), [zero; 2]);
    assert_eq!(waits(3, forever, Jitter::None, 2.0, 7 * SECOND), secs([7, 7]), "the ceiling wins");
    assert_eq!(waits(3, SECOND, Jitter::None, 2.0, zero), [zero; 2]);
    for factor in [0.0, -1.0, f64::NAN, f64::NEG_INFINITY] {
        assert_eq!(waits(4, SECOND, Jitter::None, factor, forever), secs([1, 1, 1]), "{factor}");
    }
    assert_eq!(waits(4, SECOND, Jitter::None, f64::INFINITY, 9 * SECOND), secs([1, 9, 9]));
    for fraction in [-1.0, f64::NAN, f64::NEG_INFINITY] {
        assert_eq!(waits(3, SECOND, Jitter::Additive(fraction), 1.0, forever), secs([1, 1]), "{fraction}");
        assert_eq!(waits(3, SECOND, Jitter::Spread(fraction), 1.0, forever), secs([1, 1]), "{fraction}");
    }
    for fraction in [2.0, f64::INFINITY] {
        for wait in waits(50, SECOND, Jitter::Additive(fraction), 1.0, forever) {
            assert!(wait >= SECOND && wait < 2 * SECOND, "{wait:?}");
        }
    }
    for wait in waits(50, SECOND, Jitter::UpTo(forever), 1.0, 3 * SECOND) {
        assert!(wait < 3 * SECOND, "{wait:?}");
    }
}

#[test]
fn any_number_of_attempts_is_possible() {
    #[retry(max = max, base = Duration::ZERO)]
    fn call(flaky: &Flaky, max: u32) -> Result<u32, Down> {
        flaky.call()
    }

    let _guard = testing::no_wait();
    assert_eq!(call(&Flaky::failing(1000), u32::MAX), Ok(1001));
    assert_eq!(call(&Flaky::failing(1), 0), Err(Down(1)));
}

#[test]
fn a_deadline_of_no_time_is_no_retry() {
    #[retry(max = 5, deadline = left)]
    fn call(flaky: &Flaky, left: Duration) -> Result<u32, Down> {
        flaky.call()
    }

    let _guard = testing::no_wait();
    assert_eq!(call(&Flaky::broken(), Duration::ZERO), Err(Down(1)));
    assert_eq!(call(&Flaky::broken(), Duration::MAX), Err(Down(5)));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_timeout_is_known_at_run_time() {
    #[retry(max = 2, base = "1s", jitter = none, attempt_timeout = limit)]
    async fn hang(limit: Duration, time: Duration) -> Result<u32, Failed> {
        tokio::time::sleep(time).await;
        Ok(1)
    }

    let start = Instant::now();
    assert_eq!(hang(3 * SECOND, 4 * SECOND).await, Err(Failed::Timeout(Some(3 * SECOND))));
    assert_eq!(start.elapsed(), 7 * SECOND);
    for no_limit in [Duration::ZERO, Duration::MAX] {
        assert_eq!(hang(no_limit, 1_000_000 * SECOND).await, Ok(1), "{no_limit:?}");
    }
    assert_eq!(hang(Duration::from_nanos(1), SECOND).await.ok(), None);
}

#[tokio::test(start_paused = true)]
async fn no_attempt_timeout_leaves_the_deadline_in_force() {
    #[retry(max = 2, base = "1s", attempt_timeout = limit, deadline = deadline)]
    async fn hang(limit: Duration, deadline: Duration) -> Result<u32, Failed> {
        pending().await
    }

    let start = Instant::now();
    assert_eq!(hang(Duration::ZERO, 4 * SECOND).await, Err(Failed::Timeout(Some(4 * SECOND))));
    assert_eq!(start.elapsed(), 4 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_timeout_goes_with_the_users_own_sleep() {
    #[retry(max = 2, base = "1s", jitter = none, attempt_timeout_ms = limit, sleep = tokio::time::sleep)]
    async fn hang(limit: u64, time: Duration) -> Result<u32, Failed> {
        tokio::time::sleep(time).await;
        Ok(1)
    }

    assert_eq!(hang(0, 1000 * SECOND).await, Ok(1));
    assert_eq!(hang(500, SECOND).await, Err(Failed::Timeout(Some(SECOND / 2))));
}

#[test]
fn every_form_of_jitter_takes_a_value_of_the_call() {
    #[retry(max = 20, base = "1s", factor = 1, jitter = fraction)]
    fn additive(fraction: f64, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = 20, base = "1s", factor = 1, jitter = spread(fraction))]
    fn spread(fraction: f64, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = 20, base = "1s", factor = 1, jitter = up_to(width))]
    fn up_to(width: Duration, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = 20, base = "1s", factor = 1, jitter = none)]
    fn word(none: f64, flaky: &Flaky) -> Result<f64, Down> {
        flaky.call().map(|_| none)
    }

    let within = |waits: Vec<Duration>, low: f64, high: f64| {
        assert_eq!(waits.len(), 19);
        assert!(waits.iter().all(|wait| (low..high).contains(&wait.as_secs_f64())), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait != waits[0]), "they are drawn: {waits:?}");
    };
    within(waits(|| additive(0.5, &Flaky::broken())), 1.0, 1.5);
    within(waits(|| spread(0.5, &Flaky::broken())), 0.5, 1.5);
    within(waits(|| up_to(3 * SECOND, &Flaky::broken())), 1.0, 4.0);
    assert_eq!(waits(|| word(0.5, &Flaky::broken())), vec![SECOND; 19], "the word wins");
}

#[test]
fn a_closure_is_evaluated_at_run_time_whatever_it_names() {
    thread_local!(static CONFIG: Cell<(u32, Duration, f64)> = const { Cell::new((3, SECOND, 2.0)) });

    fn config() -> (u32, Duration, f64) {
        CONFIG.get()
    }

    #[retry(max = || config().0, base = || { config().1 }, factor = || config().2, jitter = spread(|| 0.0))]
    fn call(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(
        max = || -> u32 { if config().0 == 0 { return 2 } config().0 },
        base_ms = || {
            if config().0 == 0 {
                return 7000;
            }
            1000
        },
        jitter = || Jitter::None,
        max_delay = move || 3 * config().1
    )]
    fn with_control_flow(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    assert_eq!(waits(|| call(&Flaky::broken())), secs([1, 2]));
    assert_eq!(waits(|| with_control_flow(&Flaky::broken())), secs([1, 2]));
    CONFIG.set((0, 5 * SECOND, 3.0));
    assert_eq!(waits(|| call(&Flaky::broken())), []);
    assert_eq!(waits(|| with_control_flow(&Flaky::broken())), secs([7]));
    CONFIG.set((4, 5 * SECOND, 3.0));
    assert_eq!(waits(|| call(&Flaky::broken())), secs([5, 15, 45]));
}

#[test]
fn a_policy_may_be_borrowed_or_missing() {
    const TEAM: Policy = Policy::new().max(4).base(SECOND).factor(1.0).jitter(Jitter::None);
    const BORROWED: &Policy = &TEAM;
    const SOME: Option<Policy> = Some(TEAM);
    const NONE: Option<&Policy> = None;

    macro_rules! call {
        ($($name:ident($($argument:ident: $ty:ty)?): $policy:expr;)+) => {$(
            #[retry(policy = $policy)]
            fn $name(flaky: &Flaky $(, $argument: $ty)?) -> Result<u32, Down> {
                flaky.call()
            }
        )+};
    }
    call! {
        owned(policy: Policy): policy;
        reference(policy: &Policy): policy;
        optional(policy: Option<Policy>): policy;
        optional_reference(policy: Option<&Policy>): policy;
        constant(): TEAM;
        constant_reference(): BORROWED;
        constant_option(): SOME;
        constant_none(): NONE;
        referenced(): &TEAM;
        literal_none(): None::<Policy>;
    }

    let three = secs([1, 1, 1]);
    assert_eq!(waits(|| owned(&Flaky::broken(), TEAM)), three);
    assert_eq!(waits(|| reference(&Flaky::broken(), &TEAM)), three);
    assert_eq!(waits(|| optional(&Flaky::broken(), Some(TEAM))), three);
    assert_eq!(waits(|| optional(&Flaky::broken(), None)), []);
    assert_eq!(waits(|| optional_reference(&Flaky::broken(), Some(&TEAM))), three);
    assert_eq!(waits(|| optional_reference(&Flaky::broken(), None)), []);
    assert_eq!(waits(|| constant(&Flaky::broken())), three);
    assert_eq!(waits(|| constant_reference(&Flaky::broken())), three);
    assert_eq!(waits(|| constant_option(&Flaky::broken())), three);
    assert_eq!(waits(|| constant_none(&Flaky::broken())), []);
    assert_eq!(waits(|| referenced(&Flaky::broken())), three);
    assert_eq!(waits(|| literal_none(&Flaky::broken())), []);
}

#[test]
fn constants_go_with_values_of_the_call() {
    const BASE: Duration = Duration::from_secs(2);
    const TEAM: Policy = Policy::new().max(9).base(SECOND).factor(1.0).jitter(Jitter::None);

    #[retry(base = BASE, max = max, jitter = none, backoff = linear)]
    fn constants(max: u32, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(preset = worker_api, max = max, jitter = none)]
    fn preset(max: u32, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(policy = TEAM, max = max)]
    fn policy(max: u32, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    assert_eq!(waits(|| constants(4, &Flaky::broken())), secs([2, 4, 6]));
    assert_eq!(waits(|| preset(4, &Flaky::broken())), secs([1, 2, 4]));
    assert_eq!(waits(|| policy(4, &Flaky::broken())), secs([1, 1, 1]));
}

/// A value that names `Self` is in an inline constant, beside values of the call.
trait Limits {
    const BASE: Duration;
    const TIMEOUT: Duration;
    const MAX: u32;
}

struct Worker<L> {
    limits: L,
    policy: Policy,
}

struct Short;

impl Limits for Short {
    const BASE: Duration = Duration::from_secs(3);
    const TIMEOUT: Duration = Duration::from_secs(2);
    const MAX: u32 = 2;
}

impl<L: Limits> Worker<L> {
    const MAX: u32 = 3;

    #[retry(base = L::BASE, max = max, jitter = none)]
    fn call(max: u32, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(policy = self.policy, base = L::BASE, max = Self::MAX)]
    fn by_policy(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(base = L::BASE, max = max, jitter = none, attempt_timeout = L::TIMEOUT)]
    async fn hang(&self, max: u32) -> Result<u32, Failed> {
        pending().await
    }

    #[retry(policy = self.policy, max = L::MAX, attempt_timeout = L::TIMEOUT)]
    async fn hang_by_policy(&self) -> Result<u32, Failed> {
        pending().await
    }

    #[retry(base = L::BASE, max = L::MAX, jitter = none, attempt_timeout = limit)]
    async fn hang_for(&self, limit: Duration) -> Result<u32, Failed> {
        pending().await
    }
}

#[retry(base = Self::PAUSE, max = max, jitter = none)]
impl Short {
    const PAUSE: Duration = Duration::from_secs(3);

    fn inherited(max: u32, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(base = "1s")]
    fn overridden(max: u32, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }
}

#[test]
fn constants_of_a_type_go_with_values_of_the_call() {
    let policy = Policy::new().jitter(Jitter::None).factor(1.0);
    let worker = Worker { limits: Short, policy };
    let _ = &worker.limits;
    assert_eq!(waits(|| Worker::<Short>::call(3, &Flaky::broken())), secs([3, 6]));
    assert_eq!(waits(|| worker.by_policy(&Flaky::broken())), secs([3, 3]));
    assert_eq!(waits(|| Short::inherited(3, &Flaky::broken())), secs([3, 6]));
    assert_eq!(waits(|| Short::overridden(3, &Flaky::broken())), secs([1, 2]));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_a_type_goes_with_values_of_the_call() {
    let worker = Worker { limits: Short, policy: Policy::new().jitter(Jitter::None) };
    let timeout = |limit| Err(Failed::Timeout(Some(limit * SECOND)));
    let start = Instant::now();
    assert_eq!(worker.hang(2).await, timeout(2));
    assert_eq!(start.elapsed(), 7 * SECOND);
    assert_eq!(worker.hang_by_policy().await, timeout(2));
    assert_eq!(start.elapsed(), 12 * SECOND);
    assert_eq!(worker.hang_for(4 * SECOND).await, timeout(4));
    assert_eq!(start.elapsed(), 23 * SECOND);
}

#[retry(max = self.retries, base = self.base, jitter = none, name = "client {self.millis}")]
impl Client {
    fn on_block(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = max)]
    fn with_own(&self, max: u32, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(base = "7s", factor = 1)]
    async fn with_constant(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = 2, base = "1s", name = "connect")]
    fn connect(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[cfg_attr(all(), retry(max = 2))]
    fn deferred(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    fn is_new(&self) -> bool {
        self.millis == 0
    }
}

#[retry(policy = self.policy)]
impl Client {
    fn by_policy(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = self.retries)]
    async fn by_policy_with_max(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }
}

#[test]
fn the_values_of_a_block_are_those_of_each_methods_call() {
    let mut client = Client { retries: 4, base: SECOND, ..Client::default() };
    assert!(client.is_new());
    assert_eq!(waits(|| client.on_block(&Flaky::broken())), secs([1, 2, 4]));
    assert_eq!(waits(|| client.with_own(2, &Flaky::broken())), secs([1]));
    assert_eq!(waits(|| finish(client.with_constant(&Flaky::broken()))), secs([7, 7, 7]));
    assert_eq!(waits(|| Client::connect(&Flaky::broken())), secs([1]));
    assert_eq!(waits(|| client.deferred(&Flaky::broken())), secs([1]));
    assert_eq!(waits(|| client.by_policy(&Flaky::broken())), []);
    client.policy = Some(Policy::new().max(3).jitter(Jitter::None));
    assert_eq!(waits(|| client.by_policy(&Flaky::broken())), secs([1, 2]));
    assert_eq!(waits(|| finish(client.by_policy_with_max(&Flaky::broken()))), secs([1, 2, 4]));
}

trait Fetch {
    fn retries(&self) -> u32;

    #[retry(max = self.retries(), base = "1s", jitter = none)]
    fn provided(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    fn required(&self, flaky: &Flaky) -> Result<u32, Down>;
}

#[retry(max = self.retries, base = "2s", jitter = none)]
impl Fetch for Client {
    fn retries(&self) -> u32 {
        self.retries
    }

    fn required(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }
}

#[test]
fn values_of_the_call_in_traits() {
    let client = Client { retries: 3, ..Client::default() };
    assert_eq!(waits(|| client.provided(&Flaky::broken())), secs([1, 2]));
    assert_eq!(waits(|| client.required(&Flaky::broken())), secs([2, 4]));
}

#[async_trait(?Send)]
trait Boxed {
    async fn borrowed(&self, flaky: &Flaky) -> Result<u32, Down>;
    async fn owned(self, base: Duration, flaky: &Flaky) -> Result<u32, Down>;
    async fn named(&self, n: u32, flaky: &Flaky) -> Result<u32, Down>;
}

#[async_trait(?Send)]
impl Boxed for Client {
    #[retry(max = self.retries, base = self.base, jitter = none)]
    async fn borrowed(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = self.retries, base = base, jitter = || self.fraction, clone(self))]
    async fn owned(self, base: Duration, flaky: &Flaky) -> Result<u32, Down> {
        let client = self;
        client.flaky.take();
        flaky.call()
    }

    #[retry(name = "client {self.millis} {n}", max = n)]
    async fn named(&self, mut n: u32, flaky: &Flaky) -> Result<u32, Down> {
        n += 1;
        flaky.call().map(|call| call + n)
    }
}

struct Above(Client);

#[retry(max = self.0.retries, base = self.0.base, jitter = none)]
#[async_trait(?Send)]
impl Boxed for Above {
    async fn borrowed(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(skip)]
    async fn owned(self, _: Duration, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    async fn named(&self, _: u32, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }
}

struct Below(Client);

#[async_trait(?Send)]
#[retry(max = self.0.retries, base = self.0.base, jitter = none)]
impl Boxed for Below {
    async fn borrowed(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(skip)]
    async fn owned(self, _: Duration, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    async fn named(&self, _: u32, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }
}

#[test]
fn values_of_the_call_under_async_trait() {
    let client = Client { retries: 3, base: SECOND, ..Client::default() };
    let (above, below) = (Above(client.clone()), Below(client.clone()));
    assert_eq!(waits(|| finish(client.borrowed(&Flaky::broken()))), secs([1, 2]));
    assert_eq!(waits(|| finish(above.borrowed(&Flaky::broken()))), secs([1, 2]));
    assert_eq!(waits(|| finish(below.borrowed(&Flaky::broken()))), secs([1, 2]));
    assert_eq!(waits(|| finish(below.named(1, &Flaky::broken()))), secs([1, 2]));
    assert_eq!(waits(|| finish(client.named(2, &Flaky::broken()))).len(), 1);
    assert_eq!(waits(|| finish(client.owned(3 * SECOND, &Flaky::broken()))), secs([3, 6]));
}

#[retry(max = retries, base = base, jitter = none)]
fn future(retries: u32, base: Duration, flaky: &Flaky) -> impl Future<Output = Result<u32, Down>> {
    async move { flaky.call() }
}

#[retry(max = retries.len() as u32, base = "1s", jitter = none)]
fn boxed<'a>(retries: &str, flaky: &'a Flaky) -> Pin<Box<dyn Future<Output = Result<u32, Down>> + 'a>> {
    let name = retries.to_owned();
    Box::pin(async move { flaky.call().map(|call| call + u32::from(name.is_empty())) })
}

#[test]
fn values_of_the_call_in_functions_that_return_a_future() {
    assert_eq!(waits(|| finish(future(3, SECOND, &Flaky::broken()))), secs([1, 2]));
    let flaky = Flaky::broken();
    let future = boxed(&String::from("123"), &flaky);
    assert_eq!(waits(|| finish(future)), secs([1, 2]));
}

/// A value that the body consumes, changes or takes apart.
struct Settings {
    retries: u32,
    base: Duration,
}

#[retry(max = settings.retries, base = settings.base, jitter = none, clone(settings))]
fn consumed(settings: Box<Settings>, flaky: &Flaky) -> Result<u32, Down> {
    drop(settings);
    flaky.call()
}

impl Clone for Settings {
    fn clone(&self) -> Settings {
        Settings { retries: 0, base: Duration::ZERO }
    }
}

#[retry(max = retries, base = base, jitter = none, clone(base))]
fn changed(mut retries: u32, (mut base, _): (Duration, u32), flaky: &Flaky) -> Result<u32, Down> {
    retries += 1;
    base += SECOND;
    flaky.call().map(|call| call + retries + base.subsec_nanos())
}

#[retry(max = *retries, base = "1s", jitter = none)]
fn counted_down(retries: &mut u32, flaky: &Flaky) -> Result<u32, Down> {
    *retries -= 1;
    flaky.call()
}

#[retry(max = list.len() as u32, base = "1s", jitter = none)]
fn generic<T: Into<u32>, const N: usize>(list: &[T; N], flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = r#type, base = "1s", jitter = none)]
async fn raw(r#type: u32, flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[test]
fn a_value_is_read_before_the_body_uses_up_what_it_names() {
    let settings = Box::new(Settings { retries: 3, base: SECOND });
    assert_eq!(waits(|| consumed(settings, &Flaky::broken())), secs([1, 2]));
    assert_eq!(waits(|| changed(3, (SECOND, 0), &Flaky::broken())), secs([1, 2]));
    let mut retries = 3;
    assert_eq!(waits(|| counted_down(&mut retries, &Flaky::broken())), secs([1, 2]));
    assert_eq!(retries, 0);
    assert_eq!(waits(|| generic(&[1_u8, 2, 3], &Flaky::broken())), secs([1, 2]));
    assert_eq!(waits(|| finish(raw(3, &Flaky::broken()))), secs([1, 2]));
}

#[test]
fn schedules_take_values_of_the_call() {
    #[retry(max = max, base = "1s", backoff = linear(step), jitter = none)]
    fn linear(max: u32, step: Duration, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(delays = ["1s", "5s"], jitter = none, max = max)]
    fn repeated(max: u32, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    assert_eq!(waits(|| linear(4, 3 * SECOND, &Flaky::broken())), secs([1, 4, 7]));
    assert_eq!(waits(|| linear(4, Duration::MAX, &Flaky::broken())), secs([1, 60, 60]));
    assert_eq!(waits(|| repeated(4, &Flaky::broken())), secs([1, 5, 5]));
    assert_eq!(waits(|| repeated(2, &Flaky::broken())), secs([1]));
}

#[test]
fn the_longest_hint_is_known_at_run_time() {
    #[retry(max = 2, base = "1s", jitter = none, retry_after = |_| Some(5 * SECOND), max_hint = max_hint)]
    fn call(max_hint: Duration, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    assert_eq!(waits(|| call(5 * SECOND, &Flaky::broken())), secs([5]));
    assert_eq!(waits(|| call(Duration::MAX, &Flaky::broken())), secs([5]));
    assert_eq!(waits(|| call(4 * SECOND, &Flaky::broken())), []);
    assert_eq!(waits(|| call(Duration::ZERO, &Flaky::broken())), []);
}

#[test]
fn a_jitter_may_be_a_call_of_a_function() {
    fn by_load(load: u32) -> Jitter {
        if load > 5 { Jitter::UpTo(Duration::from_secs(3600)) } else { Jitter::None }
    }

    #[retry(max = 3, max_delay = "2h", jitter = by_load(load))]
    fn call(flaky: &Flaky, load: u32) -> Result<u32, Down> {
        flaky.call()
    }

    assert_eq!(waits(|| call(&Flaky::broken(), 1)), secs([1, 2]));
    assert_ne!(waits(|| call(&Flaky::broken(), 9)), secs([1, 2]));
}
