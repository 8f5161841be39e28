//! Values that users and operators choose: whatever they are, they are refused as errors, or calls run with them.

use std::time::Duration;

use proptest::prelude::*;
use retry_core::testing::no_wait;
use retry_core::{
    Backoff, CircuitBreaker, Hedge, Jitter, JitterConfig, Policy, PolicyConfig, RetryBudget, Throttle,
};

fn seconds() -> impl Strategy<Value = Option<f64>> {
    let odd = vec![
        0.0,
        -0.0,
        -1.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE,
        f64::MAX,
        1e-10,
        1e10,
        1.8446e10,
    ];
    prop_oneof![Just(None), prop::sample::select(odd).prop_map(Some), any::<f64>().prop_map(Some)]
}

fn jitters() -> impl Strategy<Value = Option<JitterConfig>> {
    let widths = durations().prop_map(|width| Some(Jitter::UpTo(width).into()));
    prop_oneof![
        Just(None),
        Just(Some(JitterConfig::On)),
        any::<f64>().prop_map(|part| Some(part.into())),
        widths
    ]
}

/// Texts of a jitter: spelled right and wrong, with numbers out of range and signs that are no ASCII.
#[cfg(feature = "serde")]
fn texts() -> impl Strategy<Value = String> {
    let odd = vec![
        "",
        "full",
        "up_to(",
        "up_to(9e99h)",
        "up_to(1e308)",
        "up_to(-1)",
        "spread(NaN)",
        "spread(\u{661})",
        "é",
        "up_to(é)",
        ")(",
        "up_to(1\u{b5}s)",
    ];
    prop_oneof![prop::sample::select(odd).prop_map(str::to_owned), "\\PC{0,12}", "up_to\\(\\PC{0,4}\\)"]
}

fn durations() -> impl Strategy<Value = Duration> {
    let all = vec![Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(u64::MAX / 2), Duration::MAX];
    prop_oneof![prop::sample::select(all), any::<u64>().prop_map(Duration::from_nanos)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_config_is_a_policy_or_an_error(
        max_attempts: Option<u32>, initial_delay in seconds(), max_delay in seconds(), deadline in seconds(), jitter in jitters()
    ) {
        let mut config = PolicyConfig::new();
        (config.max_attempts, config.jitter) = (max_attempts, jitter);
        (config.initial_delay, config.max_delay, config.deadline) = (initial_delay, max_delay, deadline);
        match Policy::try_from(config) {
            Ok(policy) => assert!(!format!("{policy}{policy:#}{policy:?}").is_empty()),
            Err(error) => assert!(!format!("{error}{error:?}").is_empty()),
        }
    }

}

proptest! {
    // A case makes 16 policies and more than 1000 attempts.
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn calls_run_with_any_durations(base in durations(), limit in durations(), deadline in durations(), hint in durations()) {
        let _guard = no_wait();
        for backoff in [Backoff::Exponential, Backoff::Fibonacci, Backoff::LinearBy(limit), Backoff::Constant] {
            for jitter in [Jitter::Decorrelated, Jitter::UpTo(hint), Jitter::Spread(1.0), Jitter::Equal] {
                let policy = Policy::new().backoff(backoff).base(base).max_delay(limit).jitter(jitter).max_hint(hint);
                let policy = policy.max(70);
                let call = policy.retry(|| Err::<(), _>("down")).retry_after(|_| Some(hint));
                prop_assert!(call.run().is_err());
                let policy = policy.deadline(deadline).unlimited().factor(f64::MAX);
                let mut failures = 100;
                let run = policy.retry(|| { failures -= 1; if failures > 0 { Err("down") } else { Ok(()) } }).run();
                prop_assert!(run.is_ok() || run.is_err());
                let _ = (policy.worst_case_wait(), policy.delay_bounds(0), policy.delay_bounds(u32::MAX));
                assert!(!format!("{policy}{policy:#}").is_empty());
            }
        }
    }

    #[test]
    fn shared_state_takes_any_durations(open in durations(), window in durations(), short in durations(), draw: u32) {
        let _guard = no_wait();
        let open = open.max(Duration::from_nanos(1));
        let window = window.max(Duration::from_millis(1));
        let breaker = CircuitBreaker::new().open_for(open).open_for_max(window).trial_timeout(open).failure_rate(1.0);
        let breaker = breaker.window_time(window).minimum_calls(1 + draw % 3);
        let budget = RetryBudget::new().ttl(window).ratio(100.0).capacity(10_000_000).reserve_per_second(10_000);
        let throttle = Throttle::new().window(window).k(1.0).minimum_requests(1);
        let policy = Policy::new().base(short).max(4);
        for _ in 0..10 {
            let call = policy.retry(|| Err::<(), _>(Box::<dyn std::error::Error>::from("down")));
            prop_assert!(call.breaker(&breaker).budget(&budget).throttle(&throttle).run().is_err());
            breaker.force_open_for(open);
            breaker.reset();
        }
        let _ = Hedge::after(open).copies(10).extra_load(1.0);
    }
}

#[cfg(feature = "serde")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_of_a_jitter_is_read_or_an_error(text in texts()) {
        let config = serde_json::from_value::<PolicyConfig>(serde_json::json!({ "jitter": text, "backoff": text }));
        prop_assert!(config.is_err() || Policy::try_from(config.unwrap_or_default()).is_ok());
        let jitter = serde_json::from_value::<PolicyConfig>(serde_json::json!({ "jitter": text }));
        let _ = jitter.map(Policy::try_from);
    }
}
