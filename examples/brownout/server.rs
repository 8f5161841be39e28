//! A server that works through one request after the other, and for a while slowly.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::timeline::Timeline;

/// When the server browns out.
pub(crate) const BROWNOUT: Range<Duration> = Duration::from_secs(10)..Duration::from_secs(20);

/// What a request takes: the server can do 100 in a second, and 20 while it browns out.
const WORK: Duration = Duration::from_millis(10);
const SLOW_WORK: Duration = Duration::from_millis(50);
/// The longest queue, in time: what comes when it is full is turned away.
const QUEUE: Duration = Duration::from_secs(2);

/// The server has too much to do.
pub(crate) struct Overloaded;

pub(crate) struct Server {
    timeline: Arc<Timeline>,
    brownout: Range<Duration>,
    /// Until when it has work. It does not know who still waits for an answer, so it does all of it.
    busy_until: Mutex<Duration>,
}

impl Server {
    pub(crate) fn healthy(timeline: Arc<Timeline>) -> Server {
        Server { timeline, brownout: Duration::ZERO..Duration::ZERO, busy_until: Mutex::default() }
    }

    pub(crate) fn browning_out(timeline: Arc<Timeline>) -> Server {
        Server { brownout: BROWNOUT, ..Server::healthy(timeline) }
    }

    /// A request, which is the client's attempt of that number at it.
    pub(crate) async fn request(&self, attempt: u32) -> Result<(), Overloaded> {
        self.timeline.requested(attempt);
        let answered = self.enqueue()?;
        super::time::sleep(answered).await;
        Ok(())
    }

    /// How long the answer takes.
    fn enqueue(&self) -> Result<Duration, Overloaded> {
        let now = self.timeline.now();
        let mut busy_until = self.busy_until.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = busy_until.saturating_sub(now);
        if queue > QUEUE {
            return Err(Overloaded);
        }
        let start = now + queue;
        let work = if self.brownout.contains(&start) { SLOW_WORK } else { WORK };
        *busy_until = start + work;
        Ok(queue + work)
    }
}
