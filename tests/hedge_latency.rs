//! Hedges whose delay is a quantile of the measured latency, on a clock that stands still while anything runs.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use reattempt::{Hedge, Policy, retry, testing};
use tokio::time::{advance, sleep, timeout};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Takes the time that the function returns, which is asked for each try.
#[retry(max = 1, hedge = hedge)]
async fn request(hedge: &Hedge, latency: &dyn Fn() -> Duration) -> Result<(), &'static str> {
    let latency = latency();
    if !latency.is_zero() {
        sleep(latency).await;
    }
    Ok(())
}

/// Makes calls of which each takes the same time.
async fn requests(hedge: &Hedge, calls: u32, latency: Duration) {
    for _ in 0..calls {
        request(hedge, &|| latency).await.unwrap();
    }
}

#[track_caller]
fn assert_about(hedge: &Hedge, expected: Duration) {
    let delay = hedge.delay();
    assert!(delay.abs_diff(expected) <= expected / 50, "{delay:?} is not about {expected:?}");
}

/// A hedge that has no copies: its budget never has a whole one.
fn measuring() -> Hedge {
    Hedge::new().extra_load(1e-6)
}

#[tokio::test(start_paused = true)]
async fn the_delay_is_the_longest_until_100_attempts_are_measured() {
    let hedge = measuring().between(millis(1), millis(700));
    assert_eq!(hedge.delay(), millis(700));
    requests(&hedge, 99, millis(20)).await;
    assert_eq!(hedge.delay(), millis(700));
    requests(&hedge, 1, millis(20)).await;
    assert_about(&hedge, millis(20));
}

#[tokio::test(start_paused = true)]
async fn usual_settings_are_the_95th_percentile_between_1_ms_and_1_s() {
    for hedge in [measuring(), Hedge::default().extra_load(1e-6)] {
        assert_eq!(hedge.delay(), Duration::from_secs(1));
        let calls = Cell::new(0);
        for _ in 0..1000 {
            calls.set(calls.get() + 1);
            request(&hedge, &|| millis(1 + calls.get() * 37 % 100)).await.unwrap();
        }
        assert_about(&hedge, millis(95));
        requests(&hedge, 1000, Duration::from_micros(10)).await;
        advance(Duration::from_secs(20)).await;
        requests(&hedge, 1000, Duration::from_micros(10)).await;
        // Tokio's timer has a resolution of a millisecond.
        assert_about(&hedge, millis(1));
        advance(Duration::from_secs(20)).await;
        requests(&hedge, 1000, Duration::from_secs(3)).await;
        assert_eq!(hedge.delay(), Duration::from_secs(1));
    }
}

#[tokio::test(start_paused = true)]
async fn the_delay_follows_the_latency() {
    let hedge = measuring().between(millis(2), millis(900)).quantile(0.9);
    for latency in [20, 200, 5, 40] {
        // 30 s of calls.
        requests(&hedge, (30_000 / latency) as u32, millis(latency)).await;
        assert_about(&hedge, millis(latency));
    }
}

#[tokio::test(start_paused = true)]
async fn the_delay_stays_within_its_bounds() {
    let hedge = measuring().between(millis(10), millis(100));
    requests(&hedge, 500, millis(3)).await;
    assert_eq!(hedge.delay(), millis(10));
    advance(Duration::from_secs(30)).await;
    requests(&hedge, 500, millis(300)).await;
    assert_eq!(hedge.delay(), millis(100));
}

