use std::{
    fmt::Display,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use reattempt::{CircuitBreaker, GiveUpReason, Hedge, Policy, RetryBudget, RetryError, Throttle};
use tokio::sync::watch;

use crate::Guards;

/// What became of the operations of one system, and what of it should not have happened.
///
/// Operations count their attempts themselves, so that what a [`RetryError`] and `attempt = n` say can be held against
/// another count.
#[derive(Debug)]
pub struct Ledger {
    limit: u32,
    guards: Option<Guards>,
    totals: Mutex<Totals>,
    progress: watch::Sender<Progress>,
}

/// How far the operations have come, for those who wait for it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Progress {
    pub(crate) failed_attempts: u64,
    pub(crate) succeeded: u64,
}

/// The sums of a ledger.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Operations that were begun.
    pub begun: u64,
    /// Attempts of all of them.
    pub attempts: u64,
    /// Operations whose first attempt succeeded.
    pub at_once: u64,
    /// Operations of which a later attempt succeeded.
    pub recovered: u64,
    /// Operations that used up their attempts.
    pub gave_up: u64,
    /// Operations that could not succeed, and ended after one attempt.
    pub permanent: u64,
    /// Operations that a breaker, a throttle or a budget ended.
    pub refused: u64,
    /// What broke a promise, in words.
    pub violations: Vec<String>,
}

impl Ledger {
    /// For operations under this policy.
    #[must_use]
    pub fn new(policy: &Policy) -> Ledger {
        // A policy draws its delays, one less than it has attempts.
        let limit = policy.delays().count() as u32 + 1;
        Ledger { limit, guards: None, totals: Mutex::default(), progress: watch::Sender::default() }
    }

    /// The same for operations with a breaker, a budget, a throttle and a hedge, which may end them early.
    #[must_use]
    pub fn guarded(policy: &Policy, guards: Guards) -> Ledger {
        Ledger { guards: Some(guards), ..Ledger::new(policy) }
    }

    /// Begins an operation.
    pub fn operation(&self) -> Operation<'_> {
        self.with(|totals| totals.begun += 1);
        Operation { ledger: self, attempts: AtomicU32::new(0) }
    }

    /// The sums so far.
    pub fn totals(&self) -> Totals {
        self.with(|totals| totals.clone())
    }

    pub(crate) fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// Waits until the operations have come so far.
    pub(crate) async fn reaches(&self, far_enough: impl FnMut(&Progress) -> bool) {
        let mut progress = self.progress.subscribe();
        progress.wait_for(far_enough).await.expect("the ledger has the sender");
    }

    fn with<T>(&self, change: impl FnOnce(&mut Totals) -> T) -> T {
        change(&mut self.totals.lock().expect("no change panics"))
    }

    fn violated(&self, what: String) {
        self.with(|totals| totals.violations.push(what));
    }

    fn failed(&self) {
        self.progress.send_modify(|progress| progress.failed_attempts += 1);
    }
}

/// One operation, from its first attempt to what its caller gets.
#[derive(Debug)]
pub struct Operation<'a> {
    ledger: &'a Ledger,
    attempts: AtomicU32,
}

