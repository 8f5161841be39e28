//! S3's refusals, by opendal without its layer that retries.

use axum::{Router, http::StatusCode};
use opendal::{ErrorKind, Operator, services};
use real::{
    Server, free_port,
    servers::{
        http::Http,
        s3::{CREDENTIALS, DENIED, S3},
    },
};
use reattempt::{Retryable, retry, testing};

use crate::{bounded, tls};

const BUCKET: &str = "files";

/// A bucket, by these credentials.
fn operator(address: std::net::SocketAddr, bucket: &str, credentials: (&str, &str)) -> Operator {
    operator_at(&format!("http://{address}"), bucket, credentials)
}

fn operator_at(endpoint: &str, bucket: &str, (access_key, secret): (&str, &str)) -> Operator {
    opendal::install_default();
    let service = services::S3::default()
        .bucket(bucket)
        .endpoint(endpoint)
        .region("us-east-1")
        .access_key_id(access_key)
        .secret_access_key(secret)
        .disable_config_load()
        .disable_ec2_metadata();
    Operator::new(service).unwrap()
}

#[tokio::test]
async fn what_is_missing_or_forbidden_is_not_retried() {
    bounded(async {
        let server = S3::start(&[BUCKET, DENIED]).await.unwrap();
        let files = operator(server.address(), BUCKET, CREDENTIALS);
        let missing = files.read("nothing").await.unwrap_err();
        assert!(missing.kind() == ErrorKind::NotFound && !missing.is_retryable(), "{missing:?}");
        let denied = operator(server.address(), DENIED, CREDENTIALS).read("a").await.unwrap_err();
        assert!(denied.kind() == ErrorKind::PermissionDenied && !denied.is_retryable(), "{denied:?}");
        let unknown = operator(server.address(), BUCKET, ("access", "wrong")).read("a").await.unwrap_err();
        assert!(!unknown.is_retryable(), "a wrong secret: {unknown:?}");
        let no_bucket = operator(server.address(), "nobodys", CREDENTIALS).read("a").await.unwrap_err();
        assert!(!no_bucket.is_retryable(), "{no_bucket:?}");
    })
    .await;
}

/// The error of a write that may not overwrite, by this answer.
async fn refused(status: u16, code: &str) -> opendal::Error {
    let status = StatusCode::from_u16(status).unwrap();
    let body =
        format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>a reason</Message></Error>");
    let server = Http::start(Router::new().fallback(async move || (status, body.clone()))).await.unwrap();
    let files = operator(server.address(), BUCKET, CREDENTIALS);
    files.write_with("report", "content").if_not_exists(true).await.unwrap_err()
}

#[tokio::test]
async fn a_write_by_the_answer() {
    bounded(async {
        let exists = refused(412, "PreconditionFailed").await;
        assert!(exists.kind() == ErrorKind::ConditionNotMatch && !exists.is_retryable(), "{exists:?}");
        let conflict = refused(409, "ConditionalRequestConflict").await;
        assert!(conflict.kind() == ErrorKind::Conflict && conflict.is_retryable(), "{conflict:?}");
        for (status, code) in
            [(500, "InternalError"), (503, "ServiceUnavailable"), (429, "TooManyRequests"), (502, "")]
        {
            let failed = refused(status, code).await;
            assert!(failed.is_retryable(), "{failed:?}");
        }
        for (status, code) in [(400, "InvalidRequest"), (403, "AccessDenied"), (411, "MissingContentLength")]
        {
            let refused = refused(status, code).await;
            assert!(!refused.is_retryable(), "{refused:?}");
        }
    })
    .await;
}

#[retry(max = 5, base = "1s")]
async fn read(files: &Operator, path: &str) -> opendal::Result<Vec<u8>> {
    Ok(files.read(path).await?.to_vec())
}

#[tokio::test]
async fn too_many_requests_are_retried() {
    bounded(async {
        let guard = testing::no_wait();
        let mut server = S3::start(&[BUCKET]).await.unwrap();
        let files = operator(server.address(), BUCKET, CREDENTIALS);
        server.overload(true).await.unwrap();
        let slow_down = files.read("report").await.unwrap_err();
        assert!(slow_down.kind() == ErrorKind::RateLimited && slow_down.is_temporary(), "{slow_down:?}");
        assert!(slow_down.is_retryable(), "{slow_down:?}");
        read(&files, "report").await.unwrap_err();
        assert_eq!(guard.delays().len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_down_is_retried() {
    bounded(async {
        let closed = (std::net::Ipv4Addr::LOCALHOST, free_port()).into();
        let refused = operator(closed, BUCKET, CREDENTIALS).read("report").await.unwrap_err();
        assert!(refused.is_retryable(), "{refused:?}");
        let io = std::io::Error::from(refused);
        assert!(io.is_retryable(), "{io:?}");
    })
    .await;
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_not_retried() {
    bounded(async {
        let (server, _) = tls::serve().await;
        let files = operator_at(&format!("https://{}", server.address()), BUCKET, CREDENTIALS);
        let refused = files.read("report").await.unwrap_err();
        assert!(refused.is_temporary(), "opendal would retry it: {refused:?}");
        assert!(!refused.is_retryable(), "{refused:?}");
    })
    .await;
}
