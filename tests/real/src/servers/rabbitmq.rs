//! RabbitMQ, with a name server of its own.

use std::{
    ffi::OsString,
    fs::{self, Permissions},
    io,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
};

use crate::{Daemon, Greeting, Program, Server, free_port};

/// Not the one in `/usr/sbin`, which switches to a user of its own.
const RABBITMQ: Program =
    Program { command: "/usr/lib/rabbitmq/bin/rabbitmq-server", package: "rabbitmq-server" };
const RABBITMQCTL: &str = "/usr/lib/rabbitmq/bin/rabbitmqctl";
const EPMD: Program = Program { command: "epmd", package: "erlang-base" };
/// The protocol's header, and the first frame of the answer: a method on channel 0.
const GREETING: Greeting = Greeting { say: b"AMQP\x00\x00\x09\x01", hear: b"\x01\x00\x00" };

/// A RabbitMQ broker. Its user is `guest`, with the same word as password.
#[derive(Debug)]
pub struct RabbitMq {
    // Ends before the name server: fields are dropped in this order.
    broker: Daemon,
    names_port: u16,
    _names: Names,
}

/// Erlang's name server, ended with the broker.
#[derive(Debug)]
struct Names(Child);

impl Drop for Names {
    fn drop(&mut self) {
        // One that has ended by itself is what was wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl RabbitMq {
    /// Starts one without queues. It takes five seconds or more.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`].
    pub async fn start() -> io::Result<RabbitMq> {
        let names_port = free_port();
        // Erlang would start one that outlives it, and that nobody ends.
        let mut names = Command::new(EPMD.command);
        names.args(["-port", &names_port.to_string(), "-address", "127.0.0.1"]);
        names.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let names = Names(EPMD.spawn(&mut names)?);
        let broker = Daemon::start(RABBITMQ, GREETING, |command, folder, port| {
            let cookie = folder.join(".erlang.cookie");
            fs::write(&cookie, "reattempt")?;
            fs::set_permissions(&cookie, Permissions::from_mode(0o400))?;
            fs::write(folder.join("plugins"), "[].")?;
            fs::write(folder.join("rabbitmq.conf"), "")?;
            command.envs(surroundings(folder, port, names_port));
            command.env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1").env("RABBITMQ_NODE_PORT", port.to_string());
            command.env("RABBITMQ_DIST_PORT", free_port().to_string());
            command.env("RABBITMQ_MNESIA_BASE", folder.join("data"));
            command.env("RABBITMQ_LOG_BASE", folder.join("logs"));
            command.env("RABBITMQ_CONFIG_FILE", folder.join("rabbitmq.conf"));
            command.env("RABBITMQ_ENABLED_PLUGINS_FILE", folder.join("plugins"));
            command.env("RABBITMQ_PID_FILE", folder.join("pid"));
            Ok(())
        })
        .await?;
        Ok(RabbitMq { broker, names_port, _names: names })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.broker.address()
    }
}

/// What the broker and its tool have in common: where the names are, and which name is the broker's.
fn surroundings(folder: &Path, port: u16, names_port: u16) -> [(&'static str, OsString); 5] {
    [
        ("HOME", folder.into()),
        ("ERL_EPMD_PORT", names_port.to_string().into()),
        ("ERL_EPMD_ADDRESS", "127.0.0.1".into()),
        ("RABBITMQ_NODENAME", format!("real{port}@localhost").into()),
        ("RABBITMQ_CONF_ENV_FILE", "/dev/null".into()),
    ]
}

impl Server for RabbitMq {
    async fn kill(&mut self) {
        self.broker.kill().await;
    }

    async fn restart(&mut self) -> io::Result<()> {
        self.broker.restart().await
    }

    /// It has no memory left, by its own account, and reads nothing from those who publish.
    async fn overload(&mut self, on: bool) -> io::Result<()> {
        let surroundings = surroundings(self.broker.folder(), self.address().port(), self.names_port);
        let watermark = if on { "0" } else { "0.4" };
        let mut tool = tokio::process::Command::new(RABBITMQCTL);
        tool.args(["--quiet", "set_vm_memory_high_watermark", watermark]).envs(surroundings);
        let output = tool.stdin(Stdio::null()).output().await?;
        if output.status.success() {
            return Ok(());
        }
        Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}
