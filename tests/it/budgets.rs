//! `RetryBudget`: what it grants, to the token, and for how long.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use reattempt::{FailureKind, RetryBudget, testing};

const SECOND: Duration = Duration::from_secs(1);

/// No income of its own.
const fn bare() -> RetryBudget {
    RetryBudget::new().reserve_per_second(0)
}

/// Withdraws until refused: how often it was not.
fn drain(budget: &RetryBudget) -> u64 {
    (0..u64::MAX).find(|_| !budget.try_withdraw()).expect("it is refused some time")
}

fn deposit(budget: &RetryBudget, calls: u32) {
    for _ in 0..calls {
        budget.deposit();
    }
}

/// Calls that all fail, and are retried as often as the budget allows.
fn granted(budget: &RetryBudget, calls: u32) -> u64 {
    (0..calls)
        .map(|_| {
            budget.deposit();
            drain(budget)
        })
        .sum()
}

const RATIOS: [f64; 11] = [0.0001, 0.001, 0.01, 0.1, 0.25, 0.5, 0.6, 0.75, 0.99, 1.0, 2.0];

#[test]
fn every_ratio_grants_its_share_and_the_reserve_to_the_token() {
    let _guard = testing::no_wait();
    for ratio in RATIOS {
        for (per_second, reserve) in [(0, 0), (1, 10), (3, 30), (10, 100), (90, 900)] {
            let budget = RetryBudget::new().ratio(ratio).reserve_per_second(per_second);
            let share = (10_000.0 * ratio).round() as u64;
            assert_eq!(granted(&budget, 10_000), share + reserve, "ratio {ratio}, reserve {reserve}");
        }
    }
}

#[test]
fn a_call_that_fails_once_is_retried_at_most_once() {
    let _guard = testing::no_wait();
    for ratio in RATIOS {
        let budget = bare().ratio(ratio);
        let mut granted = 0;
        for _ in 0..10_000 {
            budget.deposit();
            granted += u64::from(budget.try_withdraw());
        }
        assert_eq!(granted, (10_000.0 * ratio.min(1.0)).round() as u64, "ratio {ratio}");
    }
}

#[test]
fn the_share_is_kept_while_time_passes() {
    // 10,000 calls within one life.
    for ratio in RATIOS {
        let guard = testing::no_wait();
        let budget = bare().ratio(ratio).ttl(Duration::from_secs(120));
        let mut granted = 0;
        for _ in 0..10_000 {
            guard.advance(Duration::from_millis(10));
            budget.deposit();
            granted += drain(&budget);
        }
        assert_eq!(granted, (10_000.0 * ratio).round() as u64, "ratio {ratio}");
    }
}

#[test]
fn a_third_is_no_decimal_and_is_off_by_less_than_a_token() {
    let _guard = testing::no_wait();
    let budget = bare().ratio(1.0 / 3.0);
    assert!((3332..=3334).contains(&granted(&budget, 10_000)));
}

#[test]
fn the_share_comes_with_the_call_that_completes_it() {
    let _guard = testing::no_wait();
    for (ratio, calls) in [(0.2, 5), (0.1, 10), (0.25, 4), (0.001, 1000)] {
        let budget = bare().ratio(ratio);
        deposit(&budget, calls - 1);
        assert!(!budget.try_withdraw(), "ratio {ratio}");
        budget.deposit();
        assert!(budget.try_withdraw(), "ratio {ratio}");
    }
}

#[test]
fn the_defaults_are_those_that_are_documented() {
    let guard = testing::no_wait();
    let budget = RetryBudget::new();
    assert_eq!(budget.balance(), 100);
    deposit(&budget, 100);
    assert_eq!(budget.balance(), 120);
    deposit(&budget, 10_000);
    assert_eq!(budget.balance(), 1000);
    guard.advance(10 * SECOND);
    assert_eq!(budget.balance(), 100);
}

