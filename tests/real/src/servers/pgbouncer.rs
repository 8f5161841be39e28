//! PgBouncer before a server of PostgreSQL, with one connection to it that all share.

use std::{
    fs, io,
    net::SocketAddr,
    os::unix::{fs::chown, process::CommandExt},
};

use rustix::process::geteuid;

use crate::{Daemon, Program, account::account, servers::postgres::GREETING};

const PACKAGE: &str = "pgbouncer";
const PGBOUNCER: Program = Program { command: "/usr/sbin/pgbouncer", package: PACKAGE };

/// How long it waits, in seconds, for a connection to the server and until it tries again to have one.
const PATIENCE: u32 = 1;

/// A PgBouncer, where `fleet` and `guest` need no password.
#[derive(Debug)]
pub struct PgBouncer(Daemon);

impl PgBouncer {
    /// Starts one before the server that is there.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`]; and if this is root, as which it does not run, and there is no user `postgres`.
    pub async fn start(server: SocketAddr) -> io::Result<PgBouncer> {
        let daemon = Daemon::start(PGBOUNCER, GREETING, |command, folder, port| {
            let (users, config) = (folder.join("users"), folder.join("config"));
            fs::write(&users, "\"fleet\" \"\"\n\"guest\" \"\"\n")?;
            let settings = format!(
                "[databases]\npostgres = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
                 listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = transaction\n\
                 ignore_startup_parameters = extra_float_digits\ndefault_pool_size = 1\nquery_wait_timeout = {PATIENCE}\nserver_login_retry = {PATIENCE}\n",
                server.port(),
                users.display()
            );
            fs::write(&config, settings)?;
            if geteuid().is_root() {
                let (user, group) = account("postgres", "postgresql")?;
                for path in [folder, &users, &config] {
                    chown(path, Some(user), Some(group))?;
                }
                command.uid(user).gid(group);
            }
            command.current_dir(folder).arg(config);
            Ok(())
        })
        .await?;
        Ok(PgBouncer(daemon))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }
}
