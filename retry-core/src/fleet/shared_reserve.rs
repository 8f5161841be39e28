//! A budget that has joined: when it asks the store for tokens.

use core::time::Duration;
use std::string::String;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::held::Held;
use super::identity;
use super::members::ProcessId;
use super::reserve::{Claim, Grant};
use crate::budget::RetryBudget;
use crate::runtime;

/// A budget that has joined.
pub(super) struct SharedReserve {
    pub(super) budget: Held<RetryBudget>,
    pub(super) name: &'static str,
    pub(super) key: String,
    process: Mutex<ProcessId>,
    /// When the store is asked again, because there was nothing more to get.
    turn: Mutex<Option<Turn>>,
}

/// When the store is asked again.
#[derive(Clone, Copy)]
struct Turn {
    /// Where a retry was refused.
    needed: Instant,
    /// Where none was.
    idle: Instant,
}

/// The longest time for which nobody asks.
const LONGEST: Duration = Duration::from_secs(3600);

impl SharedReserve {
    pub(super) fn new(budget: Held<RetryBudget>, name: &'static str, key: String) -> SharedReserve {
        let process = Mutex::new(identity::draw());
        SharedReserve { budget, name, key, process, turn: Mutex::default() }
    }

    /// Draws another process, in one that was forked.
    pub(super) fn begin_anew(&self) {
        *self.process.lock().unwrap_or_else(PoisonError::into_inner) = identity::draw();
    }

    /// Returns how long it takes until the budget asks for tokens, if it wants some.
    pub(super) fn due_in(&self) -> Option<Duration> {
        let turn = *self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let until = turn.map(|turn| if self.budget.needs_grant() { turn.needed } else { turn.idle });
        let left = until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
        self.budget.wants_grant().then_some(left)
    }

    /// Returns the claim to send, if one is due.
    pub(super) fn next(&self) -> Option<Claim> {
        if self.due_in() != Some(Duration::ZERO) {
            return None;
        }
        let process = *self.process.lock().unwrap_or_else(PoisonError::into_inner);
        let per_second = self.budget.reserve_in_fleet();
        Some(Claim { process, fresh: identity::number(), per_second, tokens: u32::MAX })
    }

    /// Reads the answer to a claim. A process that got nothing leaves the next tokens to the others, as many as there are. Where
    /// a retry is refused, it asks again within `sync_every`. So the store is asked once for each token, and beyond that at
    /// most once in `sync_every` by each process that needs one.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "no divisor is 0, and no turn is longer than 205 years"
    )]
    pub(super) fn read(&self, grant: Grant, sync_every: Duration) {
        let Grant { tokens, live, next } = grant;
        self.budget.accrue_with_fleet(self.budget.reserve_in_fleet() / live.max(1));
        let next = Duration::from_millis(next).min(LONGEST);
        let turn = Duration::from_secs(live.into()) / self.budget.reserve_in_fleet().max(1);
        // Processes that have started together do not come back together.
        let share = 0.5 + (runtime::draw() % 1024) as f64 / 1024.0;
        let (needed, idle) = if tokens > 0 {
            (next, next)
        } else {
            (next.max(turn.min(sync_every)), next.max(turn.mul_f64(share)))
        };
        let now = Instant::now();
        let turn = Turn { needed: now + needed, idle: now + idle };
        *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = Some(turn);
        self.budget.add_grant(tokens);
    }
}