impl<'a> Operation<'a> {
    fn guards(&self) -> Option<&'a Guards> {
        self.ledger.guards.as_ref()
    }

    /// The breaker of all operations of the ledger, if they have one.
    #[must_use]
    pub fn breaker(&self) -> Option<&'a CircuitBreaker> {
        self.guards().map(|guards| &*guards.breaker)
    }

    /// Their budget.
    #[must_use]
    pub fn budget(&self) -> Option<&'a RetryBudget> {
        self.guards().map(|guards| &*guards.budget)
    }

    /// Their throttle.
    #[must_use]
    pub fn throttle(&self) -> Option<&'a Throttle> {
        self.guards().map(|guards| &guards.throttle)
    }

    /// Their hedge.
    #[must_use]
    pub fn hedge(&self) -> Option<&'a Hedge> {
        self.guards().map(|guards| &guards.hedge)
    }

    /// Told first in every try of an operation that has a hedge. A copy has the number of the attempt that it belongs to.
    pub fn attempt_or_copy(&self, number: u32) {
        if self.guards().is_none() || self.attempts.load(Ordering::Relaxed) != number {
            self.attempt(number);
        }
    }

    /// Told first in every attempt, with the number that `attempt = n` has.
    pub fn attempt(&self, number: u32) {
        let count = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        self.ledger.with(|totals| totals.attempts += 1);
        if count > 1 {
            self.ledger.failed();
        }
        if number != count {
            self.ledger.violated(format!("attempt {count} was told that it is attempt {number}"));
        }
        if count > self.ledger.limit {
            self.ledger.violated(format!("attempt {count} of {}", self.ledger.limit));
        }
    }

    /// Told in the end. An operation may succeed, or use up its attempts; of a fault that passes, nobody may say that it
    /// does not. Returns whether it succeeded.
    pub fn ended<T, E: Display>(self, result: &Result<T, RetryError<E>>) -> bool {
        let attempts = self.attempts.load(Ordering::Relaxed);
        match result {
            Ok(_) => {
                self.ledger.with(|totals| match attempts {
                    1 => totals.at_once += 1,
                    _ => totals.recovered += 1,
                });
                self.ledger.progress.send_modify(|progress| progress.succeeded += 1);
            }
            Err(error) if self.is_refusal(error, attempts) => {
                if attempts > 0 {
                    self.ledger.failed();
                }
                self.ledger.with(|totals| totals.refused += 1);
            }
            Err(error) => {
                self.ledger.failed();
                self.ledger.with(|totals| totals.gave_up += 1);
                let used_up = attempts == self.ledger.limit && error.attempts() == attempts;
                if error.reason() != GiveUpReason::MaxAttempts || !used_up {
                    self.ledger.violated(format!("{}; there were {attempts} attempts", in_full(error)));
                }
            }
        }
        result.is_ok()
    }

    /// Whether a breaker, a throttle or a budget has ended the operation, as its own may.
    fn is_refusal<E>(&self, error: &RetryError<E>, attempts: u32) -> bool {
        let ends = [GiveUpReason::CircuitOpen, GiveUpReason::Throttled, GiveUpReason::BudgetExhausted];
        self.guards().is_some() && ends.contains(&error.reason()) && error.attempts() == attempts
    }

    /// Told in the end of an operation that cannot succeed, when nothing else is wrong: it took one attempt.
    pub fn refused<T, E: Display>(self, result: &Result<T, RetryError<E>>) {
        let attempts = self.attempts.into_inner();
        self.ledger.with(|totals| totals.permanent += 1);
        match result {
            Ok(_) => self.ledger.violated("what cannot succeed has succeeded".to_owned()),
            Err(error) if error.reason() == GiveUpReason::NotRetryable && attempts == 1 => {}
            Err(error) => self.ledger.violated(format!("{}; it is permanent", in_full(error))),
        }
    }
}

