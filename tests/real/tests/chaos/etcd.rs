//! Writes to etcd, of one member.

use std::{collections::HashSet, net::SocketAddr, time::Duration};

use etcd_client::{Client, ConnectOptions, Error, GetOptions, PutOptions};
use real::{Fault, Operation, Schedule, servers::etcd::Etcd};
use reattempt::{Jitter, Policy, RetryError, retry};

use crate::{
    report::Report,
    trial::{Subject, Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] =
    &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Reset, Fault::Close];

/// Keys below `numbers/`.
pub(crate) struct Numbers {
    address: SocketAddr,
    client: Option<Client>,
}

impl Numbers {
    fn new(address: SocketAddr) -> Numbers {
        Numbers { address, client: None }
    }

    /// The client, which connects by itself, and again if need be.
    async fn client(&mut self) -> Result<&mut Client, Error> {
        if self.client.is_none() {
            let limit = Duration::from_millis(300);
            let options = ConnectOptions::new().with_timeout(limit).with_connect_timeout(limit);
            self.client = Some(Client::connect([self.address.to_string()], Some(options)).await?);
        }
        Ok(self.client.as_mut().expect("it was put there"))
    }
}

impl User for Numbers {
    type Error = Error;

    #[retry(
        policy = POLICY, error = Error, attempt = n,
        breaker = operation.breaker(), budget = operation.budget(), throttle = operation.throttle()
    )]
    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Error>> {
        operation.attempt(n);
        self.client().await?.put(format!("numbers/{number}"), "", None).await?;
        Ok(())
    }
}

#[retry(policy = POLICY, error = Error, attempt = n)]
async fn put(
    numbers: &mut Numbers,
    operation: &Operation<'_>,
    (key, lease): (&str, i64),
) -> Result<(), RetryError<Error>> {
    operation.attempt(n);
    numbers.client().await?.put(key, "", Some(PutOptions::new().with_lease(lease))).await?;
    Ok(())
}

#[retry(policy = POLICY, error = Error, attempt = n)]
async fn remove(numbers: &mut Numbers, operation: &Operation<'_>) -> Result<(), RetryError<Error>> {
    operation.attempt(n);
    numbers.client().await?.member_remove(7).await?;
    Ok(())
}

pub(crate) struct Keys {
    server: Etcd,
}

impl Subject for Keys {
    type Server = Etcd;
    type User = Numbers;

    const POLICY: Policy = POLICY;
    const SHARES: &'static [Fault] = SHARES;

    async fn start() -> Keys {
        Keys { server: Etcd::start().await.unwrap() }
    }

    fn server(&mut self) -> &mut Etcd {
        &mut self.server
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn user(&self, address: SocketAddr) -> Numbers {
        Numbers::new(address)
    }

    async fn present(&self, _: &[u64]) -> (HashSet<u64>, Vec<String>) {
        // Page by page: an answer of more than 4 MB is refused.
        let options = GetOptions::new().with_range("numbers0").with_limit(10_000).with_keys_only();
        let number = |key: &str| key.strip_prefix("numbers/")?.parse::<u64>().ok();
        let mut client = Client::connect([self.address().to_string()], None).await.unwrap();
        let (mut present, mut next) = (HashSet::new(), "numbers/".to_owned());
        loop {
            let page = client.get(&*next, Some(options.clone())).await.unwrap();
            present.extend(page.kvs().iter().filter_map(|kv| number(kv.key_str().ok()?)));
            match page.kvs().last() {
                Some(last) if page.more() => next = format!("{}\0", last.key_str().unwrap()),
                _ => return (present, Vec::new()),
            }
        }
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut keys = Keys::start().await;
    let trial = Trial::hold(&mut keys, schedule).await;

    let mut numbers = Numbers::new(keys.address());
    // A lease that nobody granted, a key of no length, and a member that is none.
    for wrong in [("leased", 7), ("", 0)] {
        let operation = trial.ledger.operation();
        let result = put(&mut numbers, &operation, wrong).await;
        operation.refused(&result);
    }
    let operation = trial.ledger.operation();
    let result = remove(&mut numbers, &operation).await;
    operation.refused(&result);
    trial.report(&keys).await
}
