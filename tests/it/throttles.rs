//! A throttle by itself.

use std::error::Error;
use std::io;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use reattempt::{Retryable, Throttle, Throttled, testing};

const SECOND: Duration = Duration::from_secs(1);

/// Counts requests that are not accepted, whether the throttle lets them through or not.
fn reject(throttle: &Throttle, requests: u32) {
    for _ in 0..requests {
        if let Ok(pass) = throttle.acquire() {
            pass.rejected();
        }
    }
}

fn accept(throttle: &Throttle, requests: u32) {
    for _ in 0..requests {
        throttle.acquire().expect("nothing is refused yet").accepted();
    }
}

#[track_caller]
fn assert_probability(throttle: &Throttle, expected: f64) {
    let found = throttle.refusal_probability();
    assert!((found - expected).abs() < 2e-6, "{found} is not {expected}");
}

#[test]
fn the_probability_follows_requests_and_accepts() {
    let _guard = testing::no_wait();
    // After so many accepts, so many rejections, by a `k` and from a minimum on.
    for (k, minimum, accepts, rejections, expected) in [
        (2.0, 10, 0, 0, 0.0),
        (2.0, 10, 0, 9, 0.0),
        (2.0, 10, 0, 10, 0.9),
        (2.0, 10, 5, 5, 0.0),
        (2.0, 10, 5, 6, 1.0 / 12.0),
        (2.0, 10, 10, 30, 20.0 / 41.0),
        (2.0, 100, 10, 89, 0.0),
        (2.0, 100, 10, 90, 80.0 / 101.0),
        (2.0, 1, 0, 1, 0.5),
        (1.0, 10, 99, 1, 1.0 / 101.0),
        (1.5, 10, 20, 10, 0.0),
        (1.5, 10, 20, 20, 10.0 / 41.0),
        (100.0, 10, 1, 99, 0.0),
        (100.0, 10, 1, 100, 1.0 / 102.0),
    ] {
        let throttle = Throttle::new().k(k).minimum_requests(minimum);
        accept(&throttle, accepts);
        reject(&throttle, rejections);
        assert_probability(&throttle, expected);
    }
}

#[test]
fn a_refusal_counts_as_a_request_that_is_not_accepted() {
    let guard = testing::no_wait();
    guard.seed(7);
    let throttle = Throttle::new().k(1.0).minimum_requests(1);
    accept(&throttle, 100);
    reject(&throttle, 1);
    let mut refusals = 0;
    for _ in 0..1000 {
        let expected = f64::from(1 + refusals) / f64::from(102 + refusals);
        assert_probability(&throttle, expected.min(0.9));
        match throttle.acquire() {
            Ok(pass) => drop(pass),
            Err(refusal) => {
                assert!((refusal.probability() - expected.min(0.9)).abs() < 2e-6);
                refusals += 1;
            }
        }
    }
    assert!(refusals > 300, "{refusals}");
}

#[test]
fn a_pass_that_is_dropped_leaves_no_trace() {
    let throttle = Throttle::new().minimum_requests(1);
    for _ in 0..100 {
        drop(throttle.acquire().unwrap());
    }
    reject(&throttle, 1);
    assert_probability(&throttle, 0.5);
}

#[test]
fn refusals_are_as_frequent_as_the_probability() {
    let guard = testing::no_wait();
    guard.seed(7);
    for (accepts, expected) in [(9_000, 0.1), (5_000, 0.5), (2_000, 0.8), (0, 0.9)] {
        // So many requests that those that are drawn for do not change the probability.
        let throttle = Throttle::new().minimum_requests(20_000);
        accept(&throttle, accepts);
        reject(&throttle, 20_000 - accepts);
        let refused = (0..1_000).filter(|_| throttle.acquire().is_err()).count();
        let share = refused as f64 / 1_000.0;
        assert!((share - expected).abs() < 0.05, "{share} of the calls at {expected}");
    }
}

#[test]
fn nothing_is_drawn_while_nothing_can_be_refused() {
    let guard = testing::no_wait();
    let delays = |throttle: Option<&Throttle>| {
        guard.seed(7);
        let policy = reattempt::Policy::new().max(5);
        let _: Result<(), ()> = policy.retry(|| Err(())).throttle(&throttle).run();
        guard.delays().split_off(guard.delays().len() - 4)
    };
    let throttle = Throttle::new();
    accept(&throttle, 10);
    assert_eq!(delays(Some(&throttle)), delays(None));
}

