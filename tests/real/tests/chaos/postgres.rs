//! Transfers between accounts in `PostgreSQL`, by `tokio-postgres`. What it acknowledged was committed, and once.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use real::{
    Fault, Operation, Schedule,
    servers::postgres::{GUEST, Postgres},
};
use reattempt::{AttemptTimeout, Jitter, Policy, RetryError, Retryable, retry};
use tokio_postgres::{Client, Config, IsolationLevel, NoTls, error::SqlState};

use crate::{
    bank::{self, ACCOUNTS, BALANCE, Books, Meetings, Transfer, pause},
    report::Report,
    trial::{Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];

/// Deadlocks are looked for soon. Who waits for a lock ends before its attempt does.
const SETTINGS: &[&str] = &["deadlock_timeout=10ms", "lock_timeout=200ms"];

#[derive(Debug, thiserror::Error, Retryable)]
#[error(transparent)]
enum Failure {
    #[retryable(delegate)]
    Sql(#[from] tokio_postgres::Error),
    #[retryable]
    TooSlow(#[from] AttemptTimeout),
}

/// The bank, and the connection to it while that works.
struct Bank {
    config: Config,
    client: Option<Client>,
    meetings: Arc<Meetings>,
}

impl Bank {
    fn new(address: SocketAddr, meetings: &Arc<Meetings>) -> Bank {
        let mut config = Config::new();
        config.host("127.0.0.1").port(address.port()).user(GUEST).dbname("postgres");
        Bank { config, client: None, meetings: Arc::clone(meetings) }
    }

    /// The connection that is open, or another. Whoever fails does not give it back.
    async fn client(&mut self) -> Result<Client, tokio_postgres::Error> {
        if let Some(client) = self.client.take() {
            return Ok(client);
        }
        let (client, connection) = self.config.connect(NoTls).await?;
        // Its error is that of the requests on it.
        tokio::spawn(async { drop(connection.await) });
        Ok(client)
    }

    /// One attempt. An account is locked, then another one, in any order; every other transaction is serializable.
    async fn transfer(&mut self, transfer: Transfer) -> Result<(), tokio_postgres::Error> {
        let Transfer { key, source, target, amount } = transfer;
        let mut client = self.client().await?;
        let level = if key % 2 == 0 { IsolationLevel::Serializable } else { IsolationLevel::ReadCommitted };
        let transaction = client.build_transaction().isolation_level(level).start().await?;
        let insert = "insert into transfers values ($1, $2, $3, $4) on conflict do nothing";
        if transaction.execute(insert, &[&key, &source, &target, &amount]).await? == 0 {
            Meetings::count(&self.meetings.committed_before);
        } else {
            let update = "update accounts set balance = balance + $2 where id = $1";
            transaction.execute(update, &[&source, &-amount]).await?;
            pause().await;
            transaction.execute(update, &[&target, &amount]).await?;
        }
        transaction.commit().await?;
        self.client = Some(client);
        Ok(())
    }
}

impl User for Bank {
    type Error = Failure;

    #[retry(policy = POLICY, error = Failure, attempt = n, attempt_timeout = "500ms")]
    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Failure>> {
        operation.attempt(n);
        let result = self.transfer(Transfer::of(number)).await;
        if let Err(error) = &result {
            if error.code() == Some(&SqlState::T_R_DEADLOCK_DETECTED) {
                Meetings::count(&self.meetings.deadlocks);
            } else if error.code() == Some(&SqlState::T_R_SERIALIZATION_FAILURE) {
                Meetings::count(&self.meetings.serialization_failures);
            }
        }
        Ok(result?)
    }
}

#[retry(policy = POLICY, error = Failure, attempt = n)]
async fn run_alone(
    config: &Config,
    operation: &Operation<'_>,
    statement: &str,
) -> Result<(), RetryError<Failure>> {
    operation.attempt(n);
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async { drop(connection.await) });
    client.batch_execute(statement).await?;
    Ok(())
}

async fn books(server: &Postgres) -> Books {
    let (client, connection) = server.config().connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    let balances = client.query("select id, balance from accounts", &[]).await.unwrap();
    let transfers = client.query("select key, source, target, amount from transfers", &[]).await.unwrap();
    Books {
        balances: balances.iter().map(|row| (row.get(0), row.get(1))).collect(),
        transfers: transfers
            .iter()
            .map(|row| Transfer {
                key: row.get(0),
                source: row.get(1),
                target: row.get(2),
                amount: row.get(3),
            })
            .collect(),
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut server = Postgres::start_with(SETTINGS).await.unwrap();
    let setup = format!(
        "create role {GUEST} login;
        create table accounts (id bigint primary key, balance bigint not null);
        create table transfers (key bigint primary key, source bigint, target bigint, amount bigint);
        insert into accounts select id, {BALANCE} from generate_series(0, {ACCOUNTS} - 1) id;
        grant all on accounts, transfers to {GUEST}"
    );
    server.run(&setup).await.unwrap();
    let address = server.address();
    let meetings = Arc::new(Meetings::default());
    let user = |address| Bank::new(address, &meetings);
    let trial = Trial::hold((&mut server, address), &POLICY, (schedule, SHARES), user).await;
    bank::collide(&trial.ledger, [user(address), user(address)], &meetings).await;

    let here = Bank::new(address, &meetings).config;
    let mut nowhere = here.clone();
    nowhere.dbname("nobody's");
    // A word that is no statement, a key that is there, rights that the guest does not have, and no such database.
    let wrong = [
        (&here, "nonsense"),
        (&here, "insert into accounts values (0, 0)"),
        (&here, "drop table accounts"),
        (&nowhere, "select 1"),
    ];
    for (config, statement) in wrong {
        let operation = trial.ledger.operation();
        let result = run_alone(config, &operation, statement).await;
        operation.refused(&result);
    }
    let books = books(&server).await;
    let mut report = trial.report(&books.present());
    report.more_violations.extend(books.violations());
    report.more_violations.extend(meetings.close("postgres"));
    report
}
