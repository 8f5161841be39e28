use core::cell::Cell;
use core::time::Duration;

use super::*;

/// Returns a budget whose clock stands still, with the given capacity in tokens of five deposits.
fn budget(capacity: u32) -> RetryBudget {
    RetryBudget::new().reserve_per_second(0).capacity(capacity).clock(|| Duration::ZERO)
}

fn deposit_tokens(budget: &RetryBudget, tokens: u32) {
    for _ in 0..5 * tokens {
        budget.deposit();
    }
}

#[test]
fn a_budget_has_room_until_it_is_half_full() {
    let budget = budget(1000);
    assert!(!budget.pool.has_room(), "no deposit has looked");
    deposit_tokens(&budget, 490);
    assert!(budget.pool.has_room());
    deposit_tokens(&budget, 20);
    assert!(!budget.pool.has_room());
    assert_eq!(budget.balance(), 510);
    for _ in 0..20 {
        assert!(budget.try_withdraw());
    }
    budget.deposit();
    assert!(budget.pool.has_room(), "every deposit looks while there is no room");
}

#[test]
fn every_large_deposit_looks() {
    let budget = budget(2);
    deposit_tokens(&budget, 1);
    budget.deposit();
    assert!(budget.pool.has_room(), "there was one token of two");
    budget.deposit();
    assert!(!budget.pool.has_room());
}

#[test]
fn every_deposit_looks_in_a_test_context() {
    let _guard = crate::testing::no_wait();
    let budget = budget(1000);
    deposit_tokens(&budget, 500);
    budget.deposit();
    assert!(budget.pool.has_room(), "there were 500 tokens of 1000");
    budget.deposit();
    assert!(!budget.pool.has_room());
}

#[test]
fn a_reserve_counts_as_full_where_room_is_concerned() {
    let budget = budget(1000).reserve_per_second(50);
    while budget.try_withdraw() {}
    budget.deposit();
    assert!(budget.pool.has_room());
    deposit_tokens(&budget, 20);
    assert!(!budget.pool.has_room());
}

#[test]
fn a_budget_fills_up_to_its_capacity() {
    for capacity in [1, 2, 100, 1000, 2000] {
        let budget = budget(capacity);
        deposit_tokens(&budget, capacity - 1);
        assert_eq!(budget.balance(), u64::from(capacity - 1));
        deposit_tokens(&budget, 1000);
        assert_eq!(budget.balance(), u64::from(capacity));
        assert_eq!((0..4000).filter(|_| budget.try_withdraw()).count(), capacity as usize);
    }
}

#[test]
fn a_thread_looks_at_the_whole_budget_once_in_several_small_deposits() {
    let looks = |budget: &RetryBudget| (0..31 * 4).filter(|_| budget.must_look()).count();
    assert_eq!(looks(&budget(1000)), 4);
    assert_eq!(looks(&budget(2)), 31 * 4, "its deposits are not small");
}

#[test]
fn slots_begin_at_one_and_a_clock_that_is_behind_is_in_the_latest() {
    std::thread_local!(static NOW: Cell<u64> = const { Cell::new(300) });
    let budget = RetryBudget::new().ttl(Duration::from_secs(10)).clock(|| Duration::from_millis(NOW.get()));
    for (now, slot) in [(300, 1), (1299, 1), (1300, 2), (4300, 5), (5299, 5), (300, 5), (5300, 6)] {
        NOW.set(now);
        budget.deposit();
        assert_eq!(budget.now_and_slot().slot, slot, "at {now} ms");
    }
}
