//! S3's answers that fail after they have begun, and its conflicts: by the SDK and by `object_store`, whose own retries
//! are off.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_s3::{
    Client, Config,
    config::{BehaviorVersion, Credentials, Region},
    error::SdkError,
    operation::{
        complete_multipart_upload::CompleteMultipartUploadError,
        copy_object::{CopyObjectError, CopyObjectOutput},
        put_object::PutObjectError,
    },
    types::{CompletedMultipartUpload, CompletedPart},
};
use axum::{
    Router,
    http::{StatusCode, header::HeaderMap},
};
use object_store::{ObjectStore, ObjectStoreExt, PutMode, RetryConfig, aws::AmazonS3Builder, path::Path};
use real::{InProcess, servers::http::Http};
use reattempt::{Retryable, retry, testing};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::bounded;

type Answer = (StatusCode, &'static str);

const INTERNAL_ERROR: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message></Error>";
const INVALID_PART: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <Error><Code>InvalidPart</Code><Message>One or more parts could not be found.</Message></Error>";
const CONFLICT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <Error><Code>ConditionalRequestConflict</Code><Message>A conflicting operation occurred.</Message></Error>";
const COPIED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <CopyObjectResult><ETag>\"e\"</ETag><LastModified>2026-01-01T00:00:00Z</LastModified></CopyObjectResult>";
const COMPLETED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <CompleteMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><ETag>\"e\"</ETag></CompleteMultipartUploadResult>";

/// Gives these answers, one to each request.
async fn serve(answers: &[Answer]) -> Http {
    let answers = Arc::new(Mutex::new(VecDeque::from(answers.to_vec())));
    let answer = move || {
        let (status, body) = answers.lock().unwrap().pop_front().expect("there is an answer left");
        async move { (status, HeaderMap::new(), body) }
    };
    Http::start(Router::new().fallback(answer)).await.unwrap()
}

fn client(address: std::net::SocketAddr) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(format!("http://{address}"))
        .force_path_style(true)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("access", "secret", None, None, "test"))
        .retry_config(reattempt::aws::sdk_retry_off())
        .build();
    Client::from_conf(config)
}

#[retry(max = 5, base = "1s")]
async fn complete(s3: &Client) -> Result<(), SdkError<CompleteMultipartUploadError>> {
    let part = CompletedPart::builder().part_number(1).e_tag("e").build();
    let parts = CompletedMultipartUpload::builder().parts(part).build();
    s3.complete_multipart_upload().bucket("b").key("k").upload_id("u").multipart_upload(parts).send().await?;
    Ok(())
}

#[retry(max = 5, base = "1s")]
async fn copy(s3: &Client) -> Result<CopyObjectOutput, SdkError<CopyObjectError>> {
    s3.copy_object().bucket("b").key("k").copy_source("b/from").send().await
}

#[retry(max = 5, base = "1s")]
async fn put(s3: &Client) -> Result<(), SdkError<PutObjectError>> {
    s3.put_object().bucket("b").key("k").if_none_match("*").send().await?;
    Ok(())
}

