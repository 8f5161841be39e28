//! A subscription that reconnects as long as the program runs. It shows `unlimited`, `restart_after`, `log = off` and
//! `on_retry`.
//!
//! The lines before: a `loop` around the connection, a delay that was doubled and capped by hand and set back after a
//! connection that had held, and a counter of failures, so that an outage of a night does not fill the log.
//!
//! Gone: the loop, the counter, the delay and its reset. The rule for the log remains: one line for ten failures.

use std::convert::Infallible;

use reattempt::retry;

#[retry(
    unlimited,
    base_ms = 500,
    max_delay = "1m",
    restart_after = "2m",
    unless = FeedError::Revoked,
    log = off,
    on_retry = |event| if event.attempt() % 10 == 0 {
        tracing::warn!(attempts = event.attempt(), delay = ?event.delay(), "the feed is down");
    },
)]
pub(crate) async fn follow(feed: &Feed, prices: &mut Vec<u32>) -> Result<Infallible, FeedError> {
    let mut connection = feed.connect().await?;
    loop {
        prices.push(connection.next().await?);
    }
}

// Stubs and tests.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::stub::{Script, error};

error! { FeedError { Down => "the feed is down", Revoked => "the key was revoked", } }

/// Each connection is a script of its own. The feed keeps the time at which each was asked for.
pub(crate) struct Feed {
    connections: Script<Result<Connection, FeedError>>,
    asked: Mutex<Vec<Instant>>,
}

pub(crate) struct Connection {
    prices: Script<u32>,
    holds: Duration,
}

impl Feed {
    async fn connect(&self) -> Result<Connection, FeedError> {
        self.asked.lock().unwrap().push(Instant::now());
        std::future::ready(self.connections.next()).await
    }
}

impl Connection {
    async fn next(&mut self) -> Result<u32, FeedError> {
        if self.prices.left() == 0 {
            tokio::time::sleep(self.holds).await;
            return Err(FeedError::Down);
        }
        Ok(self.prices.next())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tracing::Level;

    use super::{Connection, Feed, FeedError, follow};
    use crate::stub::{Levels, Script};

    const HOUR: Duration = Duration::from_secs(3600);

    #[tokio::test(start_paused = true)]
    async fn every_tenth_failure_is_logged_and_a_connection_that_held_resets_the_delay() {
        let levels = Levels::record();
        let outage = |n| (0..n).map(|_| Err(FeedError::Down));
        let connection = Connection { prices: Script::new([101, 102]), holds: HOUR };
        let answers = outage(25).chain([Ok(connection)]).chain(outage(1)).chain([Err(FeedError::Revoked)]);
        let feed = Feed { connections: Script::new(answers), asked: Vec::new().into() };
        let mut prices = Vec::new();
        assert_eq!(follow(&feed, &mut prices).await, Err(FeedError::Revoked));
        assert_eq!(prices, [101, 102]);
        assert_eq!(levels.take(), [Level::WARN; 2], "after failures 10 and 20");

        let asked = feed.asked.into_inner().unwrap();
        let waits: Vec<_> = asked.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(waits[24] > Duration::from_secs(45), "{waits:?}");
        assert!(waits[25] < HOUR + Duration::from_millis(660), "{waits:?}");
    }
}
