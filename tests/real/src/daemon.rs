use std::{
    fs::{self, File},
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::{Server, free_port};

/// How long a server may take until it answers. RabbitMQ takes six seconds on a busy machine.
const READY_WITHIN: Duration = Duration::from_mins(2);

/// A server's program and the package that has it.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The command, by name or by path.
    pub command: &'static str,
    /// Debian's package.
    pub package: &'static str,
}

impl Program {
    /// Starts it, and says which package is missing if it is not there.
    ///
    /// # Errors
    ///
    /// What [`Command::spawn`] says; of a missing program, its package as well.
    pub fn spawn(self, command: &mut Command) -> io::Result<Child> {
        command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                let Program { command, package } = self;
                io::Error::new(
                    io::ErrorKind::NotFound,
                    format!("`{command}` is not installed; install it by `apt-get install {package}`"),
                )
            }
            _ => error,
        })
    }
}

/// How to find out that a server answers, and not only listens.
#[derive(Clone, Copy, Debug)]
pub struct Greeting {
    /// What the client says first.
    pub say: &'static [u8],
    /// What the answer contains.
    pub hear: &'static [u8],
}

/// A server that runs as a process of its own, with a port and a folder that are its own too.
///
/// Dropped, it is killed and its folder removed, also by a panic.
#[derive(Debug)]
pub struct Daemon {
    program: Program,
    command: Command,
    greeting: Greeting,
    address: SocketAddr,
    child: Option<Child>,
    folder: TempDir,
}

impl Daemon {
    /// Starts a server and waits until it answers. `configure` gets the folder and the port, and returns the arguments
    /// and the environment.
    ///
    /// # Errors
    ///
    /// If the program is missing, ends at once, or does not answer within two minutes; its log is then in the message.
    pub async fn start<F>(program: Program, greeting: Greeting, configure: F) -> io::Result<Daemon>
    where
        F: FnOnce(&mut Command, &Path, u16) -> io::Result<()>,
    {
        let folder = TempDir::new()?;
        let port = free_port();
        let mut command = Command::new(program.command);
        configure(&mut command, folder.path(), port)?;
        let address = (Ipv4Addr::LOCALHOST, port).into();
        let mut daemon = Daemon { program, command, greeting, address, child: None, folder };
        daemon.launch().await?;
        Ok(daemon)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its configuration, its data and its log are.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    async fn launch(&mut self) -> io::Result<()> {
        let log = File::options().create(true).append(true).open(self.log())?;
        self.command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.child = Some(self.program.spawn(&mut self.command)?);
        let start = Instant::now();
        while !self.answers().await {
            let ended = self.child.as_mut().map(Child::try_wait).transpose()?.flatten();
            if ended.is_some() || start.elapsed() > READY_WITHIN {
                let what = if ended.is_some() { "ended at once" } else { "does not answer" };
                let (command, log) = (self.program.command, fs::read_to_string(self.log())?);
                return Err(io::Error::other(format!("`{command}` {what}; it says:\n{log}")));
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Whether it greets as it should, on a new connection.
    async fn answers(&self) -> bool {
        let Greeting { say, hear } = self.greeting;
        let greet = async {
            let mut stream = TcpStream::connect(self.address).await?;
            stream.write_all(say).await?;
            let mut heard = Vec::new();
            while !heard.windows(hear.len()).any(|part| part == hear) {
                if stream.read_buf(&mut heard).await? == 0 {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
                }
            }
            Ok(())
        };
        matches!(timeout(Duration::from_secs(1), greet).await, Ok(Ok(())))
    }

    fn log(&self) -> PathBuf {
        self.folder().join("log")
    }

    /// Kills it and all that it started, and waits until it is gone.
    fn end(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        for pid in family(child.id()) {
            // One that has ended by itself is what was wanted.
            let _ = Pid::from_raw(pid.cast_signed()).map(|pid| kill_process(pid, Signal::KILL));
        }
        let _ = child.wait();
    }
}

impl Server for Daemon {
    async fn kill(&mut self) {
        self.end();
    }

    async fn restart(&mut self) -> io::Result<()> {
        self.launch().await
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.end();
    }
}

/// A process and all that descend from it. A server's sessions and helpers are processes too, and outlive it.
fn family(ancestor: u32) -> Vec<u32> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // `pid (name) state parent …`, where the name may contain anything.
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
        parents.extend(parent.map(|parent: u32| (pid, parent)));
    }
    let mut members = vec![ancestor];
    let mut next = 0;
    while let Some(&member) = members.get(next) {
        members.extend(parents.iter().filter(|(_, parent)| *parent == member).map(|(pid, _)| *pid));
        next += 1;
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Greeting = Greeting { say: b"", hear: b"" };

    #[tokio::test]
    async fn a_missing_program_names_its_package() {
        let program = Program { command: "no-such-server", package: "the-package" };
        let error = Daemon::start(program, QUIET, |_, _, _| Ok(())).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "`no-such-server` is not installed; install it by `apt-get install the-package`"
        );
    }

    #[tokio::test]
    async fn a_program_that_ends_at_once_is_quoted() {
        let program = Program { command: "sh", package: "dash" };
        let speak = |command: &mut Command, _: &Path, _| {
            command.args(["-c", "echo I am not a server"]);
            Ok(())
        };
        let error = Daemon::start(program, QUIET, speak).await.unwrap_err();
        assert_eq!(error.to_string(), "`sh` ended at once; it says:\nI am not a server\n");
    }

    #[test]
    fn a_family_has_the_children_of_children() {
        let program = Program { command: "sh", package: "dash" };
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 60 & echo started; wait"]).stdout(Stdio::piped());
        let mut child = program.spawn(&mut command).unwrap();
        let mut started = [0; 8];
        io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut started).unwrap();
        let members = family(child.id());
        assert_eq!(members.len(), 2);
        for pid in members {
            kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), Signal::KILL).unwrap();
        }
        child.wait().unwrap();
    }
}