#[tokio::test(start_paused = true)]
async fn other_quantiles() {
    for (quantile, expected) in [(0.5, 50), (0.9, 90), (0.99, 99)] {
        let (hedge, calls) = (measuring().quantile(quantile), Cell::new(0));
        for _ in 0..1000 {
            calls.set(calls.get() + 1);
            request(&hedge, &|| millis(1 + calls.get() * 37 % 100)).await.unwrap();
        }
        assert_about(&hedge, millis(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_fixed_delay_measures_nothing() {
    let hedge = Hedge::after(millis(500));
    requests(&hedge, 1000, millis(20)).await;
    assert_eq!(hedge.delay(), millis(500));
}

#[tokio::test(start_paused = true)]
async fn a_copy_starts_after_the_measured_delay() {
    let hedge = Hedge::new().extra_load(1.0);
    requests(&hedge, 200, millis(20)).await;
    let delay = hedge.delay();
    let (tries, start) = (RefCell::new(Vec::new()), tokio::time::Instant::now());
    let latency = || {
        tries.borrow_mut().push(start.elapsed());
        millis(if tries.borrow().len() == 1 { 500 } else { 10 })
    };
    request(&hedge, &latency).await.unwrap();
    let rounded = millis(delay.as_micros().div_ceil(1000) as u64);
    assert_eq!((tries.into_inner(), start.elapsed()), (vec![Duration::ZERO, rounded], rounded + millis(10)));
}

#[tokio::test(start_paused = true)]
async fn answers_at_once_are_not_measured() {
    let hedge = measuring();
    requests(&hedge, 100_000, Duration::ZERO).await;
    requests(&hedge, 99, millis(20)).await;
    assert_eq!(hedge.delay(), Duration::from_secs(1));
    requests(&hedge, 1, millis(20)).await;
    assert_about(&hedge, millis(20));
}

#[tokio::test(start_paused = true)]
async fn failures_are_not_measured() {
    #[retry(max = 2, base_ms = 1, hedge = hedge)]
    async fn fail(hedge: &Hedge) -> Result<(), &'static str> {
        sleep(millis(900)).await;
        Err("down")
    }

    let hedge = measuring().between(millis(1), millis(500));
    for _ in 0..200 {
        assert!(fail(&hedge).await.is_err());
    }
    requests(&hedge, 99, millis(20)).await;
    assert_eq!(hedge.delay(), millis(500));
    requests(&hedge, 1, millis(20)).await;
    assert_about(&hedge, millis(20));
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_measured_from_its_own_start() {
    #[retry(max = 2, base = "1s", jitter = none, hedge = hedge)]
    async fn second(hedge: &Hedge, fails: &Cell<bool>) -> Result<(), &'static str> {
        sleep(millis(30)).await;
        if fails.replace(!fails.get()) { Err("down") } else { Ok(()) }
    }

    let (hedge, fails) = (measuring(), Cell::new(true));
    for _ in 0..100 {
        second(&hedge, &fails).await.unwrap();
    }
    assert_about(&hedge, millis(30));
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_dropped_are_measured_only_after_their_delay() {
    let hedge = measuring().between(millis(1), millis(100));
    for _ in 0..200 {
        let _ = timeout(millis(90), request(&hedge, &|| millis(5000))).await;
    }
    requests(&hedge, 50, millis(20)).await;
    assert_eq!(hedge.delay(), millis(100), "the early ones are no evidence");
    for _ in 0..50 {
        let _ = timeout(millis(150), request(&hedge, &|| millis(5000))).await;
    }
    // Half took 20 ms, and the other half at least 150 ms.
    assert_eq!(hedge.delay(), millis(100));
    let low = measuring().between(millis(1), millis(100)).quantile(0.5);
    for _ in 0..50 {
        let _ = timeout(millis(150), request(&low, &|| millis(5000))).await;
        let _ = timeout(millis(90), request(&low, &|| millis(5000))).await;
    }
    requests(&low, 51, millis(20)).await;
    assert_about(&low, millis(20));
}

/// Makes calls whose first tries take 10 ms to 1009 ms, all as probable, and whose copies win, as by another server. Returns
/// the shortest and the longest delay, and the number of copies.
async fn with_fast_copies(hedge: &Hedge, calls: u32) -> (Duration, Duration, u32) {
    let mut draws = Xoshiro256PlusPlus::seed_from_u64(7);
    let (mut shortest, mut longest, mut copies) = (Duration::MAX, Duration::ZERO, 0);
    for call in 0..calls {
        let (first, tries) = (millis(10 + draws.next_u64() % 1000), Cell::new(0));
        let latency = || {
            tries.set(tries.get() + 1);
            if tries.get() == 1 { first } else { millis(20) }
        };
        request(hedge, &latency).await.unwrap();
        copies += tries.get() - 1;
        if call > 500 {
            (shortest, longest) = (shortest.min(hedge.delay()), longest.max(hedge.delay()));
        }
    }
    (shortest, longest, copies)
}

#[tokio::test(start_paused = true)]
async fn the_quantile_does_not_collapse_when_copies_win() {
    let hedge = Hedge::new().between(millis(1), millis(2000)).extra_load(1.0);
    // Two hours of calls, so the histogram was replaced hundreds of times. Nothing that takes 20 ms longer than the delay
    // ever ends.
    let (shortest, longest, copies) = with_fast_copies(&hedge, 20_000).await;
    assert!(shortest >= millis(800) && longest <= millis(1100), "{shortest:?} to {longest:?}");
    assert!((400..=2500).contains(&copies), "{copies} copies of 20,000 calls");
}

#[tokio::test(start_paused = true)]
async fn the_quantile_of_a_closure_is_measured_too() {
    let hedge = measuring();
    for _ in 0..100 {
        let call = || async {
            sleep(millis(20)).await;
            Ok::<_, &str>(())
        };
        Policy::new().retry_async(call).hedge(&hedge).await.unwrap();
    }
    assert_about(&hedge, millis(20));
}

#[tokio::test(start_paused = true)]
async fn refused_values_are_measured() {
    #[retry(max = 1, hedge = hedge, retry_ok = |_| true)]
    async fn refused(hedge: &Hedge) -> Result<u32, &'static str> {
        sleep(millis(20)).await;
        Ok(404)
    }

    let hedge = measuring();
    for _ in 0..100 {
        refused(&hedge).await.unwrap();
    }
    assert_about(&hedge, millis(20));
}

#[test]
#[should_panic = "`quantile` is not in 0.5..1; write `quantile(0.95)`"]
fn a_quantile_below_a_half_panics() {
    let _ = Hedge::new().quantile(0.49);
}

#[test]
#[should_panic = "`quantile` is not in 0.5..1; write `quantile(0.95)`"]
fn a_quantile_that_is_no_number_panics() {
    let _ = Hedge::new().quantile(f64::NAN);
}

#[test]
#[should_panic = "`between` takes the shortest delay above 0, then the longest"]
fn bounds_in_the_wrong_order_panic() {
    let _ = Hedge::new().between(millis(2), millis(1));
}

#[test]
fn setters_are_const_and_go_in_any_order() {
    static FIRST: Hedge = Hedge::new().quantile(0.9).between(millis(5), millis(50)).copies(2).extra_load(0.5);
    static SECOND: Hedge =
        Hedge::new().extra_load(0.5).copies(2).between(millis(5), millis(50)).quantile(0.9);
    // A fixed delay that gets bounds is measured.
    static THIRD: Hedge = Hedge::after(millis(7)).between(millis(5), millis(50));
    for hedge in [&FIRST, &SECOND, &THIRD] {
        assert_eq!((hedge.delay(), hedge.balance()), (millis(50), 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_test_context_stops_no_measurement() {
    let hedge = measuring().between(millis(1), millis(700));
    let guard = testing::no_wait();
    requests(&hedge, 100, millis(20)).await;
    assert_about(&hedge, millis(20));
    drop(guard);
}
