//! OpenSSH's server, with SFTP, for the user who runs it.

use std::{
    env, fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use rustix::process::getuid;

use crate::{Daemon, Greeting, Program, Server};

const SSHD: Program = Program { command: "/usr/sbin/sshd", package: "openssh-server" };
const KEYGEN: Program = Program { command: "ssh-keygen", package: "openssh-client" };
const GREETING: Greeting = Greeting { say: b"", hear: b"SSH-2.0" };

/// An SSH server.
#[derive(Debug)]
pub struct Sshd(Daemon);

impl Sshd {
    /// Starts one, with two keys for clients: one that it accepts and one that it does not.
    ///
    /// # Errors
    ///
    /// As [`Daemon::start`].
    pub async fn start() -> io::Result<Sshd> {
        let daemon = Daemon::start(SSHD, GREETING, |command, folder, port| {
            // Where sshd gives up its rights. It insists on this place if it has any.
            let _ = fs::create_dir_all("/run/sshd");
            fs::create_dir(folder.join("files"))?;
            for key in ["host", "key", "wrong"] {
                generate(&folder.join(key))?;
            }
            let folder = folder.display();
            let config = format!(
                "Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/key.pub\n\
                 PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n\
                 MaxStartups 100\nSubsystem sftp internal-sftp\n"
            );
            fs::write(format!("{folder}/config"), config)?;
            command.args(["-D", "-e", "-f", &format!("{folder}/config")]);
            Ok(())
        })
        .await?;
        Ok(Sshd(daemon))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// The private key that it accepts.
    #[must_use]
    pub fn key(&self) -> PathBuf {
        self.0.folder().join("key")
    }

    /// A private key that it does not accept.
    #[must_use]
    pub fn wrong_key(&self) -> PathBuf {
        self.0.folder().join("wrong")
    }

    /// A folder for files, empty at first.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.0.folder().join("files")
    }
}

/// Whom it lets in: whoever runs it.
#[must_use]
pub fn user() -> String {
    if getuid().is_root() { "root".to_owned() } else { env::var("USER").unwrap_or_default() }
}

fn generate(path: &Path) -> io::Result<()> {
    let mut command = Command::new(KEYGEN.command);
    command.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path).stdin(Stdio::null());
    let status = KEYGEN.spawn(&mut command)?.wait()?;
    if status.success() { Ok(()) } else { Err(io::Error::other("`ssh-keygen` made no key")) }
}

impl Server for Sshd {
    async fn kill(&mut self) {
        self.0.kill().await;
    }

    async fn restart(&mut self) -> io::Result<()> {
        self.0.restart().await
    }
}
