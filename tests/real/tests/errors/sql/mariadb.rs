//! MariaDB, by `sqlx` and `diesel`.

use diesel::MysqlConnection;
use real::{Server, free_port, servers::mariadb::MariaDb};
use reattempt::Retryable;
use sqlx::MySqlConnection;

use super::{
    TABLE,
    clients::{Client, Diesel, Sqlx},
    deadlock, ended, judge, locked, mistake, refusal, stale,
};
use crate::bounded;

/// A server with the table, and how the guest connects.
async fn serve() -> (MariaDb, String) {
    let server = MariaDb::start().await.unwrap();
    server.run(TABLE).await.unwrap();
    let url = format!("mysql://guest@{}/bank", server.address());
    (server, url)
}

/// Runs a test by each client.
macro_rules! by_each {
    ($test:ident($($argument:expr),*)) => {
        $test::<Sqlx<MySqlConnection>>($($argument),*).await;
        $test::<Diesel<MysqlConnection>>($($argument),*).await;
    };
}

#[tokio::test]
async fn another_transaction_that_won_is_retried() {
    bounded(async {
        let (_server, url) = serve().await;
        by_each!(deadlock(&url, "1213"));
        by_each!(stale(&url, &["set innodb_snapshot_isolation = on", "begin"], "1020"));
        by_each!(locked(&url, "set innodb_lock_wait_timeout = 1", "1205"));
    })
    .await;
}

async fn killed<C: Client>((server, url): (&MariaDb, &str)) {
    let mut client = C::connect(url).await.unwrap();
    server.run("kill user guest").await.unwrap();
    ended(&mut client).await;
}

async fn no_room<C: Client>(url: &str, code: &str) {
    judge::<C>(&refusal::<C>(url).await, code, true);
}

async fn nobody_listens<C: Client>() {
    let error = refusal::<C>(&format!("mysql://guest@127.0.0.1:{}/bank", free_port())).await;
    assert!(C::code(&error).is_none() && error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_full_or_not_there_is_retried() {
    bounded(async {
        let (mut server, url) = serve().await;
        by_each!(killed((&server, &url)));
        by_each!(nobody_listens());
        server.overload(true).await.unwrap();
        by_each!(no_room(&url, "1040"));
        server.overload(false).await.unwrap();
        server.run("grant usage on *.* to guest with max_user_connections 1").await.unwrap();
        let mut session = Sqlx::<MySqlConnection>::connect(&url).await.unwrap();
        by_each!(no_room(&url, "1226"));
        server.kill().await;
        ended(&mut session).await;
    })
    .await;
}

async fn shut_out<C: Client>(url: &str, code: &str) {
    judge::<C>(&refusal::<C>(url).await, code, false);
}

#[tokio::test]
async fn mistakes_are_not_retried() {
    bounded(async {
        let (server, url) = serve().await;
        let address = server.address();
        by_each!(shut_out(&format!("mysql://guest:wrong@{address}/bank"), "1045"));
        by_each!(shut_out(&format!("mysql://fleet@{address}/nowhere"), "1049"));
        let mistakes: &[(&[&str], &str)] = &[
            (&["insert into counters values (1, 0)"], "1062"),
            (&["insert into counters values (3, null)"], "1048"),
            (&["nonsense"], "1064"),
            (&["select * from nothing"], "1146"),
            (&["set max_statement_time = 0.05", "select sleep(60)"], "1969"),
            (&["start transaction read only", "update counters set n = 0"], "1792"),
        ];
        for (statements, code) in mistakes {
            by_each!(mistake(&url, statements, code));
        }
        server.run("set global read_only = on").await.unwrap();
        by_each!(mistake(&url, &["update counters set n = 0"], "1290"));
    })
    .await;
}
