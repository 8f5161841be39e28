//! What goes wrong, and when.

use std::ops::Range;
use std::time::Duration;

use super::service::{MEAN, Slow};

pub(crate) const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// The service: its hosts, its load and its trouble. Times are in seconds since the start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    /// The name on the command line and in the tables.
    pub(crate) name: &'static str,
    pub(crate) hosts: usize,
    /// Requests that a host serves at once.
    pub(crate) slots: usize,
    /// The requests that wait for a slot of one host at the most.
    pub(crate) queue: usize,
    /// Calls in a second.
    pub(crate) calls: f64,
    /// The processes that make the calls, each a client of its own.
    pub(crate) processes: usize,
    pub(crate) trouble: Trouble,
    pub(crate) trouble_starts: u64,
    pub(crate) trouble_ends: u64,
    pub(crate) length: u64,
    pub(crate) slow: Slow,
}

/// What goes wrong while there is trouble.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Trouble {
    None,
    /// Each request takes so many times as long.
    Brownout(f64),
    /// The host is down. Then its caches are cold: at first, each request takes ten times as long, and the capacity grows
    /// evenly for so many seconds.
    Crash {
        warm_up: u64,
    },
    /// So many times as many calls arrive.
    Overload(f64),
    /// The first host accepts requests and never answers.
    FirstHostHangs,
    /// The first host answers each request so much later.
    FirstHostLate(Duration),
}

/// The capacity of a host with cold caches, as a part of its capacity.
const COLD: f64 = 0.1;

/// The state of a host at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Condition {
    Up { slowness: f64, since: u64 },
    Down { since: u64 },
    Hangs,
}

impl Condition {
    /// The capacity, as a part of that of a healthy host.
    fn capacity(self) -> f64 {
        match self {
            Condition::Up { slowness, .. } => 1.0 / slowness,
            Condition::Down { .. } | Condition::Hangs => 0.0,
        }
    }
}

impl Scenario {
    /// The time in which there is trouble.
    pub(crate) fn trouble(&self) -> Range<u64> {
        self.trouble_starts * NANOS_PER_SECOND..self.trouble_ends * NANOS_PER_SECOND
    }

    /// The calls that arrive in a second at a time.
    pub(crate) fn calls_at(&self, now: u64) -> f64 {
        match self.trouble {
            Trouble::Overload(times) if self.trouble().contains(&now) => self.calls * times,
            _ => self.calls,
        }
    }

    /// How much later a host answers at a time.
    pub(crate) fn late(&self, host: usize, now: u64) -> u64 {
        match self.trouble {
            Trouble::FirstHostLate(late) if host == 0 && self.trouble().contains(&now) => {
                late.as_nanos() as u64
            }
            _ => 0,
        }
    }

    /// The requests that all hosts together can answer during the trouble.
    pub(crate) fn capacity(&self) -> f64 {
        let seconds = || (self.trouble_starts..self.trouble_ends).map(|second| second * NANOS_PER_SECOND);
        let of_host = |host| -> f64 { seconds().map(|second| self.condition(host, second).capacity()).sum() };
        let in_full_seconds: f64 = (0..self.hosts).map(of_host).sum();
        in_full_seconds * self.slots as f64 / MEAN.as_secs_f64()
    }

    /// The state of a host at a time.
    pub(crate) fn condition(&self, host: usize, now: u64) -> Condition {
        let is_now = self.trouble().contains(&now);
        match self.trouble {
            Trouble::Brownout(slowness) if is_now => Condition::Up { slowness, since: 0 },
            Trouble::FirstHostHangs if is_now && host == 0 => Condition::Hangs,
            Trouble::Crash { .. } if is_now => Condition::Down { since: self.trouble().start },
            Trouble::Crash { warm_up } if now >= self.trouble().end => {
                let since = self.trouble().end;
                let warm = (now - since) as f64 / (warm_up * NANOS_PER_SECOND) as f64;
                let capacity = (COLD + (1.0 - COLD) * warm).min(1.0);
                Condition::Up { slowness: 1.0 / capacity, since }
            }
            _ => Condition::Up { slowness: 1.0, since: 0 },
        }
    }
}
