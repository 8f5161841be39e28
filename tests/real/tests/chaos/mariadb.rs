//! Transfers between accounts in MariaDB, by a pool of `sqlx`. What it acknowledged was committed, and once.

use std::{collections::HashSet, net::SocketAddr, sync::Arc, time::Duration};

use real::{Fault, Operation, Schedule, servers::mariadb::MariaDb};
use reattempt::{AttemptTimeout, Jitter, Policy, RetryError, Retryable, retry};
use sqlx::{
    Connection, MySqlConnection, MySqlPool, Row,
    mysql::{MySqlConnectOptions, MySqlDatabaseError, MySqlPoolOptions},
};

use crate::{
    bank::{self, ACCOUNTS, BALANCE, Books, Meetings, Transfer, pause},
    report::Report,
    trial::{Subject, Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];

/// A row that has changed since a transaction began is an error for it. Who waits for a lock ends after a second.
const SETTINGS: &[&str] = &["--innodb-snapshot-isolation=on", "--innodb-lock-wait-timeout=1"];

/// The numbers of a deadlock and of a row that has changed meanwhile.
const DEADLOCK: u16 = 1213;
const CHANGED: u16 = 1020;

#[derive(Debug, thiserror::Error, Retryable)]
#[error(transparent)]
pub(crate) enum Failure {
    #[retryable(delegate)]
    Sql(#[from] sqlx::Error),
    #[retryable]
    TooSlow(#[from] AttemptTimeout),
}

/// The bank, by a pool of connections to it.
pub(crate) struct Bank {
    pool: MySqlPool,
    meetings: Arc<Meetings>,
}

fn guest(address: SocketAddr) -> MySqlConnectOptions {
    MySqlConnectOptions::new().host("127.0.0.1").port(address.port()).username("guest").database("bank")
}

impl Bank {
    fn new(address: SocketAddr, meetings: &Arc<Meetings>) -> Bank {
        let options = MySqlPoolOptions::new().max_connections(2).acquire_timeout(Duration::from_millis(300));
        Bank { pool: options.connect_lazy_with(guest(address)), meetings: Arc::clone(meetings) }
    }

    /// One attempt. An account is locked, then another one, in any order; every other transaction looks first, and is
    /// refused if somebody has changed what it saw.
    async fn transfer(&self, transfer: Transfer) -> sqlx::Result<()> {
        let Transfer { key, source, target, amount } = transfer;
        let mut transaction = self.pool.begin().await?;
        if key % 2 == 0 {
            sqlx::query("select balance from accounts").fetch_all(&mut *transaction).await?;
        }
        let insert = "insert ignore into transfers values (?, ?, ?, ?)";
        let insert = sqlx::query(insert).bind(key).bind(source).bind(target).bind(amount);
        if insert.execute(&mut *transaction).await?.rows_affected() == 0 {
            Meetings::count(&self.meetings.committed_before);
        } else {
            let update = |account: i64, change: i64| {
                sqlx::query("update accounts set balance = balance + ? where id = ?")
                    .bind(change)
                    .bind(account)
            };
            update(source, -amount).execute(&mut *transaction).await?;
            pause().await;
            update(target, amount).execute(&mut *transaction).await?;
        }
        transaction.commit().await
    }
}

fn number(error: &sqlx::Error) -> Option<u16> {
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
}

impl User for Bank {
    type Error = Failure;

    #[retry(
        policy = POLICY, error = Failure, attempt = n, attempt_timeout = "500ms",
        breaker = operation.breaker(), budget = operation.budget(), throttle = operation.throttle()
    )]
    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Failure>> {
        operation.attempt(n);
        let result = self.transfer(Transfer::of(number)).await;
        match result.as_ref().err().and_then(self::number) {
            Some(DEADLOCK) => Meetings::count(&self.meetings.deadlocks),
            Some(CHANGED) => Meetings::count(&self.meetings.serialization_failures),
            _ => {}
        }
        Ok(result?)
    }
}

#[retry(policy = POLICY, error = Failure, attempt = n)]
async fn run_alone(
    options: &MySqlConnectOptions,
    operation: &Operation<'_>,
    statement: &'static str,
) -> Result<(), RetryError<Failure>> {
    operation.attempt(n);
    let mut connection = MySqlConnection::connect_with(options).await?;
    sqlx::raw_sql(statement).execute(&mut connection).await?;
    Ok(())
}

async fn books(server: &MariaDb) -> Books {
    let mut connection = MySqlConnection::connect_with(&server.options("fleet")).await.unwrap();
    let balances = sqlx::query("select id, balance from accounts").fetch_all(&mut connection).await.unwrap();
    let transfers = "select id, source, target, amount from transfers";
    let transfers = sqlx::query(transfers).fetch_all(&mut connection).await.unwrap();
    Books {
        balances: balances.iter().map(|row| (row.get(0), row.get(1))).collect(),
        transfers: transfers
            .iter()
            .map(|row| Transfer::stored((row.get(0), row.get(1), row.get(2), row.get(3))))
            .collect(),
    }
}

pub(crate) struct Accounts {
    server: MariaDb,
    meetings: Arc<Meetings>,
}

/// Starts a server with the accounts, and with the transfers that there are at first: none.
async fn open() -> MariaDb {
    let server = MariaDb::start_with(SETTINGS).await.unwrap();
    let accounts: Vec<_> = (0..ACCOUNTS).map(|account| format!("({account}, {BALANCE})")).collect();
    let setup = format!(
        "create table accounts (id bigint primary key, balance bigint not null);
        create table transfers (id bigint primary key, source bigint, target bigint, amount bigint);
        insert into accounts values {}",
        accounts.join(", ")
    );
    server.run(&setup).await.unwrap();
    server
}

impl Subject for Accounts {
    type Server = MariaDb;
    type User = Bank;

    const POLICY: Policy = POLICY;
    const SHARES: &'static [Fault] = SHARES;

    async fn start() -> Accounts {
        Accounts { server: open().await, meetings: Arc::default() }
    }

    fn server(&mut self) -> &mut MariaDb {
        &mut self.server
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn user(&self, address: SocketAddr) -> Bank {
        Bank::new(address, &self.meetings)
    }

    async fn present(&self, _: &[u64]) -> (HashSet<u64>, Vec<String>) {
        let books = books(&self.server).await;
        (books.present(), books.violations())
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut accounts = Accounts::start().await;
    let trial = Trial::hold(&mut accounts, schedule).await;
    let address = accounts.address();
    let pair = [accounts.user(address), accounts.user(address)];
    bank::collide(&trial.ledger, pair, &accounts.meetings).await;

    let here = guest(address);
    let nowhere = here.clone().database("nobody's");
    let locked_out = here.clone().password("secret");
    // A word that is no statement, a key that is there, no such table, no such database, and a wrong password.
    let wrong = [
        (&here, "nonsense"),
        (&here, "insert into accounts values (0, 0)"),
        (&here, "select 1 from nothing"),
        (&nowhere, "select 1"),
        (&locked_out, "select 1"),
    ];
    for (options, statement) in wrong {
        let operation = trial.ledger.operation();
        let result = run_alone(options, &operation, statement).await;
        operation.refused(&result);
    }
    let mut report = trial.report(&accounts).await;
    accounts.meetings.close(&mut report);
    report
}
