//! SQLite, by `sqlx` and `diesel`.

use diesel::SqliteConnection as DieselConnection;
use sqlx::SqliteConnection;
use tempfile::TempDir;

use super::{
    TABLE,
    clients::{Client, Diesel, Sqlx},
    failure, judge, mistake, stale,
};
use crate::bounded;

/// One writes, and another one does not wait for it.
async fn busy<C: Client>(url: &str) {
    let (mut one, mut other) = (C::connect(url).await.unwrap(), C::connect(url).await.unwrap());
    one.run("begin immediate").await.unwrap();
    other.run("pragma busy_timeout = 0").await.unwrap();
    judge::<C>(&failure(&mut other, "begin immediate").await, "5", true);
}

async fn judged<C: Client>(url: &str) {
    let mut client = C::connect(url).await.unwrap();
    client.run("pragma journal_mode = wal").await.unwrap();
    for statement in TABLE.split(';').filter(|statement| !statement.trim().is_empty()) {
        client.run(statement).await.unwrap();
    }
    busy::<C>(url).await;
    stale::<C>(url, &["pragma busy_timeout = 0", "begin"], "517").await;
    let mistakes: &[(&[&str], &str)] = &[
        (&["insert into counters values (1, 0)"], "1555"),
        (&["insert into counters values (3, null)"], "1299"),
        (&["nonsense"], "1"),
        (&["pragma query_only = on", "update counters set n = 0"], "8"),
    ];
    for (statements, code) in mistakes {
        mistake::<C>(url, statements, code).await;
    }
}

#[tokio::test]
async fn locks_of_others_are_retried_and_mistakes_are_not() {
    bounded(async {
        let folder = TempDir::new().unwrap();
        let file = |name: &str| folder.path().join(name).display().to_string();
        judged::<Sqlx<SqliteConnection>>(&format!("sqlite://{}?mode=rwc", file("sqlx"))).await;
        judged::<Diesel<DieselConnection>>(&file("diesel")).await;
    })
    .await;
}
