//! A deployment by SFTP: a server that restarts is waited for; a wrong key or a missing folder is returned at once.
//!
//! `cargo run -p real --example sftp_deploy` starts an SSH server, and kills it before and during the deployment. It takes
//! seven seconds.

use std::{
    error::Error as StdError,
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use real::{
    Server,
    servers::sshd::{Sshd, user},
};
use reattempt::{RetryError, Retryable, Stats, retry, set_observer};
use russh::{
    Error as SshError,
    client::{self, AuthResult, Handle},
    keys::{PrivateKeyWithHashAlg, PublicKeyOrCertificate, load_secret_key},
};
use russh_sftp::client::{SftpSession, error::Error as SftpError};
use tokio::{io::AsyncWriteExt, time::sleep};

#[derive(Debug, thiserror::Error, Retryable)]
enum DeployError {
    #[error("{0}")]
    #[retryable(delegate)]
    Ssh(#[from] SshError),
    #[error("{0}")]
    #[retryable(delegate)]
    Sftp(#[from] SftpError),
    #[error("{0}")]
    #[retryable(delegate)]
    Io(#[from] io::Error),
    #[error("the server does not accept the key")]
    WrongKey,
    /// It has been tried often enough by then.
    #[error("no connection; {0}")]
    Connect(#[source] Box<RetryError<DeployError>>),
}

#[retry(preset = ssh_connection, error = DeployError)]
async fn connect(address: SocketAddr, key: &Path) -> Result<Session, RetryError<DeployError>> {
    let key = load_secret_key(key, None).map_err(SshError::from)?;
    let mut handle = client::connect(Arc::default(), address, Trusting).await?;
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
    match handle.authenticate_publickey(user(), key).await? {
        AuthResult::Success => {}
        // A connection that was cut looks so, too: like a server that knows no other way in.
        AuthResult::Failure { remaining_methods, .. } if remaining_methods.is_empty() => {
            return Err(SshError::Disconnect.into());
        }
        AuthResult::Failure { .. } => return Err(DeployError::WrongKey),
    }
    let channel = handle.channel_open_session().await?;
    channel.request_subsystem(true, "sftp").await?;
    let sftp = SftpSession::new(channel.into_stream()).await?;
    Ok((handle, sftp))
}

type Session = (Handle<Trusting>, SftpSession);

struct Deployment {
    address: SocketAddr,
    key: PathBuf,
    session: Option<Session>,
}

impl Deployment {
    fn new(address: SocketAddr, key: PathBuf) -> Deployment {
        Deployment { address, key, session: None }
    }

    /// Every attempt writes the file from its beginning. Who fails does not give the session back, so that the next one
    /// opens another.
    #[retry(preset = file_upload)]
    async fn upload(&mut self, path: &Path, content: &[u8]) -> Result<(), DeployError> {
        let (handle, sftp) = match self.session.take() {
            Some(session) => session,
            None => {
                connect(self.address, &self.key).await.map_err(|error| DeployError::Connect(error.into()))?
            }
        };
        let mut file = sftp.create(path.display().to_string()).await?;
        file.write_all(content).await?;
        file.shutdown().await?;
        self.session = Some((handle, sftp));
        Ok(())
    }
}

/// It is known which server it is: it runs on this machine. Elsewhere, compare the key with `known_hosts`.
struct Trusting;

impl client::Handler for Trusting {
    type Error = SshError;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, SshError> {
        Ok(true)
    }
}

static STATS: Stats = Stats::new();

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    set_observer(&STATS)?;
    let mut server = Sshd::start().await?;
    let (address, files) = (server.address(), server.files());
    let (key, wrong_key) = (server.key(), server.wrong_key());
    let mut deployment = Deployment::new(address, key.clone());
    let content = vec![7; 1_000_000];

    for name in ["program", "library"] {
        server.kill().await;
        let restart = tokio::spawn(async move {
            sleep(Duration::from_millis(500)).await;
            server.restart().await.map(|()| server)
        });
        deployment.upload(&files.join(name), &content).await?;
        server = restart.await??;
        println!("{name}: uploaded, although the server was down");
        assert_eq!(fs::read(files.join(name))?, content);
    }

    let missing = files.join("no/such/folder");
    let error = deployment.upload(&missing, &content).await.expect_err("there is no such folder");
    println!("not retried: {error}");
    let error = connect(address, &wrong_key).await.map(drop).expect_err("the key is wrong");
    println!("not retried: {}; {error}", error.last().expect("it has been tried"));
    assert_eq!(error.attempts(), 1);
    println!("\n{STATS}");
    Ok(())
}
