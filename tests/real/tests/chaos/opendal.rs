//! Uploads to S3 by opendal, without its layer that retries. An object that is acknowledged is complete.

use std::{collections::HashSet, net::SocketAddr, time::Duration};

use opendal::{HttpTransporter, Operator, services};
use opendal_http_transport_reqwest::ReqwestTransport;
use real::{
    Fault, Operation, Schedule,
    servers::s3::{CREDENTIALS, DENIED, S3},
};
use reattempt::{AttemptTimeout, Jitter, Policy, RetryError, Retryable, retry};

use crate::{
    report::Report,
    trial::{Subject, Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];
const BUCKET: &str = "numbers";

#[derive(Debug, thiserror::Error, Retryable)]
pub(crate) enum Failure {
    #[error("{0}")]
    #[retryable(delegate)]
    Store(#[from] opendal::Error),
    #[error("{0}")]
    #[retryable]
    TooSlow(#[from] AttemptTimeout),
}

pub(crate) struct Bucket(Operator);

impl Bucket {
    fn new(address: SocketAddr) -> Bucket {
        Bucket::named(BUCKET, address)
    }

    fn named(name: &str, address: SocketAddr) -> Bucket {
        let (access_key, secret) = CREDENTIALS;
        let service = services::S3::default()
            .bucket(name)
            .endpoint(&format!("http://{address}"))
            .region("us-east-1")
            .access_key_id(access_key)
            .secret_access_key(secret)
            .disable_config_load()
            .disable_ec2_metadata();
        let operator = Operator::new(service).unwrap();
        // Each user has a client of its own, whose idle connections end with it. That of the process keeps them for 90 s.
        let transport = HttpTransporter::new(ReqwestTransport::new(reqwest::Client::new()));
        let context = operator.base_context().with_http_transport(transport);
        Bucket(operator.with_context(context))
    }
}

impl User for Bucket {
    type Error = Failure;

    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Failure>> {
        put(self, operation, number).await
    }
}

#[retry(
    policy = POLICY, error = Failure, attempt = n, attempt_timeout = "500ms", hedge = operation.hedge(),
    breaker = operation.breaker(), budget = operation.budget(), throttle = operation.throttle()
)]
async fn put(bucket: &Bucket, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Failure>> {
    operation.attempt_or_copy(n);
    bucket.0.write(&number.to_string(), content(number)).await?;
    Ok(())
}

#[retry(policy = POLICY, error = Failure, attempt = n, attempt_timeout = "5s")]
async fn get(bucket: &Bucket, operation: &Operation<'_>, key: &str) -> Result<(), RetryError<Failure>> {
    operation.attempt(n);
    bucket.0.read(key).await?;
    Ok(())
}

pub(crate) struct Objects {
    server: S3,
}

impl Subject for Objects {
    type Server = S3;
    type User = Bucket;

    const POLICY: Policy = POLICY;
    const SHARES: &'static [Fault] = SHARES;
    // Half an hour of them takes less than two gigabytes.
    const PAUSE: Duration = Duration::from_millis(500);

    async fn start() -> Objects {
        Objects { server: S3::start(&[BUCKET, DENIED]).await.unwrap() }
    }

    fn server(&mut self) -> &mut S3 {
        &mut self.server
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn user(&self, address: SocketAddr) -> Bucket {
        Bucket::new(address)
    }

    async fn present(&self, acknowledged: &[u64]) -> (HashSet<u64>, Vec<String>) {
        let bucket = Bucket::new(self.address());
        let mut present = HashSet::new();
        for &number in acknowledged {
            if bucket.0.read(&number.to_string()).await.unwrap().to_vec() == content(number) {
                present.insert(number);
            }
        }
        (present, Vec::new())
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut objects = Objects::start().await;
    let trial = Trial::hold(&mut objects, schedule).await;

    for (name, key) in [(BUCKET, "no-such-key"), ("no-such-bucket", "0"), (DENIED, "0")] {
        let operation = trial.ledger.operation();
        let result = get(&Bucket::named(name, objects.address()), &operation, key).await;
        operation.refused(&result);
    }
    trial.report(&objects).await
}

/// Enough for several packets.
fn content(number: u64) -> Vec<u8> {
    number.to_be_bytes().repeat(10_000)
}
