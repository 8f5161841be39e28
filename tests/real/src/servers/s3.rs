//! S3 on a folder, by s3s in this process.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::{
    S3Result,
    access::{S3Access, S3AccessContext},
    auth::SimpleAuth,
    s3_error,
    service::S3ServiceBuilder,
};
use s3s_fs::FileSystem;
use tempfile::TempDir;

use crate::{InProcess, Server};

/// The access key and the secret that it knows.
pub const CREDENTIALS: (&str, &str) = ("access", "secret");
/// A bucket that everybody is denied.
pub const DENIED: &str = "denied";

/// An S3 server.
#[derive(Debug)]
pub struct S3 {
    server: InProcess,
    overloaded: Arc<AtomicBool>,
    _folder: TempDir,
}

impl S3 {
    /// Starts one with these buckets, which are empty.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made or no port can be opened.
    pub async fn start(buckets: &[&str]) -> io::Result<S3> {
        let folder = TempDir::new()?;
        for bucket in buckets {
            std::fs::create_dir(folder.path().join(bucket))?;
        }
        let files = FileSystem::new(folder.path()).map_err(|error| io::Error::other(format!("{error:?}")))?;
        let overloaded = Arc::new(AtomicBool::new(false));
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(CREDENTIALS.0, CREDENTIALS.1));
        service.set_access(Guard(Arc::clone(&overloaded)));
        let service = service.build().into_shared();
        let server = InProcess::start(move |stream| {
            let service = service.clone();
            async move {
                // A connection that breaks is the client's business.
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            }
        })
        .await?;
        Ok(S3 { server, overloaded, _folder: folder })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }
}

/// Refuses what is denied, and everything while there is too much to do.
struct Guard(Arc<AtomicBool>);

#[async_trait::async_trait]
impl S3Access for Guard {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        if self.0.load(Ordering::Relaxed) {
            return Err(s3_error!(SlowDown));
        }
        match context.s3_path().get_bucket_name() {
            Some(DENIED) => Err(s3_error!(AccessDenied)),
            _ => Ok(()),
        }
    }
}

impl Server for S3 {
    async fn kill(&mut self) {
        self.server.kill().await;
    }

    async fn restart(&mut self) -> io::Result<()> {
        self.server.restart().await
    }

    async fn overload(&mut self, on: bool) -> io::Result<()> {
        self.overloaded.store(on, Ordering::Relaxed);
        Ok(())
    }
}
