//! etcd, one member or a cluster of them.

use std::{io, net::SocketAddr};

use crate::{Daemon, Greeting, Program, Server, free_port};

const ETCD: Program = Program { command: "etcd", package: "etcd-server" };
/// It listens before it has a leader, and is healthy when it has one.
const GREETING: Greeting = Greeting { say: b"GET /health HTTP/1.0\r\n\r\n", hear: b"\"health\":\"true\"" };

/// A member of a cluster of etcd.
#[derive(Debug)]
pub struct Etcd(Daemon);

impl Etcd {
    /// Starts a cluster of one, without data.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`].
    pub async fn start() -> io::Result<Etcd> {
        let peer = format!("http://127.0.0.1:{}", free_port());
        Etcd::member("m0".to_owned(), peer.clone(), format!("m0={peer}")).await
    }

    /// Starts a cluster of so many members, without data. They are named `m0`, `m1` and so on.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`].
    pub async fn cluster(size: usize) -> io::Result<Vec<Etcd>> {
        let peers: Vec<_> = (0..size)
            .map(|number| (format!("m{number}"), format!("http://127.0.0.1:{}", free_port())))
            .collect();
        let cluster = peers.iter().map(|(name, peer)| format!("{name}={peer}")).collect::<Vec<_>>().join(",");
        // None of them is healthy before most of them run.
        let starting: Vec<_> = peers
            .into_iter()
            .map(|(name, peer)| tokio::spawn(Etcd::member(name, peer, cluster.clone())))
            .collect();
        let mut members = Vec::with_capacity(size);
        for member in starting {
            members.push(member.await??);
        }
        Ok(members)
    }

    async fn member(name: String, peer: String, cluster: String) -> io::Result<Etcd> {
        let daemon = Daemon::start(ETCD, GREETING, |command, folder, port| {
            let client = format!("http://127.0.0.1:{port}");
            command.args(["--name", &name, "--data-dir"]).arg(folder.join("data"));
            command.args(["--listen-client-urls", &client, "--advertise-client-urls", &client]);
            command.args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer]);
            command.args(["--initial-cluster", &cluster, "--unsafe-no-fsync"]);
            // A signal ends the process and leaves the machine up, so that what was written is not lost.
            Ok(())
        })
        .await?;
        Ok(Etcd(daemon))
    }

    /// Where it listens for clients.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }
}

impl Server for Etcd {
    async fn kill(&mut self) {
        self.0.kill().await;
    }

    async fn restart(&mut self) -> io::Result<()> {
        self.0.restart().await
    }
}
