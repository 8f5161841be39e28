//! Classifies errors of `h2`, of an HTTP/2 connection, as far as `etcd-client` returns them.

use ::h2::{Error, Reason};

use crate::Retryable;

/// Retries a failed connection, and a stream or a connection that the peer ended with a reason. Without
/// either, the program has used the connection in a wrong way.
impl Retryable for Error {
    fn is_retryable(&self) -> bool {
        if let Some(error) = self.get_io() {
            return error.is_retryable();
        }
        self.reason()
            .is_some_and(|reason| !matches!(reason, Reason::HTTP_1_1_REQUIRED | Reason::INADEQUATE_SECURITY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        for reason in (0..=13).map(Reason::from) {
            let is_retryable = !matches!(u32::from(reason), 12 | 13);
            assert_eq!(Error::from(reason).is_retryable(), is_retryable, "{reason:?}");
        }
    }
}
