//! Processes of the program that runs, which it starts and talks to line by line.

use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

/// A process that runs the same program with other arguments. Dropped, it is killed.
#[derive(Debug)]
pub struct Twin {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Twin {
    /// Starts the program with these arguments.
    ///
    /// # Errors
    ///
    /// As [`Command::spawn`].
    pub fn start(arguments: &[&str]) -> io::Result<Twin> {
        let mut command = Command::new(env::current_exe()?);
        let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or_else(|| io::Error::other("it has no output"))?;
        Ok(Twin { child, output: BufReader::new(output) })
    }

    /// Writes a line to its input.
    ///
    /// # Errors
    ///
    /// If it has ended.
    pub fn send(&mut self, line: &str) -> io::Result<()> {
        let input = self.child.stdin.as_mut().ok_or_else(|| io::Error::other("it has no input"))?;
        writeln!(input, "{line}")
    }

    /// Waits for a line of its output.
    ///
    /// # Errors
    ///
    /// If it has ended.
    pub fn receive(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a process has ended early"));
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }

    /// Stops it where it is, until it is [thawed](Twin::thaw).
    ///
    /// # Errors
    ///
    /// If it has ended.
    pub fn freeze(&self) -> io::Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    ///
    /// If it has ended.
    pub fn thaw(&self) -> io::Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        let pid = Pid::from_raw(self.child.id().cast_signed()).ok_or(io::ErrorKind::NotFound)?;
        Ok(kill_process(pid, signal)?)
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        // An error means that it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
