//! Redis, with every acknowledged write on its disk.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::{Daemon, Greeting, Program, Server};

const REDIS: Program = Program { command: "redis-server", package: "redis-server" };
/// While it loads its data it answers `-LOADING`.
const GREETING: Greeting = Greeting { say: b"PING\r\n", hear: b"+PONG" };

/// A Redis server.
#[derive(Debug)]
pub struct Redis(Daemon);

impl Redis {
    /// Starts one without data.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`].
    pub async fn start() -> io::Result<Redis> {
        Redis::start_with(&[], GREETING).await
    }

    /// Starts one without data that writes nothing to its disk, for what may be lost: the records of a fleet.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`].
    pub async fn start_in_memory() -> io::Result<Redis> {
        Redis::start_with(&["--appendonly", "no"], GREETING).await
    }

    /// Starts one without data and with these settings, and waits until it greets so.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`].
    pub async fn start_with(settings: &[&str], greeting: Greeting) -> io::Result<Redis> {
        let daemon = Daemon::start(REDIS, greeting, |command, folder, port| {
            command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]);
            command
                .args(["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--dir"])
                .arg(folder);
            // Milliseconds after which a script counts as slow, and others are told `-BUSY`.
            command.args(["--busy-reply-threshold", "1"]).args(settings);
            Ok(())
        })
        .await?;
        Ok(Redis(daemon))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Sends a command on a connection of its own and waits for the answer that is expected.
    async fn tell(&self, command: &[u8], answer: &[u8]) -> io::Result<()> {
        let mut stream = TcpStream::connect(self.address()).await?;
        stream.write_all(command).await?;
        let mut heard = vec![0; answer.len()];
        stream.read_exact(&mut heard).await?;
        if heard == answer {
            Ok(())
        } else {
            Err(io::Error::other(String::from_utf8_lossy(&heard).into_owned()))
        }
    }
}

impl Server for Redis {
    async fn kill(&mut self) {
        self.0.kill().await;
    }

    async fn restart(&mut self) -> io::Result<()> {
        self.0.restart().await
    }

    /// A script that never ends keeps it busy, and it says so.
    async fn overload(&mut self, on: bool) -> io::Result<()> {
        if on {
            let mut stream = TcpStream::connect(self.address()).await?;
            stream.write_all(b"EVAL \"while true do end\" 0\r\n").await?;
            // The script runs on when its client has gone. One that has not begun could not be ended.
            while self.tell(b"PING\r\n", b"-BUSY").await.is_err() {
                sleep(Duration::from_millis(1)).await;
            }
            return Ok(());
        }
        self.tell(b"SCRIPT KILL\r\n", b"+OK").await
    }
}
