//! Uploads and downloads on S3: throttling and broken connections are waited out, a refusal is returned at once.
//!
//! `cargo run -p real --example s3_transfer` starts a server that has too much to do at first. It takes five seconds.

use std::{error::Error, net::SocketAddr, time::Duration};

use aws_sdk_s3::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    error::{ProvideErrorMetadata, SdkError},
    operation::{get_object::GetObjectError, put_object::PutObjectError},
    primitives::ByteStream,
};
use real::{
    Server,
    servers::s3::{CREDENTIALS, DENIED, S3},
};
use reattempt::{Stats, aws::sdk_retry_off, retry, set_observer};
use tokio::time::sleep;

#[retry(preset = s3_upload, name = "upload {key}")]
async fn upload(
    s3: &Client,
    bucket: &str,
    key: &str,
    content: &[u8],
) -> Result<(), SdkError<PutObjectError>> {
    let body = ByteStream::from(content.to_vec());
    s3.put_object().bucket(bucket).key(key).body(body).send().await?;
    Ok(())
}

#[retry(preset = s3_download, name = "download {key}")]
async fn download(s3: &Client, bucket: &str, key: &str) -> Result<ByteStream, SdkError<GetObjectError>> {
    Ok(s3.get_object().bucket(bucket).key(key).send().await?.body)
}

fn client(address: SocketAddr) -> Client {
    let (access_key, secret) = CREDENTIALS;
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(format!("http://{address}"))
        .force_path_style(true)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new(access_key, secret, None, None, "example"))
        // Three attempts of the SDK's in each of ours would be fifteen.
        .retry_config(sdk_retry_off())
        .build();
    Client::from_conf(config)
}

static STATS: Stats = Stats::new();

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    set_observer(&STATS)?;
    let mut server = S3::start(&["reports", DENIED]).await?;
    let s3 = client(server.address());

    server.overload(true).await?;
    let recovery = tokio::spawn(async move {
        sleep(Duration::from_millis(1500)).await;
        server.overload(false).await.map(|()| server)
    });
    upload(&s3, "reports", "november", b"all is well").await?;
    println!("uploaded, although the server had too much to do");
    let mut server = recovery.await??;

    server.kill().await;
    let recovery = tokio::spawn(async move {
        sleep(Duration::from_millis(500)).await;
        server.restart().await.map(|()| server)
    });
    let content = download(&s3, "reports", "november").await?.collect().await?.into_bytes();
    println!("downloaded, although the server was down: {:?}", String::from_utf8_lossy(&content));
    let _server = recovery.await??;

    for (bucket, key) in [("reports", "december"), (DENIED, "november")] {
        let error = download(&s3, bucket, key).await.expect_err("there is nothing to be had");
        println!("not retried: {}", error.code().unwrap_or("no code"));
    }
    println!("\n{STATS}");
    Ok(())
}
