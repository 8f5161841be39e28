//! The errors of the operations.

use std::error::Error;
use std::fmt;

use reattempt::{AttemptTimeout, CircuitOpen, Throttled};

/// An error of one word.
#[derive(Debug)]
pub(crate) struct Down {
    pub(crate) status: u64,
}

impl Down {
    pub(crate) fn new() -> Down {
        Down { status: 503 }
    }
}

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "down with status {}", self.status)
    }
}

impl Error for Down {}

impl From<CircuitOpen> for Down {
    fn from(_: CircuitOpen) -> Down {
        Down::new()
    }
}

impl From<Throttled> for Down {
    fn from(_: Throttled) -> Down {
        Down::new()
    }
}

impl From<AttemptTimeout> for Down {
    fn from(_: AttemptTimeout) -> Down {
        Down::new()
    }
}

/// An error of two words.
#[derive(Debug)]
pub(crate) enum TwoWords {
    Status(u64),
    #[expect(dead_code, reason = "its tag and its number are the second word")]
    Code(u64),
}

impl fmt::Display for TwoWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TwoWords::Status(status) => write!(f, "status {status}"),
            TwoWords::Code(code) => write!(f, "code {code}"),
        }
    }
}

impl Error for TwoWords {}

/// An error with a box and a string.
#[derive(Debug)]
pub(crate) struct Described {
    cause: Box<dyn Error + Send + Sync>,
    text: String,
}

impl Described {
    pub(crate) fn new() -> Described {
        Described { cause: Box::new(Down::new()), text: "the first server".to_owned() }
    }
}

impl fmt::Display for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Described {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}