#[test]
fn a_request_counts_for_its_time() {
    let guard = testing::no_wait();
    let throttle = Throttle::new().window(10 * SECOND).minimum_requests(1);
    reject(&throttle, 1);
    guard.advance(5 * SECOND);
    reject(&throttle, 1);
    assert_probability(&throttle, 2.0 / 3.0);
    guard.advance(4 * SECOND + Duration::from_millis(999));
    assert_probability(&throttle, 2.0 / 3.0);
    guard.advance(Duration::from_millis(1));
    assert_probability(&throttle, 1.0 / 2.0);
    guard.advance(5 * SECOND);
    assert_probability(&throttle, 0.0);
}

#[test]
fn the_defaults_are_those_that_are_documented() {
    let guard = testing::no_wait();
    let throttle = Throttle::default();
    for _ in 0..9 {
        reject(&throttle, 1);
        assert_probability(&throttle, 0.0);
    }
    reject(&throttle, 1);
    assert_probability(&throttle, 0.9);
    guard.advance(Duration::from_nanos(29_999_999_999));
    assert_probability(&throttle, 0.9);
    guard.advance(Duration::from_nanos(1));
    assert_probability(&throttle, 0.0);
    accept(&throttle, 10);
    reject(&throttle, 15);
    assert_probability(&throttle, 5.0 / 26.0);
}

#[test]
fn what_a_window_holds_does_not_depend_on_the_moment_of_its_first_request() {
    let guard = testing::no_wait();
    for _ in 0..500 {
        guard.advance(Duration::from_micros(7_001));
        let throttle = Throttle::new().window(SECOND).minimum_requests(2);
        reject(&throttle, 1);
        guard.advance(Duration::from_millis(950));
        reject(&throttle, 1);
        assert_probability(&throttle, 2.0 / 3.0);
        guard.advance(Duration::from_millis(50));
        assert_probability(&throttle, 0.0);
    }
}

#[test]
fn a_setting_of_the_window_that_is_changed_starts_it_afresh() {
    let _guard = testing::no_wait();
    // At this time, the numbers of tenths do not depend on their length.
    let used = || {
        let throttle = Throttle::new().minimum_requests(1).clock(|| Duration::ZERO);
        reject(&throttle, 3);
        throttle
    };
    assert_probability(&used().window(10 * SECOND), 0.0);
    assert_probability(&used().clock(|| Duration::from_nanos(1)), 0.0);
    // These do not change what is counted.
    assert_probability(&used().k(3.0).name("other"), 0.75);
    assert_probability(&used().minimum_requests(3), 0.75);
    assert_probability(&used().minimum_requests(4), 0.0);
}

#[test]
fn a_refusal_is_an_error_that_other_errors_can_be_made_of() {
    let refusal = |throttle: &Throttle| loop {
        match throttle.acquire() {
            Ok(pass) => pass.rejected(),
            Err(refusal) => return refusal,
        }
    };
    let guard = testing::no_wait();
    guard.seed(7);
    let throttled: Throttled = refusal(&Throttle::new().name("search"));
    assert_eq!(throttled.name(), "search");
    assert_eq!(throttled.to_string(), "the throttle `search` refuses 90 % of the calls");
    assert_eq!(throttled.clone(), throttled);
    assert!(throttled.is_retryable(), "the next attempt may be let through");
    assert_eq!(throttled.retry_after(), None);
    assert_eq!(refusal(&Throttle::new()).name(), "unnamed");

    let error = io::Error::from(throttled.clone());
    assert_eq!(error.kind(), io::ErrorKind::Other);
    assert!(error.is_retryable());
    assert!(error.get_ref().expect("it contains the refusal").is::<Throttled>());
    let boxed: Box<dyn Error + Send + Sync> = throttled.clone().into();
    assert!(boxed.is_retryable());
    let () = throttled.into();
}

#[test]
fn a_name_may_be_made_at_run_time() {
    let name_of = |throttle: Throttle| {
        std::iter::repeat_with(|| throttle.acquire().map(reattempt::Pass::rejected))
            .find_map(Result::err)
            .expect("nothing is accepted")
            .name()
            .to_owned()
    };
    let host = String::from("10.0.0.7");
    assert_eq!(name_of(Throttle::new().named(format!("search on {host}"))), "search on 10.0.0.7");
    assert_eq!(
        name_of(Throttle::new().name("search").named(host.clone())),
        "10.0.0.7",
        "the last one applies"
    );
    assert_eq!(name_of(Throttle::new().named(host).name("search")), "search");
}

#[test]
fn a_refusal_of_less_than_a_percent_is_told_as_one() {
    let throttle = Throttle::new().k(1.0).minimum_requests(1);
    accept(&throttle, 1000);
    throttle.acquire().unwrap().rejected();
    let refusal =
        std::iter::from_fn(|| Some(throttle.acquire())).find_map(Result::err).expect("there is no end");
    assert_eq!(refusal.to_string(), "the throttle `unnamed` refuses 1 % of the calls");
}

