//! A store in this process, for tests.

use std::boxed::Box;
use std::collections::HashMap;
use std::string::String;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::record::{Record, Request};
use super::store::{Store, StoreFuture};
use crate::policy::nanos::{Nanos, to_duration};
use crate::runtime::{self, Clock};

/// A store in this process: for tests, and to try out a fleet without a server.
///
/// Its clock is that of the runtime, so a paused clock of tokio works. It runs the rules of the crate itself, by
/// [`Record::answer`].
///
/// ```
/// use retry_core::fleet::{Fleet, MemoryStore};
///
/// let fleet = Fleet::on(MemoryStore::new()).name("shop");
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    records: Mutex<HashMap<String, Kept>>,
    /// The time of the first request.
    start: OnceLock<Nanos>,
}

#[derive(Debug)]
struct Kept {
    record: Record,
    /// The end of its life; none if it lives for ever.
    until: Option<Duration>,
}

impl MemoryStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// Removes all records, as a server does that loses its data.
    pub fn clear(&self) {
        self.records().clear();
    }

    /// Returns the number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records().len()
    }

    /// Returns whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records().is_empty()
    }

    fn records(&self) -> std::sync::MutexGuard<'_, HashMap<String, Kept>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
        Box::pin(async move {
            let now = runtime::now(Clock::Async);
            let since = now.saturating_sub(*self.start.get_or_init(|| now));
            // The clock of a store never stands at 0.
            let now = Duration::from_secs(1).saturating_add(to_duration(since));
            let mut records = self.records();
            records.retain(|_, kept| kept.until.is_none_or(|until| now < until));
            let record = records.get(key).map(|kept| &kept.record);
            let (answer, written) = Record::answer(record, now, &request);
            if let Some(written) = written {
                let until = written.life.map(|life| now.saturating_add(life));
                records.insert(key.into(), Kept { record: written.record, until });
            }
            Ok(answer)
        })
    }

    fn describe(&self) -> String {
        "memory".into()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::super::members::ProcessId;
    use super::super::reserve::{Claim, Reserve};
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_record_is_forgotten_at_the_end_of_its_life() {
        let claim = Claim { process: ProcessId(1), fresh: 9, per_second: 10, tokens: 1 };
        for (past, left) in [(1, 2), (0, 1)] {
            let store = MemoryStore::new();
            store.ask("old", Request::Reserve(claim)).await.expect("it answers");
            // The life of a reserve is an hour.
            advance(Duration::from_millis(3_600_000 - past)).await;
            store.ask("new", Request::Reserve(claim)).await.expect("it answers");
            assert_eq!(store.len(), left);
        }
    }

    #[test]
    fn the_records_of_a_store_are_counted_until_they_are_cleared() {
        let store = MemoryStore::new();
        assert!(store.is_empty());
        for key in ["a", "b"] {
            let kept = Kept { record: Record::Reserve(Reserve::new(1, 0)), until: None };
            store.records().insert(key.into(), kept);
        }
        assert_eq!((store.len(), store.is_empty()), (2, false));
        store.clear();
        assert_eq!((store.len(), store.is_empty()), (0, true));
        assert_eq!(store.describe(), "memory");
    }
}
