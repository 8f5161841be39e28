//! PgBouncer before PostgreSQL: its errors have one code, and texts.

use diesel::PgConnection as DieselConnection;
use real::{
    Server,
    servers::{pgbouncer::PgBouncer, postgres::Postgres},
};
use reattempt::Retryable;
use sqlx::PgConnection;

use super::clients::{Client, Diesel, Sqlx, TokioPostgres};
use crate::bounded;

/// The error of somebody who comes and asks.
async fn ask<C: Client>(url: &str) -> C::Error {
    loop {
        let asked = async { C::connect(url).await?.run("select 1").await };
        match asked.await {
            // A connection that was open before may still answer.
            Ok(()) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            Err(error) => return error,
        }
    }
}

async fn is_retried<C: Client>(url: &str) {
    let error = ask::<C>(url).await;
    if let Some(code) = C::code(&error) {
        assert_eq!(code, "08P01");
    }
    assert!(error.is_retryable(), "{error:?}");
}

async fn is_not_retried<C: Client>(url: &str) {
    let error = ask::<C>(url).await;
    assert!(!error.is_retryable(), "{error:?}");
}

/// Runs a test by each client.
macro_rules! by_each {
    ($test:ident($argument:expr)) => {
        $test::<TokioPostgres>($argument).await;
        $test::<Sqlx<PgConnection>>($argument).await;
        $test::<Diesel<DieselConnection>>($argument).await;
    };
}

#[tokio::test]
async fn a_server_behind_it_that_is_busy_or_down_is_retried() {
    bounded(async {
        let mut server = Postgres::start().await.unwrap();
        let bouncer = PgBouncer::start(server.address()).await.unwrap();
        let url = format!("postgres://fleet@{}/postgres", bouncer.address());
        by_each!(is_not_retried(&format!("postgres://fleet@{}/nowhere", bouncer.address())));

        // The one connection to the server is another's.
        let mut first = TokioPostgres::connect(&url).await.unwrap();
        first.run("begin").await.unwrap();
        by_each!(is_retried(&url));

        server.kill().await;
        let crashed = first.run("select 1").await.unwrap_err();
        assert!(crashed.is_retryable(), "{crashed:?}");
        by_each!(is_retried(&url));
    })
    .await;
}
