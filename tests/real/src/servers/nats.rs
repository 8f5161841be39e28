//! NATS with JetStream, its streams on the disk.

use std::{fs, io, net::SocketAddr, path::Path, process::Stdio, time::Duration};

use async_nats::jetstream::{self, stream::Config};

use crate::{Daemon, Greeting, Program, Server};

const NATS: Program = Program { command: "nats-server", package: "nats-server" };
/// It speaks first, when it has read its streams.
const GREETING: Greeting = Greeting { say: b"", hear: b"INFO {" };

/// How long a stream remembers the ids of its messages: longer than a test.
const REMEMBERED: Duration = Duration::from_hours(1);
/// The limit that overloads it. It closes the connections that are too many, and lets nobody else in.
const FEW_CONNECTIONS: &str = "max_connections: 1";

/// A NATS server.
#[derive(Debug)]
pub struct Nats(Daemon);

impl Nats {
    /// The one stream that it has if it was started with it, and the subject that is stored there.
    pub const STREAM: &'static str = "numbers";

    /// Starts one with that stream, which is empty and forgets no id while a test runs.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`], or if the stream cannot be made.
    pub async fn start() -> io::Result<Nats> {
        let nats = Nats::start_with("").await?;
        let client = async_nats::connect(format!("nats://{}", nats.address())).await;
        let name = Nats::STREAM.to_owned();
        let stream =
            Config { subjects: vec![name.clone()], name, duplicate_window: REMEMBERED, ..Config::default() };
        let created = jetstream::new(client.map_err(io::Error::other)?).create_stream(stream).await;
        created.map_err(io::Error::other)?;
        Ok(nats)
    }

    /// Starts one without streams and with these lines in its configuration.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`].
    pub async fn start_with(settings: &str) -> io::Result<Nats> {
        let daemon = Daemon::start(NATS, GREETING, |command, folder, port| {
            configure(folder, port, settings)?;
            command.arg("--config").arg(folder.join("nats.conf"));
            Ok(())
        })
        .await?;
        Ok(Nats(daemon))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }
}

/// Writes what the server reads when it starts and when it is told to read it again.
fn configure(folder: &Path, port: u16, settings: &str) -> io::Result<()> {
    let data = folder.display();
    let text = format!(
        "listen: 127.0.0.1:{port}\npid_file: \"{data}/pid\"\njetstream {{ store_dir: \"{data}\" }}\n{settings}\n"
    );
    fs::write(folder.join("nats.conf"), text)
}

impl Server for Nats {
    async fn kill(&mut self) {
        self.0.kill().await;
    }

    async fn restart(&mut self) -> io::Result<()> {
        self.0.restart().await
    }

    /// It has too many connections, and says so to whoever comes.
    async fn overload(&mut self, on: bool) -> io::Result<()> {
        let folder = self.0.folder();
        configure(folder, self.address().port(), if on { FEW_CONNECTIONS } else { "" })?;
        let mut tool = tokio::process::Command::new(NATS.command);
        tool.arg("--signal").arg(format!("reload={}/pid", folder.display()));
        let output = tool.stdin(Stdio::null()).output().await?;
        if output.status.success() {
            return Ok(());
        }
        Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}
