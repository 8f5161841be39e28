//! A budget grants every deposit once, and no deposit that has expired.

use super::pool::{Pool, TOKEN};
use super::reserve::{Income, Reserve};
use crate::explore;

const LIMIT: u64 = 100 * TOKEN;

/// Returns a pool that holds `tokens`, deposited in slot 1.
fn holding(tokens: u64) -> Pool {
    let pool = Pool::new();
    pool.turn_to(1);
    pool.deposit(tokens * TOKEN, LIMIT, 1);
    pool
}

fn withdraw(pool: &Pool) -> u64 {
    u64::from(pool.withdraw(TOKEN, LIMIT).is_ok())
}

fn deposit_half_and_withdraw(pool: &Pool) -> u64 {
    pool.deposit(TOKEN / 2, LIMIT, 1);
    withdraw(pool)
}

/// Three threads withdraw from a pool that holds two tokens.
pub fn no_token_is_granted_twice() {
    explore(
        || holding(2),
        &[withdraw, withdraw, withdraw],
        |pool, granted| {
            assert_eq!(granted.iter().sum::<u64>(), 2);
            assert_eq!(pool.balance(), 0);
        },
    );
}

/// Two threads deposit half a token each, which makes one token.
pub fn no_deposit_is_lost_or_counted_twice() {
    explore(
        || holding(0),
        &[deposit_half_and_withdraw, deposit_half_and_withdraw],
        |pool, granted| {
            assert_eq!(granted.iter().sum::<u64>() * TOKEN + pool.balance(), TOKEN);
        },
    );
}

/// Two threads add half a token each, to different shards, which makes one token.
pub fn no_deposit_is_lost_in_a_shard() {
    fn add_and_withdraw(pool: &Pool, thread: usize) -> u64 {
        pool.add(TOKEN / 2, thread);
        withdraw(pool)
    }
    explore(
        || holding(0),
        &[|pool| add_and_withdraw(pool, 0), |pool| add_and_withdraw(pool, 1)],
        |pool, granted| {
            assert_eq!(granted.iter().sum::<u64>() * TOKEN + pool.balance(), TOKEN);
        },
    );
}

/// A thread that found room a while ago adds to its shard while the pool becomes full. The pool then holds
/// more than its limit, but no more than the limit is granted.
pub fn no_more_is_granted_than_the_capacity() {
    fn add(pool: &Pool) -> u64 {
        pool.add(TOKEN, 1);
        0
    }
    fn deposit(pool: &Pool) -> u64 {
        pool.deposit(TOKEN, 2 * TOKEN, 1);
        0
    }
    explore(
        || holding(1),
        &[add, deposit],
        |pool, _| {
            assert_eq!((0..4).filter(|_| pool.withdraw(TOKEN, 2 * TOKEN).is_ok()).count(), 2);
            assert_eq!(pool.balance(), 0);
        },
    );
}

/// A pool has room for one token. Two tokens are deposited while one is withdrawn.
pub fn no_more_is_saved_than_the_limit() {
    fn deposit(pool: &Pool) -> u64 {
        pool.deposit(TOKEN, 3 * TOKEN, 1);
        0
    }
    explore(
        || holding(2),
        &[deposit, deposit, withdraw],
        |pool, granted| {
            assert_eq!(granted.iter().sum::<u64>(), 1);
            assert!(pool.balance() == 2 * TOKEN || pool.balance() == 3 * TOKEN, "{}", pool.balance());
        },
    );
}

/// Ten slots later the pool has expired. A thread that begins that slot is granted the tokens of that slot,
/// and no more.
pub fn nothing_too_old_is_granted_after_the_turn() {
    fn turn_deposit_withdraw(pool: &Pool) -> u64 {
        pool.turn_to(11);
        pool.deposit(TOKEN, LIMIT, 11);
        withdraw(pool) + withdraw(pool)
    }
    explore(
        || holding(1),
        &[turn_deposit_withdraw, turn_deposit_withdraw],
        |pool, granted| {
            let granted = granted.iter().sum::<u64>();
            // A thread that finds the turn in progress sees the pool as it was before the turn.
            assert!(granted <= 3, "{granted}");
            assert!(granted * TOKEN + pool.balance() <= 3 * TOKEN);
            pool.turn_to(21);
            assert_eq!(pool.balance(), 0);
        },
    );
}

/// A slot begins while a thread adds to each shard. Ten slots later nothing is left, and no deposit of the new
/// slot has expired with the slots before it.
pub fn a_slot_begins_at_one_position_of_all_shards() {
    fn add(pool: &Pool, thread: usize) -> u64 {
        pool.add(TOKEN, thread);
        0
    }
    fn turn_and_add(pool: &Pool) -> u64 {
        pool.turn_to(2);
        add(pool, 0)
    }
    explore(
        || holding(0),
        &[turn_and_add, |pool| add(pool, 0), |pool| add(pool, 1)],
        |pool, _| {
            assert_eq!(pool.balance(), 3 * TOKEN);
            pool.turn_to(11);
            assert!(pool.balance() >= TOKEN, "the deposit after the turn is in its slot");
            pool.turn_to(12);
            assert_eq!(pool.balance(), 0);
        },
    );
}

/// Withdrawals and expiry move the same counter, and only forward.
pub fn what_expires_is_not_granted_again() {
    fn turn(pool: &Pool) -> u64 {
        pool.turn_to(11);
        0
    }
    explore(
        || holding(2),
        &[turn, withdraw, withdraw],
        |pool, granted| {
            assert!(granted.iter().sum::<u64>() <= 2);
            assert_eq!(pool.balance(), 0);
            assert!(pool.withdraw(TOKEN, LIMIT).is_err());
        },
    );
}

/// The mark of a full pool does not outlive a withdrawal.
pub fn a_full_pool_that_is_not_full_any_more_is_not_told_full() {
    fn deposit(pool: &Pool) -> u64 {
        pool.deposit(TOKEN, 2 * TOKEN, 1);
        0
    }
    explore(
        || holding(2),
        &[deposit, withdraw],
        |pool, granted| {
            assert_eq!(granted.iter().sum::<u64>(), 1);
            assert!(!pool.was_full() || pool.balance() == 2 * TOKEN);
        },
    );
}

/// Units that two threads read at the same time are withdrawn once.
pub fn no_reserve_is_spent_twice() {
    const INCOME: Income = Income { per_second: 1, limit: 3 * TOKEN };
    fn withdraw(reserve: &Reserve) -> u64 {
        u64::from(reserve.withdraw(2 * TOKEN, INCOME, 7))
    }
    explore(Reserve::new, &[withdraw, withdraw], |reserve, granted| {
        assert_eq!(granted.iter().sum::<u64>(), 1);
        assert_eq!(reserve.balance(INCOME, 7), TOKEN);
    });
}
