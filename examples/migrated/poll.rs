//! A query that runs on a server, polled until it is done. It shows `retry_ok`, `retry_after_ok` and `error`.
//!
//! The lines before: a loop with an `Instant` for the limit, a `match` on the state of the query, a sleep of the
//! pause that the server asked for, else of one second, and an error of its own for a query that was still running at
//! the end.
//!
//! Gone: the loop, the `Instant` and that error. A query that is not done in ten minutes is a `RetryError` with the
//! reason `Deadline`; the error of a query that failed is in the `RetryError` unchanged.

use std::time::Duration;

use reattempt::{RetryError, retry};

#[retry(
    unlimited,
    base = "1s",
    backoff = constant,
    deadline = "10m",
    retry_ok = |query| query.rows.is_none(),
    retry_after_ok = |query| query.poll_again_in,
    unless = QueryError::Syntax,
    error = QueryError,
)]
pub(crate) async fn result(warehouse: &Warehouse, id: u64) -> Result<Query, RetryError<QueryError>> {
    warehouse.query(id).await
}

// Stubs and tests.

use crate::stub::{Script, error};

error! { QueryError { Syntax => "syntax error", Disconnected => "disconnected", } }

#[derive(Clone, Debug)]
pub(crate) struct Query {
    rows: Option<u32>,
    poll_again_in: Option<Duration>,
}

pub(crate) struct Warehouse(Script<Result<Query, QueryError>>);

impl Warehouse {
    async fn query(&self, _id: u64) -> Result<Query, QueryError> {
        std::future::ready(self.0.next()).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reattempt::{GiveUpReason, testing};

    use super::{Query, QueryError, Warehouse, result};
    use crate::stub::Script;

    fn running(seconds: Option<u64>) -> Query {
        Query { rows: None, poll_again_in: seconds.map(Duration::from_secs) }
    }

    #[tokio::test]
    async fn it_polls_when_the_server_asks_it_to() {
        let guard = testing::no_wait();
        let done = Query { rows: Some(12), poll_again_in: None };
        let warehouse = Warehouse(Script::new([
            Ok(running(None)),
            Ok(running(Some(30))),
            Err(QueryError::Disconnected),
            Ok(done),
        ]));
        assert_eq!(result(&warehouse, 1).await.unwrap().rows, Some(12));
        let bounds = [(1000, 1300), (30_000, 39_000), (1000, 1300)];
        for (delay, (least, most)) in guard.delays().iter().zip(bounds) {
            assert!((least..most).contains(&delay.as_millis()), "{delay:?}");
        }
    }

    #[tokio::test]
    async fn a_query_that_is_never_done_and_one_that_fails_are_errors() {
        let _guard = testing::no_wait();
        let warehouse = Warehouse(Script::new((0..30).map(|_| Ok(running(Some(60))))));
        let error = result(&warehouse, 1).await.unwrap_err();
        assert_eq!((error.reason(), error.last()), (GiveUpReason::Deadline, None));

        let error = result(&Warehouse(Script::new([Err(QueryError::Syntax)])), 1).await.unwrap_err();
        assert_eq!((error.reason(), error.last()), (GiveUpReason::NotRetryable, Some(&QueryError::Syntax)));
    }
}
