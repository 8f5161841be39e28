//! Uploads to S3 by opendal, without its layer that retries. An object that is acknowledged is complete.

use std::{collections::HashSet, net::SocketAddr, time::Duration};

use opendal::{Operator, services};
use real::{
    Fault, Operation, Schedule,
    servers::s3::{CREDENTIALS, DENIED, S3},
};
use reattempt::{AttemptTimeout, Jitter, Policy, RetryError, Retryable, retry};

use crate::{
    report::Report,
    trial::{Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];
const BUCKET: &str = "numbers";

#[derive(Debug, thiserror::Error, Retryable)]
enum Failure {
    #[error("{0}")]
    #[retryable(delegate)]
    Store(#[from] opendal::Error),
    #[error("{0}")]
    #[retryable]
    TooSlow(#[from] AttemptTimeout),
}

struct Bucket(Operator);

impl Bucket {
    fn new(address: SocketAddr) -> Bucket {
        Bucket::named(BUCKET, address)
    }

    fn named(name: &str, address: SocketAddr) -> Bucket {
        opendal::install_default();
        let (access_key, secret) = CREDENTIALS;
        let service = services::S3::default()
            .bucket(name)
            .endpoint(&format!("http://{address}"))
            .region("us-east-1")
            .access_key_id(access_key)
            .secret_access_key(secret)
            .disable_config_load()
            .disable_ec2_metadata();
        Bucket(Operator::new(service).unwrap())
    }
}

impl User for Bucket {
    type Error = Failure;

    #[retry(policy = POLICY, error = Failure, attempt = n, attempt_timeout = "500ms")]
    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Failure>> {
        operation.attempt(n);
        self.0.write(&number.to_string(), content(number)).await?;
        Ok(())
    }
}

#[retry(policy = POLICY, error = Failure, attempt = n, attempt_timeout = "5s")]
async fn get(bucket: &Bucket, operation: &Operation<'_>, key: &str) -> Result<(), RetryError<Failure>> {
    operation.attempt(n);
    bucket.0.read(key).await?;
    Ok(())
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut server = S3::start(&[BUCKET, DENIED]).await.unwrap();
    let address = server.address();
    let trial = Trial::hold((&mut server, address), &POLICY, (schedule, SHARES), Bucket::new).await;

    for (name, key) in [(BUCKET, "no-such-key"), ("no-such-bucket", "0"), (DENIED, "0")] {
        let operation = trial.ledger.operation();
        let result = get(&Bucket::named(name, address), &operation, key).await;
        operation.refused(&result);
    }
    let bucket = Bucket::new(address);
    let mut present = HashSet::new();
    for &number in &trial.acknowledged {
        if bucket.0.read(&number.to_string()).await.unwrap().to_vec() == content(number) {
            present.insert(number);
        }
    }
    trial.report(&present)
}

/// Enough for several packets.
fn content(number: u64) -> Vec<u8> {
    number.to_be_bytes().repeat(10_000)
}
