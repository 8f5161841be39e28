//! What happens to etcd when a node of a cluster is drained: its member is removed, and a backup is taken. Both return
//! something harmless if it cannot be done, and both are done within the thirty seconds that the function has.
//!
//! `cargo run -p real --example etcd_drain` starts a cluster of three, which loses its majority and gets it back, and is
//! killed in the end. It takes half a minute.

use std::{
    error::Error,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use etcd_client::Client;
use real::{Server, servers::etcd::Etcd};
use reattempt::{AttemptTimeout, Retryable, Stats, retry, set_observer};
use tokio::{fs::File, io::AsyncWriteExt, time::sleep};

#[derive(Debug, thiserror::Error, Retryable)]
enum DrainError {
    #[error("{0}")]
    #[retryable(delegate)]
    Etcd(#[from] etcd_client::Error),
    #[error("{0}")]
    #[retryable(delegate)]
    File(#[from] std::io::Error),
    #[error("{0}")]
    #[retryable]
    TooSlow(#[from] AttemptTimeout),
}

/// Whether the member is gone.
#[retry(preset = maintenance, attempt_timeout = "3s", within = "30s", fallback = |_| Ok(false))]
async fn remove_member(cluster: &[SocketAddr], name: &str) -> Result<bool, DrainError> {
    let mut client = connect(cluster).await?;
    let list = client.member_list().await?;
    if let Some(member) = list.members().iter().find(|member| member.name() == name) {
        client.member_remove(member.id()).await?;
    }
    Ok(true)
}

/// Where the backup is.
#[retry(preset = maintenance, attempt_timeout = "3s", within = "30s", fallback = |_| Ok(None))]
async fn back_up(cluster: &[SocketAddr], folder: &Path) -> Result<Option<PathBuf>, DrainError> {
    let path = folder.join("backup.db");
    let mut file = File::create(&path).await?;
    let mut snapshot = connect(cluster).await?.snapshot().await?;
    while let Some(part) = snapshot.message().await? {
        file.write_all(part.blob()).await?;
    }
    file.sync_all().await?;
    Ok(Some(path))
}

async fn connect(cluster: &[SocketAddr]) -> Result<Client, etcd_client::Error> {
    let endpoints: Vec<_> = cluster.iter().map(SocketAddr::to_string).collect();
    Client::connect(endpoints, None).await
}

static STATS: Stats = Stats::new();

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    set_observer(&STATS)?;
    let folder = tempfile::tempdir()?;
    let mut members = Etcd::cluster(3).await?;
    let cluster: Vec<_> = members.iter().map(Etcd::address).collect();

    let mut drained = members.pop().expect("there are three");
    let mut other = members.pop().expect("there are three");
    let mut last = members.pop().expect("there are three");
    drained.kill().await;
    other.kill().await;
    println!("two of three members are down");
    // It is ready when the cluster has a majority again, which it then is a part of.
    let restart = tokio::spawn(async move {
        sleep(Duration::from_secs(1)).await;
        other.restart().await.map(|()| other)
    });
    println!("the member was removed: {}", remove_member(&cluster[..2], "m2").await?);
    let mut other = restart.await??;
    println!(
        "the backup: {:?}",
        back_up(&cluster[..2], folder.path()).await?.map(|path| path.metadata().map(|m| m.len()))
    );

    last.kill().await;
    other.kill().await;
    println!("all members are down");
    let (removed, backup) =
        tokio::try_join!(remove_member(&cluster, "m1"), back_up(&cluster, folder.path()))?;
    println!("the member was removed: {removed}; the backup: {backup:?}");
    println!("\n{STATS}");
    Ok(())
}
