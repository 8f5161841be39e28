//! Accounts in a database, and transfers between them. Each has a key, by which an attempt finds out that the one before
//! it was committed.

use std::{
    collections::{HashMap, HashSet},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use fastrand::Rng;
use real::Ledger;
use tokio::{join, time::sleep};

use crate::{report::Report, trial::User};

/// Few, so that transfers collide.
pub(crate) const ACCOUNTS: i64 = 3;
/// What each account has at first.
pub(crate) const BALANCE: i64 = 1_000;

/// Between the first account and the second one, in which another transfer may lock that one.
pub(crate) async fn pause() {
    sleep(Duration::from_millis(3)).await;
}

/// One transfer, which is the same in each attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transfer {
    pub(crate) key: i64,
    pub(crate) source: i64,
    pub(crate) target: i64,
    pub(crate) amount: i64,
}

impl Transfer {
    /// Returns the transfer of a row: its key, the two accounts and the amount.
    pub(crate) fn stored((key, source, target, amount): (i64, i64, i64, i64)) -> Transfer {
        Transfer { key, source, target, amount }
    }

    pub(crate) fn of(number: u64) -> Transfer {
        let mut rng = Rng::with_seed(number);
        let source = rng.i64(0..ACCOUNTS);
        let target = (source + rng.i64(1..ACCOUNTS)) % ACCOUNTS;
        Transfer { key: number.cast_signed(), source, target, amount: rng.i64(1..=9) }
    }
}

/// What the attempts met of one another.
#[derive(Debug, Default)]
pub(crate) struct Meetings {
    pub(crate) deadlocks: AtomicU64,
    pub(crate) serialization_failures: AtomicU64,
    /// Transfers that an attempt before had committed, and whose answer was lost.
    pub(crate) committed_before: AtomicU64,
}

impl Meetings {
    pub(crate) fn count(count: &AtomicU64) {
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Reports them, and which of those that were made on purpose are missing.
    pub(crate) fn close(&self, report: &mut Report) {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let deadlocks = load(&self.deadlocks);
        let failures = load(&self.serialization_failures);
        let before = load(&self.committed_before);
        report.notes.push(format!(
            "{deadlocks} deadlocks, {failures} serialization failures, {before} commits whose answer was lost"
        ));
        let missing = [(deadlocks, "no deadlock was met"), (failures, "no serialization failure was met")];
        let missing = missing.into_iter().filter(|(count, _)| *count == 0).map(|(_, what)| what.to_owned());
        report.more_violations.extend(missing);
    }
}

/// The first number of a transfer that is there to collide, above those of the workers.
const COLLIDING: u64 = 1 << 40;

/// Two transfers at a time, from one account to another and back, until both kinds of collision were met. The faults may
/// have left no time for it.
pub(crate) async fn collide<U: User>(ledger: &Ledger, [mut one, mut other]: [U; 2], meetings: &Meetings) {
    let numbers = |source: i64, parity: u64| {
        let from_here = move |number: &u64| {
            let transfer = Transfer::of(*number);
            number % 2 == parity && (transfer.source, transfer.target) == (source, 1 - source)
        };
        (COLLIDING..).filter(from_here)
    };
    for parity in [0, 1] {
        let pairs = numbers(0, parity).zip(numbers(1, parity)).take(100);
        for (there, back) in pairs {
            let met = if parity == 0 { &meetings.serialization_failures } else { &meetings.deadlocks };
            if met.load(Ordering::Relaxed) > 0 {
                break;
            }
            let (first, second) = (ledger.operation(), ledger.operation());
            let results = join!(one.write(&first, there), other.write(&second, back));
            first.ended(&results.0);
            second.ended(&results.1);
        }
    }
}

/// What the database has in the end.
pub(crate) struct Books {
    pub(crate) balances: HashMap<i64, i64>,
    pub(crate) transfers: Vec<Transfer>,
}

impl Books {
    /// The numbers of the transfers that are there.
    pub(crate) fn present(&self) -> HashSet<u64> {
        self.transfers.iter().map(|transfer| transfer.key.cast_unsigned()).collect()
    }

    /// What does not add up: the sum, or an account whose balance is not that of the transfers that are there, each
    /// counted once.
    pub(crate) fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        let sum: i64 = self.balances.values().sum();
        if sum != ACCOUNTS * BALANCE {
            violations.push(format!("the accounts have {sum} together, and had {}", ACCOUNTS * BALANCE));
        }
        if self.present().len() != self.transfers.len() {
            violations.push("a transfer is there twice".to_owned());
        }
        let mut expected: HashMap<i64, i64> = (0..ACCOUNTS).map(|account| (account, BALANCE)).collect();
        for transfer in &self.transfers {
            *expected.entry(transfer.source).or_default() -= transfer.amount;
            *expected.entry(transfer.target).or_default() += transfer.amount;
        }
        if expected != self.balances {
            violations.push(format!("the balances are {:?}, by the transfers {expected:?}", self.balances));
        }
        violations
    }
}
