//! MariaDB, with two users that need no password: `fleet`, who may do everything, and `guest`.

use std::{
    fs::{self, File},
    io,
    net::SocketAddr,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::geteuid;
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, mysql::MySqlConnectOptions};
use tokio::{io::AsyncReadExt, net::TcpStream};

use crate::{Daemon, Greeting, Program, Server, account::account};

const PACKAGE: &str = "mariadb-server";
const MARIADB: Program = Program { command: "mariadbd", package: PACKAGE };
const INSTALL: Program = Program { command: "mariadb-install-db", package: PACKAGE };

/// Whom it belongs to, where it is root who runs this.
const USER: &str = "mysql";

/// It greets first, with the name of how to log in. While it recovers, it does not listen.
const GREETING: Greeting = Greeting { say: b"", hear: b"mysql_native_password" };

/// What it does before it listens, each time it starts.
const SETUP: &str = "\
    create database if not exists bank;\n\
    create or replace user fleet@'%' identified by '';\n\
    grant all on *.* to fleet@'%' with grant option;\n\
    create or replace user guest@'%' identified by '';\n\
    grant all on bank.* to guest@'%';\n";

/// How many connections it has room for, and how many when it is overloaded, which is the least that can be set.
const ROOM: u32 = 100;
const LITTLE_ROOM: u32 = 10;

/// A MariaDB server. Acknowledged data survive its death, but not that of the machine.
#[derive(Debug)]
pub struct MariaDb {
    daemon: Daemon,
    crowd: Option<Crowd>,
}

/// Those who take up all the room, and who can make some: once it is full, nobody else can.
#[derive(Debug)]
struct Crowd {
    admin: MySqlConnection,
    others: Vec<TcpStream>,
}

impl MariaDb {
    /// Starts one without data.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`]; and if this is root, as which MariaDB does not run, and there is no user `mysql`.
    pub async fn start() -> io::Result<MariaDb> {
        MariaDb::start_with(&[]).await
    }

    /// Starts one without data and with these settings.
    ///
    /// # Errors
    ///
    /// As [`MariaDb::start`].
    pub async fn start_with(settings: &[&str]) -> io::Result<MariaDb> {
        let daemon = Daemon::start(MARIADB, GREETING, |command, folder, port| {
            let user = geteuid().is_root().then(|| account(USER, PACKAGE)).transpose()?;
            install(folder, user)?;
            let setup = folder.join("setup.sql");
            fs::write(&setup, SETUP)?;
            if let Some((user, group)) = user {
                chown(&setup, Some(user), Some(group))?;
                command.uid(user).gid(group);
            }
            command.current_dir(folder).arg("--no-defaults");
            let path = |name: &str, file: &str| format!("--{name}={}", folder.join(file).display());
            command.args([path("datadir", "data"), path("init-file", "setup.sql")]);
            command.args([path("socket", "socket"), path("pid-file", "pid")]);
            command.args(["--bind-address=127.0.0.1", &format!("--port={port}"), "--skip-name-resolve"]);
            command.args([&format!("--max-connections={ROOM}"), "--connect-timeout=600"]);
            // A commit is in the log of the system when it is acknowledged, which survives the process.
            command.args(["--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=16M"]);
            command.args(["--innodb-log-file-size=8M", "--performance-schema=off"]).args(settings);
            Ok(())
        })
        .await?;
        Ok(MariaDb { daemon, crowd: None })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.daemon.address()
    }

    /// What the user of this name connects with.
    #[must_use]
    pub fn options(&self, user: &str) -> MySqlConnectOptions {
        MySqlConnectOptions::new()
            .host("127.0.0.1")
            .port(self.address().port())
            .username(user)
            .database("bank")
    }

    /// Runs these statements as the user `fleet`.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached or refuses one.
    pub async fn run(&self, statements: &str) -> sqlx::Result<()> {
        let mut connection = MySqlConnection::connect_with(&self.options("fleet")).await?;
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut connection).await?;
        connection.close().await
    }

    /// Ends the connections of the guest, and fills the server with those that never log in.
    async fn fill(&self) -> sqlx::Result<Crowd> {
        let mut admin = MySqlConnection::connect_with(&self.options("fleet")).await?;
        let little = format!("set global max_connections = {LITTLE_ROOM}");
        sqlx::raw_sql(AssertSqlSafe(little)).execute(&mut admin).await?;
        sqlx::raw_sql("kill user guest").execute(&mut admin).await?;
        let mut others = Vec::new();
        // One more has room, for an administrator.
        for _ in 0..=LITTLE_ROOM {
            let mut other = TcpStream::connect(self.address()).await?;
            // It greets, or refuses.
            other.read_u8().await?;
            others.push(other);
        }
        Ok(Crowd { admin, others })
    }
}

/// Makes the tables of the system.
fn install(folder: &Path, user: Option<(u32, u32)>) -> io::Result<()> {
    let mut command = Command::new(INSTALL.command);
    let log = File::create(folder.join("install.log"))?;
    command.arg("--no-defaults").arg(format!("--datadir={}", folder.join("data").display()));
    command.args(["--auth-root-authentication-method=normal", "--skip-test-db"]).current_dir(folder);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    if let Some((user, group)) = user {
        chown(folder, Some(user), Some(group))?;
        command.uid(user).gid(group);
    }
    let status = INSTALL.spawn(&mut command)?.wait()?;
    if status.success() {
        return Ok(());
    }
    let log = fs::read_to_string(folder.join("install.log"))?;
    Err(io::Error::other(format!("`{}` failed; it says:\n{log}", INSTALL.command)))
}

impl Server for MariaDb {
    async fn kill(&mut self) {
        self.daemon.kill().await;
    }

    async fn restart(&mut self) -> io::Result<()> {
        self.daemon.restart().await
    }

    /// All that there is room for are there, and others are refused.
    async fn overload(&mut self, on: bool) -> io::Result<()> {
        if on {
            self.crowd = Some(self.fill().await.map_err(io::Error::other)?);
        } else if let Some(Crowd { mut admin, others }) = self.crowd.take() {
            drop(others);
            let room = format!("set global max_connections = {ROOM}");
            sqlx::raw_sql(AssertSqlSafe(room)).execute(&mut admin).await.map_err(io::Error::other)?;
            // What is left of the connection ends with it.
            let _ = admin.close().await;
        }
        Ok(())
    }
}
