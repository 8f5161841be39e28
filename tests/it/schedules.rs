//! Lists of delays, steps of a linear backoff, and modes of hints.
#![allow(clippy::all, clippy::pedantic, reason = "attributes are what users write, not what clippy would")]

use std::cell::Cell;
use std::time::Duration;

use reattempt::{
    Backoff, GiveUpReason, HintMode, Jitter, Policy, RetryError, Retryable, preset, retry, testing,
};

use crate::support::{Down, Flaky, finish, millis, secs};

const SECOND: Duration = Duration::from_secs(1);

/// The waits of a call that never succeeds.
fn waits<T>(call: impl FnOnce(&Flaky) -> Result<T, Down>) -> Vec<Duration> {
    let guard = testing::no_wait();
    assert!(call(&Flaky::broken()).is_err());
    guard.delays()
}

/// Defines a function and its async twin for each attribute, and checks the waits of both.
macro_rules! waits_of {
    ($($waits:expr => ($($attribute:tt)*);)*) => {
        $({
            #[retry($($attribute)*)]
            fn call(flaky: &Flaky) -> Result<u32, Down> {
                flaky.call()
            }

            #[retry($($attribute)*)]
            async fn call_async(flaky: &Flaky) -> Result<u32, Down> {
                flaky.call()
            }

            let expected: Vec<Duration> = $waits;
            assert_eq!(waits(call), expected, stringify!($($attribute)*));
            assert_eq!(waits(|flaky| finish(call_async(flaky))), expected, stringify!($($attribute)*));
        })*
    };
}

const DELAY: Duration = Duration::from_millis(1500);
const ARRAY: [Duration; 2] = [DELAY, SECOND];
const SLICE: &[Duration] = &ARRAY;
static STATIC: [Duration; 2] = ARRAY;
const COUNT: usize = 3;

const fn twice(delay: Duration) -> Duration {
    delay.saturating_mul(2)
}

mod team {
    pub(super) const SCHEDULE: [std::time::Duration; 1] = [super::SECOND];
}

#[test]
fn a_list_in_each_of_its_forms() {
    waits_of! {
        millis([100, 1000, 5000]) => (delays = ["100ms", "1s", "5s"], jitter = none);
        millis([100]) => (delays = ["100ms"], jitter = none);
        millis([100, 1500, 3000]) => (delays = ["100ms", DELAY, twice(DELAY),], jitter = none);
        millis([1500, 1000]) => (delays = SLICE, jitter = none);
        millis([1500, 1000]) => (delays = &ARRAY, jitter = none);
        millis([1500, 1000]) => (delays = &STATIC, jitter = none);
        millis([1000]) => (delays = &team::SCHEDULE, jitter = none);
        millis([1500, 500]) => (delays = &[DELAY, "500ms"], jitter = none);
        secs([2; 3]) => (delays = ["2s"; COUNT], jitter = none);
        secs([0, 0]) => (delays = ["0s", "0s"], jitter = none);
    }
}

