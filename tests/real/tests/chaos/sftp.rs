//! Uploads by SFTP. A file that is acknowledged is complete.

use std::{
    collections::HashSet,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use real::{
    Fault, Operation, Schedule,
    servers::sshd::{Sshd, user},
};
use reattempt::{AttemptTimeout, Jitter, Policy, RetryError, Retryable, retry};
use russh::{
    client::{self, AuthResult, Handle},
    keys::{PrivateKeyWithHashAlg, PublicKeyOrCertificate, load_secret_key},
};
use russh_sftp::client::SftpSession;
use tokio::io::AsyncWriteExt;

use crate::{
    report::Report,
    trial::{Subject, Trial, User},
};

const POLICY: Policy = Policy::new().max(4).base(Duration::from_millis(20)).jitter(Jitter::Full).checked();
const SHARES: &[Fault] = &[Fault::Kill, Fault::Reset, Fault::Close, Fault::BlackHole];

#[derive(Debug, thiserror::Error, Retryable)]
pub(crate) enum Failure {
    #[error("{0}")]
    #[retryable(delegate)]
    Ssh(#[from] russh::Error),
    #[error("{0}")]
    #[retryable(delegate)]
    Sftp(#[from] russh_sftp::client::error::Error),
    #[error("{0}")]
    #[retryable(delegate)]
    Io(#[from] io::Error),
    #[error("the server does not accept the key")]
    WrongKey,
    #[error("{0}")]
    #[retryable]
    TooSlow(#[from] AttemptTimeout),
}

/// It is known which server it is: it runs on this machine.
struct Trusting;

impl client::Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

type Session = (Handle<Trusting>, SftpSession);

/// A folder on the server, and the session while that works.
pub(crate) struct Folder {
    address: SocketAddr,
    key: PathBuf,
    path: PathBuf,
    session: Option<Session>,
}

impl Folder {
    /// The session that is open, or another. Whoever fails does not give it back.
    async fn session(&mut self) -> Result<Session, Failure> {
        if let Some(session) = self.session.take() {
            return Ok(session);
        }
        let key = load_secret_key(&self.key, None).map_err(russh::Error::from)?;
        let mut handle = client::connect(Arc::default(), self.address, Trusting).await?;
        let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
        match handle.authenticate_publickey(user(), key).await? {
            AuthResult::Success => {}
            // A connection that was cut looks so, too: like a server that knows no other way in.
            AuthResult::Failure { remaining_methods, .. } if remaining_methods.is_empty() => {
                return Err(russh::Error::Disconnect.into());
            }
            AuthResult::Failure { .. } => return Err(Failure::WrongKey),
        }
        let channel = handle.channel_open_session().await?;
        channel.request_subsystem(true, "sftp").await?;
        let sftp = SftpSession::new(channel.into_stream()).await?;
        Ok((handle, sftp))
    }

    fn at(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }
}

impl User for Folder {
    type Error = Failure;

    #[retry(
        policy = POLICY, error = Failure, attempt = n, attempt_timeout = "1s",
        breaker = operation.breaker(), budget = operation.budget(), throttle = operation.throttle()
    )]
    async fn write(&mut self, operation: &Operation<'_>, number: u64) -> Result<(), RetryError<Failure>> {
        operation.attempt(n);
        let (handle, sftp) = self.session().await?;
        let mut file = sftp.create(self.at(&number.to_string())).await?;
        file.write_all(&content(number)).await?;
        file.shutdown().await?;
        self.session = Some((handle, sftp));
        Ok(())
    }
}

/// There is no such folder, or the key is wrong.
#[retry(policy = POLICY, error = Failure, attempt = n, attempt_timeout = "5s")]
async fn astray(folder: &mut Folder, operation: &Operation<'_>) -> Result<(), RetryError<Failure>> {
    operation.attempt(n);
    let (_handle, sftp) = folder.session().await?;
    sftp.create(folder.at("no/such/folder")).await?;
    Ok(())
}

pub(crate) struct Files {
    server: Sshd,
}

impl Subject for Files {
    type Server = Sshd;
    type User = Folder;

    const POLICY: Policy = POLICY;
    const SHARES: &'static [Fault] = SHARES;
    // What half an hour of them stores is below a gigabyte or two.
    const PAUSE: Duration = Duration::from_millis(500);

    async fn start() -> Files {
        Files { server: Sshd::start().await.unwrap() }
    }

    fn server(&mut self) -> &mut Sshd {
        &mut self.server
    }

    fn address(&self) -> SocketAddr {
        self.server.address()
    }

    fn user(&self, address: SocketAddr) -> Folder {
        self.folder(&self.server.key(), address)
    }

    async fn present(&self, acknowledged: &[u64]) -> (HashSet<u64>, Vec<String>) {
        let files = self.server.files();
        let complete = |number: &&u64| {
            fs::read(files.join(number.to_string())).is_ok_and(|file| file == content(**number))
        };
        (acknowledged.iter().filter(complete).copied().collect(), Vec::new())
    }
}

impl Files {
    fn folder(&self, key: &Path, address: SocketAddr) -> Folder {
        Folder { address, key: key.to_owned(), path: self.server.files(), session: None }
    }
}

pub(crate) async fn run(schedule: Schedule) -> Report {
    let mut files = Files::start().await;
    let trial = Trial::hold(&mut files, schedule).await;

    for key in [files.server.key(), files.server.wrong_key()] {
        let operation = trial.ledger.operation();
        let result = astray(&mut files.folder(&key, files.address()), &operation).await;
        operation.refused(&result);
    }
    trial.report(&files).await
}

/// Enough for several packets.
fn content(number: u64) -> Vec<u8> {
    number.to_be_bytes().repeat(10_000)
}