#[tokio::test]
async fn an_internal_error_in_the_body_of_a_success_is_retried() {
    bounded(async {
        let guard = testing::no_wait();
        let failed = (StatusCode::OK, INTERNAL_ERROR);
        let server = serve(&[failed, failed, (StatusCode::OK, COMPLETED)]).await;
        complete(&client(server.address())).await.unwrap();
        let server = serve(&[failed, (StatusCode::OK, COPIED)]).await;
        copy(&client(server.address())).await.unwrap();
        assert_eq!(guard.delays().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn any_other_error_there_is_not() {
    bounded(async {
        let server = serve(&[(StatusCode::OK, INVALID_PART)]).await;
        let refused = complete(&client(server.address())).await.unwrap_err();
        assert!(!refused.is_retryable(), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_conflict_with_a_request_that_has_not_ended_is_retried() {
    bounded(async {
        let guard = testing::no_wait();
        let server = serve(&[(StatusCode::CONFLICT, CONFLICT), (StatusCode::OK, "")]).await;
        put(&client(server.address())).await.unwrap();
        assert_eq!(guard.delays().len(), 1);
    })
    .await;
}

/// Answers each connection with these bytes and hangs up.
async fn serve_bytes(answer: &'static [u8]) -> InProcess {
    InProcess::start(move |mut stream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(answer).await;
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_body_that_breaks_off_is_retried() {
    bounded(async {
        let server = serve_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await;
        let object = client(server.address()).get_object().bucket("b").key("k").send().await.unwrap();
        let cut = object.body.collect().await.unwrap_err();
        assert!(cut.is_retryable(), "{cut:?}");
    })
    .await;
}

/// The store by `object_store`, which makes one attempt.
fn store(address: std::net::SocketAddr) -> impl ObjectStore {
    AmazonS3Builder::new()
        .with_endpoint(format!("http://{address}"))
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_bucket_name("b")
        .with_access_key_id("access")
        .with_secret_access_key("secret")
        .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
        .build()
        .unwrap()
}

async fn put_error(answer: Answer, mode: PutMode) -> object_store::Error {
    let server = serve(&[answer]).await;
    let store = store(server.address());
    store.put_opts(&Path::from("k"), "content".into(), mode.into()).await.unwrap_err()
}

#[tokio::test]
async fn object_store_by_the_answer() {
    bounded(async {
        let conflict = put_error((StatusCode::CONFLICT, CONFLICT), PutMode::Create).await;
        assert!(conflict.is_retryable(), "{conflict:?}");
        let update = PutMode::Update(object_store::UpdateVersion { e_tag: Some("e".into()), version: None });
        let conflict = put_error((StatusCode::CONFLICT, CONFLICT), update).await;
        assert!(conflict.is_retryable(), "{conflict:?}");
        let exists = put_error((StatusCode::PRECONDITION_FAILED, ""), PutMode::Create).await;
        assert!(!exists.is_retryable(), "{exists:?}");
        let unknown = put_error((StatusCode::from_u16(520).unwrap(), ""), PutMode::Overwrite).await;
        assert!(unknown.is_retryable(), "{unknown:?}");
        let redirect = put_error((StatusCode::MOVED_PERMANENTLY, ""), PutMode::Overwrite).await;
        assert!(!redirect.is_retryable(), "a region that is wrong: {redirect:?}");
        let server = serve(&[(StatusCode::NOT_FOUND, "<Error><Code>NoSuchBucket</Code></Error>")]).await;
        let missing = store(server.address()).list_with_delimiter(None).await.unwrap_err();
        assert!(!missing.is_retryable(), "a missing bucket: {missing:?}");
    })
    .await;
}

#[tokio::test]
async fn object_store_by_the_connection() {
    bounded(async {
        let closed = (std::net::Ipv4Addr::LOCALHOST, real::free_port()).into();
        let refused = store(closed).head(&Path::from("k")).await.unwrap_err();
        assert!(refused.is_retryable(), "{refused:?}");
        let server = serve_bytes(b"").await;
        let cut = store(server.address()).head(&Path::from("k")).await.unwrap_err();
        assert!(cut.is_retryable(), "{cut:?}");
        let server = serve_bytes(
            b"HTTP/1.1 200 OK\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: e\r\nContent-Length: 9\r\n\r\nhalf",
        )
        .await;
        let get = async { store(server.address()).get(&Path::from("k")).await?.bytes().await };
        let cut = get.await.unwrap_err();
        assert!(cut.is_retryable(), "{cut:?}");
        let silent = Http::start(Router::new().fallback(std::future::pending::<()>)).await.unwrap();
        let options = object_store::ClientOptions::new()
            .with_allow_http(true)
            .with_timeout(Duration::from_millis(50));
        let store = AmazonS3Builder::new()
            .with_endpoint(format!("http://{}", silent.address()))
            .with_region("us-east-1")
            .with_bucket_name("b")
            .with_skip_signature(true)
            .with_client_options(options)
            .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
            .build()
            .unwrap();
        let late = store.head(&Path::from("k")).await.unwrap_err();
        assert!(late.is_retryable(), "{late:?}");
    })
    .await;
}

#[test]
fn object_store_by_its_settings() {
    let no_bucket = AmazonS3Builder::new().build().unwrap_err();
    assert!(!no_bucket.is_retryable(), "{no_bucket:?}");
    let no_url = AmazonS3Builder::new().with_url("s3:://b").with_bucket_name("b").build().unwrap_err();
    assert!(!no_url.is_retryable(), "{no_url:?}");
    let unknown = AmazonS3Builder::new().with_url("ftp://files/b").build().unwrap_err();
    assert!(!unknown.is_retryable(), "{unknown:?}");
}

#[tokio::test]
async fn object_store_by_the_file_system() {
    bounded(async {
        let folder = tempfile::tempdir().unwrap();
        let store = object_store::local::LocalFileSystem::new_with_prefix(folder.path()).unwrap();
        let missing = store.get(&Path::from("k")).await.unwrap_err();
        assert!(!missing.is_retryable(), "{missing:?}");
        store.put(&Path::from("k"), "content".into()).await.unwrap();
        let below_a_file = store.put(&Path::from("k/below"), "content".into()).await.unwrap_err();
        assert!(!below_a_file.is_retryable(), "{below_a_file:?}");
    })
    .await;
}