#[test]
fn a_list_sets_the_number_of_attempts_unless_it_is_written() {
    waits_of! {
        secs([1, 5, 5, 5]) => (delays = ["1s", "5s"], max = 5, jitter = none);
        secs([1, 5, 5, 5]) => (max = 5, delays = ["1s", "5s"], jitter = none);
        secs([1]) => (max = 2, delays = ["1s", "5s"], jitter = none);
        secs([]) => (max = 1, delays = ["1s", "5s"], jitter = none);
        secs([1, 5]) => (preset = amqp_connection, delays = ["1s", "5s"], jitter = none);
        secs([1, 5]) => (policy = preset::SSH_CONNECTION, delays = ["1s", "5s"], jitter = none);
    }

    #[retry(unlimited, delays = ["1s", "5s"], jitter = none)]
    fn unlimited(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let guard = testing::no_wait();
    assert_eq!(unlimited(&Flaky::failing(4)), Ok(5));
    assert_eq!(guard.delays(), secs([1, 5, 5, 5]));
}

#[test]
fn a_max_delay_limits_a_list_only_where_it_is_written() {
    waits_of! {
        secs([90, 300]) => (delays = ["90s", "5m"], jitter = none);
        secs([90, 120]) => (delays = ["90s", "5m"], max_delay = "2m", jitter = none);
        secs([10, 10]) => (preset = api_call, delays = ["90s", "5m"], jitter = none);
        secs([90, 300]) => (preset = default, delays = ["90s", "5m"], jitter = none);
        secs([90, 300]) => (delays = ["90s", "5m"], within = "390s", jitter = none);
        secs([90]) => (delays = ["90s", "5m"], deadline = "2m", jitter = none);
    }
}

#[test]
fn jitter_applies_to_a_list() {
    #[retry(delays = ["1s", "100s"])]
    fn additive(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(delays = ["1s", "100s"], jitter = full)]
    fn full(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    const LIST: &[Duration] = &[SECOND, Duration::from_secs(100)];
    for (call, policy) in [
        (additive as fn(&Flaky) -> _, Policy::new().list(LIST)),
        (full, Policy::new().list(LIST).jitter(Jitter::Full)),
    ] {
        let guard = testing::no_wait();
        guard.seed(7);
        call(&Flaky::broken()).unwrap_err();
        assert_eq!(guard.delays(), policy.delays_seeded(7).collect::<Vec<_>>());
        let (low, high) = policy.delay_bounds(2);
        assert!((low..high).contains(&guard.delays()[1]));
    }
}

#[test]
fn a_linear_backoff_has_a_step_of_its_own() {
    waits_of! {
        millis([1000, 1500, 2000, 2500]) => (max = 5, backoff = linear("500ms"), jitter = none);
        millis([100, 1600, 3100]) => (max = 4, base = "100ms", backoff = linear(DELAY), jitter = none);
        millis([0, 3000, 5000]) => (max = 4, base_ms = 0, backoff = linear(twice(DELAY)), max_delay = "5s", jitter = none);
        secs([1, 2, 3]) => (max = 4, backoff = linear, jitter = none);
        secs([1, 1, 1]) => (max = 4, backoff = linear("0s"), jitter = none);
    }
}

struct Client;

const LATE: &[Duration] = &[Duration::from_secs(7)];

#[retry(delays = ["1s", "2s"], jitter = none)]
impl Client {
    const OWN: &'static [Duration] = &[Duration::from_secs(9)];
    const STEP: Duration = Duration::from_secs(3);

    fn inherited(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    async fn inherited_async(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = 5)]
    fn longer(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(delays = LATE)]
    fn other(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(delays = Self::OWN)]
    fn associated(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(delays = [Self::STEP, "1s"])]
    async fn associated_item(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(base = "4s")]
    fn growing(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(backoff = linear(Self::STEP), max = 4)]
    fn linear(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }
}

#[retry(base = "1s", factor = 3, max = 4, jitter = none)]
impl Client {
    fn grows(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(delays = ["1s", "2s"])]
    fn has_a_list(&self, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }
}

#[test]
fn methods_inherit_a_list_or_have_another_schedule() {
    assert_eq!(waits(|flaky| Client.inherited(flaky)), secs([1, 2]));
    assert_eq!(waits(|flaky| finish(Client.inherited_async(flaky))), secs([1, 2]));
    assert_eq!(waits(|flaky| Client.longer(flaky)), secs([1, 2, 2, 2]));
    assert_eq!(waits(|flaky| Client.other(flaky)), secs([7]));
    assert_eq!(waits(|flaky| Client.associated(flaky)), secs([9]));
    assert_eq!(waits(|flaky| finish(Client.associated_item(flaky))), secs([3, 1]));
    assert_eq!(waits(|flaky| Client.growing(flaky)), secs([4, 8]));
    assert_eq!(waits(|flaky| Client.linear(flaky)), secs([1, 4, 7]));
    assert_eq!(waits(|flaky| Client.grows(flaky)), secs([1, 3, 9]));
    // `max` of the block counts as written.
    assert_eq!(waits(|flaky| Client.has_a_list(flaky)), secs([1, 2, 2]));
}

#[test]
fn a_generic_function_has_a_list_of_its_parameters() {
    trait Service {
        const DELAYS: &'static [Duration];
        const STEP: Duration;
    }

    struct Slow;

    impl Service for Slow {
        const DELAYS: &'static [Duration] = &[DELAY, SECOND];
        const STEP: Duration = SECOND;
    }

    #[retry(delays = S::DELAYS, jitter = none)]
    fn list<S: Service>(_: S, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(delays = [S::STEP; 2], jitter = none, max_hint = S::STEP)]
    async fn items<S: Service>(_: S, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    assert_eq!(waits(|flaky| list(Slow, flaky)), [DELAY, SECOND]);
    assert_eq!(waits(|flaky| finish(items(Slow, flaky))), secs([1, 1]));
}

#[test]
fn a_list_replaces_the_delays_of_a_policy_known_at_run_time() {
    #[retry(policy = policy, delays = ["3s"])]
    fn listed(policy: Policy, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(policy = policy, backoff = linear("1s"))]
    async fn linear(policy: Policy, flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let policy = Policy::new().max(4).jitter(Jitter::None);
    assert_eq!(waits(|flaky| listed(policy, flaky)), secs([3]));
    assert_eq!(waits(|flaky| finish(linear(policy, flaky))), secs([1, 2, 3]));
    assert_eq!(waits(|flaky| finish(linear(policy.list(LATE), flaky))), secs([1]));
}

#[test]
fn a_step_and_a_limit_on_hints_may_be_known_at_run_time() {
    struct Tuned {
        step: Duration,
        max_hint: Duration,
    }

    impl Tuned {
        #[retry(max = 4, backoff = linear(self.step), jitter = none)]
        fn linear(&self, flaky: &Flaky) -> Result<u32, Down> {
            flaky.call()
        }

        #[retry(max_hint = self.max_hint, hint = exact)]
        async fn hinted(&self, hint: Duration) -> Result<(), Throttled> {
            Err(Throttled(hint))
        }

        #[retry(delays = ["2s", "5s"], max = self.step.subsec_millis(), jitter = none)]
        fn listed(&self, flaky: &Flaky) -> Result<u32, Down> {
            flaky.call()
        }
    }

    let tuned = Tuned { step: Duration::from_millis(4), max_hint: SECOND };
    assert_eq!(waits(|flaky| tuned.linear(flaky)), millis([1000, 1004, 1008]));
    assert_eq!(waits(|flaky| tuned.listed(flaky)), secs([2, 5, 5]));
    for (hint, waits) in [(SECOND, 2), (SECOND + DELAY, 0)] {
        let guard = testing::no_wait();
        assert_eq!(finish(tuned.hinted(hint)), Err(Throttled(hint)));
        assert_eq!(guard.delays(), vec![hint; waits]);
    }
}

/// An error that carries a hint.
#[derive(Clone, Debug, PartialEq)]
struct Throttled(Duration);

impl std::fmt::Display for Throttled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "wait {:?}", self.0)
    }
}

impl std::error::Error for Throttled {}

impl Retryable for Throttled {
    fn is_retryable(&self) -> bool {
        true
    }

    fn retry_after(&self) -> Option<Duration> {
        Some(self.0)
    }
}

/// The waits of a call whose every error has this hint, and how it ended.
macro_rules! ended {
    ($hint:expr, ($($attribute:tt)*)) => {{
        #[retry(error = Throttled, $($attribute)*)]
        fn call(hint: Duration) -> Result<(), RetryError<Throttled>> {
            Err(Throttled(hint))
        }

        #[retry(error = Throttled, $($attribute)*)]
        async fn call_async(hint: Duration) -> Result<(), RetryError<Throttled>> {
            Err(Throttled(hint))
        }

        let guard = testing::no_wait();
        let reason = call($hint).unwrap_err().reason();
        let waits = guard.delays();
        drop(guard);
        let guard = testing::no_wait();
        assert_eq!(finish(call_async($hint)).unwrap_err().reason(), reason);
        assert_eq!(guard.delays(), waits);
        (waits, reason)
    }};
}

#[test]
fn an_exact_hint_takes_the_place_of_the_delay_without_jitter() {
    let all = GiveUpReason::MaxAttempts;
    for hint in [Duration::ZERO, Duration::from_nanos(1), SECOND / 2, SECOND, 90 * SECOND, 300 * SECOND] {
        assert_eq!(ended!(hint, (base = "10s", hint = exact)), (vec![hint; 2], all), "{hint:?}");
        assert_eq!(
            ended!(hint, (delays = ["10s"], hint = exact, jitter = full)),
            (vec![hint], all),
            "{hint:?}"
        );
    }
    let at_least = ended!(SECOND / 2, (base = "10s", hint = at_least, jitter = none));
    assert_eq!(at_least, (secs([10, 20]), all));
}

#[test]
fn the_limits_apply_to_an_exact_hint() {
    use GiveUpReason::{Deadline, HintTooLong, MaxAttempts};
    let five = 5 * SECOND;
    assert_eq!(ended!(five, (hint = exact, max_hint = "5s")), (vec![five; 2], MaxAttempts));
    assert_eq!(ended!(five, (hint = exact, max_hint = "4999ms")), (vec![], HintTooLong));
    assert_eq!(ended!(five, (hint = exact, max_hint_ms = 4999)), (vec![], HintTooLong));
    assert_eq!(ended!(five, (hint = exact, deadline = "10s")), (vec![five], Deadline));
    assert_eq!(ended!(five, (hint = exact, jitter = none, within = "6s")), (vec![], HintTooLong));
    assert_eq!(ended!(301 * SECOND, (hint = exact)), (vec![], HintTooLong));
    assert_eq!(ended!(301 * SECOND, (hint = exact, max_hint = "301s")), (vec![301 * SECOND; 2], MaxAttempts));
}

#[test]
fn the_closure_form_has_the_same_schedules() {
    const EXACT: Policy = Policy::new().list(SLICE).hint(HintMode::Exact).jitter(Jitter::None);
    let guard = testing::no_wait();
    assert!(EXACT.run(|| Err::<(), _>(Down(1))).is_err());
    assert_eq!(guard.delays(), SLICE);
    let steps = Policy::new().max(4).backoff(Backoff::LinearBy(DELAY)).jitter(Jitter::None);
    let calls = Cell::new(0);
    let answer = steps.run(|| {
        calls.set(calls.get() + 1);
        if calls.get() < 4 { Err("down") } else { Ok("up") }
    });
    assert_eq!(answer, Ok("up"));
    assert_eq!(guard.delays()[2..], millis([1000, 2500, 4000]));
}
