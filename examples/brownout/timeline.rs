//! What happened in each second.

use std::ops::AddAssign;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::client::Failure;
use super::scenario::LENGTH;
use super::time;

/// One second, or many.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// First attempts that reached the server.
    pub(crate) requests: u32,
    /// Further attempts that did.
    pub(crate) retries: u32,
    /// Calls that succeeded.
    pub(crate) answers: u32,
    /// Calls that the breaker kept from the server.
    pub(crate) rejections: u32,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.requests += other.requests;
        self.retries += other.retries;
        self.answers += other.answers;
        self.rejections += other.rejections;
    }
}

pub(crate) struct Timeline {
    start: Duration,
    seconds: Mutex<Vec<Counts>>,
}

impl Timeline {
    /// Begins now.
    pub(crate) fn start() -> Timeline {
        let seconds = vec![Counts::default(); LENGTH.as_secs() as usize];
        Timeline { start: time::now(), seconds: Mutex::new(seconds) }
    }

    pub(crate) fn now(&self) -> Duration {
        time::now().saturating_sub(self.start)
    }

    /// An attempt has reached the server.
    pub(crate) fn requested(&self, attempt: u32) {
        self.count(|counts| if attempt == 1 { counts.requests += 1 } else { counts.retries += 1 });
    }

    /// A call has ended.
    pub(crate) fn ended(&self, result: &Result<(), Failure>) {
        match result {
            Ok(()) => self.count(|counts| counts.answers += 1),
            Err(Failure::Rejected) => self.count(|counts| counts.rejections += 1),
            Err(Failure::Overloaded | Failure::TimedOut) => {}
        }
    }

    fn count(&self, count: impl FnOnce(&mut Counts)) {
        let second = self.now().as_secs() as usize;
        if let Some(counts) = self.seconds.lock().unwrap_or_else(PoisonError::into_inner).get_mut(second) {
            count(counts);
        }
    }

    /// What happened in each second.
    pub(crate) fn seconds(&self) -> Vec<Counts> {
        self.seconds.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What happened in all of them.
    pub(crate) fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.seconds().into_iter().for_each(|second| total += second);
        total
    }
}
