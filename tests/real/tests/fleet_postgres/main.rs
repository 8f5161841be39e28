//! A fleet in `PostgreSQL`: clients that race for the same records do what one would do alone, also while the server dies.

mod clients;
mod expiry;
mod races;

use std::collections::BTreeMap;

use real::{PostgresStore, servers::postgres::Postgres};
use retry_core::fleet::{Millis, Rules};

/// A connection to look at the tables with.
async fn look_at(postgres: &Postgres) -> tokio_postgres::Client {
    let (client, connection) = postgres.config().connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Starts a server with the table, and a trigger that keeps each record that was ever written.
async fn server_with_history() -> Postgres {
    let postgres = Postgres::start().await.unwrap();
    // Any request creates the table.
    let store = PostgresStore::new(postgres.config());
    store.trace("none", &clients::look()).await.unwrap();
    let history = "
        create table history (version bigint, key text, record jsonb);
        create function keep() returns trigger language plpgsql as
            'begin insert into history values (new.version, new.key, new.record); return new; end';
        create trigger keep after insert or update on fleet for each row execute function keep()";
    look_at(&postgres).await.batch_execute(history).await.unwrap();
    postgres
}

/// Returns all records that a key ever had, the oldest first.
async fn history(postgres: &Postgres, key: &str) -> Vec<BTreeMap<String, String>> {
    let query = "select record::text from history where key = $1 order by version";
    let rows = look_at(postgres).await.query(query, &[&key]).await.unwrap();
    rows.iter().map(|row| serde_json::from_str(row.get(0)).unwrap()).collect()
}

/// Rules of a circuit that never opens by calls, and whose leases do not end by themselves.
const RULES: Rules = Rules {
    quorum: 8,
    window: 3_600_000,
    minimum_calls: 1,
    failure_rate: 0,
    slow_rate: 0,
    open_for: 20,
    open_for_max: 40,
    trial_timeout: 600_000,
    trials: 3,
    trial_failures: 1,
};

/// Checks that in each record the trials that run or have ended are not more than there may be. Returns the most.
fn most_trials(history: &[BTreeMap<String, String>]) -> usize {
    let trials = history.iter().map(|record| {
        let number = |name: &str| record[name].parse::<usize>().unwrap();
        number("succeeded") + number("failed") + record["leases"].matches(';').count()
    });
    trials.max().unwrap_or(0)
}

/// Returns the calls that were counted, good and bad.
fn counted(record: &BTreeMap<String, String>) -> [u64; 2] {
    let mut sums = [0, 0];
    for tenth in record["calls"].split_terminator(';') {
        let numbers: Vec<Millis> = tenth.split(':').map(|number| number.parse().unwrap()).collect();
        sums = [sums[0] + numbers[1], sums[1] + numbers[2]];
    }
    sums
}
