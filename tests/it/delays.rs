//! How long a call waits between attempts.

use std::time::Duration;

use reattempt::{Backoff, Jitter, Policy, retry, testing};

use crate::support::{Down, Flaky, finish, millis, secs};

#[retry(max = 6, base = "1s", jitter = none)]
fn exponential(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 5, base = "1s", factor = 1.5, jitter = none)]
fn by_half(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 4, base_ms = 10, factor = 10, jitter = none)]
fn tenfold(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 6, base = "1s", backoff = linear, jitter = none)]
fn linear(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 6, base = "1s", backoff = constant, jitter = none)]
fn constant(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 8, base = "1s", backoff = fibonacci, jitter = none)]
fn fibonacci(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 8, base = "1s", max_delay = "5s", backoff = fibonacci, jitter = none)]
fn fibonacci_below_a_ceiling(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

#[retry(max = 7, base = "1s", max_delay = "5s", jitter = none)]
async fn exponential_below_a_ceiling(flaky: &Flaky) -> Result<u32, Down> {
    flaky.call()
}

/// The waits of a call that never succeeds.
fn waits<T>(call: impl FnOnce(&Flaky) -> Result<T, Down>) -> Vec<Duration> {
    let guard = testing::no_wait();
    assert!(call(&Flaky::broken()).is_err());
    guard.delays()
}

#[test]
fn each_backoff_has_its_delays() {
    assert_eq!(waits(exponential), secs([1, 2, 4, 8, 16]));
    assert_eq!(waits(by_half), millis([1000, 1500, 2250, 3375]));
    assert_eq!(waits(tenfold), millis([10, 100, 1000]));
    assert_eq!(waits(linear), secs([1, 2, 3, 4, 5]));
    assert_eq!(waits(constant), secs([1; 5]));
    assert_eq!(waits(fibonacci), secs([1, 1, 2, 3, 5, 8, 13]));
}

#[test]
fn no_delay_exceeds_max_delay() {
    assert_eq!(waits(fibonacci_below_a_ceiling), secs([1, 1, 2, 3, 5, 5, 5]));
    assert_eq!(waits(|flaky| finish(exponential_below_a_ceiling(flaky))), secs([1, 2, 4, 5, 5, 5]));
}

#[test]
fn jitter_never_exceeds_max_delay_and_is_not_lost_there() {
    #[retry(max = 1000, base = "4s", max_delay = "4s", jitter = 0.3)]
    fn jittered(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let waits = waits(jittered);
    assert!(waits.iter().all(|&wait| wait < Duration::from_secs(4)));
    let (shortest, longest) = (waits.iter().min().unwrap(), waits.iter().max().unwrap());
    assert!(longest.as_secs_f64() / shortest.as_secs_f64() > 1.25, "{shortest:?} to {longest:?}");
}

#[test]
fn without_arguments_the_defaults_hold() {
    #[retry]
    fn by_default(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = 100)]
    fn for_long(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let [first, second] = waits(by_default)[..] else { panic!("two waits") };
    assert!((Duration::from_secs(1)..Duration::from_millis(1300)).contains(&first), "{first:?}");
    assert!((Duration::from_secs(2)..Duration::from_millis(2600)).contains(&second), "{second:?}");
    let longest = waits(for_long).into_iter().max().unwrap();
    assert!((Duration::from_secs(50)..Duration::from_secs(60)).contains(&longest), "{longest:?}");
}

#[test]
fn the_three_forms_of_a_duration_mean_the_same() {
    const BASE: Duration = Duration::from_millis(1500);

    #[retry(max = 2, base = "1.5s", jitter = none)]
    fn text(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = 2, base_ms = 1500, jitter = none)]
    fn number(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = 2, base = BASE, jitter = none)]
    fn expression(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    for waits in [waits(text), waits(number), waits(expression)] {
        assert_eq!(waits, [BASE]);
    }
}

#[test]
fn a_duration_may_have_several_units() {
    #[retry(max = 2, base = "1m30s", max_delay = "1h 30m", jitter = up_to("1s500ms"))]
    fn call(guard: &testing::Guard, flaky: &Flaky) -> Result<u32, Down> {
        guard.seed(7);
        flaky.call()
    }

    let guard = testing::no_wait();
    assert!(call(&guard, &Flaky::broken()).is_err());
    let [delay] = guard.delays()[..] else { panic!("{:?}", guard.delays()) };
    let base = Duration::from_secs(90);
    assert!(delay >= base && delay < base + Duration::from_millis(1500), "{delay:?}");
}

#[test]
fn no_base_means_no_wait_but_a_retry_all_the_same() {
    #[retry(max = 4, base_ms = 0, jitter = none)]
    fn at_once(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    #[retry(max = 4, base_ms = 0, jitter = none)]
    async fn at_once_async(flaky: &Flaky) -> Result<u32, Down> {
        flaky.call()
    }

    let zeros = [Duration::ZERO; 3];
    assert_eq!(waits(at_once), zeros);
    assert_eq!(waits(|flaky| finish(at_once_async(flaky))), zeros);
}

/// For each jitter as written the policy that it stands for.
macro_rules! jitters {
    ($($name:ident: ($($written:tt)*) => $jitter:expr;)*) => {
        $(
            #[retry(max = 9, base = "1s", max_delay = "20s", jitter = $($written)*)]
            fn $name(flaky: &Flaky) -> Result<u32, Down> {
                flaky.call()
            }
        )*

        const JITTERS: &[(fn(&Flaky) -> Result<u32, Down>, Policy)] = &[$(($name, NINE.jitter($jitter))),*];
    };
}

const NINE: Policy = Policy::new().max(9).base(Duration::from_secs(1)).max_delay(Duration::from_secs(20));
const FRACTION: f64 = 0.25;
const KIND: Jitter = Jitter::Spread(0.4);

jitters! {
    fraction: (0.3) => Jitter::Additive(0.3);
    whole_fraction: (1) => Jitter::Additive(1.0);
    named_fraction: (FRACTION) => Jitter::Additive(FRACTION);
    named_kind: (KIND) => KIND;
    spread: (spread(0.1)) => Jitter::Spread(0.1);
    full: (full) => Jitter::Full;
    equal: (equal) => Jitter::Equal;
    decorrelated: (decorrelated) => Jitter::Decorrelated;
    up_to: (up_to("1.5s")) => Jitter::UpTo(Duration::from_millis(1500));
}

#[test]
fn waits_are_inside_the_bounds_of_the_policy() {
    for &(call, policy) in JITTERS {
        for (wait, n) in waits(call).into_iter().zip(1..) {
            let (shortest, longest) = policy.delay_bounds(n);
            assert!((shortest..=longest).contains(&wait), "{policy:?}: wait {n} is {wait:?}");
        }
    }
}

#[test]
fn a_seed_makes_waits_those_of_the_policy() {
    for &(call, policy) in JITTERS {
        for seed in [0, 1, 7, u64::MAX] {
            let guard = testing::no_wait();
            guard.seed(seed);
            call(&Flaky::broken()).unwrap_err();
            assert_eq!(guard.delays(), policy.delays_seeded(seed).collect::<Vec<_>>(), "{policy:?}");
        }
    }
}

#[test]
fn a_seed_stands_for_the_same_waits_on_every_machine() {
    let guard = testing::no_wait();
    guard.seed(7);
    full(&Flaky::broken()).unwrap_err();
    let nanos = [55_360_436, 344_231_708, 2_870_304_513, 3_417_678_554].map(Duration::from_nanos);
    assert!(guard.delays().starts_with(&nanos), "{:?}", guard.delays());
}

#[test]
fn a_call_that_succeeds_draws_nothing() {
    for &(call, policy) in JITTERS {
        let guard = testing::no_wait();
        guard.seed(7);
        call(&Flaky::failing(0)).unwrap();
        call(&Flaky::broken()).unwrap_err();
        assert_eq!(guard.delays(), policy.delays_seeded(7).collect::<Vec<_>>(), "{policy:?}");
    }
}

#[test]
fn without_a_seed_every_call_draws_its_own_waits() {
    for &(call, policy) in JITTERS {
        assert_ne!(waits(call), waits(call), "{policy:?}");
    }
}

#[test]
fn a_new_guard_draws_without_the_seed_of_the_one_before() {
    let seeded = || {
        let guard = testing::no_wait();
        guard.seed(3);
        full(&Flaky::broken()).unwrap_err();
        guard.delays()
    };
    let first = seeded();
    assert_ne!(waits(full), first);
    assert_eq!(seeded(), first);
}

#[test]
fn backoffs_of_the_attribute_are_those_of_the_policy() {
    let policy = Policy::new().base(Duration::from_secs(1)).jitter(Jitter::None);
    for (call, backoff, max) in [
        (exponential as fn(&Flaky) -> _, Backoff::Exponential, 6),
        (linear, Backoff::Linear, 6),
        (constant, Backoff::Constant, 6),
        (fibonacci, Backoff::Fibonacci, 8),
    ] {
        assert_eq!(waits(call), policy.backoff(backoff).max(max).delays().collect::<Vec<_>>());
    }
}
