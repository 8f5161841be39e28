//! `PostgreSQL`, by `tokio-postgres`, `sqlx` and `diesel`.

use diesel::PgConnection as DieselConnection;
use real::{
    Server, free_port,
    servers::postgres::{GUEST, Postgres},
};
use reattempt::Retryable;
use sqlx::PgConnection;

use super::{
    TABLE,
    clients::{Client, Diesel, Sqlx, TokioPostgres},
    deadlock, ended, failure, judge, locked, mistake, refusal, stale,
};
use crate::bounded;

/// A server with the table, and how the guest connects.
async fn serve() -> (Postgres, String) {
    let server = Postgres::start_with(&["deadlock_timeout=10ms"]).await.unwrap();
    server
        .run(&format!("create role {GUEST} login; {TABLE} grant all on counters to {GUEST}"))
        .await
        .unwrap();
    let url = url(&server, GUEST, "postgres");
    (server, url)
}

fn url(server: &Postgres, user: &str, database: &str) -> String {
    format!("postgres://{user}@{}/{database}", server.address())
}

/// Runs a test by each client.
macro_rules! by_each {
    ($test:ident($($argument:expr),*)) => {
        $test::<TokioPostgres>($($argument),*).await;
        $test::<Sqlx<PgConnection>>($($argument),*).await;
        $test::<Diesel<DieselConnection>>($($argument),*).await;
    };
}

#[tokio::test]
async fn another_transaction_that_won_is_retried() {
    bounded(async {
        let (server, url) = serve().await;
        by_each!(deadlock(&url, "40P01"));
        by_each!(stale(&url, &["begin isolation level repeatable read"], "40001"));
        by_each!(locked(&url, "set lock_timeout = '50ms'", "55P03"));

        // A database that somebody is connected to, for longer than the five seconds that the server waits.
        server.run("create database other").await.unwrap();
        let _session = TokioPostgres::connect(&self::url(&server, "fleet", "other")).await.unwrap();
        let in_use = server.run("drop database other").await.unwrap_err();
        judge::<TokioPostgres>(&in_use, "55006", true);
    })
    .await;
}

async fn terminated<C: Client>((server, url): (&Postgres, &str)) {
    let mut client = C::connect(url).await.unwrap();
    server
        .run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'guest'")
        .await
        .unwrap();
    ended(&mut client).await;
}

/// A session that does nothing for too long.
async fn idle<C: Client>(url: &str, before: &[&str]) {
    let mut client = C::connect(url).await.unwrap();
    for statement in before {
        client.run(statement).await.unwrap();
    }
    // Each question begins the time anew.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    ended(&mut client).await;
}

#[tokio::test]
async fn a_session_that_the_server_ended_is_retried() {
    bounded(async {
        let (server, url) = serve().await;
        by_each!(terminated((&server, &url)));
        by_each!(idle(&url, &["set idle_in_transaction_session_timeout = '20ms'", "begin"]));
        by_each!(idle(&url, &["set idle_session_timeout = '20ms'"]));
    })
    .await;
}

async fn no_room<C: Client>(url: &str) {
    judge::<C>(&refusal::<C>(url).await, "53300", true);
}

/// While it shuts down, it waits for the sessions that are there, and lets nobody in.
async fn shutting_down<C: Client>(url: &str) {
    let error = loop {
        match C::connect(url).await {
            // The signal may not have arrived yet.
            Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            Err(error) => break error,
        }
    };
    judge::<C>(&error, "57P03", true);
}

async fn nobody_listens<C: Client>() {
    let url = format!("postgres://guest@127.0.0.1:{}/postgres", free_port());
    let error = refusal::<C>(&url).await;
    assert!(C::code(&error).is_none() && error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_full_or_not_there_is_retried() {
    bounded(async {
        let (mut server, url) = serve().await;
        server.overload(true).await.unwrap();
        by_each!(no_room(&url));
        server.overload(false).await.unwrap();
        by_each!(nobody_listens());
        let _session = TokioPostgres::connect(&url).await.unwrap();
        server.shut_down().unwrap();
        by_each!(shutting_down(&url));
    })
    .await;
}

/// While a replica becomes the server that takes writes, none does.
#[tokio::test]
async fn a_server_of_another_role_is_retried() {
    bounded(async {
        let (server, url) = serve().await;
        server.run("alter role guest set default_transaction_read_only = on").await.unwrap();
        let other = refusal::<TokioPostgres>(&format!("{url}?target_session_attrs=read-write")).await;
        assert!(other.is_retryable(), "{other:?}");
    })
    .await;
}

async fn shut_out<C: Client>(url: &str, code: &str) {
    judge::<C>(&refusal::<C>(url).await, code, false);
}

#[tokio::test]
async fn who_may_not_come_in_is_not_retried() {
    bounded(async {
        let (server, _) = serve().await;
        server.run("create role locked login password 'right'").await.unwrap();
        let address = server.address();
        by_each!(shut_out(&format!("postgres://locked:wrong@{address}/postgres"), "28P01"));
        by_each!(shut_out(&format!("postgres://{GUEST}@{address}/nowhere"), "3D000"));
        by_each!(shut_out(&format!("postgres://nobody@{address}/postgres"), "28000"));
    })
    .await;
}

#[tokio::test]
async fn mistakes_are_not_retried() {
    bounded(async {
        let (_server, url) = serve().await;
        let mistakes: &[(&[&str], &str)] = &[
            (&["insert into counters values (1, 0)"], "23505"),
            (&["insert into counters values (3, null)"], "23502"),
            (&["nonsense"], "42601"),
            (&["select * from nothing"], "42P01"),
            (&["select 1 / 0"], "22012"),
            (&["drop table counters"], "42501"),
            (&["set statement_timeout = '20ms'", "select pg_sleep(60)"], "57014"),
            (&["begin read only", "update counters set n = 0"], "25006"),
            (&["begin", "nonsense", "select 1"], "25P02"),
        ];
        for (statements, code) in mistakes {
            by_each!(mistake(&url, statements, code));
        }
    })
    .await;
}

/// What no test can bring about is raised by a statement.
async fn raised<C: Client>(url: &str) {
    let mut client = C::connect(url).await.unwrap();
    for (codes, is_retried) in [
        (&["08006", "40000", "53000", "53200", "57P02", "58000", "58030", "72000", "HV00N"][..], true),
        (&["08007", "08P01", "40002", "40003", "53100", "53400", "55000", "57P04", "58P01", "XX001"], false),
    ] {
        for code in codes {
            let raise = format!("do $$ begin raise exception using errcode = '{code}'; end $$");
            judge::<C>(&failure(&mut client, &raise).await, code, is_retried);
        }
    }
}

#[tokio::test]
async fn codes_that_are_raised_are_judged_as_any() {
    bounded(async {
        let (_server, url) = serve().await;
        // diesel has no codes.
        raised::<TokioPostgres>(&url).await;
        raised::<Sqlx<PgConnection>>(&url).await;
    })
    .await;
}
