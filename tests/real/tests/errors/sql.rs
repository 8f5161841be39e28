//! Databases by each client that has an adapter: what they refuse, and what the adapters make of it.

mod clients;
mod commit;
mod mariadb;
mod pgbouncer;
mod pages;
mod postgres;
mod sqlite;

use reattempt::Retryable;
use sqlx::migrate::MigrateError;

use self::clients::Client;

/// What each of the databases has.
const TABLE: &str = "
    create table counters (id integer primary key, n integer not null);
    insert into counters values (1, 0), (2, 0);";

/// The error of a statement that has to fail.
async fn failure<C: Client>(client: &mut C, statement: &str) -> C::Error {
    match client.run(statement).await {
        Ok(()) => panic!("`{statement}` has succeeded"),
        Err(error) => error,
    }
}

/// The error of a connection that has to fail.
async fn refusal<C: Client>(url: &str) -> C::Error {
    match C::connect(url).await {
        Ok(_) => panic!("there is a connection to {url}"),
        Err(error) => error,
    }
}

/// Checks the code, where the client has one, and whether the error is retried.
fn judge<C: Client>(error: &C::Error, code: &str, is_retried: bool) {
    if let Some(seen) = C::code(error) {
        assert_eq!(seen, code, "{error:?}");
    }
    assert_eq!(error.is_retryable(), is_retried, "{code}: {error:?}");
}

/// Two transactions, each of which wants what the other one has.
async fn deadlock<C: Client>(url: &str, code: &str) {
    let (mut one, mut other) = (C::connect(url).await.unwrap(), C::connect(url).await.unwrap());
    for (client, id) in [(&mut one, 1), (&mut other, 2)] {
        client.run("begin").await.unwrap();
        client.run(&format!("update counters set n = n + 1 where id = {id}")).await.unwrap();
    }
    let second = "update counters set n = n + 1 where id = 2";
    let first = "update counters set n = n + 1 where id = 1";
    let (one, other) = tokio::join!(one.run(second), other.run(first));
    let errors: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    judge::<C>(&errors[0], code, true);
}

/// A transaction that changes what another one has changed since it looked. `begin` is how it begins.
async fn stale<C: Client>(url: &str, begin: &[&str], code: &str) {
    let (mut one, mut other) = (C::connect(url).await.unwrap(), C::connect(url).await.unwrap());
    for statement in begin.iter().copied().chain(["select n from counters"]) {
        one.run(statement).await.unwrap();
    }
    let change = "update counters set n = n + 1 where id = 1";
    other.run(change).await.unwrap();
    judge::<C>(&failure(&mut one, change).await, code, true);
}

/// A lock that another transaction has. `wait` limits how long it is waited for.
async fn locked<C: Client>(url: &str, wait: &str, code: &str) {
    let (mut one, mut other) = (C::connect(url).await.unwrap(), C::connect(url).await.unwrap());
    let change = "update counters set n = n + 1 where id = 1";
    one.run("begin").await.unwrap();
    one.run(change).await.unwrap();
    other.run(wait).await.unwrap();
    judge::<C>(&failure(&mut other, change).await, code, true);
    let at_once = "select n from counters where id = 1 for update nowait";
    judge::<C>(&failure(&mut other, at_once).await, code, true);
}

/// Statements on a connection of their own, the last of which fails for good.
async fn mistake<C: Client>(url: &str, statements: &[&str], code: &str) {
    let mut client = C::connect(url).await.unwrap();
    let (last, before) = statements.split_last().unwrap();
    for statement in before {
        // Some of them fail, as they have to.
        let _ = client.run(statement).await;
    }
    judge::<C>(&failure(&mut client, last).await, code, false);
}

/// A session that somebody ends, or that has ended before this asks.
async fn ended<C: Client>(client: &mut C) {
    // The end may take a moment.
    let error = loop {
        match client.run("select 1").await {
            Ok(()) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            Err(error) => break error,
        }
    };
    assert!(error.is_retryable(), "{error:?}");
}

#[test]
fn a_migration_is_judged_by_the_error_in_it() {
    let failed = |error| sqlx::Error::Migrate(Box::new(MigrateError::Execute(error)));
    assert!(failed(sqlx::Error::PoolTimedOut).is_retryable());
    assert!(!failed(sqlx::Error::RowNotFound).is_retryable());
    assert!(!sqlx::Error::Migrate(Box::new(MigrateError::VersionMissing(1))).is_retryable());
}
