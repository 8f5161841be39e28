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
    trial::{Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole, Fault::Overload];
const BUCKET: &str = "numbers";

struct Bucket(Client);

impl Bucket {
    fn new(address: SocketAddr) -> Bucket {
        let (access_key, secret) = CREDENTIALS;
        let limit = Duration::from_millis(500);
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

    #[retry(policy = POLICY, error = Self::Error, attempt = n)]
    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Self::Error>> {
        operation.attempt(n);
        self.0
            .put_object()
            .bucket(BUCKET)
            .key(number.to_string())
            .body(content(number).into())
            .send()
            .await?;
        Ok(())
    }
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

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut server = S3::start(&[BUCKET, DENIED]).await.unwrap();
    let address = server.address();
    let trial = Trial::hold((&mut server, address), &POLICY, (schedule, SHARES), Bucket::new).await;

    let bucket = Bucket::new(address);
    for object in [(BUCKET, "no-such-key"), ("no-such-bucket", "0"), (DENIED, "0")] {
        let operation = trial.ledger.operation();
        let result = get(&bucket, &operation, object).await;
        operation.refused(&result);
    }
    let mut present = HashSet::new();
    for &number in &trial.acknowledged {
        let object = bucket.0.get_object().bucket(BUCKET).key(number.to_string()).send().await.unwrap();
        if object.body.collect().await.unwrap().into_bytes() == content(number) {
            present.insert(number);
        }
    }
    trial.report(&present)
}

/// Enough for several packets.
fn content(number: u64) -> Vec<u8> {
    number.to_be_bytes().repeat(10_000)
}