#[test]
fn a_deposit_lives_for_its_time() {
    // Deposits at every phase of a tenth.
    for phase in 0..20 {
        let guard = testing::no_wait();
        guard.advance(SECOND * phase / 20);
        let budget = bare().ratio(1.0);
        deposit(&budget, 7);
        guard.advance(9 * SECOND);
        assert_eq!(budget.balance(), 7, "phase {phase}");
        guard.advance(SECOND);
        assert_eq!(budget.balance(), 0, "phase {phase}");
        assert!(!budget.try_withdraw());
    }
}

#[test]
fn each_deposit_has_a_life_of_its_own() {
    let guard = testing::no_wait();
    let budget = bare().ratio(1.0);
    for _ in 0..10 {
        deposit(&budget, 3);
        guard.advance(SECOND);
    }
    for left in (0..10).rev() {
        assert_eq!(budget.balance(), 3 * left);
        guard.advance(SECOND);
    }
}

#[test]
fn the_oldest_is_spent_first() {
    let guard = testing::no_wait();
    let budget = bare().ratio(1.0);
    deposit(&budget, 5);
    guard.advance(5 * SECOND);
    deposit(&budget, 5);
    assert!((0..5).all(|_| budget.try_withdraw()));
    guard.advance(5 * SECOND);
    assert_eq!(budget.balance(), 5, "those of the first second are spent, not expired");
}

#[test]
fn nothing_is_left_after_any_time_without_calls() {
    for idle in [10, 11, 60, 65_534, 65_535, 65_536, 3600 * 24 * 365] {
        let guard = testing::no_wait();
        let budget = bare().ratio(1.0);
        deposit(&budget, 2000);
        guard.advance(SECOND * idle);
        assert_eq!(budget.balance(), 0, "after {idle} s");
        deposit(&budget, 10);
        assert_eq!(budget.balance(), 10, "after {idle} s");
    }
}

#[test]
fn a_life_may_be_short_or_long() {
    for ttl in [Duration::from_millis(1), Duration::from_millis(1001), Duration::from_secs(86_400)] {
        let guard = testing::no_wait();
        let budget = bare().ratio(1.0).ttl(ttl);
        deposit(&budget, 10);
        guard.advance(ttl * 9 / 10);
        assert_eq!(budget.balance(), 10, "{ttl:?}");
        guard.advance(ttl / 10 + Duration::from_nanos(10));
        assert_eq!(budget.balance(), 0, "{ttl:?}");
    }
}

#[test]
fn the_reserve_refills_evenly_up_to_what_one_life_earns() {
    let guard = testing::no_wait();
    let budget = RetryBudget::new().reserve_per_second(10);
    assert_eq!(drain(&budget), 100);
    guard.advance(Duration::from_millis(99));
    assert_eq!(budget.balance(), 0);
    guard.advance(Duration::from_millis(1));
    assert_eq!(drain(&budget), 1);
    guard.advance(Duration::from_millis(550));
    assert_eq!(drain(&budget), 5);
    guard.advance(Duration::from_millis(50));
    assert_eq!(drain(&budget), 1, "half a token was kept");
    for idle in [10 * SECOND, 3600 * SECOND] {
        guard.advance(idle);
        assert_eq!(drain(&budget), 100, "{idle:?}");
    }
}

#[test]
fn the_reserve_earns_its_rate_in_the_long_run() {
    let guard = testing::no_wait();
    let budget = RetryBudget::new().reserve_per_second(3);
    let mut granted = 0;
    for _ in 0..10_000 {
        granted += drain(&budget);
        guard.advance(Duration::from_millis(7));
    }
    assert_eq!(granted, 30 + 3 * 70 - 1, "the last share of a token is not there yet");
}

#[test]
fn fractions_of_both_sources_make_a_token() {
    let guard = testing::no_wait();
    let budget = RetryBudget::new().ratio(0.5).reserve_per_second(1);
    assert_eq!(drain(&budget), 10);
    guard.advance(SECOND / 2);
    assert!(!budget.try_withdraw());
    budget.deposit();
    assert_eq!(budget.balance(), 1);
    assert!(budget.try_withdraw());
    assert!(!budget.try_withdraw());
}

