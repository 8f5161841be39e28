//! How far a long run is: one line on standard error, if somebody watches it.

use std::io::{IsTerminal, Write, stderr};

/// Steps done, of all steps.
#[derive(Debug)]
pub(crate) struct Progress {
    all: u64,
    done: u64,
    unit: &'static str,
    /// Whether there is a terminal whose line can be written over.
    watched: bool,
}

impl Progress {
    pub(crate) fn new(all: u64, unit: &'static str) -> Progress {
        Progress { all, done: 0, unit, watched: stderr().is_terminal() }
    }

    /// One more.
    pub(crate) fn step(&mut self) {
        self.reach(self.done + 1);
    }

    /// So many in all.
    pub(crate) fn reach(&mut self, done: u64) {
        let before = self.percent();
        self.done = done;
        if self.watched && self.percent() != before {
            eprint!("\r{:3} % of {} {}", self.percent(), self.all, self.unit);
        }
    }

    /// Clears the line.
    pub(crate) fn end(&self) {
        if self.watched {
            eprint!("\r{:40}\r", "");
            // The next line may go to standard output, which is another stream to the same terminal.
            let _ = stderr().flush();
        }
    }

    fn percent(&self) -> u64 {
        self.done * 100 / self.all.max(1)
    }
}