#[test]
fn settings_out_of_range_are_told() {
    let told = |set: fn() -> Throttle| {
        let panic = catch_unwind(set).expect_err("it is out of range");
        panic.downcast_ref::<&str>().expect("a sentence").split(';').next().unwrap_or_default().to_owned()
    };
    assert_eq!(told(|| Throttle::new().k(0.999)), "`k` is not in 1..=1000");
    assert_eq!(told(|| Throttle::new().k(1000.1)), "`k` is not in 1..=1000");
    assert_eq!(told(|| Throttle::new().k(f64::NAN)), "`k` is not in 1..=1000");
    assert_eq!(told(|| Throttle::new().window(Duration::from_micros(999))), "`window` is below 1 ms");
    assert_eq!(
        told(|| Throttle::new().minimum_requests(0)),
        "`minimum_requests` is 0, and of no requests none is rejected"
    );
}

#[test]
fn a_throttle_is_a_static_that_threads_share() {
    static THROTTLE: Throttle = Throttle::new().name("search").k(1.5).window(SECOND).minimum_requests(20);
    fn assert_shared<T: Send + Sync + 'static>(_: &T) {}
    fn assert_send<T: Send>(_: &T) {}
    assert_shared(&THROTTLE);
    assert_send(&THROTTLE.acquire().unwrap());
    const { assert!(size_of::<Throttle>() <= 768) }
}

#[test]
fn eight_threads_are_all_counted() {
    const CALLS: u32 = 10_000;
    // Long enough that no request leaves the window during the test.
    let throttle = Arc::new(Throttle::new().window(10_000 * SECOND).minimum_requests(8 * CALLS + 1));
    thread::scope(|scope| {
        for thread in 0..8 {
            let throttle = &throttle;
            // Three of four requests are rejected.
            scope.spawn(move || match thread % 4 {
                0 => accept(throttle, CALLS),
                _ => reject(throttle, CALLS),
            });
        }
    });
    let throttle = Arc::into_inner(throttle).expect("the threads have ended").minimum_requests(1);
    assert_probability(&throttle, f64::from(4 * CALLS) / f64::from(8 * CALLS + 1));
}

#[test]
fn the_requests_of_other_threads_count_for_the_minimum() {
    let throttle = Throttle::new().window(10_000 * SECOND).minimum_requests(14);
    for _ in 0..4 {
        thread::scope(|scope| scope.spawn(|| accept(&throttle, 1)).join().unwrap());
    }
    reject(&throttle, 9);
    assert_probability(&throttle, 0.0);
    reject(&throttle, 1);
    assert_probability(&throttle, 6.0 / 15.0);
}

#[tokio::test(start_paused = true)]
async fn tokios_paused_clock_is_its_clock() {
    let throttle = Throttle::new().minimum_requests(1);
    reject(&throttle, 1);
    tokio::time::sleep(29 * SECOND).await;
    assert_probability(&throttle, 0.5);
    tokio::time::sleep(SECOND).await;
    assert_probability(&throttle, 0.0);
}

#[test]
fn a_throttle_recovers_the_sooner_the_larger_k_is() {
    const CALLS_OF_A_WINDOW: u32 = 1000;
    const TENTHS_OF_WINDOWS: usize = 150;

    /// Returns after how many tenths of a window the last call is refused.
    fn last_refusal(k: f64) -> usize {
        let guard = testing::no_wait();
        guard.seed(7);
        let throttle = Throttle::new().k(k).window(Duration::from_secs(10));
        let call = |is_up: bool| {
            guard.advance(Duration::from_secs(10) / CALLS_OF_A_WINDOW);
            let pass = throttle.acquire().ok()?;
            if is_up {
                pass.accepted();
            } else {
                pass.rejected();
            }
            Some(())
        };
        let refused = |is_up| (0..CALLS_OF_A_WINDOW / 10).filter(|_| call(is_up).is_none()).count();
        let in_outage: usize = (0..20).map(|_| refused(false)).sum();
        assert!(in_outage > 1700, "nine of ten are refused: {in_outage}");
        (1..=TENTHS_OF_WINDOWS).fold(0, |last, tenth| if refused(true) > 0 { tenth } else { last })
    }

    for (k, expected) in [(3.0, 8..14), (2.0, 15..20), (1.5, 26..34), (1.1, 100..140)] {
        let tenths = last_refusal(k);
        assert!(expected.contains(&tenths), "with k {k} after {tenths} tenths of a window");
    }
    assert_eq!(last_refusal(1.0), TENTHS_OF_WINDOWS, "with 1 it goes on");
}