/// The error and the last one behind it, which it does not repeat.
fn in_full<E: Display>(error: &RetryError<E>) -> String {
    match error.last() {
        Some(last) => format!("{error}: {last}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use reattempt::{retry, testing};

    use super::*;

    const POLICY: Policy = Policy::new().max(3);

    /// An operation under a policy of so many attempts, which may be other than the ledger's.
    fn call(
        operation: &Operation<'_>,
        attempts: u32,
        answer: &'static str,
    ) -> Result<(), RetryError<&'static str>> {
        #[retry(policy = Policy::new().max(attempts), error = &'static str, attempt = n, when = |e| *e != "wrong")]
        fn call(
            operation: &Operation<'_>,
            attempts: u32,
            answer: &'static str,
        ) -> Result<(), RetryError<&'static str>> {
            operation.attempt(n);
            if answer == "late" && n == attempts { Ok(()) } else { Err(answer) }
        }
        let _guard = testing::no_wait();
        call(operation, attempts, answer)
    }

    #[test]
    fn what_keeps_its_promises_is_counted() {
        let ledger = Ledger::new(&POLICY);
        for (attempts, answer) in [(1, "late"), (3, "late"), (3, "down")] {
            let operation = ledger.operation();
            let result = call(&operation, attempts, answer);
            assert_eq!(operation.ended(&result), answer == "late");
        }
        let operation = ledger.operation();
        let result = call(&operation, 3, "wrong");
        operation.refused(&result);
        let Totals { begun, attempts, at_once, recovered, gave_up, permanent, refused, violations } =
            ledger.totals();
        assert_eq!((begun, attempts), (4, 1 + 3 + 3 + 1));
        assert_eq!((at_once, recovered, gave_up, permanent, refused), (1, 1, 1, 1, 0));
        assert_eq!(violations, <[String; 0]>::default());
        let Progress { failed_attempts, succeeded } = ledger.progress();
        assert_eq!((failed_attempts, succeeded), (2 + 3, 2));
    }

    #[test]
    fn one_attempt_too_many_is_a_violation() {
        let ledger = Ledger::new(&POLICY);
        let operation = ledger.operation();
        let result = call(&operation, 4, "down");
        operation.ended(&result);
        let violations = ledger.totals().violations;
        assert_eq!(violations[0], "attempt 4 of 3");
        assert!(
            violations[1].ends_with("no attempts are left: down; there were 4 attempts"),
            "{violations:?}"
        );
    }

    #[test]
    fn giving_up_early_is_a_violation() {
        let ledger = Ledger::new(&POLICY);
        for answer in ["down", "wrong"] {
            let operation = ledger.operation();
            let result = call(&operation, 2, answer);
            operation.ended(&result);
        }
        assert_eq!(ledger.totals().violations.len(), 2);
    }

    #[test]
    fn a_breaker_may_end_an_operation_where_there_is_one() {
        #[retry(policy = POLICY, error = &'static str, attempt = n, breaker = breaker)]
        fn call(operation: &Operation<'_>, breaker: &CircuitBreaker) -> Result<(), RetryError<&'static str>> {
            operation.attempt(n);
            Err("down")
        }
        let _guard = testing::no_wait();
        let breaker = CircuitBreaker::new().consecutive_failures(2);
        let ledgers = [Ledger::guarded(&POLICY, Guards::new("here")), Ledger::new(&POLICY)];
        for ledger in &ledgers {
            // The first call opens it after two attempts, and the others have none.
            for _ in 0..2 {
                let operation = ledger.operation();
                let result = call(&operation, &breaker);
                assert!(!operation.ended(&result));
            }
        }
        let [guarded, other] = ledgers.map(|ledger| ledger.totals());
        assert_eq!((guarded.refused, guarded.gave_up, guarded.violations.len()), (2, 0, 0));
        assert_eq!((other.refused, other.gave_up, other.violations.len()), (0, 2, 2));
    }

    #[test]
    fn a_copy_is_part_of_its_attempt() {
        let ledger = Ledger::guarded(&POLICY, Guards::new("here"));
        let operation = ledger.operation();
        for number in [1, 1, 2, 2] {
            operation.attempt_or_copy(number);
        }
        assert_eq!((ledger.totals().attempts, ledger.totals().violations.len()), (2, 0));
        operation.attempt_or_copy(4);
        assert_eq!(ledger.totals().violations, ["attempt 3 was told that it is attempt 4"]);
    }

    #[test]
    fn what_is_permanent_takes_one_attempt() {
        let ledger = Ledger::new(&POLICY);
        for answer in ["down", "late"] {
            let operation = ledger.operation();
            let result = call(&operation, 3, answer);
            operation.refused(&result);
        }
        assert_eq!(ledger.totals().violations.len(), 2);
    }
}