#[test]
fn no_more_is_saved_up_than_there_is_room_for() {
    let guard = testing::no_wait();
    let budget = bare().ratio(1.0).capacity(10);
    deposit(&budget, 1000);
    assert_eq!((budget.balance(), drain(&budget)), (10, 10));
    deposit(&budget, 4);
    assert_eq!(drain(&budget), 4, "it was full, and is not any more");

    let both = RetryBudget::new().ratio(1.0).reserve_per_second(10).capacity(50);
    assert_eq!((both.balance(), drain(&both)), (50, 50), "the reserve is cut too");
    deposit(&both, 100);
    guard.advance(4 * SECOND);
    assert_eq!((both.balance(), drain(&both)), (50, 50), "and does not hide behind deposits");
}

#[test]
fn a_capacity_that_is_lowered_discards_what_was_saved_above_it() {
    let _guard = testing::no_wait();
    let budget = bare().ratio(1.0).capacity(1000);
    deposit(&budget, 1000);
    let budget = budget.capacity(10);
    assert_eq!((budget.balance(), drain(&budget), budget.balance()), (10, 10, 0));
}

#[test]
fn deposits_leave_the_reserve_its_room() {
    let guard = testing::no_wait();
    let budget = RetryBudget::new().ratio(1.0).reserve_per_second(2).capacity(50);
    assert_eq!(budget.balance(), 20);
    guard.advance(SECOND * 9 / 10);
    deposit(&budget, 100);
    assert_eq!(budget.balance(), 50);
    assert!(budget.try_withdraw());
    // The deposits expire with the first tenth, before the reserve could have grown again.
    guard.advance(SECOND * 91 / 10);
    assert_eq!(budget.balance(), 20);
}

#[test]
fn a_full_budget_stays_full_while_calls_go_on() {
    let guard = testing::no_wait();
    let budget = bare().ratio(1.0).capacity(100);
    for second in 0..60 {
        deposit(&budget, 200);
        assert_eq!(budget.balance(), 100, "second {second}");
        guard.advance(SECOND);
    }
}

#[test]
fn calls_that_a_full_budget_does_not_time_cost_it_little() {
    let guard = testing::no_wait();
    let budget = bare().ratio(0.2);
    deposit(&budget, 10_000);
    for _ in 0..600 {
        guard.advance(Duration::from_millis(100));
        deposit(&budget, 500);
    }
    // 100 are paid in each tenth of a second; up to 30 deposits go by before it is seen that something has expired.
    assert!((990..=1000).contains(&budget.balance()), "{}", budget.balance());
}

#[test]
fn a_retry_costs_what_its_failure_says() {
    let _guard = testing::no_wait();
    let budget = bare()
        .ratio(1.0)
        .cost(FailureKind::Error, 2)
        .cost(FailureKind::Timeout, 5)
        .cost(FailureKind::Throttled, 0);
    deposit(&budget, 10);
    assert!(budget.try_withdraw_for(FailureKind::Timeout));
    assert_eq!(budget.balance(), 5);
    assert!(budget.try_withdraw());
    assert_eq!(budget.balance(), 3);
    assert!(!budget.try_withdraw_for(FailureKind::Timeout), "a refusal costs nothing");
    assert!(budget.try_withdraw_for(FailureKind::Error));
    assert!(budget.try_withdraw_for(FailureKind::Throttled));
    assert_eq!(budget.balance(), 1);
}

#[test]
fn a_success_gives_back_what_it_cost_if_asked_to() {
    let _guard = testing::no_wait();
    let plain = bare().ratio(1.0);
    deposit(&plain, 1);
    assert!(plain.try_withdraw());
    plain.refund(FailureKind::Error);
    assert_eq!(plain.balance(), 0);

    let refunding = bare().ratio(1.0).cost(FailureKind::Timeout, 3).capacity(4).refund_on_success();
    deposit(&refunding, 4);
    assert!(refunding.try_withdraw_for(FailureKind::Timeout));
    refunding.refund(FailureKind::Timeout);
    assert_eq!(refunding.balance(), 4);
    refunding.refund(FailureKind::Timeout);
    assert_eq!(refunding.balance(), 4, "no more than there is room for");
}

