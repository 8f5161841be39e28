//! Transfers between accounts in PostgreSQL, by `tokio-postgres` and by a pool of `sqlx`. What it acknowledged was
//! committed, and once.

use std::{
    borrow::Cow,
    collections::HashSet,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use real::{
    Fault, Operation, Schedule,
    servers::postgres::{GUEST, Postgres},
};
use reattempt::{AttemptTimeout, Jitter, Policy, RetryError, Retryable, retry};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio_postgres::{Client, Config, IsolationLevel, NoTls};

use crate::{
    bank::{self, ACCOUNTS, BALANCE, Books, Meetings, Transfer, pause},
    report::Report,
    trial::{Subject, Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];

/// Deadlocks are looked for soon. Who waits for a lock ends before its attempt does.
const SETTINGS: &[&str] = &["deadlock_timeout=10ms", "lock_timeout=200ms"];

#[derive(Debug, thiserror::Error, Retryable)]
#[error(transparent)]
pub(crate) enum Failure {
    #[retryable(delegate)]
    Client(#[from] tokio_postgres::Error),
    #[retryable(delegate)]
    Pool(#[from] sqlx::Error),
    #[retryable]
    TooSlow(#[from] AttemptTimeout),
}

impl Failure {
    /// The code of the server's error.
    fn code(&self) -> Option<Cow<'_, str>> {
        match self {
            Failure::Client(error) => Some(error.code()?.code().into()),
            Failure::Pool(error) => error.as_database_error()?.code(),
            Failure::TooSlow(_) => None,
        }
    }
}

/// How one of the workers gets to the bank.
enum Way {
    /// A connection while that works.
    Client(Box<Config>, Option<Client>),
    /// A pool of connections.
    Pool(PgPool),
}

/// The bank, and what was met there.
pub(crate) struct Bank {
    way: Way,
    meetings: Arc<Meetings>,
}

fn guest(address: SocketAddr) -> Config {
    let mut config = Config::new();
    config.host("127.0.0.1").port(address.port()).user(GUEST).dbname("postgres");
    config
}

const BEGIN_SERIALIZABLE: &str = "begin isolation level serializable";
const INSERT: &str = "insert into transfers values ($1, $2, $3, $4) on conflict do nothing";
const UPDATE: &str = "update accounts set balance = balance + $2 where id = $1";

/// One attempt. An account is locked, then another one, in any order; every other transaction is serializable. The
/// connection that is open is used, or another one; whoever fails does not give it back.
async fn by_client(
    (config, kept): (&Config, &mut Option<Client>),
    transfer: Transfer,
    meetings: &Meetings,
) -> Result<(), tokio_postgres::Error> {
    let mut client = match kept.take() {
        Some(client) => client,
        None => {
            let (client, connection) = config.connect(NoTls).await?;
            // Its error is that of the requests on it.
            tokio::spawn(async { drop(connection.await) });
            client
        }
    };
    let Transfer { key, source, target, amount } = transfer;
    let level = if key % 2 == 0 { IsolationLevel::Serializable } else { IsolationLevel::ReadCommitted };
    let transaction = client.build_transaction().isolation_level(level).start().await?;
    if transaction.execute(INSERT, &[&key, &source, &target, &amount]).await? == 0 {
        Meetings::count(&meetings.committed_before);
    } else {
        transaction.execute(UPDATE, &[&source, &-amount]).await?;
        pause().await;
        transaction.execute(UPDATE, &[&target, &amount]).await?;
    }
    transaction.commit().await?;
    *kept = Some(client);
    Ok(())
}

/// The same on a connection of the pool, which makes others where they are lost.
async fn by_pool(pool: &PgPool, transfer: Transfer, meetings: &Meetings) -> sqlx::Result<()> {
    let Transfer { key, source, target, amount } = transfer;
    let mut transaction =
        if key % 2 == 0 { pool.begin_with(BEGIN_SERIALIZABLE).await? } else { pool.begin().await? };
    let insert = sqlx::query(INSERT).bind(key).bind(source).bind(target).bind(amount);
    if insert.execute(&mut *transaction).await?.rows_affected() == 0 {
        Meetings::count(&meetings.committed_before);
    } else {
        sqlx::query(UPDATE).bind(source).bind(-amount).execute(&mut *transaction).await?;
        pause().await;
        sqlx::query(UPDATE).bind(target).bind(amount).execute(&mut *transaction).await?;
    }
    transaction.commit().await
}

impl Bank {
    fn by_client(address: SocketAddr, meetings: &Arc<Meetings>) -> Bank {
        Bank { way: Way::Client(Box::new(guest(address)), None), meetings: Arc::clone(meetings) }
    }

    fn by_pool(address: SocketAddr, meetings: &Arc<Meetings>) -> Bank {
        let guest = PgConnectOptions::new().host("127.0.0.1").port(address.port()).username(GUEST);
        let options = PgPoolOptions::new().max_connections(2).acquire_timeout(Duration::from_millis(300));
        let pool = options.connect_lazy_with(guest.database("postgres"));
        Bank { way: Way::Pool(pool), meetings: Arc::clone(meetings) }
    }

    async fn transfer(&mut self, transfer: Transfer) -> Result<(), Failure> {
        match &mut self.way {
            Way::Client(config, kept) => by_client((config, kept), transfer, &self.meetings).await?,
            Way::Pool(pool) => by_pool(pool, transfer, &self.meetings).await?,
        }
        Ok(())
    }
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
        match result.as_ref().err().and_then(Failure::code).as_deref() {
            Some("40P01") => Meetings::count(&self.meetings.deadlocks),
            Some("40001") => Meetings::count(&self.meetings.serialization_failures),
            _ => {}
        }
        result
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
            .map(|row| Transfer::stored((row.get(0), row.get(1), row.get(2), row.get(3))))
            .collect(),
    }
}

pub(crate) struct Accounts {
    server: Postgres,
    meetings: Arc<Meetings>,
    users: AtomicU32,
}

/// Starts a server with the accounts, and with the transfers that there are at first: none.
async fn open() -> Postgres {
    let server = Postgres::start_with(SETTINGS).await.unwrap();
    let setup = format!(
        "create role {GUEST} login;
        create table accounts (id bigint primary key, balance bigint not null);
        create table transfers (key bigint primary key, source bigint, target bigint, amount bigint);
        insert into accounts select id, {BALANCE} from generate_series(0, {ACCOUNTS} - 1) id;
        grant all on accounts, transfers to {GUEST}"
    );
    server.run(&setup).await.unwrap();
    server
}

impl Subject for Accounts {
    type Server = Postgres;
    type User = Bank;

    const POLICY: Policy = POLICY;
    const SHARES: &'static [Fault] = SHARES;

    async fn start() -> Accounts {
        Accounts { server: open().await, meetings: Arc::default(), users: AtomicU32::new(0) }
    }

    fn server(&mut self) -> &mut Postgres {
        &mut self.server
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn user(&self, address: SocketAddr) -> Bank {
        match self.users.fetch_add(1, Ordering::Relaxed) % 2 {
            0 => Bank::by_client(address, &self.meetings),
            _ => Bank::by_pool(address, &self.meetings),
        }
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
    let mut report = trial.report(&accounts).await;
    accounts.meetings.close(&mut report);
    report
}
