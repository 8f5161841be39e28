//! A handshake with a server whose certificate nobody signed.

use std::{io, sync::Arc};

use rcgen::generate_simple_self_signed;
use real::InProcess;
use reattempt::Retryable;
use reqwest::{Certificate, Client};
use tokio::io::AsyncWriteExt;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer},
    },
};

use crate::bounded;

/// What ends a handshake with a certificate that nobody signed, and that certificate.
pub(crate) fn acceptor() -> (TlsAcceptor, CertificateDer<'static>) {
    let made = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (TlsAcceptor::from(Arc::new(config)), made.cert.der().clone())
}

/// A server of HTTPS, and the certificate that it shows.
pub(crate) async fn serve() -> (InProcess, Certificate) {
    let (acceptor, certificate) = acceptor();
    let server = InProcess::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            // A client that refuses the certificate ends the handshake, as it should.
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    })
    .await
    .unwrap();
    (server, Certificate::from_der(&certificate).unwrap())
}

/// Asks the server, trusting these certificates alone.
async fn ask(server: &InProcess, trusted: Certificate) -> reqwest::Result<String> {
    let client = Client::builder().tls_certs_only([trusted]).build()?;
    client.get(format!("https://{}/", server.address())).send().await?.text().await
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_not_retried() {
    bounded(async {
        let (server, certificate) = serve().await;
        let (_other, another) = serve().await;
        assert_eq!(ask(&server, certificate).await.unwrap(), "ok");
        let refused = ask(&server, another).await.unwrap_err();
        assert!(refused.is_connect() && !refused.is_retryable(), "{refused:?}");
        // As a reader of a body would hand it on.
        assert!(!io::Error::other(refused).is_retryable());
    })
    .await;
}

#[tokio::test]
async fn a_handshake_that_is_cut_is_retried() {
    bounded(async {
        let server = InProcess::start(|stream| async move { drop(stream) }).await.unwrap();
        let (_other, certificate) = serve().await;
        let cut = ask(&server, certificate).await.unwrap_err();
        assert!(cut.is_connect() && cut.is_retryable(), "{cut:?}");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_not_retried() {
    bounded(async {
        let server = InProcess::start(|mut stream| async move {
            let _ = stream.write_all(b"220 smtp ready\r\n").await;
        })
        .await
        .unwrap();
        let (_other, certificate) = serve().await;
        let refused = ask(&server, certificate).await.unwrap_err();
        assert!(!refused.is_retryable(), "{refused:?}");
    })
    .await;
}
