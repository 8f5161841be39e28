//! One host: slots that serve, and a bounded queue in front of them.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::scenario::{Condition, NANOS_PER_SECOND};
use super::service::{MEAN, Times};

/// What a rejection costs, as a part of the mean service time: the request has to be read and answered.
const REJECTION: f64 = 0.1;
/// The way to the server and back, where nothing is served.
const WAY: u64 = NANOS_PER_SECOND / 1000;

/// The end of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    Answer {
        at: u64,
    },
    /// The queue is full: the status 503.
    Overloaded {
        at: u64,
    },
    /// The connection was refused or broken.
    Broken {
        at: u64,
    },
    /// There is none.
    Never,
}

/// A host does not notice that a client has given up on an answer, so it works through all that it has accepted.
#[derive(Debug)]
pub(crate) struct Host {
    /// When each slot is free, in nanoseconds since the start.
    slots: BinaryHeap<Reverse<u64>>,
    /// When the queued requests will be started, in order.
    starts: VecDeque<u64>,
    queue: usize,
    /// When the host was started last.
    booted: u64,
}

impl Host {
    pub(crate) fn new(slots: usize, queue: usize) -> Host {
        Host {
            slots: std::iter::repeat_n(Reverse(0), slots).collect(),
            starts: VecDeque::new(),
            queue,
            booted: 0,
        }
    }

    /// Receives a request. `condition` returns the state of the host at a time.
    pub(crate) fn receive(
        &mut self,
        now: u64,
        condition: impl Fn(u64) -> Condition,
        times: &mut Times,
    ) -> Reply {
        match condition(now) {
            Condition::Down { .. } => return Reply::Broken { at: now + WAY },
            Condition::Hangs => return Reply::Never,
            Condition::Up { since, .. } => self.boot(since),
        }
        while self.starts.front().is_some_and(|&start| start <= now) {
            self.starts.pop_front();
        }
        let Reverse(free) = self.slots.pop().unwrap_or(Reverse(now));
        let start = free.max(now);
        if self.starts.len() >= self.queue {
            self.slots.push(Reverse(start + (MEAN.as_nanos() as f64 * REJECTION) as u64));
            return Reply::Overloaded { at: now + WAY };
        }
        if start > now {
            self.starts.push_back(start);
        }
        let end = match condition(start) {
            Condition::Up { slowness, .. } => start + times.service(slowness),
            // It will never be started.
            Condition::Down { since } => since,
            Condition::Hangs => return Reply::Never,
        };
        self.slots.push(Reverse(end));
        match condition(end) {
            Condition::Down { since } => Reply::Broken { at: since },
            Condition::Up { .. } | Condition::Hangs => Reply::Answer { at: end },
        }
    }

    /// Forgets what was accepted before the host was started last.
    fn boot(&mut self, since: u64) {
        if self.booted < since {
            self.booted = since;
            self.starts.clear();
            self.slots = std::iter::repeat_n(Reverse(since), self.slots.len()).collect();
        }
    }
}