#[test]
fn eight_threads_are_granted_what_was_paid_in_and_no_more() {
    const THREADS: u64 = 8;
    const CALLS: u64 = 50_000;
    for ratio in [0.1, 0.6, 1.0, 2.0] {
        // The clock stands still: whatever is granted was paid in, or in the reserve.
        let budget = RetryBudget::new().ratio(ratio).reserve_per_second(1).clock(|| SECOND);
        let granted = AtomicU64::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for _ in 0..CALLS {
                        budget.deposit();
                        while budget.try_withdraw() {
                            granted.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        let all = (ratio * (THREADS * CALLS) as f64).round() as u64 + 10;
        assert_eq!(granted.into_inner() + drain(&budget), all, "ratio {ratio}");
    }
}

#[test]
fn eight_threads_are_granted_no_more_while_time_passes() {
    const THREADS: u64 = 8;
    const CALLS: u64 = 20_000;
    static TIME: AtomicU64 = AtomicU64::new(0);
    static BUDGET: RetryBudget = RetryBudget::new()
        .ratio(0.6)
        .reserve_per_second(10)
        .ttl(Duration::from_millis(10))
        .clock(|| Duration::from_nanos(TIME.load(Ordering::SeqCst)));
    let granted = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..CALLS {
                    TIME.fetch_add(10_000, Ordering::SeqCst);
                    BUDGET.deposit();
                    granted.fetch_add(u64::from(BUDGET.try_withdraw()), Ordering::Relaxed);
                }
            });
        }
    });
    // 1.6 s have passed, at 10 a second; the limit of a reserve is a tenth of a token.
    let granted = granted.into_inner();
    assert!(granted <= THREADS * CALLS * 6 / 10 + 16, "{granted}");
    assert!(granted > THREADS * CALLS / 2, "{granted}");
}

#[tokio::test(start_paused = true)]
async fn tokios_paused_clock_is_its_clock() {
    let budget = bare().ratio(1.0);
    deposit(&budget, 3);
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert_eq!(budget.balance(), 3);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(budget.balance(), 0);
}

#[test]
fn settings_out_of_range_are_told() {
    let told = |set: fn() -> RetryBudget| {
        let panic = std::panic::catch_unwind(set).expect_err("it is out of range");
        panic.downcast_ref::<&str>().expect("a sentence").split(';').next().unwrap_or_default().to_owned()
    };
    assert_eq!(told(|| bare().ratio(-0.1)), "`ratio` is not in 0..=100");
    assert_eq!(told(|| bare().ratio(f64::NAN)), "`ratio` is not in 0..=100");
    assert_eq!(told(|| bare().reserve_per_second(10_001)), "`reserve_per_second` is above 10000");
    assert_eq!(told(|| bare().ttl(Duration::from_micros(999))), "`ttl` is below 1 ms");
    assert_eq!(told(|| bare().capacity(0)), "`capacity` is not in 1..=10000000");
    assert_eq!(told(|| bare().capacity(10_000_001)), "`capacity` is not in 1..=10000000");
}

#[test]
fn a_budget_is_a_static_that_threads_share() {
    static BUDGET: RetryBudget = RetryBudget::new().ratio(0.5).reserve_per_second(1);
    fn assert_shared<T: Send + Sync + 'static>(_: &T) {}
    assert_shared(&BUDGET);
    // With the feature `fleet` there is a pointer more, which takes another cache line.
    const { assert!(size_of::<RetryBudget>() <= if cfg!(feature = "fleet") { 320 } else { 256 }) }
}

#[test]
fn when_a_deposit_expires_does_not_depend_on_the_moment_of_the_first() {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

    static NOW: AtomicU64 = AtomicU64::new(0);

    fn clock() -> Duration {
        Duration::from_micros(NOW.load(Relaxed))
    }

    for start in (0..300_000).step_by(701) {
        for (after, is_granted) in [(0, true), (89_999, true), (99_999, true), (100_000, false)] {
            NOW.store(start, Relaxed);
            let ttl = Duration::from_millis(100);
            let budget = RetryBudget::new().ratio(1.0).reserve_per_second(0).ttl(ttl).clock(clock);
            budget.deposit();
            NOW.store(start + after, Relaxed);
            assert_eq!(budget.try_withdraw(), is_granted, "{after} µs after a deposit at {start} µs");
        }
    }
}
