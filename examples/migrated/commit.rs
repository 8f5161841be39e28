//! A commit to a table with optimistic concurrency: each attempt loads the newest snapshot and applies the change to
//! it. It shows `on` with a pattern, and `deadline`.
//!
//! The lines before: a builder of a backoff, and a closure that copied the catalog, the name and the change for each
//! of its futures. Behind it stood a predicate for conflicts and a limit on the total time.
//!
//! Gone: the copies and the closure. The body is one attempt, so its snapshot is a fresh one. Any error but a
//! conflict ends the call.

use reattempt::retry;

#[retry(max = 5, base_ms = 100, max_delay = "10s", deadline = "1m", on = CatalogError::Conflict)]
pub(crate) async fn commit(catalog: &Catalog, table: &str, change: &Change) -> Result<u64, CatalogError> {
    let snapshot = catalog.load(table).await?;
    let rows = change.apply(&snapshot)?;
    catalog.replace(table, &snapshot, rows).await
}

// Stubs and tests.

use crate::stub::{Script, error};

error! {
    CatalogError {
        Conflict => "another writer was faster",
        NoSuchTable => "no such table",
        Overflow => "too many rows",
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Snapshot {
    version: u64,
    rows: u64,
}

/// Adds rows.
pub(crate) struct Change(u64);

impl Change {
    fn apply(&self, snapshot: &Snapshot) -> Result<u64, CatalogError> {
        snapshot.rows.checked_add(self.0).ok_or(CatalogError::Overflow)
    }
}

/// Its script has the snapshots that another writer leaves between a load and a commit.
pub(crate) struct Catalog {
    current: std::sync::Mutex<Snapshot>,
    others: Script<Option<Snapshot>>,
}

impl Catalog {
    async fn load(&self, table: &str) -> Result<Snapshot, CatalogError> {
        let snapshot = self.current.lock().unwrap().clone();
        std::future::ready(if table == "events" { Ok(snapshot) } else { Err(CatalogError::NoSuchTable) })
            .await
    }

    async fn replace(&self, _table: &str, on: &Snapshot, rows: u64) -> Result<u64, CatalogError> {
        let other = std::future::ready(self.others.next()).await;
        let mut current = self.current.lock().unwrap();
        if let Some(other) = other {
            *current = other;
        }
        if *current != *on {
            return Err(CatalogError::Conflict);
        }
        *current = Snapshot { version: on.version + 1, rows };
        Ok(current.version)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use reattempt::testing;

    use super::{Catalog, CatalogError, Change, Snapshot, commit};
    use crate::stub::Script;

    fn catalog(others: impl IntoIterator<Item = Option<Snapshot>>) -> Catalog {
        Catalog { current: Mutex::new(Snapshot { version: 1, rows: 10 }), others: Script::new(others) }
    }

    #[tokio::test]
    async fn a_conflict_is_resolved_on_the_newest_snapshot() {
        let guard = testing::no_wait();
        let catalog =
            catalog([Some(Snapshot { version: 2, rows: 20 }), Some(Snapshot { version: 3, rows: 30 }), None]);
        assert_eq!(commit(&catalog, "events", &Change(5)).await, Ok(4));
        assert_eq!(*catalog.current.lock().unwrap(), Snapshot { version: 4, rows: 35 });
        assert_eq!(guard.delays().len(), 2);
    }

    #[tokio::test]
    async fn other_errors_end_the_call() {
        let guard = testing::no_wait();
        let catalog = catalog([]);
        assert_eq!(commit(&catalog, "evnts", &Change(5)).await, Err(CatalogError::NoSuchTable));
        assert_eq!(commit(&catalog, "events", &Change(u64::MAX)).await, Err(CatalogError::Overflow));
        assert!(guard.delays().is_empty());
    }
}
