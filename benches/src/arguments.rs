//! Functions with one argument of the attribute each. Their result is one word.

use std::hint::black_box;
use std::pin::pin;
use std::time::Duration;

use reattempt::{CircuitBreaker, Policy, RetryBudget, RetryError, Throttle, retry};

use crate::layouts_in_binary::error::Down;
use crate::layouts_in_binary::service::{Service, call, finish};
use crate::layouts_in_binary::word::{Operation, operation};

/// The calls of the functions with an argument.
pub(crate) struct Argument {
    pub(crate) name: &'static str,
    /// `None` where sync functions cannot have the argument.
    pub(crate) sync: Option<fn()>,
    pub(crate) asynchronous: fn(),
}

type Answer = Result<u64, Down>;

static POLICY: Policy = Policy::new();

/// A budget that is full once [`prepare`] has run. Its deposits live for so long that none expires meanwhile.
static FULL: RetryBudget = RetryBudget::new().ttl(Duration::from_hours(10)).reserve_per_second(0);

/// A budget that never gets full.
static FILLING: RetryBudget = RetryBudget::new().capacity(1_000_000);

static IN_A_ROW: CircuitBreaker = CircuitBreaker::new();
static OVER_CALLS: CircuitBreaker = CircuitBreaker::new().failure_rate(0.5);
static OVER_TIME: CircuitBreaker =
    CircuitBreaker::new().failure_rate(0.5).window_time(Duration::from_secs(10));

/// A throttle that has refused nothing, whose window outlasts the measurement.
static THROTTLE: Throttle = Throttle::new().window(Duration::from_hours(10));

/// Fills the budget [`FULL`], and the windows of the breakers and of the throttle with good calls.
pub(crate) fn prepare() {
    for _ in 0..10_000 {
        FULL.deposit();
        THROTTLE.acquire().expect("nothing is refused while all calls are good").accepted();
        for breaker in [&OVER_CALLS, &OVER_TIME] {
            breaker.call(|| Answer::Ok(7)).expect("a breaker is closed while all calls are good");
        }
    }
}

/// Takes rows: a module, a name, the function's parameters beside the service with their values, its result, and the
/// attribute's argument.
macro_rules! arguments {
    ($(
        $module:ident, $name:literal, ($($parameter:ident: $type:ty = $value:expr)?) -> $result:ty, ($($argument:tt)*);
    )+) => {
        $(
            mod $module {
                use super::*;

                #[retry($($argument)*)]
                #[inline(never)]
                pub(super) fn sync(service: &Service $(, $parameter: $type)?) -> $result {
                    $(black_box(&$parameter);)?
                    operation(service)
                }

                #[retry($($argument)*)]
                pub(super) async fn asynchronous(service: &Service $(, $parameter: $type)?) -> $result {
                    $(black_box(&$parameter);)?
                    Operation(service).await
                }
            }
        )+

        fn of_functions() -> Vec<Argument> {
            vec![$(
                Argument {
                    name: $name,
                    sync: Some(|| call(|service| $module::sync(service $(, black_box($value))?))),
                    asynchronous: || call(|service| finish(pin!($module::asynchronous(service $(, black_box($value))?)))),
                },
            )+]
        }
    };
}

arguments! {
    none, "no argument", () -> Answer, ();
    on_type, "on, a type", () -> Answer, (on = Down);
    on_pattern, "on, a pattern", () -> Answer, (on = Down { status: 503 });
    when, "when", () -> Answer, (when = |error| error.status == 503);
    name, "name, with a place", (number: u64 = 7) -> Answer, (name = "ask {number}");
    policy, "policy, at run time", (policy: &Policy = &POLICY) -> Answer, (policy = *policy);
    env, "env", () -> Answer, (env = "BENCHES");
    deadline, "deadline", () -> Answer, (deadline_ms = 120_000);
    within, "within", () -> Answer, (within = "1m");
    error, "error", () -> Result<u64, RetryError<Down>>, (error = Down);
    on_retry, "on_retry", () -> Answer, (on_retry = |event| { black_box(event.delay()); });
    on_give_up, "on_give_up", () -> Answer, (on_give_up = |event| { black_box(event.reason()); });
    fallback, "fallback", () -> Answer, (fallback = |_| Ok(0));
    retry_ok, "retry_ok", () -> Answer, (retry_ok = |value| *value == 0);
    call, "call", () -> Answer, (call = c);
    restart_after, "restart_after", () -> Answer, (restart_after = "2m");
    on_success, "on_success", () -> Answer, (on_success = |event| { black_box(event.attempt()); });
    delay, "delay", () -> Answer, (delay = |_, _| Duration::from_secs(1));
    log, "log", () -> Answer, (log = debug, max = 3);
    span, "span, nobody listens", () -> Answer, (span);
    delays, "delays", () -> Answer, (delays = ["1s", "5s"]);
    budget_full, "budget, full", () -> Answer, (budget = FULL);
    budget_filling, "budget, filling", () -> Answer, (budget = FILLING);
    in_a_row, "breaker, in a row", () -> Answer, (breaker = IN_A_ROW);
    over_calls, "breaker, over calls", () -> Answer, (breaker = OVER_CALLS);
    over_time, "breaker, over time", () -> Answer, (breaker = OVER_TIME);
    throttle, "throttle", () -> Answer, (throttle = THROTTLE);
    cloned, "clone", (list: Vec<u64> = Vec::new()) -> Answer, (clone(list));
}

#[retry(attempt_timeout_ms = 5000)]
async fn timed(service: &Service) -> Answer {
    Operation(service).await
}

#[retry(hedge = "50ms")]
async fn hedged(service: &Service) -> Answer {
    Operation(service).await
}

/// A caller whose rule for errors changes itself.
struct Client {
    service: &'static Service,
    failures: u32,
}

impl Client {
    #[retry(when = |error| self.fails(error))]
    #[inline(never)]
    fn sync(&mut self) -> Answer {
        operation(self.service)
    }

    #[retry(when = |error| self.fails(error))]
    async fn asynchronous(&mut self) -> Answer {
        Operation(self.service).await
    }

    fn fails(&mut self, error: &Down) -> bool {
        self.failures += 1;
        error.status == 503
    }
}

/// Returns the arguments in the order of the table, and a read of the clock.
pub(crate) fn all() -> Vec<Argument> {
    let mut all = of_functions();
    all.push(Argument {
        name: "when, of &mut self",
        sync: Some(|| call(|service| black_box(&mut Client { service, failures: 0 }).sync())),
        asynchronous: || {
            call(|service| finish(pin!(black_box(&mut Client { service, failures: 0 }).asynchronous())));
        },
    });
    all.push(Argument {
        name: "attempt_timeout",
        sync: None,
        asynchronous: || call(|service| finish(pin!(timed(service)))),
    });
    all.push(Argument {
        name: "hedge",
        sync: None,
        asynchronous: || call(|service| finish(pin!(hedged(service)))),
    });
    all.push(clock());
    all
}

/// Returns a read of the clock alone, which is the most of some of the calls.
#[expect(clippy::disallowed_methods, reason = "the clocks are what is measured")]
fn clock() -> Argument {
    Argument {
        name: "(a read of the clock)",
        sync: Some(|| _ = black_box(std::time::Instant::now())),
        asynchronous: || _ = black_box(tokio::time::Instant::now()),
    }
}
