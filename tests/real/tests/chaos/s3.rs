//! Uploads to S3. An object that is acknowledged is complete.

use std::{collections::HashSet, net::SocketAddr, time::Duration};

use aws_sdk_s3::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region, timeout::TimeoutConfig},
    error::SdkError,
    operation::{get_object::GetObjectError, put_object::PutObjectError},
};
use real::{
    Fault, Operation, Schedule,
    servers::s3::{CREDENTIALS, DENIED, S3},
};
use reattempt::{Jitter, Policy, RetryError, retry};

use crate::{
    report::Report,
    trial::{Subject, Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];
const BUCKET: &str = "numbers";

pub(crate) struct Bucket(Client);

impl Bucket {
    fn new(address: SocketAddr) -> Bucket {
        Bucket::within(Duration::from_millis(500), address)
    }

    fn within(limit: Duration, address: SocketAddr) -> Bucket {
        let (access_key, secret) = CREDENTIALS;
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(format!("http://{address}"))
            .force_path_style(true)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new(access_key, secret, None, None, "test"))
            .timeout_config(TimeoutConfig::builder().connect_timeout(limit).operation_timeout(limit).build())
            .retry_config(reattempt::aws::sdk_retry_off())
            .build();
        Bucket(Client::from_conf(config))
    }
}

impl User for Bucket {
    type Error = SdkError<PutObjectError>;

    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Self::Error>> {
        put(self, operation, number).await
    }
}

#[retry(
    policy = POLICY, error = SdkError<PutObjectError>, attempt = n, hedge = operation.hedge(),
    breaker = operation.breaker(), budget = operation.budget(), throttle = operation.throttle()
)]
async fn put(
    bucket: &Bucket,
    operation: &Operation<'_>,
    number: u64,
) -> Result<(), RetryError<SdkError<PutObjectError>>> {
    operation.attempt_or_copy(n);
    let put = bucket.0.put_object().bucket(BUCKET).key(number.to_string());
    put.body(content(number).into()).send().await?;
    Ok(())
}

#[retry(policy = POLICY, error = SdkError<GetObjectError>, attempt = n)]
async fn get(
    bucket: &Bucket,
    operation: &Operation<'_>,
    (name, key): (&str, &str),
) -> Result<(), RetryError<SdkError<GetObjectError>>> {
    operation.attempt(n);
    bucket.0.get_object().bucket(name).key(key).send().await?;
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
        let bucket = Bucket::within(Duration::from_mins(1), self.address());
        let mut present = HashSet::new();
        for &number in acknowledged {
            let object = bucket.0.get_object().bucket(BUCKET).key(number.to_string()).send().await.unwrap();
            if object.body.collect().await.unwrap().into_bytes() == content(number) {
                present.insert(number);
            }
        }
        (present, Vec::new())
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut objects = Objects::start().await;
    let trial = Trial::hold(&mut objects, schedule).await;

    let bucket = Bucket::new(objects.address());
    for object in [(BUCKET, "no-such-key"), ("no-such-bucket", "0"), (DENIED, "0")] {
        let operation = trial.ledger.operation();
        let result = get(&bucket, &operation, object).await;
        operation.refused(&result);
    }
    trial.report(&objects).await
}

/// Enough for several packets.
fn content(number: u64) -> Vec<u8> {
    number.to_be_bytes().repeat(10_000)
}
