//! NATS' refusals, and what looks like one.

use std::{sync::Arc, time::Duration};

use async_nats::{
    Client, ConnectError, ConnectErrorKind, ConnectOptions, RequestErrorKind,
    jetstream::{
        self, Context,
        context::{PublishErrorKind, RequestErrorKind as ApiErrorKind},
        object_store::{self, GetErrorKind, ObjectStore},
        stream::{Config, DiscardPolicy},
    },
};
use real::{InProcess, servers::nats::Nats};
use reattempt::{Retryable, retry, testing};
use tokio::io::AsyncWriteExt;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

use crate::{bounded, tls::acceptor};

const PASSWORD: &str = "authorization { user: somebody, password: right }";
const FEW: &str = "max_connections: 1";
const SMALL: &str = "max_payload: 64";
/// Whoever does not log in may send and hear almost nothing.
const FORBIDDEN: &str = "no_auth_user: guest
    accounts { all { jetstream: enabled, users: [{ user: guest, password: \"\", permissions: {
        publish: { deny: [\"secret\"] } } }] } }";

async fn connect(nats: &Nats) -> Client {
    async_nats::connect(format!("nats://{}", nats.address())).await.unwrap()
}

async fn log_in(nats: &Nats, password: &str) -> Result<Client, ConnectError> {
    let options = ConnectOptions::with_user_and_password("somebody".into(), password.into());
    options.connect(format!("nats://{}", nats.address())).await
}

/// JetStream, with a patience for answers that do not come.
async fn jetstream(nats: &Nats) -> Context {
    let mut jetstream = jetstream::new(connect(nats).await);
    jetstream.set_timeout(Duration::from_secs(5));
    jetstream
}

#[tokio::test]
async fn a_wrong_password_is_not_retried() {
    bounded(async {
        let nats = Nats::start_with(PASSWORD).await.unwrap();
        log_in(&nats, "right").await.unwrap();
        let refused = log_in(&nats, "wrong").await.unwrap_err();
        assert_eq!(refused.kind(), ConnectErrorKind::AuthorizationViolation);
        assert!(!refused.is_retryable(), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn too_many_connections_are_retried() {
    bounded(async {
        let nats = Nats::start_with(FEW).await.unwrap();
        let _one = connect(&nats).await;
        let refused = async_nats::connect(format!("nats://{}", nats.address())).await.unwrap_err();
        assert!(refused.to_string().to_lowercase().contains("maximum connections exceeded"), "{refused:?}");
        assert!(refused.is_retryable(), "{refused:?}");
    })
    .await;
}

/// A server that asks for TLS, as far as the handshake.
async fn serve_tls() -> InProcess {
    let (acceptor, _) = acceptor();
    InProcess::start(move |mut stream| {
        let acceptor = acceptor.clone();
        async move {
            let info = b"INFO {\"server_id\":\"a\",\"max_payload\":64,\"proto\":1,\"tls_required\":true}\r\n";
            let _ = stream.write_all(info).await;
            // A client that refuses the certificate ends the handshake, as it should.
            let _ = acceptor.accept(stream).await;
        }
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_not_retried() {
    bounded(async {
        let server = serve_tls().await;
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        let options = ConnectOptions::new().require_tls(true).tls_client_config(config);
        let refused = options.connect(format!("tls://{}", server.address())).await.unwrap_err();
        assert!(refused.to_string().contains("UnknownIssuer") && !refused.is_retryable(), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_is_cut_before_the_server_greets_is_retried() {
    bounded(async {
        let server = InProcess::start(|stream| async move { drop(stream) }).await.unwrap();
        let cut = async_nats::connect(format!("nats://{}", server.address())).await.unwrap_err();
        assert!(cut.is_retryable(), "{cut:?}");
    })
    .await;
}

#[tokio::test]
async fn a_payload_that_is_too_large_is_not_retried() {
    bounded(async {
        let nats = Nats::start_with(SMALL).await.unwrap();
        let client = connect(&nats).await;
        let payload = || vec![0; 65].into();
        let published = client.publish("orders", payload()).await.unwrap_err();
        assert!(!published.is_retryable(), "{published:?}");
        let asked = client.request("orders", payload()).await.unwrap_err();
        assert!(asked.kind() == RequestErrorKind::MaxPayloadExceeded && !asked.is_retryable(), "{asked:?}");
        let stored = jetstream(&nats).await.publish("orders", payload()).await.unwrap_err();
        assert!(!stored.is_retryable(), "{stored:?}");
    })
    .await;
}

#[tokio::test]
async fn a_subject_that_nobody_listens_on_is_retried() {
    bounded(async {
        let nats = Nats::start_with("").await.unwrap();
        let nobody = connect(&nats).await.request("orders", "".into()).await.unwrap_err();
        assert!(nobody.kind() == RequestErrorKind::NoResponders && nobody.is_retryable(), "{nobody:?}");
        let unsent = jetstream(&nats).await.publish("orders", "".into()).await.unwrap().await.unwrap_err();
        assert!(unsent.kind() == PublishErrorKind::StreamNotFound && unsent.is_retryable(), "{unsent:?}");
    })
    .await;
}

/// It is refused by an event, and the call waits for an answer.
#[tokio::test]
async fn a_missing_permission_is_a_timeout() {
    bounded(async {
        let nats = Nats::start_with(FORBIDDEN).await.unwrap();
        let client = connect(&nats).await;
        client.publish("secret", "".into()).await.unwrap();
        let request = async_nats::Request::new().timeout(Some(Duration::from_millis(200)));
        let silent = client.send_request("secret", request).await.unwrap_err();
        assert!(silent.kind() == RequestErrorKind::TimedOut && silent.is_retryable(), "{silent:?}");
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_closed_is_not_retried() {
    bounded(async {
        let nats = Nats::start_with("").await.unwrap();
        let client = connect(&nats).await;
        let jetstream = jetstream::new(client.clone());
        client.drain().await.unwrap();
        let closed = loop {
            match client.publish("orders", "".into()).await {
                // It has not closed yet.
                Ok(()) => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(error) => break error,
            }
        };
        assert!(!closed.is_retryable(), "{closed:?}");
        let closed = client.request("orders", "".into()).await.unwrap_err();
        assert!(!closed.is_retryable(), "{closed:?}");
        let closed = client.subscribe("orders").await.unwrap_err();
        assert!(!closed.is_retryable(), "{closed:?}");
        let closed = client.flush().await.unwrap_err();
        assert!(!closed.is_retryable(), "{closed:?}");
        let closed = jetstream.publish("orders", "".into()).await.unwrap_err();
        assert!(!closed.is_retryable(), "{closed:?}");
        let closed = jetstream.get_stream("orders").await.unwrap_err();
        assert!(!closed.is_retryable(), "{closed:?}");
    })
    .await;
}

#[tokio::test]
async fn streams_by_jetstreams_answer() {
    bounded(async {
        let nats = Nats::start_with("").await.unwrap();
        let jetstream = jetstream(&nats).await;
        let missing = jetstream.get_stream("orders").await.unwrap_err();
        assert!(!missing.is_retryable(), "{missing:?}");
        let config = Config {
            name: "orders".into(),
            subjects: vec!["orders".into()],
            max_messages: 1,
            discard: DiscardPolicy::New,
            ..Config::default()
        };
        let stream = jetstream.create_stream(config.clone()).await.unwrap();
        let other = jetstream.create_stream(Config { max_messages: 2, ..config }).await.unwrap_err();
        assert!(!other.is_retryable(), "another configuration: {other:?}");
        let missing = stream.get_consumer::<jetstream::consumer::pull::Config>("nobody").await.unwrap_err();
        assert!(!missing.is_retryable(), "{missing:?}");
        let missing = stream.get_raw_message(7).await.unwrap_err();
        assert!(!missing.is_retryable(), "{missing:?}");

        let publish = async || jetstream.publish("orders", "".into()).await?.await;
        publish().await.unwrap();
        let full = publish().await.unwrap_err();
        assert!(full.kind() == PublishErrorKind::Other && full.is_retryable(), "{full:?}");
        stream.purge().await.unwrap();
        publish().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_server_without_jetstream_is_one_whose_jetstream_is_not_there_yet() {
    bounded(async {
        let nats = Nats::start_with("").await.unwrap();
        let mut elsewhere = jetstream::with_domain(connect(&nats).await, "elsewhere");
        elsewhere.set_timeout(Duration::from_secs(5));
        let error = elsewhere.query_account().await.unwrap_err();
        assert!(error.is_retryable(), "{error:?}");
        let error = elsewhere.get_stream("orders").await.unwrap_err();
        assert!(error.is_retryable(), "{error:?}");
        let inner = std::error::Error::source(&error)
            .and_then(|error| error.downcast_ref::<async_nats::error::Error<ApiErrorKind>>());
        assert_eq!(inner.unwrap().kind(), ApiErrorKind::NoResponders);
    })
    .await;
}

#[tokio::test]
async fn keys_and_values_by_what_is_behind() {
    bounded(async {
        let nats = Nats::start_with("").await.unwrap();
        let jetstream = jetstream(&nats).await;
        let missing = jetstream.get_key_value("settings").await.unwrap_err();
        assert!(!missing.is_retryable(), "{missing:?}");
        // As the client would, without asking an old server for what a new one can do.
        let stream = Config {
            name: "KV_settings".into(),
            subjects: vec!["$KV.settings.>".into()],
            max_messages_per_subject: 1,
            ..Config::default()
        };
        jetstream.create_stream(stream).await.unwrap();
        let settings = jetstream.get_key_value("settings").await.unwrap();
        let revision = settings.create("colour", "red".into()).await.unwrap();
        let exists = settings.create("colour", "red".into()).await.unwrap_err();
        assert!(!exists.is_retryable(), "{exists:?}");
        let outdated = settings.update("colour", "blue".into(), revision + 7).await.unwrap_err();
        assert!(!outdated.is_retryable(), "{outdated:?}");
        let no_key = settings.put("a b", "red".into()).await.unwrap_err();
        assert!(!no_key.is_retryable(), "{no_key:?}");
        let large = settings.put("colour", vec![0; 2 << 20].into()).await.unwrap_err();
        assert!(!large.is_retryable(), "{large:?}");
    })
    .await;
}

/// In a box its type is not known, so it is named.
#[retry(max = 3, base = "1s", ask = object_store::GetError)]
async fn get(files: &ObjectStore, name: &str) -> Result<(), async_nats::Error> {
    files.get(name).await?;
    Ok(())
}

/// Their errors are behind a feature that the adapter does not ask for.
#[tokio::test]
async fn objects_by_the_names_of_the_kinds() {
    bounded(async {
        let nats = Nats::start_with("").await.unwrap();
        let jetstream = jetstream(&nats).await;
        let missing = jetstream.get_object_store("files").await.err().unwrap();
        assert!(!missing.is_retryable(), "{missing:?}");
        let files = object_store::Config { bucket: "files".into(), ..object_store::Config::default() };
        let files = jetstream.create_object_store(files).await.unwrap();
        let missing = files.get("report").await.err().unwrap();
        assert!(missing.kind() == GetErrorKind::NotFound && !missing.is_retryable(), "{missing:?}");
        let guard = testing::no_wait();
        get(&files, "report").await.unwrap_err();
        assert!(guard.delays().is_empty());
        assert!(object_store::GetError::new(GetErrorKind::TimedOut).is_retryable());
        let unread = files.put("report", &mut Unreadable).await.unwrap_err();
        assert!(!unread.is_retryable(), "a file that is no file: {unread:?}");
    })
    .await;
}

/// What a program reads from if it has opened a folder.
struct Unreadable;

impl tokio::io::AsyncRead for Unreadable {
    fn poll_read(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Ready(Err(std::io::ErrorKind::IsADirectory.into()))
    }
}
