//! The transfers that the pages of the adapters show, each through a deadlock with another one.

use std::time::Duration;

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query, sql_types::BigInt};
use real::servers::postgres::Postgres;
use reattempt::{AttemptTimeout, Retryable, retry};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::{join, task::spawn_blocking, time::sleep};
use tokio_postgres::{Config, NoTls};

use super::clients::DieselError;
use crate::bounded;

#[retry(max = 5, base = "20ms", max_delay = "1s")]
async fn by_tokio_postgres(
    config: &Config,
    from: i64,
    to: i64,
    amount: i64,
) -> Result<(), tokio_postgres::Error> {
    let (mut client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    let transaction = client.transaction().await?;
    let update = "update accounts set balance = balance + $2 where id = $1";
    transaction.execute(update, &[&from, &-amount]).await?;
    transaction.execute(update, &[&to, &amount]).await?;
    transaction.commit().await
}

#[derive(Debug, thiserror::Error, Retryable)]
#[error(transparent)]
enum Failure {
    #[retryable(delegate)]
    Sql(#[from] sqlx::Error),
    #[retryable]
    TooSlow(#[from] AttemptTimeout),
}

#[retry(max = 6, base = "10ms", max_delay = "1s", deadline = "10s", attempt_timeout = "3s")]
async fn by_sqlx(pool: &PgPool, from: i64, to: i64, amount: i64) -> Result<(), Failure> {
    let mut transaction = pool.begin().await?;
    let update = "update accounts set balance = balance + $2 where id = $1";
    sqlx::query(update).bind(from).bind(-amount).execute(&mut *transaction).await?;
    sqlx::query(update).bind(to).bind(amount).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

#[retry(max = 6, base = "10ms", max_delay = "1s", deadline = "10s")]
fn by_diesel(url: &str, from: i64, to: i64, amount: i64) -> Result<(), DieselError> {
    let mut connection = PgConnection::establish(url)?;
    connection.transaction(|connection| {
        let update = "update accounts set balance = balance + $2 where id = $1";
        sql_query(update).bind::<BigInt, _>(from).bind::<BigInt, _>(-amount).execute(connection)?;
        sql_query(update).bind::<BigInt, _>(to).bind::<BigInt, _>(amount).execute(connection)?;
        Ok(())
    })
}

/// An update takes a while, so that two transfers in opposite directions lock each other out.
const SETUP: &str = "
    create table accounts (id bigint primary key, balance bigint not null);
    insert into accounts values (1, 100), (2, 100);
    create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.2); return null; end';
    create trigger slow after update on accounts for each row execute function slow()";

#[tokio::test]
async fn they_get_through_a_deadlock() {
    bounded(async {
        let server = Postgres::start_with(&["deadlock_timeout=10ms"]).await.unwrap();
        server.run(SETUP).await.unwrap();
        let url = format!("postgres://fleet@{}/postgres", server.address());
        let pool = PgPoolOptions::new().connect(&url).await.unwrap();
        let config = server.config();

        let (there, back) = join!(by_tokio_postgres(&config, 1, 2, 30), by_tokio_postgres(&config, 2, 1, 10));
        there.unwrap();
        back.unwrap();
        let (there, back) = join!(by_sqlx(&pool, 1, 2, 30), by_sqlx(&pool, 2, 1, 10));
        there.unwrap();
        back.unwrap();
        let (here, other) = (url.clone(), url);
        let there = spawn_blocking(move || by_diesel(&here, 1, 2, 30));
        let back = spawn_blocking(move || by_diesel(&other, 2, 1, 10));
        there.await.unwrap().unwrap();
        back.await.unwrap().unwrap();

        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        let deadlocks = "select deadlocks from pg_stat_database where datname = 'postgres'";
        let balances = "select balance from accounts order by id";
        let rows = client.query(balances, &[]).await.unwrap();
        assert_eq!([rows[0].get::<_, i64>(0), rows[1].get(0)], [40, 160]);
        // A session reports what it met a moment later.
        while client.query_one(deadlocks, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}
