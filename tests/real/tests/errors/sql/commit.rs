//! A `COMMIT` whose answer is lost: by a key the next attempt finds out that it was committed.

use std::time::Duration;

use real::{
    Mode, Proxy,
    servers::postgres::{GUEST, Postgres},
};
use reattempt::{Policy, RetryError, retry};
use tokio::{join, time::sleep};
use tokio_postgres::{Client, Config, NoTls};

use crate::bounded;

const POLICY: Policy = Policy::new().max(5).base(Duration::from_millis(100));

/// A transfer takes a while to commit, in which the connection can be cut.
const SETUP: &str = "
    create role guest login;
    create table accounts (id bigint primary key, balance bigint not null);
    create table transfers (key bigint primary key);
    create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(2); return null; end';
    create constraint trigger slow after insert on transfers deferrable initially deferred
        for each row execute function slow();
    insert into accounts values (1, 100), (2, 100);
    grant all on accounts, transfers to guest";

async fn connect(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async { drop(connection.await) });
    Ok(client)
}

/// Returns which attempt it was whose transaction was committed, and the last attempt.
#[retry(policy = POLICY, error = tokio_postgres::Error, attempt = n)]
async fn transfer(
    config: &Config,
    key: Option<i64>,
    commits: &mut Vec<u32>,
) -> Result<u32, RetryError<tokio_postgres::Error>> {
    let mut client = connect(config).await?;
    let transaction = client.transaction().await?;
    if let Some(key) = key {
        let insert = "insert into transfers values ($1) on conflict do nothing";
        if transaction.execute(insert, &[&key]).await? == 0 {
            return Ok(n);
        }
    } else {
        transaction.execute("insert into transfers values ($1)", &[&i64::from(n)]).await?;
    }
    transaction.execute("update accounts set balance = balance - 30 where id = 1", &[]).await?;
    transaction.execute("update accounts set balance = balance + 30 where id = 2", &[]).await?;
    commits.push(n);
    transaction.commit().await?;
    Ok(n)
}

/// Cuts the connection while the first attempt commits.
async fn cut_once(server: &Postgres, proxy: &Proxy) {
    let client = connect(&server.config()).await.unwrap();
    let committing = "
        select count(*) from pg_stat_activity where usename = 'guest' and query ilike 'commit%' and state = 'active'";
    while client.query_one(committing, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        sleep(Duration::from_millis(5)).await;
    }
    proxy.set(Mode::Reset);
    sleep(Duration::from_millis(50)).await;
    proxy.set(Mode::Pass);
}

/// Returns the balances after a transfer whose connection was cut during the commit, and the attempts that were made.
async fn cut_during_commit(key: Option<i64>) -> ([i64; 2], u32, Vec<u32>) {
    let server = Postgres::start().await.unwrap();
    server.run(SETUP).await.unwrap();
    let proxy = Proxy::start(server.address()).await.unwrap();
    let mut config = Config::new();
    config.host("127.0.0.1").port(proxy.address().port()).user(GUEST).dbname("postgres");
    let mut commits = Vec::new();
    let (attempts, ()) = join!(transfer(&config, key, &mut commits), cut_once(&server, &proxy));
    let attempts = attempts.unwrap();
    let client = connect(&server.config()).await.unwrap();
    let rows = client.query("select balance from accounts order by id", &[]).await.unwrap();
    ([rows[0].get(0), rows[1].get(0)], attempts, commits)
}

#[tokio::test]
async fn with_a_key_it_is_committed_once() {
    bounded(async {
        let (balances, attempts, commits) = cut_during_commit(Some(4711)).await;
        assert!(attempts > 1, "the first attempt has failed");
        assert_eq!((balances, commits), ([70, 130], vec![1]));
    })
    .await;
}

#[tokio::test]
async fn without_a_key_it_is_committed_twice() {
    bounded(async {
        let (balances, attempts, commits) = cut_during_commit(None).await;
        assert!(attempts > 1 && commits.len() > 1, "the first attempt has failed");
        assert_eq!(balances, [40, 160]);
    })
    .await;
}

/// The number of the transaction tells it as well.
#[tokio::test]
async fn postgresql_can_be_asked_for_the_transaction() {
    bounded(async {
        let server = Postgres::start().await.unwrap();
        server.run(SETUP).await.unwrap();
        let proxy = Proxy::start(server.address()).await.unwrap();
        let mut config = Config::new();
        config.host("127.0.0.1").port(proxy.address().port()).user(GUEST).dbname("postgres");
        let mut client = connect(&config).await.unwrap();
        let transaction = client.transaction().await.unwrap();
        transaction.execute("insert into transfers values (1)", &[]).await.unwrap();
        let number = "select pg_current_xact_id()::text";
        let number: String = transaction.query_one(number, &[]).await.unwrap().get(0);
        let (committed, ()) = join!(transaction.commit(), cut_once(&server, &proxy));
        committed.unwrap_err();

        let client = connect(&config).await.unwrap();
        let ask = format!("select pg_xact_status('{number}'::xid8)");
        let mut answers = Vec::new();
        while answers.last().is_none_or(|answer| answer == "in progress") {
            answers.push(client.query_one(&ask, &[]).await.unwrap().get::<_, String>(0));
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(answers[0], "in progress");
        assert_eq!(answers.last().unwrap(), "committed");
    })
    .await;
}
