use reattempt::{Retryable, retry};
use russh::client::{Handle, Handler};
use russh_sftp::client::SftpSession;
use tokio::io::AsyncWriteExt;

#[derive(Debug, thiserror::Error, Retryable)]
enum Failure {
    #[error(transparent)]
    #[retryable(delegate)]
    Ssh(#[from] russh::Error),
    #[error(transparent)]
    #[retryable(delegate)]
    Sftp(#[from] russh_sftp::client::error::Error),
    #[error(transparent)]
    #[retryable(delegate)]
    Io(#[from] std::io::Error),
}

/// Every attempt connects, and writes the file from its beginning.
#[retry(max = 4, base_ms = 200, max_delay = "5s")]
async fn upload<H: Handler>(
    connect: impl AsyncFn() -> Result<Handle<H>, russh::Error>,
    path: &str,
    content: &[u8],
) -> Result<(), Failure> {
    let ssh = connect().await?;
    let channel = ssh.channel_open_session().await?;
    channel.request_subsystem(true, "sftp").await?;
    let sftp = SftpSession::new(channel.into_stream()).await?;
    let mut file = sftp.create(path).await?;
    file.write_all(content).await?;
    file.shutdown().await?;
    Ok(())
}
