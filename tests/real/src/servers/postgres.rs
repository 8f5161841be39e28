//! `PostgreSQL`, whose only user is `fleet` and needs no password.

use std::{
    env, fs, io,
    net::SocketAddr,
    ops::ControlFlow,
    os::unix::{fs::chown, process::CommandExt},
    path::PathBuf,
    process::Command,
    time::Duration,
};

use reattempt::Policy;
use rustix::process::{Pid, Signal, geteuid, kill_process};
use tokio_postgres::{Config, NoTls};

use crate::{Daemon, Greeting, Program, Server, account::account};

const PACKAGE: &str = "postgresql";

/// A client that begins, until it is told that the server is ready for a query. While it recovers, it is told to wait.
pub(crate) const GREETING: Greeting =
    Greeting { say: b"\0\0\0\x26\0\x03\0\0user\0fleet\0database\0postgres\0\0", hear: b"Z\0\0\0\x05I" };

const RESTART: Policy =
    Policy::new().max(20).base(Duration::from_millis(50)).max_delay(Duration::from_millis(500));

/// A user without rights, for whom there is no room during an overload. The tests create it: `create role guest login`.
pub const GUEST: &str = "guest";

/// The one user who needs a password. The tests create it: `create role locked login password 'right'`.
const LOCKED: &str = "locked";

const FULL: &str = "
    alter role guest connection limit 0;
    select pg_terminate_backend(pid) from pg_stat_activity where usename = 'guest'";

const ROOM: &str = "alter role guest connection limit -1";

/// A `PostgreSQL` server. What it has acknowledged survives its death, but not that of the machine.
#[derive(Debug)]
pub struct Postgres(Daemon);

impl Postgres {
    /// Starts one without data.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`]; and if this is root, as which `PostgreSQL` does not run, and there is no user `postgres`.
    pub async fn start() -> io::Result<Postgres> {
        Postgres::start_with(&[]).await
    }

    /// Starts one without data and with these settings, such as `lock_timeout=1s`.
    ///
    /// # Errors
    ///
    /// As [`Postgres::start`].
    pub async fn start_with(settings: &[&str]) -> io::Result<Postgres> {
        // Debian has the programs in a folder of their version.
        let command = program("postgres")?.to_string_lossy().into_owned();
        let server = Program { command: String::leak(command), package: PACKAGE };
        let daemon = Daemon::start(server, GREETING, |command, folder, port| {
            let user = geteuid().is_root().then(|| account("postgres", PACKAGE)).transpose()?;
            let data = folder.join("data");
            let mut initdb = Command::new(program("initdb")?);
            initdb.args(["--username", "fleet", "--auth", "trust", "--no-locale", "--no-sync", "--pgdata"]);
            initdb.arg(&data).current_dir(folder);
            if let Some((user, group)) = user {
                chown(folder, Some(user), Some(group))?;
                initdb.uid(user).gid(group);
                command.uid(user).gid(group);
            }
            let output = initdb.output()?;
            if !output.status.success() {
                let error = String::from_utf8_lossy(&output.stderr);
                return Err(io::Error::other(format!("`initdb` failed; it says:\n{error}")));
            }
            let rules = data.join("pg_hba.conf");
            let trust = fs::read_to_string(&rules)?;
            fs::write(&rules, format!("host all {LOCKED} 127.0.0.1/32 scram-sha-256\n{trust}"))?;
            command.current_dir(folder).arg("-D").arg(data);
            command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k", "", "-F"]);
            command.args(settings.iter().flat_map(|setting| ["-c", setting]));
            Ok(())
        })
        .await?;
        Ok(Postgres(daemon))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// What a client connects with.
    #[must_use]
    pub fn config(&self) -> Config {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.address().port()).user("fleet").dbname("postgres");
        config
    }

    /// Has it shut down once all sessions have ended. Until then it lets nobody in.
    ///
    /// # Errors
    ///
    /// If it does not run.
    pub fn shut_down(&self) -> io::Result<()> {
        let file = fs::read_to_string(self.0.folder().join("data/postmaster.pid"))?;
        let pid = file.lines().next().and_then(|line| Pid::from_raw(line.parse().ok()?));
        Ok(kill_process(pid.ok_or(io::ErrorKind::InvalidData)?, Signal::TERM)?)
    }

    /// Runs these statements as the user `fleet`.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached or refuses one.
    pub async fn run(&self, statements: &str) -> Result<(), tokio_postgres::Error> {
        let (client, connection) = self.config().connect(NoTls).await?;
        // Its error is that of the requests on it.
        tokio::spawn(async { drop(connection.await) });
        client.batch_execute(statements).await
    }
}

impl Server for Postgres {
    async fn kill(&mut self) {
        self.0.kill().await;
    }

    /// The sessions of the one that was killed hold its shared memory for a moment, in which a new one ends at once.
    async fn restart(&mut self) -> io::Result<()> {
        let mut attempts = RESTART.attempts();
        loop {
            match self.0.restart().await {
                Ok(()) => return Ok(()),
                Err(error) => match attempts.failed_unjudged() {
                    ControlFlow::Continue(delay) => attempts.wait(delay).await,
                    ControlFlow::Break(_) => return Err(error),
                },
            }
        }
    }

    /// All connections of the guest are ended, and it may have no others.
    async fn overload(&mut self, on: bool) -> io::Result<()> {
        self.run(if on { FULL } else { ROOM }).await.map_err(io::Error::other)
    }
}

/// Finds a program in the folders of `PATH`, and in those where Debian has the versions of `PostgreSQL`.
fn program(name: &'static str) -> io::Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let versions = versions.map(|version| version.path().join("bin"));
    let found =
        env::split_paths(&path).chain(versions).map(|folder| folder.join(name)).find(|path| path.exists());
    found.ok_or_else(|| {
        let message = format!("`{name}` is not installed; install it by `apt-get install {PACKAGE}`");
        io::Error::new(io::ErrorKind::NotFound, message)
    })
}
