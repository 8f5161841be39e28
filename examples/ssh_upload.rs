//! Uploads files over a connection that fails now and then. One list names the errors to retry, another those
//! that are permanent; an error on both is permanent.
//!
//! Run it with `cargo run --example ssh_upload`. It takes a fraction of a second.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};

use reattempt::{GiveUpReason, RetryError, retry};

#[derive(Debug)]
enum UploadError {
    Authentication { user: &'static str },
    Timeout,
    Io(io::Error),
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UploadError::Authentication { user } => write!(f, "the server refuses the key of {user}"),
            UploadError::Timeout => f.write_str("the server does not answer"),
            UploadError::Io(_) => f.write_str("the transfer failed"),
        }
    }
}

impl Error for UploadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        if let UploadError::Io(error) = self { Some(error) } else { None }
    }
}

impl From<ErrorKind> for UploadError {
    fn from(kind: ErrorKind) -> Self {
        UploadError::Io(kind.into())
    }
}

/// `io::Error` selects whatever an I/O error has caused. A missing file is one too, but the second list wins.
#[retry(
    error = UploadError,
    max = 4,
    base_ms = 10,
    jitter = equal,
    attempt = n,
    on = [UploadError::Timeout, io::Error],
    unless = [
        UploadError::Authentication { .. },
        UploadError::Io(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied),
    ],
)]
fn upload(file: &str) -> Result<u32, RetryError<UploadError>> {
    println!("  attempt {n}");
    match (file, n) {
        ("secret.key", _) => Err(UploadError::Authentication { user: "backup" }),
        ("missing.tar", _) => Err(ErrorKind::NotFound.into()),
        ("backup.tar", 1) => Err(UploadError::Timeout),
        ("backup.tar", 2) | ("huge.tar", _) => Err(ErrorKind::ConnectionReset.into()),
        _ => Ok(n),
    }
}

fn main() {
    use GiveUpReason::{MaxAttempts, NotRetryable};
    let uploads = [
        ("notes.txt", Ok(1)),
        ("backup.tar", Ok(3)),
        ("huge.tar", Err((4, MaxAttempts))),
        ("missing.tar", Err((1, NotRetryable))),
        ("secret.key", Err((1, NotRetryable))),
    ];
    for (file, expected) in uploads {
        println!("{file}");
        let outcome = upload(file).inspect_err(|error| println!("  {error}: {}", error.source().unwrap()));
        assert_eq!(outcome.map_err(|error| (error.attempts(), error.reason())), expected);
    }
}
