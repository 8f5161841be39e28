//! A store of a fleet in `PostgreSQL`, as a program would write one: the rules are those of the crate, and the database only
//! replaces a record if nobody else has.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use reattempt::Policy;
use retry_core::fleet::{Answer, Record, Request, Store, StoreError, StoreFuture, Written};
use tokio::sync::Mutex;
use tokio_postgres::{Client, Config, NoTls, types::ToSql};

/// What two who create it at once get from `PostgreSQL` is an error, so one at a time does.
const SCHEMA: &str = "
    begin;
    select pg_advisory_xact_lock(hashtext('fleet'));
    create table if not exists fleet (
        key text primary key, version bigserial, record jsonb not null, expires timestamptz);
    commit";

/// Always one row. The time is that of the statement, after it has chosen what it sees of the table.
const READ: &str = "
    select coalesce(version, 0),
        case when expires is null or expires > clock_timestamp() then record::text end,
        (extract(epoch from clock_timestamp()) * 1000000)::bigint
    from (values (1)) as always left join fleet on key = $1";

const INSERT: &str = "
    insert into fleet (key, record, expires)
    values ($1, $2::text::jsonb, clock_timestamp() + $3::bigint * interval '1 millisecond')
    on conflict (key) do nothing
    returning version";

/// A version is never used again, not even after the row was deleted.
const UPDATE: &str = "
    update fleet
    set version = default, record = $2::text::jsonb, expires = clock_timestamp() + $3::bigint * interval '1 millisecond'
    where key = $1 and version = $4
    returning version";

const DELETE_EXPIRED: &str = "delete from fleet where expires < clock_timestamp()";

/// One in so many written records deletes those that have expired.
const DELETE_EVERY: u32 = 256;

/// A lost race is run again. One of those that race has won, so all are through soon.
const RACE: Policy =
    Policy::new().max(30).base(Duration::from_millis(1)).max_delay(Duration::from_millis(20));

/// Another one has replaced the record since it was read.
#[derive(Debug, thiserror::Error)]
#[error("another process replaced the record")]
struct Raced;

/// An answer, and what it was made from.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The answer.
    pub answer: Answer,
    /// The time of the database, since 1970.
    pub now: Duration,
    /// The version of the record that was read; 0 if there was none.
    pub read: i64,
    /// The version that was written, if the record has changed.
    pub written: Option<i64>,
}

/// The records of a fleet in a table of `PostgreSQL`.
///
/// It has one connection. When this is lost, the request fails, and the next one makes a new one.
pub struct PostgresStore {
    config: Config,
    client: Mutex<Option<Arc<Client>>>,
    writes: AtomicU32,
}

impl PostgresStore {
    /// Returns a store that connects with its first request, and then creates its table if there is none.
    #[must_use]
    pub fn new(config: Config) -> PostgresStore {
        PostgresStore { config, client: Mutex::new(None), writes: AtomicU32::new(0) }
    }

    async fn client(&self) -> Result<Arc<Client>, tokio_postgres::Error> {
        let mut place = self.client.lock().await;
        if let Some(client) = place.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let (client, connection) = self.config.connect(NoTls).await?;
        // Its error is that of the requests on it.
        tokio::spawn(async { drop(connection.await) });
        client.batch_execute(SCHEMA).await?;
        let client = Arc::new(client);
        *place = Some(Arc::clone(&client));
        Ok(client)
    }

    /// Answers a request, and returns what the answer was made from.
    ///
    /// # Errors
    ///
    /// If the database is away, or thirty others were faster.
    pub async fn trace(&self, key: &str, request: &Request) -> Result<Traced, StoreError> {
        let client = self.client().await?;
        let traced = RACE
            .retry_async(|| exchange(&client, key, request))
            .when(|error: &StoreError| error.is::<Raced>());
        let traced = traced.await?;
        let writes = || self.writes.fetch_add(1, Ordering::Relaxed);
        if traced.written.is_some() && writes().is_multiple_of(DELETE_EVERY) {
            client.execute(DELETE_EXPIRED, &[]).await?;
        }
        Ok(traced)
    }
}

/// Reads, decides and writes, if nobody else has written in between.
async fn exchange(client: &Client, key: &str, request: &Request) -> Result<Traced, StoreError> {
    let row = client.query_one(READ, &[&key]).await?;
    let (read, record, micros): (i64, Option<String>, i64) = (row.get(0), row.get(1), row.get(2));
    let record = record.and_then(|record| read_record(&record));
    let now = Duration::from_micros(micros.unsigned_abs());
    let (answer, change) = Record::answer(record.as_ref(), now, request);
    let written = match change {
        Some(change) => Some(write(client, key, read, &change).await?),
        None => None,
    };
    Ok(Traced { answer, now, read, written })
}

/// Returns the new version of the record.
async fn write(client: &Client, key: &str, read: i64, change: &Written) -> Result<i64, StoreError> {
    let record = serde_json::to_string(&change.record.fields())?;
    // Without a life, the sum is null too: it does not expire.
    let life = change.life.map(|life| i64::try_from(life.as_millis())).transpose()?;
    // A row that has expired is there, and is replaced.
    let row = if read == 0 {
        let values: [&(dyn ToSql + Sync); 3] = [&key, &record, &life];
        client.query_opt(INSERT, &values).await?
    } else {
        client.query_opt(UPDATE, &[&key, &record, &life, &read]).await?
    };
    row.map(|row| row.get(0)).ok_or_else(|| Raced.into())
}

fn read_record(text: &str) -> Option<Record> {
    let fields: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
    Record::from_fields(&fields)
}

impl Store for PostgresStore {
    fn ask<'a>(&'a self, key: &'a str, request: Request) -> StoreFuture<'a> {
        Box::pin(async move { Ok(self.trace(key, &request).await?.answer) })
    }

    fn describe(&self) -> String {
        "postgresql".into()
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}
